"""A client that may be killed at any moment: one writes and seals small referrals, one sends what waits. Not a test.

Usage: python -m tests.journeys.driver write HOME COUNT PASSPHRASE ANSWERS PHOTO FACTS
       python -m tests.journeys.driver send HOME COUNT
One JSON line on standard output for each thing that was committed: what was said must still be true after any kill.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.base.home import Home
from referral_client.base.ids import ReferralId, system_random
from referral_client.referral import DeliveryState, ReferralState
from referral_client.services.attaching import attach
from referral_client.services.delivering import run_queue, standings
from referral_client.services.drafting import new_draft
from referral_client.services.people import vault_of
from referral_client.services.sending import send
from referral_client.services.settings import settings_in_force
from referral_client.vault import Vault

CLOCK = SystemClock()
WITH_PHOTOGRAPH = 7  # every so many-th referral has one
BETWEEN_ROUNDS = 0.05


def say(step: str, **facts: str) -> None:
    sys.stdout.write(json.dumps({"step": step, **facts}) + "\n")
    sys.stdout.flush()


def seal(vault: Vault, home: Home, referral: ReferralId) -> None:
    say("sealing", referral=referral)
    sent = send(vault, referral, settings_in_force(home, CLOCK), clock=CLOCK, random=system_random)
    say("sealed", referral=referral, submission=sent.delivery.submission_id, sha256=sent.delivery.parcel_sha256)


def write_all(home: Home, count: int, passphrase: str, answers: Path, photo: Path, facts: Path) -> None:
    """Until so many referrals are sealed, the store opened anew for each, as a command would."""
    while True:
        with vault_of(home, passphrase, clock=CLOCK, random=system_random) as vault:
            rows = vault.referrals()
            for row in rows:
                if row.state is not ReferralState.SEALED:
                    seal(vault, home, row.id)
            if len(rows) == count:
                return
            referral = new_draft(vault, "shropshire", answers)
            say("written", referral=referral)
            if len(rows) % WITH_PHOTOGRAPH == 0:
                attested = json.loads(facts.read_bytes())
                attach(vault, referral, photo, attested, settings_in_force(home, CLOCK).policies, CLOCK)
                say("photograph", referral=referral)
            seal(vault, home, referral)


def send_all(home: Home, count: int) -> None:
    """Until so many are stored. Rounds follow each other: the waiting times are for real networks."""
    pause = threading.Event()
    while True:
        states = [each.delivery.state for each in standings(home, clock=CLOCK, random=system_random)]
        if states == [DeliveryState.STORED] * count:
            return
        say("round")
        everything = DeliveryState.WAITING in states
        for ended in run_queue(home, clock=CLOCK, random=system_random, everything=everything):
            say("tried", submission=ended.submission_id, state=ended.state.value, outcome=ended.outcome)
        pause.wait(BETWEEN_ROUNDS)


if __name__ == "__main__":
    role, folder, wanted, *more = sys.argv[1:]
    say("started")
    if role == "write":
        write_all(Home(Path(folder)), int(wanted), more[0], *map(Path, more[1:]))
    else:
        send_all(Home(Path(folder)), int(wanted))
    say("finished")
