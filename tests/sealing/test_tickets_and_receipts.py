"""Tickets and receipts: what is signed, by whom it may be signed, and what is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.base.errors import Refused
from referral_client.sealing.age_write import seal_bytes
from referral_client.sealing.receipt import (
    FIRST_IN_LOG,
    Outcome,
    Receipt,
    ReceiptRole,
    ReceiptStatus,
    peek_receipt,
    sign_receipt,
    verify_receipt,
)
from referral_client.sealing.recipients import recipient_of
from referral_client.sealing.signing import NotGenuine, PayloadType, sign
from referral_client.sealing.statements import NotUnderstood, OnlyPractice
from referral_client.sealing.ticket import Ticket, peek_ticket, sign_ticket, verify_ticket
from sealing.sample import SUBMISSION, Keys

DIGEST = "5f" * 32


@pytest.fixture
def ticket() -> Ticket:
    return Ticket(
        submission_id=SUBMISSION,
        destination_id="shropshire",
        org_id="oakfield-school",
        workstation="office-2",
        parcel_sha256=DIGEST,
        parcel_size=38_032,
        rids=("ab" * 16,),
        created_at="2026-11-22T15:52:00Z",
        bundle_seq=3,
    )


@pytest.fixture
def receipt() -> Receipt:
    return Receipt(
        receipt_id="0b0e7a34-6a52-4f3e-8a1b-0d3c5b2f9a77",
        submission_id=SUBMISSION,
        destination_id="shropshire",
        org_id="oakfield-school",
        parcel_sha256=DIGEST,
        parcel_size=38_032,
        status=ReceiptStatus.STORED,
        received_at="2026-11-22T15:52:09Z",
        log_index=0,
        log_prev_sha256=FIRST_IN_LOG,
        replica="intake-1",
    )


def statuses(receipt: Receipt, keys: Keys) -> dict[ReceiptStatus, Receipt]:
    """One receipt of each status, with the facts that go with it."""
    reference = base64.b64encode(seal_bytes(b"CAS-2026-0001", [recipient_of(keys.reply)])).decode()
    return {
        ReceiptStatus.STORED: receipt,
        ReceiptStatus.QUARANTINED: replace(receipt, status=ReceiptStatus.QUARANTINED, reason="sender-unknown"),
        ReceiptStatus.OPENED: replace(receipt, status=ReceiptStatus.OPENED, manifest_sha256=DIGEST),
        ReceiptStatus.REGISTERED: replace(
            receipt, status=ReceiptStatus.REGISTERED, manifest_sha256=DIGEST, case_ref_sealed=reference
        ),
        ReceiptStatus.DECIDED: replace(
            receipt, status=ReceiptStatus.DECIDED, manifest_sha256=DIGEST, outcome=Outcome.SECTION_17.value
        ),
        ReceiptStatus.CANNOT_OPEN: replace(receipt, status=ReceiptStatus.CANNOT_OPEN, reason="damaged"),
    }


def test_a_ticket_comes_back_as_it_was_signed(ticket: Ticket, keys: Keys) -> None:
    signed = sign_ticket(ticket, keys.workstation)
    assert len(signed) < 6000
    assert peek_ticket(signed) == ticket
    assert verify_ticket(signed, keys.workstation.public) == ticket
    with pytest.raises(NotGenuine):
        verify_ticket(signed, keys.intake.public)


def test_a_practice_ticket_is_taken_only_in_practice(ticket: Ticket, keys: Keys) -> None:
    signed = sign_ticket(replace(ticket, practice=True), keys.workstation)
    assert b"practice" in base64.b64decode(json.loads(signed)["payload"])
    with pytest.raises(OnlyPractice):
        peek_ticket(signed)
    with pytest.raises(OnlyPractice):
        verify_ticket(signed, keys.workstation.public)
    assert verify_ticket(signed, keys.workstation.public, accept_practice=True).practice


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"crit": ["practice", "something"]}, "crit"),
        ({"crit": "practice"}, "crit"),
        ({"v": 2}, "type and v"),
        ({"v": True}, "type and v"),
        ({"type": "referral-receipt"}, "type and v"),
        ({"submission_id": SUBMISSION.upper()}, "submission_id"),
        ({"org_id": "../etc"}, "org_id"),
        ({"org_id": "oakfield-school\n"}, "org_id"),
        ({"parcel_sha256": DIGEST.upper()}, "parcel_sha256"),
        ({"parcel_sha256": DIGEST + "\n"}, "parcel_sha256"),
        ({"parcel_size": -1}, "parcel_size"),
        ({"parcel_size": "38032"}, "parcel_size"),
        ({"parcel_size": True}, "parcel_size"),
        ({"rids": []}, "rids"),
        ({"rids": ["ab" * 16] * 2}, "rids"),
        ({"rids": ["ab" * 16 + "\n"]}, "rids"),
        ({"rids": "ab" * 16}, "rids"),
        ({"created_at": "2026-11-22T15:52:00+00:00"}, "created_at"),
        ({"created_at": "2026-11-22T15:52:00Z\n"}, "created_at"),
        ({"created_at": "2026-02-30T15:52:00Z"}, "created_at"),
        ({"earlier_digests": [1]}, "earlier_digests"),
    ],
)
def test_a_ticket_with_one_wrong_field_is_refused_by_its_name(
    ticket: Ticket, keys: Keys, change: dict[str, Json], reason: str
) -> None:
    signed = sign(canonical_bytes(ticket.as_json() | change), PayloadType.TICKET, keys.workstation)
    with pytest.raises(NotUnderstood) as refused:
        verify_ticket(signed, keys.workstation.public, accept_practice=True)
    assert refused.value.reasons[0].startswith(reason)


def test_every_wrong_field_is_named_at_once_and_an_unknown_one_is_passed_over(ticket: Ticket, keys: Keys) -> None:
    odd = canonical_bytes(ticket.as_json() | {"org_id": "", "workstation": 3, "colour": "blue"})
    with pytest.raises(NotUnderstood) as refused:
        peek_ticket(sign(odd, PayloadType.TICKET, keys.workstation))
    assert [reason.split(":")[0] for reason in refused.value.reasons] == ["org_id", "workstation"]
    new = canonical_bytes(ticket.as_json() | {"colour": "blue"})
    assert peek_ticket(sign(new, PayloadType.TICKET, keys.workstation)) == ticket


def test_nothing_odd_is_signed(ticket: Ticket, receipt: Receipt, keys: Keys) -> None:
    with pytest.raises(NotUnderstood):
        sign_ticket(replace(ticket, org_id="No Such Shape"), keys.workstation)
    with pytest.raises(NotUnderstood):
        sign_receipt(replace(receipt, reason="because I say so"), keys.intake)


def test_a_ticket_far_too_long_is_refused_before_it_is_read(keys: Keys) -> None:
    with pytest.raises(NotGenuine):
        peek_ticket(b" " * 70_000)
    with pytest.raises(NotGenuine):
        verify_ticket(b" " * 70_000, keys.workstation.public)


@pytest.mark.parametrize("status", list(ReceiptStatus))
def test_each_status_counts_only_from_the_side_that_may_say_it(
    receipt: Receipt, keys: Keys, status: ReceiptStatus
) -> None:
    pinned = {ReceiptRole.INTAKE: [keys.intake.public], ReceiptRole.CASEWORK: [keys.casework.public]}
    said = statuses(receipt, keys)[status]
    right, wrong = (
        (keys.intake, keys.casework)
        if status in (ReceiptStatus.STORED, ReceiptStatus.QUARANTINED)
        else (keys.casework, keys.intake)
    )
    assert verify_receipt(sign_receipt(said, right), pinned) == said
    for signer in (wrong, keys.workstation):
        with pytest.raises(NotGenuine):
            verify_receipt(sign_receipt(said, signer), pinned)


def test_a_receipt_is_found_under_any_of_several_pinned_keys(receipt: Receipt, keys: Keys) -> None:
    pinned = {ReceiptRole.INTAKE: [keys.casework.public, keys.workstation.public, keys.intake.public]}
    signed = sign_receipt(receipt, keys.intake)
    assert verify_receipt(signed, pinned) == receipt == peek_receipt(signed)
    with pytest.raises(NotGenuine):
        verify_receipt(signed, {})


@pytest.mark.parametrize(
    "break_it",
    [
        lambda receipt: replace(receipt, outcome=Outcome.ADVICE.value),
        lambda receipt: replace(receipt, status=ReceiptStatus.DECIDED, manifest_sha256=DIGEST),
        lambda receipt: replace(receipt, status=ReceiptStatus.DECIDED, manifest_sha256=DIGEST, outcome="shrug"),
        lambda receipt: replace(receipt, status=ReceiptStatus.OPENED),
        lambda receipt: replace(receipt, status=ReceiptStatus.CANNOT_OPEN),
        lambda receipt: replace(receipt, case_ref_sealed="Q0FTLTE="),
        lambda receipt: replace(receipt, status=ReceiptStatus.REGISTERED, manifest_sha256=DIGEST, case_ref_sealed="x"),
        lambda receipt: replace(receipt, log_prev_sha256=""),
        lambda receipt: replace(receipt, replica=""),
    ],
)
def test_a_receipt_whose_facts_do_not_fit_its_status_is_refused(
    receipt: Receipt, keys: Keys, break_it: Callable[[Receipt], Receipt]
) -> None:
    signed = sign(canonical_bytes(break_it(receipt).as_json()), PayloadType.RECEIPT, keys.casework)
    pinned = {role: [keys.casework.public] for role in ReceiptRole}
    with pytest.raises(NotUnderstood):
        verify_receipt(signed, pinned)


def test_a_practice_receipt_does_not_count_outside_practice(receipt: Receipt, keys: Keys) -> None:
    signed = sign_receipt(replace(receipt, practice=True), keys.intake)
    pinned = {ReceiptRole.INTAKE: [keys.intake.public]}
    with pytest.raises(OnlyPractice):
        verify_receipt(signed, pinned)
    assert verify_receipt(signed, pinned, accept_practice=True).practice


def test_a_ticket_is_no_receipt(ticket: Ticket, keys: Keys) -> None:
    with pytest.raises(Refused):
        verify_receipt(sign_ticket(ticket, keys.intake), {ReceiptRole.INTAKE: [keys.intake.public]})
