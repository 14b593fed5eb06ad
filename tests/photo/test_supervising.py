"""A child process may do anything; the program waits a bounded time, reads a bounded amount, and leaves none behind."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from referral_client.base.errors import MachineLacks
from referral_client.photo import supervising
from referral_client.photo.supervising import Conversation, Ending, converse

PROLOGUE = "import os, signal, sys, time\n"


@pytest.fixture(autouse=True)
def short_graces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "TERMINATE_GRACE", 0.3)


def talk(script: str, *, request: bytes = b"", limit: int = 1000, seconds: float = 20.0) -> Conversation:
    return converse([sys.executable, "-I", "-S", "-c", PROLOGUE + script], [request], limit=limit, seconds=seconds)


def gone(said: Conversation) -> bool:
    """The child's own number was its reply; nothing answers to it any more."""
    return not Path(f"/proc/{int(said.untrusted_reply)}").exists()


def test_a_child_that_answers_and_leaves_is_heard_whole() -> None:
    said = talk("sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])", request=b"abc" * 100)
    assert (said.ending, said.untrusted_reply) == (Ending.FINISHED, b"cba" * 100)


def test_a_child_that_says_nothing_and_leaves_is_heard_as_nothing() -> None:
    said = talk("pass", request=bytes(5_000_000))
    assert (said.ending, said.untrusted_reply) == (Ending.FINISHED, b"")


@pytest.mark.parametrize(
    "how", ["sys.exit(3)", "os.kill(os.getpid(), signal.SIGKILL)", "raise RuntimeError", "os.abort()"]
)
def test_a_child_that_dies_at_the_start_or_in_the_middle_is_known_to_have_died(how: str) -> None:
    assert talk(how).ending is Ending.DIED
    said = talk(f"os.write(1, b'half a rep'); {how}")
    assert (said.ending, said.untrusted_reply) == (Ending.DIED, b"half a rep")


def test_a_child_that_lingers_after_its_answer_is_told_to_stop() -> None:
    said = talk("os.write(1, str(os.getpid()).encode()); os.close(1); time.sleep(600)")
    assert said.ending is Ending.DIED
    assert gone(said)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of the other systems")
def test_a_child_that_will_not_stop_is_killed() -> None:
    said = talk(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.write(1, str(os.getpid()).encode()); os.close(1)\nwhile True: time.sleep(600)"
    )
    assert said.ending is Ending.DIED
    assert gone(said)


def test_a_child_that_never_answers_is_given_up_at_the_deadline() -> None:
    start = time.monotonic()
    said = talk("os.write(1, str(os.getpid()).encode()); time.sleep(600)", seconds=0.5)
    assert said.ending is Ending.TOO_SLOW
    assert gone(said)
    assert time.monotonic() - start < 30


def test_a_child_that_never_listens_does_not_hang_the_program() -> None:
    said = talk("time.sleep(600)", request=bytes(5_000_000), seconds=0.5)
    assert said.ending is Ending.TOO_SLOW


def test_a_child_that_never_stops_talking_is_cut_off() -> None:
    said = talk("while True: os.write(1, bytes(65536))", limit=200_000)
    assert said.ending is Ending.TOO_MUCH
    assert len(said.untrusted_reply) <= 200_000


def test_what_a_child_shouts_on_its_error_output_reaches_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    said = talk("sys.stderr.write('\\x1b[31mCANARY' * 100_000)")
    assert said.ending is Ending.FINISHED
    assert capfd.readouterr() == ("", "")


def test_a_child_inherits_no_environment_and_no_open_files(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("wb"):
        said = talk("os.write(1, repr((sorted(os.environ), os.listdir('/proc/self/fd'))).encode())")
    names, descriptors = eval(said.untrusted_reply)
    assert set(names) <= {"LC_CTYPE", "SYSTEMROOT", "WINDIR"}
    assert len(descriptors) <= 4  # three pipes and the listing itself


def test_a_command_that_cannot_start_is_the_machines_lack() -> None:
    with pytest.raises(MachineLacks) as lack:
        converse(["/no/such/program"], [], limit=1, seconds=1)
    assert lack.value.code == "PHOTO-NO-CHILD"
