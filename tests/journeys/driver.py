"""A client that writes, seals and sends small referrals until all are stored, and may be killed at any moment.

Usage: python -m tests.journeys.driver HOME PASSPHRASE ANSWERS PHOTO FACTS COUNT. Not a test. One JSON line on
standard output for each thing that was committed: what was said must still be true after any kill.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.base.home import Home
from referral_client.base.ids import ReferralId, system_random
from referral_client.referral import DeliveryState, ReferralState
from referral_client.services.attaching import attach_files
from referral_client.services.delivering import run_queue
from referral_client.services.drafting import new_draft
from referral_client.services.people import vault_of
from referral_client.services.sending import send
from referral_client.services.settings import settings_in_force
from referral_client.vault import Vault

CLOCK = SystemClock()
WITH_PHOTOGRAPH = 7  # every so many-th referral has one
AT_ONCE = 3


def say(step: str, **facts: str) -> None:
    sys.stdout.write(json.dumps({"step": step, **facts}) + "\n")
    sys.stdout.flush()


def write(vault: Vault, home: Home, answers: Path, picture: tuple[Path, Path], number: int) -> ReferralId:
    """A draft; now and then a photograph with it."""
    referral = new_draft(vault, "shropshire", answers)
    say("written", referral=referral)
    if number % WITH_PHOTOGRAPH == 0:
        attach_files(vault, referral, [picture], settings_in_force(home, CLOCK).policies, CLOCK)
        say("photograph", referral=referral)
    return referral


def seal(vault: Vault, home: Home, referral: ReferralId) -> None:
    say("sealing", referral=referral)
    sent = send(vault, referral, settings_in_force(home, CLOCK), clock=CLOCK, random=system_random)
    say("sealed", referral=referral, submission=sent.delivery.submission_id, sha256=sent.delivery.parcel_sha256)


def until_all_are_stored(home: Home, passphrase: str, answers: Path, picture: tuple[Path, Path], count: int) -> None:
    complete = False
    while True:
        with vault_of(home, passphrase, clock=CLOCK, random=system_random) as vault:
            rows = vault.referrals()
            for row in rows:
                if row.state is not ReferralState.SEALED:
                    seal(vault, home, row.id)
            for number in range(len(rows), min(len(rows) + AT_ONCE, count)):
                seal(vault, home, write(vault, home, answers, picture, number))
            complete = len(vault.referrals()) == count
            if complete and all(each.state is DeliveryState.STORED for each in vault.queue.deliveries()):
                return
        say("round")
        for ended in run_queue(home, clock=CLOCK, random=system_random, everything=complete):
            say("tried", submission=ended.submission_id, state=ended.state.value, outcome=ended.outcome)


if __name__ == "__main__":
    folder, passphrase, answers_file, photo, facts, wanted = sys.argv[1:]
    say("started")
    until_all_are_stored(Home(Path(folder)), passphrase, Path(answers_file), (Path(photo), Path(facts)), int(wanted))
    say("finished")
