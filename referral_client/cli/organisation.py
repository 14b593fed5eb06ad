"""organisation keygen | init | sign | show | diff | install | for-council."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.base.errors import WrongUse
from referral_client.base.ids import is_plain_name, system_random
from referral_client.cli.asking import home_of, passphrase_of
from referral_client.cli.output import report
from referral_client.services.organisations import (
    begin_organisation,
    changes,
    install_organisation_file,
    new_root_key,
    show_organisation,
    sign_organisation_draft,
    write_for_the_council,
)

_CLOCK = SystemClock()


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Add the noun and its verbs."""
    noun = nouns.add_parser("organisation", help="your organisation's signed settings")
    verbs = noun.add_subparsers(required=True, metavar="VERB")
    keygen = verbs.add_parser("keygen", parents=parents, help="make the root key that signs your settings")
    keygen.add_argument("--out", type=Path, required=True, metavar="FILE")
    keygen.set_defaults(run=_keygen)
    init = verbs.add_parser("init", parents=parents, help="an organisation of one person, signed and installed here")
    init.add_argument("--id", required=True, metavar="ORG-ID", help="1 to 63 of a-z, 0-9 and hyphen")
    init.add_argument("--name", required=True)
    init.add_argument("--sector", choices=("school", "health", "both"), required=True)
    init.add_argument("--person", required=True, metavar="NAME")
    init.add_argument("--role", required=True)
    init.add_argument("--policy", action="append", default=[], type=Path, metavar="P.toml")
    init.add_argument("--accept-authority", action="append", default=[], metavar="THUMBPRINT")
    init.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the root key and signed files go")
    init.set_defaults(run=_init)
    sign = verbs.add_parser("sign", parents=parents, help="sign settings written as JSON")
    sign.add_argument("draft", type=Path, metavar="DRAFT.json")
    sign.add_argument("--root-key", type=Path, required=True, metavar="FILE")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE")
    sign.set_defaults(run=_sign)
    show = verbs.add_parser("show", parents=parents, help="what a signed file says, and its fingerprint")
    show.add_argument("file", type=Path)
    show.set_defaults(run=_show)
    diff = verbs.add_parser("diff", parents=parents, help="what differs between two signed files")
    diff.add_argument("before", type=Path)
    diff.add_argument("after", type=Path)
    diff.set_defaults(run=_diff)
    install = verbs.add_parser("install", parents=parents, help="put a signed file in force on this computer")
    install.add_argument("file", type=Path)
    install.add_argument("--root", required=True, metavar="FINGERPRINT", help="as read to you by who keeps the key")
    install.add_argument("--practice", action="store_true", help="a home for practice alone")
    install.set_defaults(run=_install)
    council = verbs.add_parser("for-council", parents=parents, help="the small file a council registers you by")
    council.add_argument("file", type=Path)
    council.add_argument("--out", type=Path, required=True, metavar="ORG.json")
    council.set_defaults(run=_council)


def _keygen(args: argparse.Namespace) -> int:
    public = new_root_key(args.out, passphrase_of(args), system_random)
    data = {"fingerprint": public.fingerprint, "thumbprint": public.thumbprint}
    report(args, data, ["Keep this file and its passphrase apart, and away from the network.", public.fingerprint])
    return 0


def _init(args: argparse.Namespace) -> int:
    if not is_plain_name(args.id):
        raise WrongUse(
            "ORGANISATION-ID", "An organisation’s id is 1 to 63 of a-z, 0-9 and hyphen.", next_step="Choose another."
        )
    begun = begin_organisation(
        home_of(args),
        args.out,
        passphrase_of(args),
        org_id=args.id,
        name=args.name,
        sector=args.sector,
        person=args.person,
        role=args.role,
        policies=args.policy,
        accepts=tuple(args.accept_authority),
        clock=_CLOCK,
        random=system_random,
    )
    data = {
        "org_id": begun.bundle.org_id,
        "fingerprint": begun.fingerprint,
        "root_key": str(begun.root_key),
        "bundle": str(begun.signed),
        "for_council": str(begun.for_council),
        "seq": begun.bundle.seq,
    }
    lines = [
        f"{begun.bundle.name} is set up on this computer.",
        "Give the council the file for it, and read them this fingerprint over the telephone:",
        begun.fingerprint,
        "Move the root key to a stick and put it away.",
    ]
    report(args, data, lines)
    return 0


def _sign(args: argparse.Namespace) -> int:
    bundle = sign_organisation_draft(args.draft, args.root_key, passphrase_of(args), args.out)
    report(args, {"org_id": bundle.org_id, "seq": bundle.seq}, [f"Signed, number {bundle.seq}."])
    return 0


def _show(args: argparse.Namespace) -> int:
    shown = show_organisation(args.file)
    data = {
        "fingerprint": shown.fingerprint,
        "thumbprint": shown.thumbprint,
        "statement": shown.statement.model_dump(mode="json"),
    }
    statement = shown.statement
    lines = [
        "Not checked against anything yet. Compare the fingerprint with who keeps the key:",
        shown.fingerprint,
        f"Number {statement.seq}, issued {statement.issued_at}, to be renewed by {statement.expires_at}",
    ]
    report(args, data, lines)
    return 0


def _diff(args: argparse.Namespace) -> int:
    lines = changes(args.before, args.after)
    report(args, list(lines), lines or ["No difference."])
    return 0


def _install(args: argparse.Namespace) -> int:
    bundle = install_organisation_file(home_of(args), args.file, args.root, practice=args.practice)
    report(args, {"org_id": bundle.org_id, "seq": bundle.seq}, [f"In force: {bundle.name}, number {bundle.seq}."])
    return 0


def _council(args: argparse.Namespace) -> int:
    entry = write_for_the_council(args.file, args.out)
    report(
        args,
        entry,
        [f"Written. The council compares this fingerprint with you: {show_organisation(args.file).fingerprint}"],
    )
    return 0
