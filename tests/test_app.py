"""The composition root: no memory is left on disk, codes are recorded, every ending is said in words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from referral_client.app import main


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_a_crash_leaves_no_memory_on_disk() -> None:
    code = (
        "import ctypes, resource, sys; from referral_client.app import main; main(['referral']);"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0) 0"


def test_the_code_of_a_bug_is_in_the_log_of_its_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Danny Sample")

    monkeypatch.setattr("referral_client.services.people.only_copy", broken)
    (tmp_path / "words").write_text("four words of mine")
    for home in (tmp_path / "one", tmp_path / "two"):
        words = ["--home", str(home), "--passphrase-file", str(tmp_path / "words")]
        assert main(["referral", "list", *words]) == 1
        code = capsys.readouterr().err.split("Code for the help desk: ")[1].strip()
        log = (home / "log" / "referral-client.log").read_text()
        assert code.startswith("BUG-")
        assert code in log
        assert "Danny" not in log


def test_ending_the_input_at_the_prompt_is_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", ended)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert main(["referral", "list", "--home", str(tmp_path / "home")]) == 1
    said = capsys.readouterr().err
    assert "No passphrase was typed." in said
    assert "PASSPHRASE-NOT-TYPED" in said
