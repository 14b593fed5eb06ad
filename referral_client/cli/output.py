"""What a command prints: plain lines for a person, one JSON document for a program."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable

from referral_client.base.canonical import Json
from referral_client.base.errors import KnownError


def say(line: str = "") -> None:
    """One line on standard output."""
    sys.stdout.write(f"{line}\n")


def complain(line: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"{line}\n")


def report(args: argparse.Namespace, data: Json, lines: Iterable[str]) -> None:
    """With --json the data as one document (its schema is in docs/schemas/), otherwise the lines."""
    if args.json:
        say(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True))
    else:
        for line in lines:
            say(line)


def print_error(error: KnownError, *, as_json: bool) -> None:
    """A known error in the person's words; with --json as a document on standard output."""
    if as_json:
        say(json.dumps(error.as_json(), ensure_ascii=False, indent=2, sort_keys=True))
        return
    for line in (error.what, error.meaning, error.next_step):
        if line:
            complain(line)
    for reason in error.reasons:  # after the step that says "each line below"
        complain(f"  {reason}")
    complain(f"Code for the help desk: {error.code}")
