"""For tests of commands: what the composition root hands in to open the window. No command may call it."""

import argparse


def no_window(args: argparse.Namespace, *, practice: bool) -> int:
    raise AssertionError("a command opened the window")
