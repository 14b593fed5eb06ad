"""The program's own commands as real processes, in a home of their own, as another computer would run them.

HOME, XDG folders and the temporary folder of every process lie below `root`, so that whatever a command leaves
behind is found there. `trail` lists every file that Python code opened for writing, wherever it lies.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from referral_client.app import main

REPOSITORY = Path(__file__).resolve().parents[1]

_WATCH = """
    import os, sys
    _trail = os.open(os.environ["TRAIL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    def _watch(event, found):
        if event == "open" and isinstance(found[0], (str, bytes)):
            flags = found[2] if isinstance(found[2], int) else 0
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                os.write(_trail, os.path.abspath(os.fsencode(found[0])) + b"\\n")
        elif event == "sqlite3.connect" or event.startswith("tempfile."):
            place = str(found[0]).removeprefix("file:").partition("?")[0]
            os.write(_trail, os.path.abspath(os.fsencode(place)) + b"\\n")
    sys.addaudithook(_watch)
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True)
class Computer:
    """One computer: a home of the program, a home of the account, a temporary folder."""

    root: Path
    trail: Path
    passphrase: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in (self.home, self.root / "account", self.root / "temp", self.trail.parent):
            folder.mkdir(parents=True, exist_ok=True)
        (self.trail.parent / "sitecustomize.py").write_text(textwrap.dedent(_WATCH))

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def environment(self) -> dict[str, str]:
        account = self.root / "account"
        return {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "HOME": str(account),
            "XDG_DATA_HOME": str(account / "data"),
            "XDG_CONFIG_HOME": str(account / "config"),
            "XDG_CACHE_HOME": str(account / "cache"),
            "XDG_STATE_HOME": str(account / "state"),
            "XDG_RUNTIME_DIR": str(account / "run"),
            "TMPDIR": str(self.root / "temp"),
            "TRAIL": str(self.trail),
            "PYTHONPATH": os.pathsep.join((str(self.trail.parent), str(REPOSITORY))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            **self.extra,
        }

    def run(self, *words: str | Path, given: str | None = None) -> Done:
        """Run a command to its end; `given` is its standard input (nothing when None)."""
        ended = subprocess.run(
            [sys.executable, "-m", "referral_client", *map(str, words)],
            input=(given or "").encode(),
            capture_output=True,
            env=self.environment,
            cwd=self.root / "temp",
            check=False,
            timeout=120,
        )
        return Done(ended.returncode, ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8"))

    def mine(self, *words: str | Path) -> Done:
        """Run a command in the program's home, with the passphrase on standard input."""
        return self.run(*words, "--home", self.home, "--passphrase-file", "-", given=f"{self.passphrase}\n")

    def here(self, *words: str | Path, given: str | None = None) -> Done:
        """As `run`, inside this very process: forty times quicker, and without an environment of its own."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO((given or "").encode()), encoding="utf-8")
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main([str(word) for word in words])
        finally:
            sys.stdin = stdin
        return Done(code, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))

    def mine_here(self, *words: str | Path) -> Done:
        """As `mine`, inside this very process."""
        return self.here(*words, "--home", self.home, "--passphrase-file", "-", given=f"{self.passphrase}\n")

    def written_to(self) -> list[Path]:
        """Every place that was opened for writing, each once."""
        if not self.trail.exists():
            return []
        return [Path(os.fsdecode(line)) for line in dict.fromkeys(self.trail.read_bytes().splitlines())]


def outside(places: Sequence[Path], allowed: Sequence[Path]) -> list[Path]:
    """The places that lie below none of the allowed ones."""
    return [place for place in places if not any(place == each or each in place.parents for each in allowed)]
