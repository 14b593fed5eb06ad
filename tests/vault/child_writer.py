"""A process that writes to a store for ever and says so after each commit, until it is killed. Not a test.

Usage: python child_writer.py FOLDER. One JSON line on standard output for each step that was committed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.base.ids import DestinationId, ReferralId, SubmissionId, new_uuid, system_random
from referral_client.referral.answers import Answer, AnswerSet, State
from referral_client.referral.states import DeliveryEvent, ReferralEvent
from referral_client.vault import FormRef, NewDelivery, Vault, open_vault


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def numbered(number: int) -> AnswerSet:
    return AnswerSet().with_answer("concern.why_now", Answer(State.VALUE, f"{number} " * 400))


def photograph(number: int) -> bytes:
    return number.to_bytes(8, "big") * 20_000


def write_for_ever(vault: Vault) -> None:
    number = 0
    while True:
        referral = vault.new_referral(FormRef("marf", "1", "00" * 32), numbered(number))
        say(step="new", referral=referral, number=number)
        for _ in range(6):
            number += 1
            vault.save_answers(referral, numbered(number))
            say(step="save", referral=referral, number=number)
        photo = vault.add_photo(
            referral, clean=photograph(number), media_type="image/png", facts={}, original=photograph(number + 1)
        )
        say(step="photo", photo=photo, number=number)
        seal(vault, referral, number)


def seal(vault: Vault, referral: ReferralId, number: int) -> None:
    submission = SubmissionId(new_uuid())
    content = f"sealed {number}".encode() * 1000
    vault.queue.package_path(submission).write_bytes(content)
    vault.queue.ticket_path(submission).write_bytes(b"{}")
    digest = hashlib.sha256(content).hexdigest()
    delivery = NewDelivery(submission, DestinationId("front-door"), digest, len(content), False, "normal")
    vault.commit_sealing(referral, ReferralEvent.SEAL, delivery, actor="child")
    say(step="sealed", submission=submission, referral=referral)
    vault.queue.move(submission, DeliveryEvent.ANNOUNCED)
    vault.queue.move(submission, DeliveryEvent.FIRST_BYTE)
    say(step="first byte", submission=submission)
    vault.queue.add_receipt(submission, f"receipt {number}".encode(), DeliveryEvent.RECEIPT_STORED)
    say(step="receipt", submission=submission, number=number)


if __name__ == "__main__":
    with open_vault(Path(sys.argv[1]), sys.argv[2], SystemClock(), system_random) as opened:
        say(step="open")
        write_for_ever(opened)
