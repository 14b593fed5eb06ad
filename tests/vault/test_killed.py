"""A process killed at any moment loses nothing that it had committed, and leaves the record whole."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from referral_client.base.ids import PhotoId, ReferralId, SubmissionId, system_random
from referral_client.vault import Vault, open_vault

from .child_writer import numbered, photograph
from .sample import PASSPHRASE, TestClock

ROOT = Path(__file__).resolve().parents[2]
KILLS = 40

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a thing of POSIX")


def run_until_killed(folder: Path, steps: int, seconds: float) -> list[dict[str, Any]]:
    """Start the writer, kill it `seconds` after its `steps`-th step, and give what it said it had committed."""
    writer = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("child_writer.py")), str(folder), PASSPHRASE],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert writer.stdout is not None
    with writer, writer.stdout as said:
        lines = [said.readline() for _ in range(1 + steps)]
        killer = threading.Timer(seconds, writer.kill)
        killer.start()
        lines += said.read().splitlines(keepends=True)
        killer.join()
    assert writer.returncode == -9
    told = [json.loads(line) for line in lines if line.endswith(b"\n")]
    assert told[0]["step"] == "open"
    return told[1:]


def expect(vault: Vault, said: list[dict[str, Any]]) -> None:
    """Everything committed is there. The step after the last word may have been committed too, or not."""
    saved = {each["referral"]: each["number"] for each in said if each["step"] in ("new", "save")}
    for referral, number in saved.items():
        assert vault.referral(ReferralId(referral)).answers in (numbered(number), numbered(number + 1))
    for each in said:
        if each["step"] == "photo":
            assert vault.photo_bytes(PhotoId(each["photo"])) == photograph(each["number"])
            assert vault.original_bytes(PhotoId(each["photo"])) == photograph(each["number"] + 1)
        if each["step"] == "sealed":
            assert vault.queue.package_path(SubmissionId(each["submission"])).is_file()
            assert vault.referral(ReferralId(each["referral"])).state == "sealed"
        if each["step"] == "first byte":
            assert vault.queue.delivery(SubmissionId(each["submission"])).first_byte_left
        if each["step"] == "receipt":
            assert vault.queue.receipts(SubmissionId(each["submission"])) == [f"receipt {each['number']}".encode()]


def kill_again_and_again(folder: Path, kills: int) -> None:
    dice = random.Random(int.from_bytes(system_random(4), "big"))
    steps: set[str] = set()
    for _ in range(kills):
        said = run_until_killed(folder, dice.randrange(25), dice.uniform(0.0, 0.01))
        with open_vault(folder, PASSPHRASE, TestClock(), system_random) as vault:
            expect(vault, said)
            vault.verify_audit()
            assert vault.check() == ()
        names = [path.name for part in ("blobs", "outbox") for path in (folder / part).iterdir()]
        assert not any(name.endswith(".tmp") for name in names)
        steps |= {each["step"] for each in said}
    assert steps >= {"new", "save", "photo", "sealed", "receipt"}


def test_forty_kills_lose_nothing(folder: Path) -> None:
    kill_again_and_again(folder, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_thousand_kills_lose_nothing(folder: Path) -> None:
    kill_again_and_again(folder, 1000)
