"""Who writes, who sends and the intake are killed, again and again, at moments drawn from a seed that is printed.

The writer and the sender are two processes over one home, as a person's commands and `queue run` are.
"""

from __future__ import annotations

import collections
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from referral_client.base.ids import system_random
from referral_client.casework.office import read_identities
from referral_client.practice import Council, sample_photographs, sample_policy
from referral_client.practice.commands import environment
from referral_client.referral import DeliveryState, ReferralState
from referral_client.sealing.opening import open_package
from referral_client.services.delivering import counted_receipts
from referral_client.services.organisations import install_authority_file
from referral_client.services.people import vault_of
from referral_client.services.settings import settings_in_force
from referral_client.vault import Vault
from tests.intake.rig import chain_faults
from tests.journeys.place import CLOCK, Member, School, answers, make_school

pytestmark = pytest.mark.journey
LONGEST_LIFE = 2.5  # seconds that a client which is to be killed may live after it began to work
LONGEST_PEACE = 3.0  # seconds between two kills of the intake


@dataclass(slots=True)
class Told:
    """What every client said before it ended, and where each was when it was killed."""

    lines: list[Any] = field(default_factory=list)
    killed_after: collections.Counter[str] = field(default_factory=collections.Counter)

    def of(self, step: str, name: str) -> set[str]:
        return {line[name] for line in self.lines if line["step"] == step}


@pytest.mark.timeout(600)
def test_fifty_referrals_are_taken_in_exactly_once_whatever_is_killed(tmp_path: Path, council: Council) -> None:
    _survive(tmp_path, council, referrals=50, kills=12)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_three_hundred_referrals_are_taken_in_exactly_once_whatever_is_killed(tmp_path: Path, council: Council) -> None:
    _survive(tmp_path, council, referrals=300, kills=80)


def _survive(tmp_path: Path, council: Council, *, referrals: int, kills: int) -> None:
    seed = random.SystemRandom().randrange(10**9)
    school, lead = _school(tmp_path, council)
    told = Told()
    began = time.monotonic()
    council.start()
    with (
        _meanwhile(lambda stop: _kill_intake(council, random.Random(f"intake {seed}"), kills, stop)),
        _meanwhile(lambda stop: _live(_sender(school, referrals), told, random.Random(f"send {seed}"), kills, stop)),
    ):
        writer = _writer(tmp_path, school, lead, referrals)
        _live(writer, told, random.Random(f"write {seed}"), kills, threading.Event())
    seconds = time.monotonic() - began
    council.kill()
    print(  # noqa: T201 - the numbers are the result
        f"\nseed {seed}: {referrals} referrals, clients killed {told.killed_after.total()} times "
        f"({dict(told.killed_after)}), intake killed {kills} times, {seconds:.0f} s"
    )
    assert told.killed_after.total() >= kills
    _check(school, lead, council, told, referrals)


def _check(school: School, lead: Member, council: Council, told: Told, referrals: int) -> None:
    outbox = school.home.people / lead.enrolment.person.id / "outbox"
    names = sorted(path.name for path in outbox.iterdir())
    with vault_of(school.home, lead.passphrase, clock=CLOCK, random=system_random) as vault:
        vault.verify_audit()
        assert vault.check() == ()
        rows = vault.referrals()
        assert {row.state for row in rows} == {ReferralState.SEALED}
        assert len(rows) == referrals
        assert told.of("written", "referral") <= {row.id for row in rows}
        sent = _proved(vault, school)
    assert len(sent) == referrals
    assert names == sorted(f"{each}{suffix}" for each in sent for suffix in (".age", ".ticket.json"))
    said = {(line["submission"], line["sha256"]) for line in told.lines if line["step"] == "sealed"}
    assert said <= set(sent.items())

    received = council.received()
    assert len(received) == len({(each["org_id"], each["submission_id"]) for each in received}) == referrals
    assert {each["submission_id"]: each["parcel_sha256"] for each in received} == sent
    assert {each["status"] for each in received} == {"stored"}
    log = [path.read_bytes() for path in sorted((council.intake_folder / "data" / "log").rglob("*.json"))]
    assert (len(log), chain_faults(log)) == (referrals, [])
    identities = read_identities(council.casework_folder / "identity.txt")
    for each in received:
        with open_package(
            Path(each["path"]),
            identities,
            lookup=lambda _org, _workstation: lead.enrolment.workstation_keys,
            accept_practice=True,
        ) as opened:
            assert (opened.parcel_sha256, opened.sender_known) == (sent[each["submission_id"]], True)
            assert opened.manifest.review.waived == "written by the lead"


def _proved(vault: Vault, school: School) -> dict[str, str]:
    """Submission and digest of every delivery; each is stored and has one receipt that verifies today."""
    settings = settings_in_force(school.home, CLOCK)
    found = {}
    for delivery in vault.queue.deliveries():
        assert delivery.state is DeliveryState.STORED
        (receipt,) = counted_receipts(vault.queue, delivery.submission_id, settings)
        assert (receipt.submission_id, receipt.parcel_sha256) == (delivery.submission_id, delivery.parcel_sha256)
        assert len(vault.queue.receipts(delivery.submission_id)) == 1
        found[str(delivery.submission_id)] = delivery.parcel_sha256
    return found


def _school(tmp_path: Path, council: Council) -> tuple[School, Member]:
    school = make_school(tmp_path / "school", council)
    lead = school.enter("Ruth Sample", "Designated safeguarding lead")
    school.tell_council(school.issue(policies=[sample_policy().read_text(encoding="utf-8")]))
    install_authority_file(school.home, council.authority_file)
    return school, lead


def _writer(tmp_path: Path, school: School, lead: Member, referrals: int) -> list[str]:
    photo, facts = tmp_path / "photo.jpg", tmp_path / "facts.json"
    Image.new("RGB", (64, 48), (120, 90, 60)).save(photo)
    facts.write_text(json.dumps(sample_photographs()[0].facts))
    return _driver("write", school, referrals, lead.passphrase, answers(tmp_path, "Ada"), photo, facts)


def _sender(school: School, referrals: int) -> list[str]:
    return _driver("send", school, referrals)


def _driver(role: str, school: School, referrals: int, *more: str | Path) -> list[str]:
    given = (role, school.home.root, referrals, *more)
    return [sys.executable, "-m", "tests.journeys.driver", *map(str, given)]


def _live(words: list[str], told: Told, chance: random.Random, kills: int, stop: threading.Event) -> None:
    """Run a client again and again, killed so many times at most, until it has done its work."""
    for _ in range(kills):
        if stop.is_set() or _ran_to_its_end(words, told, chance.uniform(0, LONGEST_LIFE)):
            return
    _ran_to_its_end(words, told, None)


def _ran_to_its_end(words: list[str], told: Told, seconds: float | None) -> bool:
    """Run the client, for so many seconds of work or to its end; True when it ended well by itself."""
    started = threading.Event()
    said: list[Any] = []

    def listen() -> None:
        for line in client.stdout or ():
            if line.endswith("\n"):  # what was cut off by the kill was not said
                said.append(json.loads(line))
            started.set()
        started.set()

    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment()) as client:
        listener = threading.Thread(target=listen)
        listener.start()
        started.wait()
        try:
            client.wait(seconds)
        except subprocess.TimeoutExpired:
            client.kill()
        listener.join()
    told.lines += said
    if client.returncode == -signal.SIGKILL:
        told.killed_after[said[-1]["step"]] += 1
        return False
    assert client.returncode == 0
    return True


def _kill_intake(council: Council, chance: random.Random, times: int, stop: threading.Event) -> None:
    """Kill the intake so many times, and start it again each time."""
    for _ in range(times):
        if stop.wait(chance.uniform(0, LONGEST_PEACE)):
            return
        council.kill()
        council.start()


@contextmanager
def _meanwhile(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do the work on another thread; the block ends when it is done. A fault here tells it to stop."""
    stop = threading.Event()
    faults: list[BaseException] = []

    def do() -> None:
        try:
            work(stop)
        except BaseException as fault:  # noqa: BLE001 - told to the test below
            faults.append(fault)

    thread = threading.Thread(target=do)
    thread.start()
    try:
        yield
    except BaseException:
        stop.set()
        raise
    finally:
        thread.join()
    assert faults == []
