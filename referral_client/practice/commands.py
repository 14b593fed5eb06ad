"""Runs this very program's own commands as child processes, as another computer would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from referral_client.base.canonical import Json
from referral_client.base.errors import Refused

_PACKAGE_PARENT = Path(__file__).resolve().parents[2]


def command(*words: str | Path) -> list[str]:
    """The command line of a child process of this program."""
    return [sys.executable, "-m", "referral_client", *map(str, words)]


def environment() -> dict[str, str]:
    """This process's environment, in which the same copy of the program is found first."""
    path = os.pathsep.join(part for part in (str(_PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def run_json(*words: str | Path) -> Json:
    """Run a command with --json to its end and parse what it printed; Refused with its own words when it failed."""
    done = subprocess.run(
        command(*words, "--json"), capture_output=True, text=True, env=environment(), check=False, encoding="utf-8"
    )
    if done.returncode != 0:
        said = json.loads(done.stdout)["error"] if done.stdout.startswith("{") else {}
        raise Refused(
            said.get("code", "PRACTICE-STEP-FAILED"),
            said.get("what", "A step of the practice council failed."),
            reasons=tuple(said.get("reasons", ())) or tuple(done.stderr.splitlines()[-3:]),
        )
    return json.loads(done.stdout)
