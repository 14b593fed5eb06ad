"""`package verify`: is this sealed package whole, and whose is it? Needs no passphrase. Calls services only."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.cli.asking import home_of
from referral_client.cli.output import report
from referral_client.services.packages import PackageReport, verify_package
from referral_client.services.verifying_keys import VerifyingKeys, keys_from_files, keys_installed


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """`package` and its verb."""
    noun = nouns.add_parser("package", help="check a locked package")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser("verify", parents=list(parents), help="from outside, or with --identity everything")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--ticket", type=Path, metavar="FILE", help="its ticket, if not beside it")
    verify.add_argument("--identity", type=Path, metavar="FILE", help="the key that opens it: check everything inside")
    verify.add_argument(
        "--keys",
        type=Path,
        action="append",
        metavar="FILE",
        help="the sender's public keys, or the organisation's signed bundle; what is installed if left out",
    )
    verify.set_defaults(run=_verify)


def keys_for(args: argparse.Namespace) -> VerifyingKeys:
    """The keys named with --keys, or else those installed in the home."""
    return keys_from_files(args.keys) if args.keys else keys_installed(home_of(args), SystemClock().now())


def _verify(args: argparse.Namespace) -> int:
    checked = verify_package(args.file, keys_for(args), ticket_path=args.ticket, identity_path=args.identity)
    report(args, checked.as_json(), _lines(checked))
    return 0


def _lines(checked: PackageReport) -> Iterator[str]:
    if checked.practice:
        yield "PRACTICE: this package is not about a real child."
    yield f"{checked.size} bytes, SHA-256 {checked.sha256}"
    if checked.ticket:
        ticket = checked.ticket
        sender = f"{ticket.org_id} ({ticket.workstation})"
        yield f"Submission {ticket.submission_id} from {sender} to {ticket.destination_id}."
        yield "The file is exactly the one that the ticket describes."
        if ticket.signatures == "verified":
            yield "Both signatures on the ticket are genuine."
        else:
            yield "The ticket's signatures were not checked: no keys of the sender are installed or named with --keys."
    if checked.inside:
        inside = checked.inside
        yield f"Opened: every one of {len(inside.parts)} parts is whole and in agreement with the signed manifest."
        if inside.sender_known:
            yield "The sender is known and both signatures on the manifest are genuine."
        else:
            yield "The signatures fit the keys inside the package, but nothing here says whose keys those are."
            yield f"Fingerprint to compare by telephone: {inside.sender_fingerprint}"
    for root in checked.roots:
        yield f"Keys taken from a file signed by the root {root}: compare it with the one you know."
