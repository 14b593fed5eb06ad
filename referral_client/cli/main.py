"""Every command by noun and verb, and the options that all of them share."""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn, Protocol

from referral_client import __version__
from referral_client.base.errors import WrongUse

PRACTICE = "practice"
# Loaded only when their noun is used, so that one command does not pay for the libraries of all.
NOUNS = {
    "demo": "do the main job with no screen, on a sample referral",
    "referral": "write, check, send and list referrals",
    "person": "a vault of your own on this computer",
    "queue": "what is waiting to be sent, and send it",
    "receipt": "check a receipt",
    "form": "check, show and compare forms",
    "policy": "check, explain and test photo policies",
    "photo": "what a photograph holds, and a clean copy of it",
    "package": "check a locked package",
    "organisation": "your organisation's signed settings",
    "authority": "a council's signed settings",
    "intake": "the council's receiving computer",
    "casework": "the council's people: open, register, decide",
}


_TYPED = re.compile(
    r"(unrecognized arguments|invalid choice|invalid \w+ value|ambiguous option): .*?(?= \(choose|\Z)", re.DOTALL
)


class _Parser(argparse.ArgumentParser):
    """Explains wrong use without repeating what was typed, which may be about a child."""

    def error(self, message: str) -> NoReturn:
        said = _TYPED.sub(lambda found: _SAID.get(found[1], "it does not fit"), message)
        raise WrongUse(
            "COMMAND-NOT-FITTING",
            "The command does not fit.",
            meaning="Nothing was read and nothing was changed.",
            next_step=f"See: {self.prog} --help",
            reasons=(said,),
        )


_SAID = {
    "unrecognized arguments": "there are words that this command does not take",
    "invalid choice": "that is not one of its choices",
    "ambiguous option": "an option could mean more than one",
}


class OpenWindow(Protocol):
    """What the composition root hands in: commands know nothing of the window."""

    def __call__(self, args: argparse.Namespace, *, practice: bool) -> int: ...


def parse(arguments: Sequence[str], open_window: OpenWindow) -> argparse.Namespace:
    """The parsed command. WrongUse where it does not fit; --help and --version print and end the process.

    Without a noun it opens the window.
    """
    asked_for = next((word for word in arguments if word in NOUNS or word == PRACTICE), "")
    shared = _Parser(add_help=False)
    shared.add_argument("--home", type=Path, metavar="DIR", help="the folder this program keeps everything in")
    shared.add_argument("--json", action="store_true", help="print one JSON document in place of lines")
    shared.add_argument(
        "--passphrase-file",
        metavar="FILE",
        help="read the vault's passphrase from the first line of FILE, or from standard input with -",
    )
    parser = _Parser(
        prog="referral-client",
        parents=() if asked_for else (shared,),
        description="Make a child-protection referral, follow your own photo policy, and know that it arrived.",
    )
    parser.add_argument("--version", action="version", version=f"referral-client {__version__}")
    parser.set_defaults(run=partial(open_window, practice=False), json=False)
    nouns = parser.add_subparsers(title="commands", metavar="COMMAND")
    practice = nouns.add_parser(PRACTICE, parents=[shared], help="the window with a sample school and council")
    practice.set_defaults(run=partial(open_window, practice=True))
    for noun, words in NOUNS.items():
        if noun == asked_for:
            importlib.import_module(f"referral_client.cli.{noun}").add_commands(nouns, [shared])
        else:
            nouns.add_parser(noun, help=words)
    return _in_text(parser.parse_args(arguments))


def _in_text(args: argparse.Namespace) -> argparse.Namespace:
    """Words as text that can be stored, signed and printed: a byte that is not UTF-8 shows as U+FFFD. Files keep it."""
    for name, given in vars(args).items():
        if isinstance(given, str) and name != "passphrase_file":
            text = given.replace("\x00", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            setattr(args, name, text)
    return args
