"""`intake keygen|serve|register|list`: a front door's machine side. Needs no passphrase."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from referral_client import intake
from referral_client.base import log
from referral_client.base.clock import SystemClock
from referral_client.base.errors import WrongUse
from referral_client.base.files import make_private_folder, read_file
from referral_client.base.ids import system_random
from referral_client.cli.output import report

_ENTRY_LIMIT = 16_000
_BUNDLE_LIMIT = 4 * 1024 * 1024


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    noun = nouns.add_parser("intake", help="the council's online side: receive packages and sign for them")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="VERB")

    keygen = verbs.add_parser("keygen", parents=parents, help="make the online signing keys")
    keygen.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder of this intake")
    keygen.add_argument("--destination", metavar="ID", help="also write intake.json for this destination")
    keygen.add_argument("--practice", action="store_true", help="with --destination: an intake for practice alone")
    keygen.add_argument("--casework-public", type=Path, metavar="FILE", help="public.json of the offline side")
    keygen.set_defaults(run=_keygen)

    serve = verbs.add_parser("serve", parents=parents, help="receive packages over TLS until told to end")
    serve.add_argument("--config", type=Path, required=True, metavar="DIR")
    serve.add_argument("--listen", required=True, metavar="HOST:PORT", help="port 0 takes any free port and prints it")
    serve.add_argument("--tls-cert", type=Path, required=True, metavar="PEM")
    serve.add_argument("--tls-key", type=Path, required=True, metavar="PEM")
    serve.set_defaults(run=_serve)

    register = verbs.add_parser("register", parents=parents, help="register an organisation whose packages are known")
    register.add_argument("entry", type=Path, metavar="ORG.json", help="{org_id, name, root}")
    register.add_argument("--bundle", type=Path, metavar="FILE", help="the organisation's signed bundle")
    register.add_argument("--config", type=Path, required=True, metavar="DIR")
    register.set_defaults(run=_register)

    listing = verbs.add_parser("list", parents=parents, help="what was received")
    listing.add_argument("--config", type=Path, required=True, metavar="DIR")
    listing.set_defaults(run=_list)


def _keygen(args: argparse.Namespace) -> int:
    public = intake.keygen(args.out, system_random)
    if args.destination:
        casework_public = b""
        if args.casework_public:
            casework_public = read_file(
                args.casework_public, limit=_ENTRY_LIMIT, what="the public key file", code="INTAKE-CASEWORK-KEYS"
            )
        intake.set_up(
            args.out, destination_id=args.destination, practice=args.practice, casework_public=casework_public
        )
    data = {"keys": public.as_json(), "fingerprint": public.fingerprint}
    report(
        args,
        data,
        [
            "The online keys are made. They sign for what arrives and can open nothing.",
            f"Fingerprint: {public.fingerprint}",
            "public.json goes into the council's authority profile, with the role intake.",
        ],
    )
    return 0


def _serve(args: argparse.Namespace) -> int:
    host, _, port = args.listen.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise WrongUse("INTAKE-LISTEN", "--listen must be an address and a port, like 0.0.0.0:8443.")
    config = intake.load_config(args.config)
    log.log_to(make_private_folder(args.config / "log"))
    intake.serve(config, host=host, port=int(port), tls_cert=args.tls_cert, tls_key=args.tls_key)
    return 0


def _register(args: argparse.Namespace) -> int:
    entry = read_file(args.entry, limit=_ENTRY_LIMIT, what="the registration", code="REGISTRY-ENTRY")
    bundle = None
    if args.bundle:
        bundle = read_file(args.bundle, limit=_BUNDLE_LIMIT, what="the bundle", code="REGISTRY-BUNDLE")
    found = intake.register(args.config, entry, bundle)
    workstations = len(found.bundle.workstations) if found.bundle else 0
    report(
        args,
        {
            "org_id": found.org_id,
            "fingerprint": found.root.fingerprint,
            "bundle_seq": found.bundle.seq if found.bundle else 0,
            "workstations": workstations,
        },
        [
            f"{found.org_id} is registered. Compare the fingerprint with them by telephone:",
            found.root.fingerprint,
            f"Workstations known: {workstations}."
            if found.bundle
            else "Its bundle is not here yet: what it sends goes to quarantine until then.",
        ],
    )
    return 0


def _list(args: argparse.Namespace) -> int:
    found = intake.list_received(args.config, SystemClock(), system_random)
    rows = [
        {
            "submission_id": row.submission_id,
            "org_id": row.org_id,
            "sender_known": row.known,
            "status": row.status.value,
            "parcel_sha256": row.parcel_sha256,
            "parcel_size": row.parcel_size,
            "received_at": row.received_at,
            "path": row.path,
        }
        for row in found
    ]
    lines = [
        f"{row.received_at}  {row.submission_id}  {row.status.value}  {row.parcel_size} bytes  "
        f"{row.org_id if row.known else f'SENDER NOT RECOGNISED (claims {row.org_id})'}\n    {row.path}"
        for row in found
    ]
    report(args, {"received": rows}, lines or ["Nothing was received yet."])
    return 0
