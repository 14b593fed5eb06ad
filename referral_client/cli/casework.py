"""`casework keygen|open|register|decide|cannot-open`: a front door's human side. Needs no passphrase."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from referral_client import casework
from referral_client.base.clock import SystemClock
from referral_client.base.files import read_file
from referral_client.base.ids import system_random
from referral_client.cli.asking import home_of
from referral_client.cli.output import report

_LIMIT = 4 * 1024 * 1024


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    noun = nouns.add_parser("casework", help="the council's offline side: open, register, decide")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="VERB")
    office = argparse.ArgumentParser(add_help=False)
    office.add_argument(
        "--keys",
        type=Path,
        metavar="DIR",
        help="the folder that casework keygen made; casework/ in the home if left out",
    )
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("package", type=Path, metavar="FILE", help="the locked package")

    keygen = verbs.add_parser("keygen", parents=parents, help="make the offline keys, on a computer with no network")
    keygen.add_argument("--out", type=Path, required=True, metavar="DIR")
    keygen.add_argument("--destination", metavar="ID", help="also write casework.json for this destination")
    keygen.add_argument("--practice", action="store_true", help="with --destination: an office for practice alone")
    keygen.set_defaults(run=_keygen)

    opening = verbs.add_parser("open", parents=[*parents, file, office], help="verify a package and write it out")
    opening.add_argument("--identity", type=Path, required=True, metavar="KEY", help="the file with the secret key")
    opening.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    opening.add_argument("--sender", type=Path, metavar="ORG.json", help="register this organisation first")
    opening.add_argument("--bundle", type=Path, metavar="FILE", help="with --sender: its signed bundle")
    opening.add_argument(
        "--unrecognised-sender", default="", metavar="REASON", help="open although nobody knows the keys"
    )
    opening.set_defaults(run=_open)

    register = verbs.add_parser("register", parents=[*parents, file, office], help="sign that it is in the case system")
    register.add_argument(
        "--ref", required=True, metavar="X", help="the case reference; it leaves locked, for the sender alone"
    )
    register.set_defaults(run=_register)

    decide = verbs.add_parser("decide", parents=[*parents, file, office], help="sign what was decided")
    decide.add_argument("--outcome", required=True, choices=[outcome.value for outcome in casework.Outcome])
    decide.add_argument("--reason", default="", metavar="CODE", help="a code of a-z, 0-9 and hyphen")
    decide.set_defaults(run=_decide)

    cannot = verbs.add_parser("cannot-open", parents=[*parents, file, office], help="sign that it cannot be opened")
    cannot.add_argument("--reason", required=True, choices=casework.CANNOT_OPEN_REASONS)
    cannot.set_defaults(run=_cannot_open)


def _keygen(args: argparse.Namespace) -> int:
    made = casework.keygen(args.out, system_random)
    if args.destination:
        casework.set_up(args.out, destination_id=args.destination, practice=args.practice)
    report(
        args,
        {"recipient": made.recipient, "keys": made.keys.as_json(), "fingerprint": made.keys.fingerprint},
        [
            "Two key sets are made: identity.txt opens packages, casework.keys.json signs receipts.",
            f"Fingerprint of the receipt keys: {made.keys.fingerprint}",
            "public.json goes into the council's authority profile and to the intake. Nothing else leaves the folder.",
        ],
    )
    return 0


def _open(args: argparse.Namespace) -> int:
    folder = _folder(args)
    if args.sender:
        entry = read_file(args.sender, limit=_LIMIT, what="the registration", code="REGISTRY-ENTRY")
        bundle = (
            read_file(args.bundle, limit=_LIMIT, what="the bundle", code="REGISTRY-BUNDLE") if args.bundle else None
        )
        casework.know_organisation(folder, entry, bundle)
    opened = casework.open_package_file(
        casework.load_office(folder),
        args.package,
        identity=args.identity,
        out=args.out,
        clock=SystemClock(),
        random=system_random,
        unrecognised_reason=args.unrecognised_sender.strip(),
    )
    known = opened.entry.sender_known
    report(
        args,
        {**opened.summary, "out": str(opened.out), "receipt": str(opened.receipt_path)},
        [
            *([] if known else ["SENDER NOT RECOGNISED: ring the organisation before you rely on who sent this."]),
            f"Opened and checked: {opened.entry.submission_id}, from {opened.entry.org_id}"
            + ("." if known else " (claimed)."),
            f"Read first: {opened.read_first}",
            f"Receipt to carry to the intake: {opened.receipt_path}",
        ],
    )
    return 0


def _register(args: argparse.Namespace) -> int:
    office = casework.load_office(_folder(args))
    return _said(args, casework.register(office, args.package, args.ref, clock=SystemClock(), random=system_random))


def _decide(args: argparse.Namespace) -> int:
    office = casework.load_office(_folder(args))
    outcome = casework.Outcome(args.outcome)
    return _said(
        args,
        casework.decide(office, args.package, outcome, reason=args.reason, clock=SystemClock(), random=system_random),
    )


def _cannot_open(args: argparse.Namespace) -> int:
    office = casework.load_office(_folder(args))
    return _said(
        args, casework.cannot_open(office, args.package, args.reason, clock=SystemClock(), random=system_random)
    )


def _said(args: argparse.Namespace, signed: casework.Signed) -> int:
    status = signed.entry.receipts[-1].partition(":")[0]
    data = {
        "submission_id": signed.entry.submission_id,
        "status": status,
        "sender_known": signed.entry.sender_known,
        "receipt": str(signed.receipt_path),
    }
    lines = [f"Signed: {status}.", f"Receipt to carry to the intake: {signed.receipt_path}"]
    if not signed.entry.sender_known:
        lines.insert(0, "SENDER NOT RECOGNISED: ring the organisation before you rely on who sent this.")
    report(args, data, lines)
    return 0


def _folder(args: argparse.Namespace) -> Path:
    keys: Path | None = args.keys
    return keys if keys is not None else home_of(args).root / "casework"
