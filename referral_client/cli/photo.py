"""`photo inspect | strip | check`: photographs without a screen and without a vault. Calls services only."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.cli.output import report
from referral_client.services.photographs import METADATA_WORDS, check_photo, inspect_photo, strip_photo


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """`photo` and its three verbs."""
    noun = nouns.add_parser("photo", help="what a photograph holds, and a clean copy of it")
    verbs = noun.add_subparsers(title="what to do", metavar="VERB", required=True)
    words = "what the file is, and which hidden information it holds"
    inspect = verbs.add_parser("inspect", help=words, description=words, parents=list(parents))
    inspect.add_argument("file", type=Path, metavar="FILE")
    inspect.set_defaults(run=_inspect)
    words = "write one clean copy: the same picture, the same way up, and nothing hidden"
    strip = verbs.add_parser("strip", help=words, description=words, parents=list(parents))
    strip.add_argument("source", type=Path, metavar="IN")
    strip.add_argument("target", type=Path, metavar="OUT")
    strip.set_defaults(run=_strip)
    words = "what a photo policy says about it, with every rule that speaks"
    check = verbs.add_parser("check", help=words, description=words, parents=list(parents))
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--policy", type=Path, required=True, metavar="P", help="the policy, a TOML file")
    check.add_argument("--facts", type=Path, required=True, metavar="F.json", help="what you state about the picture")
    check.set_defaults(run=_check)


def _inspect(args: argparse.Namespace) -> int:
    facts = inspect_photo(args.file)
    lines = [
        f"A {facts.kind.value.upper()} photograph, {facts.width} x {facts.height} dots, {facts.size} bytes.",
        f"Camera: {' '.join(part for part in (facts.make, facts.model) if part) or 'not named'}.",
        f"Taken, by the camera's clock: {facts.captured_at or 'not stated'}.",
    ]
    if facts.looks_forwarded:
        lines.append("It looks like a screenshot or a forwarded copy.")
    lines += ["Hidden information:" if facts.metadata else "No hidden information."]
    lines += _counted((found.kind.value, found.count) for found in facts.metadata)
    report(args, facts.as_json(), lines)
    return 0


def _strip(args: argparse.Namespace) -> int:
    clean = strip_photo(args.source, args.target)
    lines = [
        "The clean copy is written. Left out:" if clean.removed else "The clean copy is written. Nothing to leave out."
    ]
    lines += _counted((removed.kind.value, removed.count) for removed in clean.removed)
    report(args, clean.as_json(), lines)
    return 0


def _check(args: argparse.Namespace) -> int:
    says = check_photo(args.file, args.policy, args.facts, today=SystemClock().now().date())
    lines = [says.headline]
    for finding in says.findings:
        clause = f" ({finding.clause})" if finding.clause else ""
        lines.append(f"- {finding.message}{clause}")
    if says.tasks:
        lines.append("Still to do:")
    lines += [f"- {task.words}" for task in says.tasks]
    report(args, says.as_json(), lines)
    return 0 if says.goes else 1


def _counted(pairs: Iterable[tuple[str, int]]) -> list[str]:
    return [f"- {METADATA_WORDS[kind]}{f' ({count})' if count > 1 else ''}" for kind, count in pairs]
