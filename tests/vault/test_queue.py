"""The queue works while the store is shut, moves by the table, and never forgets a receipt or a first byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from referral_client.base.errors import Refused
from referral_client.base.ids import SubmissionId, new_uuid, system_random
from referral_client.referral.states import DeliveryEvent, DeliveryState, NoSuchMove
from referral_client.vault import Damaged, Queue, Vault, open_queue, open_vault

from .sample import FORM, PASSPHRASE, TestClock, answers, lay_package, seal


@pytest.fixture
def sealed(vault: Vault) -> SubmissionId:
    return seal(vault, vault.new_referral(FORM, answers())).submission_id


@pytest.fixture
def shut(vault: Vault, sealed: SubmissionId, folder: Path, clock: TestClock) -> Iterator[Queue]:
    """The queue of the store, opened without its passphrase."""
    vault.close()
    queue = open_queue(folder, clock, system_random)
    yield queue
    queue.close()


def test_a_sealed_referral_is_delivered_while_the_store_is_shut(
    shut: Queue, sealed: SubmissionId, folder: Path, clock: TestClock
) -> None:
    later = clock.now() + timedelta(minutes=5)
    assert shut.ticket_bytes(sealed) == b'{"ticket":1}'
    assert [each.submission_id for each in shut.due(clock.now())] == [sealed]
    shut.move(sealed, DeliveryEvent.TRY_LATER, due_at=later, outcome="TRANSPORT-UNREACHABLE", attempts=1)
    assert shut.due(clock.now()) == []
    assert len(shut.due(None)) == 1
    clock.move(minutes=5)
    assert len(shut.due(clock.now())) == 1
    shut.move(sealed, DeliveryEvent.ANNOUNCED, transport="native")
    shut.move(sealed, DeliveryEvent.FIRST_BYTE)
    shut.note_progress(sealed, 10)
    shut.move(sealed, DeliveryEvent.ALL_BYTES)
    shut.add_receipt(sealed, b"receipt 1", DeliveryEvent.RECEIPT_STORED)
    delivery = shut.delivery(sealed)
    assert (delivery.state, delivery.attempts, delivery.first_byte_left) == (DeliveryState.STORED, 1, True)
    assert (delivery.last_outcome, delivery.transport, delivery.offset) == ("TRANSPORT-UNREACHABLE", "native", 10)
    shut.close()
    with open_vault(folder, PASSPHRASE, clock, system_random) as opened:
        opened.verify_audit()
        assert opened.check() == ()
        told = [entry.detail["event"] for entry in opened.audit_entries() if entry.kind == "delivery-moved"]  # type: ignore[index]
        assert told == ["TRY_LATER", "ANNOUNCED", "FIRST_BYTE", "ALL_BYTES"]


def test_receipts_are_kept_for_ever_and_a_state_never_goes_back(shut: Queue, sealed: SubmissionId) -> None:
    steps = [
        (b"opened", DeliveryEvent.RECEIPT_OPENED, DeliveryState.OPENED),
        (b"stored, late", DeliveryEvent.RECEIPT_STORED, DeliveryState.OPENED),
        (b"opened", DeliveryEvent.RECEIPT_OPENED, DeliveryState.OPENED),
        (b"decided", DeliveryEvent.RECEIPT_DECIDED, DeliveryState.DECIDED),
        (b"registered, late", DeliveryEvent.RECEIPT_REGISTERED, DeliveryState.DECIDED),
    ]
    for body, event, state in steps:
        assert shut.add_receipt(sealed, body, event).state is state
    assert shut.receipts(sealed) == [b"opened", b"stored, late", b"decided", b"registered, late"]
    assert shut.due(None) == []


def test_once_a_first_byte_has_left_nothing_is_withdrawn(shut: Queue, sealed: SubmissionId) -> None:
    shut.move(sealed, DeliveryEvent.ANNOUNCED)
    shut.move(sealed, DeliveryEvent.FIRST_BYTE)
    shut.move(sealed, DeliveryEvent.TRY_LATER)
    head = shut.audit_head()
    with pytest.raises(NoSuchMove):
        shut.move(sealed, DeliveryEvent.WITHDRAW)
    assert shut.audit_head() == head
    assert shut.delivery(sealed).first_byte_left


def test_a_step_that_the_table_does_not_have_changes_nothing(shut: Queue, sealed: SubmissionId) -> None:
    before = shut.delivery(sealed)
    for event in (DeliveryEvent.ALL_BYTES, DeliveryEvent.FIRST_BYTE, DeliveryEvent.RELEASED):
        with pytest.raises(NoSuchMove):
            shut.move(sealed, event, outcome="X-Y")
    assert shut.delivery(sealed) == before


def test_events_that_bring_something_have_their_own_steps(shut: Queue, sealed: SubmissionId) -> None:
    for event in (DeliveryEvent.RECEIPT_STORED, DeliveryEvent.SEALED_AGAIN):
        with pytest.raises(ValueError, match="own step"):
            shut.move(sealed, event)
    with pytest.raises(ValueError, match="receipt"):
        shut.add_receipt(sealed, b"", DeliveryEvent.ANNOUNCED)


def test_only_codes_stand_in_clear(shut: Queue, sealed: SubmissionId, clock: TestClock) -> None:
    before = shut.delivery(sealed)
    for words in ("Zara has a bruise", "zara@example.org", "a\nb", "ünreachable"):
        with pytest.raises(ValueError, match="not a code"):
            shut.move(sealed, DeliveryEvent.TRY_LATER, outcome=words)
        with pytest.raises(ValueError, match="not a code"):
            shut.set_due(sealed, clock.now(), outcome=words)
        with pytest.raises(ValueError, match="not a code"):
            shut.add_receipt(sealed, b"r", DeliveryEvent.RECEIPT_STORED, outcome=words)
    assert shut.delivery(sealed) == before
    assert shut.receipts(sealed) == []


def test_sealing_again_keeps_the_id_and_the_earlier_digest(vault: Vault, sealed: SubmissionId) -> None:
    queue = vault.queue
    first = queue.delivery(sealed)
    queue.move(sealed, DeliveryEvent.ANNOUNCED)
    queue.move(sealed, DeliveryEvent.SEALING_BEGAN)
    assert queue.due(None) == []
    queue.package_path(sealed).write_bytes(b"sealed anew")
    digest = "e9e0cd2b2e1e0e54ab4ad3dd1bd0b0d6a2e9b8a1b0d7b1d3c6cf5fd7c1cfd7aa"
    after = queue.sealed_again(sealed, parcel_sha256=digest, parcel_size=11)
    assert (after.state, after.parcel_sha256, after.parcel_size) == (DeliveryState.QUEUED, digest, 11)
    assert queue.earlier_digests(sealed) == [first.parcel_sha256]
    with pytest.raises(NoSuchMove):
        queue.sealed_again(sealed, parcel_sha256=digest, parcel_size=11)


def test_to_be_sent_comes_before_to_be_asked_and_urgent_before_the_rest(vault: Vault, clock: TestClock) -> None:
    asked, normal, urgent = (
        seal(vault, vault.new_referral(FORM, answers()), urgent=each == 2).submission_id for each in range(3)
    )
    vault.queue.add_receipt(asked, b"stored", DeliveryEvent.RECEIPT_STORED, due_at=clock.now())
    assert [each.submission_id for each in vault.queue.due(clock.now())] == [urgent, normal, asked]
    vault.queue.set_due(asked, clock.now() + timedelta(hours=1), outcome="NOTHING-NEW")
    assert len(vault.queue.due(clock.now())) == 2
    assert vault.queue.delivery(asked).last_outcome == "NOTHING-NEW"


def test_held_and_handed_over_wait_for_a_person(shut: Queue, sealed: SubmissionId) -> None:
    shut.move(sealed, DeliveryEvent.NEEDS_A_PERSON, outcome="PACKAGE-DAMAGED")
    assert shut.due(None) == []
    shut.move(sealed, DeliveryEvent.HANDED_OVER)
    assert shut.due(None) == []
    assert shut.add_receipt(sealed, b"opened", DeliveryEvent.RECEIPT_OPENED).state is DeliveryState.OPENED


def test_the_same_submission_is_never_queued_twice(vault: Vault) -> None:
    first, second = vault.new_referral(FORM, answers()), vault.new_referral(FORM, answers())
    package = lay_package(vault)
    from referral_client.referral.states import ReferralEvent, ReferralState

    vault.commit_sealing(first, ReferralEvent.SEAL, package, actor="Ann Teague")
    with pytest.raises(Refused) as caught:
        vault.commit_sealing(second, ReferralEvent.SEAL, package, actor="Ann Teague")
    assert caught.value.code == "VAULT-NOT-TAKEN"
    assert vault.referral(second).state is ReferralState.DRAFT
    vault.verify_audit()


def test_an_id_from_outside_never_becomes_a_path(shut: Queue) -> None:
    for name in ("../../vault", "", "a/b", new_uuid().upper()):
        for step in (shut.package_path, shut.ticket_path, shut.ticket_bytes, shut.delivery, shut.receipts):
            with pytest.raises(Refused):
                step(SubmissionId(name))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE delivery SET state = 'decided'",
        "UPDATE delivery SET parcel_size = parcel_size + 1",
        "UPDATE delivery SET due_at = '2030-01-01T00:00:00Z'",
        "UPDATE delivery SET first_byte_left = 1",
        "UPDATE delivery SET receipts = 1",
    ],
)
def test_a_damaged_row_is_an_error_and_never_a_wrong_answer(shut: Queue, sealed: SubmissionId, damage: str) -> None:
    shut._connection.execute(damage)
    with pytest.raises(Damaged):
        shut.delivery(sealed)
    with pytest.raises(Damaged):
        shut.deliveries()


def test_a_receipt_damaged_or_taken_away_shows(shut: Queue, sealed: SubmissionId) -> None:
    shut.add_receipt(sealed, b"stored", DeliveryEvent.RECEIPT_STORED)
    shut._connection.execute("UPDATE receipt SET body = x'00'")
    with pytest.raises(Damaged):
        shut.receipts(sealed)
    shut._connection.execute("DELETE FROM receipt")
    with pytest.raises(Damaged):
        shut.receipts(sealed)


def test_the_queue_and_the_open_store_take_turns(vault: Vault, sealed: SubmissionId, folder: Path) -> None:
    """The outbox thread has a connection of its own; both write, and the chain stays one."""
    beside = open_queue(folder, TestClock(), system_random)
    try:
        referral = vault.new_referral(FORM, answers())
        beside.move(sealed, DeliveryEvent.TRY_LATER)
        vault.save_answers(referral, answers("more"))
        beside.move(sealed, DeliveryEvent.ANNOUNCED)
        vault.set_notes(referral, {})
    finally:
        beside.close()
    vault.verify_audit()
    assert vault.queue.delivery(sealed).state is DeliveryState.ANNOUNCED


def test_ten_thousand_rows_are_listed_by_one_look_and_due_ones_by_an_index(vault: Vault, clock: TestClock) -> None:
    referral = vault.new_referral(FORM, answers())
    model = seal(vault, referral)
    vault._connection.execute("BEGIN")
    for number in range(10_000):
        due = clock.now() + timedelta(minutes=number)
        vault.queue._write(replace(model, submission_id=SubmissionId(new_uuid()), due_at=due), new=True)
    vault._connection.execute("COMMIT")
    assert len(vault.queue.deliveries()) == 10_001
    two_hours = 120  # a later time was written while a clock was wrong, and counts as due
    assert len(vault.queue.due(clock.now())) == 2 + 10_000 - two_hours - 1
    from referral_client.vault.queue import _ABSURD, _DUE

    vault._connection.set_authorizer(None)
    for question in (_DUE, _ABSURD):
        plan = vault._connection.execute(f"EXPLAIN QUERY PLAN {question}", ("x",) * 11).fetchall()
        assert "delivery_due" in str(plan)
