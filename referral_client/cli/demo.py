"""demo: the main job with no screen, on a sample referral."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Sequence
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.base.ids import system_random
from referral_client.cli.output import report, say
from referral_client.practice import Step, run_demo

_STEP_WIDTH = 22
_TIME_WIDTH = 9


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Add the command."""
    demo = nouns.add_parser("demo", parents=parents, help="do the main job with no screen, on a sample referral")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder for everything it makes")
    demo.set_defaults(run=_demo)


def _demo(args: argparse.Namespace) -> int:
    if not args.json:
        say(f"{'Step':<{_STEP_WIDTH}}{'Time':>{_TIME_WIDTH}}  What happened")
    out = args.out.resolve()
    made = run_demo(
        out, clock=SystemClock(), random=system_random, tell=(lambda step: None) if args.json else _print_step
    )
    report(
        args,
        made,
        [
            "",
            "Practice: nobody received this.",
            f"Read first:     {out / 'referral.pdf'}",
            f"What happened:  {out / 'report.json'}",
            f"Everything:     {out}",
        ],
    )
    return 0


def _print_step(step: Step) -> None:
    width = max(40, shutil.get_terminal_size((100, 24)).columns - _STEP_WIDTH - _TIME_WIDTH - 2)
    lines = textwrap.wrap(step.happened, width) or [""]
    say(f"{step.step:<{_STEP_WIDTH}}{step.milliseconds:>{_TIME_WIDTH - 3},} ms  {lines[0]}")
    for line in lines[1:]:
        say(f"{'':<{_STEP_WIDTH + _TIME_WIDTH}}  {line}")
