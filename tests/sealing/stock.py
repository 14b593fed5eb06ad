"""Independent tools for tests in this folder. A test that needs one that is not here is skipped, and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "build" / "stock"
_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def tool(name: str) -> str:
    """The full path of a program of this machine."""
    found = shutil.which(name, path=_PATH)
    if found is None:
        pytest.skip(f"{name} is not installed on this machine")
    return found


def run(*command: str | Path, stdin: bytes = b"", cwd: Path | None = None, ok: bool = True) -> bytes:
    """Run to the end and give standard output; fail loudly unless it ended as expected."""
    done = subprocess.run(command, input=stdin, cwd=cwd, capture_output=True, timeout=120, check=False)
    assert (done.returncode == 0) is ok, done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
    return done.stdout


def node(script: str, *arguments: str | Path) -> bytes:
    """Run a module of JavaScript that imports the packages of tests/stock."""
    if not (PACKAGES / "node_modules").is_dir():
        pytest.skip("the npm packages of tests/stock are not installed; .ci/setup test installs them")
    return run(tool("node"), "--input-type=module", "-", *arguments, stdin=script.encode(), cwd=PACKAGES)
