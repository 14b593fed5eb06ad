"""The home folder and the passphrase that a command was given."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.base.errors import MachineLacks, Refused, WrongUse
from referral_client.base.files import read_file
from referral_client.base.home import Home, default_home
from referral_client.base.log import log_to
from referral_client.services.people import logins_are_personal

_PASSPHRASE_LIMIT = 10_000


def home_of(args: argparse.Namespace) -> Home:
    """The home named by --home, or this account's own; its folders exist afterwards, and codes go to its log."""
    home = (Home(args.home.resolve()) if args.home else default_home()).create()
    log_to(home.log)
    return home


def vault_passphrase_of(args: argparse.Namespace) -> str | None:
    """As `passphrase_of`; None, for the login's keyring, where none is given and logins here are declared personal."""
    if not args.passphrase_file and logins_are_personal(home_of(args), SystemClock()):
        return None
    return passphrase_of(args)


def passphrase_of(args: argparse.Namespace) -> str:
    """From --passphrase-file, or typed at a terminal. MachineLacks (exit 3) where neither can be."""
    if args.passphrase_file == "-":
        return _first_line(sys.stdin.buffer.readline(_PASSPHRASE_LIMIT))
    if args.passphrase_file:
        return _first_line(
            read_file(
                Path(args.passphrase_file), limit=_PASSPHRASE_LIMIT, what="the passphrase file", code="PASSPHRASE"
            )
        )
    if sys.stdin.isatty():
        try:
            return getpass.getpass("Your passphrase: ")
        except EOFError:
            raise Refused(
                "PASSPHRASE-NOT-TYPED",
                "No passphrase was typed.",
                meaning="Nothing was opened and nothing was changed.",
                next_step="Run the command again when you have it.",
            ) from None
    raise MachineLacks(
        "VAULT-NO-KEY",
        "Your vault is locked, and there is nobody here to type the passphrase.",
        meaning="Nothing was opened and nothing was changed.",
        next_step="Run the command in a terminal, or name a file with --passphrase-file.",
    )


def _first_line(untrusted: bytes) -> str:
    try:
        return untrusted.split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUse(
            "PASSPHRASE-NOT-TEXT",
            "What was given as the passphrase is not text in UTF-8.",
            meaning="Nothing was opened and nothing was changed.",
            next_step="Save the file as UTF-8 and try again.",
        ) from None
