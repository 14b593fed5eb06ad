"""`form check | show | diff`: forms without a screen. Calls services only."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from referral_client.cli.output import report
from referral_client.services.forms import Difference, check_forms, compare_forms, list_forms, show_form


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """`form` and its three verbs."""
    noun = nouns.add_parser("form", help="check, show and compare forms")
    verbs = noun.add_subparsers(title="what to do", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="does each file load? every fault with its line", parents=list(parents))
    check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    check.set_defaults(run=_check)
    show = verbs.add_parser("show", help="list the forms, or show what one asks", parents=list(parents))
    show.add_argument("form_id", nargs="?", metavar="ID")
    show.set_defaults(run=_show)
    diff = verbs.add_parser("diff", help="what differs between two forms (ids or files)", parents=list(parents))
    diff.add_argument("before", metavar="A")
    diff.add_argument("after", metavar="B")
    diff.set_defaults(run=_diff)


def _check(args: argparse.Namespace) -> int:
    checks = check_forms(args.files)
    lines: list[str] = []
    for check in checks:
        lines += [*check.faults, *check.warnings]
        if check.loads and check.form is not None:
            lines.append(
                f"{check.file}: loads: {check.form.id} {check.form.version}, {len(check.form.questions)} questions"
            )
        elif check.loads:
            lines.append(f"{check.file}: holds no fault of its own, but the form it stands over does not load")
    held = [check for check in checks if not check.loads or check.form is None]
    report(args, {"files": [check.as_json() for check in checks]}, lines)
    return 1 if held else 0


def _show(args: argparse.Namespace) -> int:
    if args.form_id is None:
        forms = list_forms()
        data = [
            {
                "form_id": form.id,
                "version": form.version,
                "sha256": form.sha256,
                "title": form.title,
                "authority": form.profile.authority_name,
                "example": form.profile.example,
            }
            for form in forms
        ]
        report(args, {"forms": data}, [f"{form.id} {form.version}  {form.title}" for form in forms])
        return 0
    words = show_form(args.form_id)
    report(args, words.as_json(), words.lines)
    return 0


def _diff(args: argparse.Namespace) -> int:
    compared = compare_forms(args.before, args.after)
    lines = [line for difference in compared.differences for line in _lines(difference)]
    report(args, compared.as_json(), lines or ["Nothing that is asked differs."])
    return 0


def _lines(difference: Difference) -> list[str]:
    if difference.change != "changed":
        return [f"{'+' if difference.change == 'added' else '-'} {difference.part}"]
    return [
        f"~ {difference.part}: {difference.key}",
        f"    before: {difference.before or 'nothing'}",
        f"    after:  {difference.after or 'nothing'}",
    ]
