"""`receipt verify`: did the council really say this? Needs no passphrase. Calls services only."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from referral_client.cli.output import report
from referral_client.cli.package import keys_for
from referral_client.services.packages import ReceiptReport, verify_receipt_file

_WORDS = {
    "stored": "The council's computer has exactly these bytes. Nobody has opened it yet.",
    "quarantined": "It arrived, but the council did not recognise the sender. Ring them.",
    "opened": "The council opened it, and it is whole.",
    "registered": "The council registered it under a reference of its own.",
    "decided": "The council decided.",
    "cannot-open": "The council could not open it. Ring them.",
}


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """`receipt` and its verb."""
    noun = nouns.add_parser("receipt", help="check a receipt")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser("verify", parents=list(parents), help="is this receipt the council's own word?")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--keys",
        type=Path,
        action="append",
        metavar="FILE",
        help="the council's signed profile, or its public.json (both sides); what is installed if left out",
    )
    verify.set_defaults(run=_verify)


def _verify(args: argparse.Namespace) -> int:
    checked = verify_receipt_file(args.file, keys_for(args))
    report(args, checked.as_json(), _lines(checked))
    return 0


def _lines(checked: ReceiptReport) -> Iterator[str]:
    if checked.practice:
        yield "PRACTICE: nobody received this."
    yield f"{checked.status.upper()}: {_WORDS[checked.status]}"
    yield f"Submission {checked.submission_id} from {checked.org_id} to {checked.destination_id}."
    yield f"Received at {checked.received_at}, by the council's clock."
    yield f"{checked.parcel_size} bytes, SHA-256 {checked.parcel_sha256}"
    if checked.outcome:
        yield f"Outcome: {checked.outcome}"
    if checked.reason:
        yield f"Reason: {checked.reason}"
    yield f"Both signatures are by the council's {checked.signed_by} key."
    for root in checked.roots:
        yield f"Keys taken from a file signed by the root {root}: compare it with the one you know."
