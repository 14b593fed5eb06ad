"""What the tests of the vault share: people, answers, packages. Nobody in here is real."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from referral_client.base.ids import DestinationId, PersonId, ReferralId, SubmissionId, new_uuid, system_random
from referral_client.referral.answers import Answer, AnswerSet, State, answers_from_json
from referral_client.referral.states import ReferralEvent
from referral_client.sealing.atrest import Cost
from referral_client.vault import Delivery, FormRef, NewDelivery, Person, Vault, create_vault

CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
PASSPHRASE = "tallow bicycle orchard"
FORM = FormRef("marf", "1.0", "00" * 32)


class TestClock:
    """Stands still until a test moves it."""

    __test__ = False

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    def move(self, **amount: int) -> None:
        self._now += timedelta(**amount)


def make_store(
    folder: Path, *, clock: TestClock | None = None, name: str = "Ann Teague", passphrase: str = PASSPHRASE
) -> Path:
    create_vault(
        folder,
        person=Person(PersonId(new_uuid()), name, "teacher"),
        passphrase=passphrase,
        practice=False,
        clock=clock or TestClock(),
        random=system_random,
        cost=CHEAP,
    )
    return folder


def answers(words: str = "A bruise on the cheek.", child: str = "Zara") -> AnswerSet:
    return answers_from_json(
        {
            "answers": {"danger.now": "no", "concern.why_now": words},
            "items": {"child": [{"id": "child-1", "answers": {"child.first_name": child, "child.referred": "yes"}}]},
        }
    )


def reworded(before: AnswerSet, words: str) -> AnswerSet:
    return before.with_answer("concern.why_now", Answer(State.VALUE, words))


def lay_package(vault: Vault, content: bytes = b"age-encryption.org/v1\n...", *, urgent: bool = False) -> NewDelivery:
    """A package and its ticket where they have to lie before the row commits."""
    submission = SubmissionId(new_uuid())
    vault.queue.package_path(submission).write_bytes(content)
    vault.queue.ticket_path(submission).write_bytes(b'{"ticket":1}')
    digest = hashlib.sha256(content).hexdigest()
    mode = "urgent" if urgent else "normal"
    return NewDelivery(submission, DestinationId("front-door"), digest, len(content), urgent, mode)


def seal(vault: Vault, referral_id: ReferralId, *, urgent: bool = False) -> Delivery:
    event = ReferralEvent.SEAL_URGENT if urgent else ReferralEvent.SEAL
    return vault.commit_sealing(referral_id, event, lay_package(vault, urgent=urgent), actor="Ann Teague")
