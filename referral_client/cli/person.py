"""person new | enrolment: a vault of one's own, and the file that IT enrols one by."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from referral_client.base.clock import SystemClock
from referral_client.base.ids import system_random
from referral_client.cli.asking import home_of, vault_passphrase_of
from referral_client.cli.output import report
from referral_client.services.people import Enrolment, enrolment_of, new_person, vault_of

_CLOCK = SystemClock()


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Add the noun and its verbs."""
    noun = nouns.add_parser("person", help="a vault of your own on this computer")
    verbs = noun.add_subparsers(required=True, metavar="VERB")
    new = verbs.add_parser("new", parents=parents, help="make a vault with keys of your own")
    new.add_argument("--name", required=True)
    new.add_argument("--role", required=True)
    new.add_argument("--practice", action="store_true", help="a vault for practice alone")
    new.set_defaults(run=_new)
    show = verbs.add_parser(
        "enrolment", parents=parents, help="the public keys that IT enrols you and this computer by"
    )
    show.set_defaults(run=_show)


def _new(args: argparse.Namespace) -> int:
    enrolment = new_person(
        home_of(args),
        name=args.name,
        role=args.role,
        passphrase=vault_passphrase_of(args),
        practice=args.practice,
        clock=_CLOCK,
        random=system_random,
    )
    return _print(args, enrolment)


def _show(args: argparse.Namespace) -> int:
    with vault_of(home_of(args), vault_passphrase_of(args), clock=_CLOCK, random=system_random) as vault:
        return _print(args, enrolment_of(vault))


def _print(args: argparse.Namespace, enrolment: Enrolment) -> int:
    report(
        args,
        enrolment.as_json(),
        [
            "Your vault is ready. Read these numbers to IT over the telephone, and send them the same with --json.",
            f"You:           {enrolment.person_keys.fingerprint}",
            f"This computer: {enrolment.workstation_keys.fingerprint}",
        ],
    )
    return 0
