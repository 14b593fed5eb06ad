"""authority keygen | sign | show | install: a council's signed settings."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from referral_client.base.ids import system_random
from referral_client.cli.asking import home_of, passphrase_of
from referral_client.cli.output import report
from referral_client.services.organisations import (
    install_authority_file,
    new_root_key,
    show_authority,
    sign_authority_draft,
)


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Add the noun and its verbs."""
    noun = nouns.add_parser("authority", help="a council's signed settings")
    verbs = noun.add_subparsers(required=True, metavar="VERB")
    keygen = verbs.add_parser("keygen", parents=parents, help="make the root key that signs a council's settings")
    keygen.add_argument("--out", type=Path, required=True, metavar="FILE")
    keygen.set_defaults(run=_keygen)
    sign = verbs.add_parser("sign", parents=parents, help="sign settings written as JSON")
    sign.add_argument("draft", type=Path, metavar="DRAFT.json")
    sign.add_argument("--root-key", type=Path, required=True, metavar="FILE")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE")
    sign.set_defaults(run=_sign)
    show = verbs.add_parser("show", parents=parents, help="what a signed file says, and its fingerprint")
    show.add_argument("file", type=Path)
    show.set_defaults(run=_show)
    install = verbs.add_parser("install", parents=parents, help="put a council's signed file in force on this computer")
    install.add_argument("file", type=Path)
    install.set_defaults(run=_install)


def _keygen(args: argparse.Namespace) -> int:
    public = new_root_key(args.out, passphrase_of(args), system_random)
    data = {"fingerprint": public.fingerprint, "thumbprint": public.thumbprint}
    report(args, data, ["Keep this file and its passphrase apart, and away from the network.", public.fingerprint])
    return 0


def _sign(args: argparse.Namespace) -> int:
    profile = sign_authority_draft(args.draft, args.root_key, passphrase_of(args), args.out)
    report(args, {"authority_id": profile.authority_id, "seq": profile.seq}, [f"Signed, number {profile.seq}."])
    return 0


def _show(args: argparse.Namespace) -> int:
    shown = show_authority(args.file)
    statement = shown.statement
    data = {
        "fingerprint": shown.fingerprint,
        "thumbprint": shown.thumbprint,
        "statement": statement.model_dump(mode="json"),
    }
    lines = [
        "Not checked against anything yet. Compare the fingerprint with the council:",
        shown.fingerprint,
        f"Thumbprint for your organisation’s file: {shown.thumbprint}",
        f"Number {statement.seq}, issued {statement.issued_at}, to be renewed by {statement.expires_at}",
    ]
    report(args, data, lines)
    return 0


def _install(args: argparse.Namespace) -> int:
    profile = install_authority_file(home_of(args), args.file)
    report(
        args,
        {"authority_id": profile.authority_id, "seq": profile.seq},
        [f"In force: {profile.name}, number {profile.seq}."],
    )
    return 0
