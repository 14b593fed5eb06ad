"""`policy check | explain | test | diff | matrix`: photo policies without a screen. Calls services only."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from referral_client.cli.output import report
from referral_client.services.policies import (
    Change,
    check_policies,
    compare_policies,
    explain_policy,
    tabulate_policy,
    try_policy,
)


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """`policy` and its five verbs."""
    noun = nouns.add_parser("policy", help="check, explain and test photo policies")
    verbs = noun.add_subparsers(title="what to do", metavar="VERB", required=True)

    def verb(name: str, words: str, handler: Callable[[argparse.Namespace], int], *names: str) -> None:
        parser = verbs.add_parser(name, help=words, description=words, parents=list(parents))
        for each in names:
            parser.add_argument(each, type=Path, metavar=each.upper())
        parser.set_defaults(run=handler)

    check = verbs.add_parser("check", help="does each file load? every fault with its line", parents=list(parents))
    check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    check.set_defaults(run=_check)
    verb("explain", "what the policy says, in plain English", _explain, "file")
    verb("test", "run the policy’s own cases", _test, "file")
    verb("diff", "which settings and which answers differ between two policies", _diff, "before", "after")
    verb("matrix", "who, with which device, which part of the body: what happens", _matrix, "file")


def _check(args: argparse.Namespace) -> int:
    checks = check_policies(args.files)
    lines: list[str] = []
    for check in checks:
        if check.loads:
            lines.append(f"{check.file}: loads: {check.policy_id} {check.version}, {check.organisation}")
        else:
            lines += check.faults
    held = [check for check in checks if not check.loads]
    if held:
        count = "1 policy does" if len(held) == 1 else f"{len(held)} policies do"
        lines.append(f"{count} not load. Until corrected, no photograph goes under them. Referrals still go.")
    report(args, {"files": [check.as_json() for check in checks]}, lines)
    return 1 if held else 0


def _explain(args: argparse.Namespace) -> int:
    words = explain_policy(args.file)
    report(args, words.as_json(), words.lines)
    return 0


def _test(args: argparse.Namespace) -> int:
    tried = try_policy(args.file)
    lines: list[str] = []
    for result in tried.results:
        lines.append(f"{'ok ' if result.passed else 'NOT'} {result.name}")
        lines += [f"      {difference}" for difference in result.differences]
    as_expected = sum(result.passed for result in tried.results)
    lines.append(f"{as_expected} of {len(tried.results)} cases come out as expected.")
    if not tried.results:
        lines = ["This policy has no cases of its own. Add [[case]] tables: they show that it says what you mean."]
    report(args, tried.as_json(), lines)
    return 0 if tried.passed else 1


def _diff(args: argparse.Namespace) -> int:
    compared = compare_policies(args.before, args.after)
    settings, answers = compared.difference.settings, compared.difference.answers
    lines = ["Settings that differ" if settings else "No setting differs."]
    for change in settings:
        lines += [
            f"- {change.key}",
            f"    before: {change.before or 'not set'}",
            f"    after:  {change.after or 'not set'}",
        ]
    lines += ["", "Answers that differ" if answers else "No answer differs."]
    for change in answers:
        lines += [f"- {change.key}", f"    before: {change.before}", f"    after:  {change.after}"]
    report(args, compared.as_json(), lines)
    return 0


def _changes(changes: Iterable[Change]) -> list[str]:
    return [
        line
        for change in changes
        for line in (
            f"- {change.key}",
            f"    before: {change.before or 'not set'}",
            f"    after:  {change.after or 'not set'}",
        )
    ]


def _matrix(args: argparse.Namespace) -> int:
    table = tabulate_policy(args.file)
    report(args, table.as_json(), table.lines)
    return 0
