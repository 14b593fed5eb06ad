"""Promise 3: only a receipt that verifies against a pinned key and names these bytes counts."""

from dataclasses import replace

import pytest

from referral_client.base.errors import KnownError
from referral_client.base.ids import new_uuid, system_random
from referral_client.organisation import Destination
from referral_client.outbox import ReceiptRefused, event_of, judge_receipt
from referral_client.referral import DELIVERY_TABLE, DeliveryEvent, DeliveryState
from referral_client.sealing.receipt import FIRST_IN_LOG, Receipt, ReceiptStatus, sign_receipt
from referral_client.sealing.signing import NotGenuine, SigningKeys
from referral_client.sealing.ticket import Ticket
from tests.organisation.statements_made import RECIPIENT

INTAKE, CASEWORK, STRANGER = (SigningKeys.make(system_random) for _ in range(3))
DESTINATION = Destination.model_validate(
    {
        "id": "front-door",
        "transports": ({"kind": "native", "base_url": "https://intake.example"},),
        "recipients": ({"recipient": RECIPIENT, "role": "operational"},),
        "receipt_keys": (
            {"role": "intake", "keys": INTAKE.public.as_json()},
            {"role": "casework", "keys": CASEWORK.public.as_json()},
        ),
    }
)
TICKET = Ticket(
    submission_id=new_uuid(system_random),
    destination_id="front-door",
    org_id="brook-lane",
    workstation="desk-1",
    parcel_sha256="a" * 64,
    parcel_size=1000,
    rids=("b" * 32,),
    created_at="2026-11-22T15:40:00Z",
    bundle_seq=1,
    earlier_digests=("e" * 64,),
)
STORED = Receipt(
    receipt_id=new_uuid(system_random),
    submission_id=TICKET.submission_id,
    destination_id="front-door",
    org_id="brook-lane",
    parcel_sha256="a" * 64,
    parcel_size=1000,
    status=ReceiptStatus.STORED,
    received_at="2026-11-22T15:41:00Z",
    log_index=1,
    log_prev_sha256=FIRST_IN_LOG,
    replica="one",
)
OPENED = replace(STORED, status=ReceiptStatus.OPENED, manifest_sha256="c" * 64)


def judge(receipt: Receipt, keys: SigningKeys) -> Receipt:
    return judge_receipt(sign_receipt(receipt, keys), ticket=TICKET, destination=DESTINATION)


def test_a_receipt_for_this_submission_counts() -> None:
    assert judge(STORED, INTAKE) == STORED
    assert judge(OPENED, CASEWORK) == OPENED
    assert event_of(STORED) is DeliveryEvent.RECEIPT_STORED


def test_a_receipt_for_an_earlier_sealing_of_the_same_submission_counts() -> None:
    assert judge(replace(STORED, parcel_sha256="e" * 64, parcel_size=5), INTAKE)


@pytest.mark.parametrize(
    "change",
    [
        {"submission_id": new_uuid(system_random)},
        {"destination_id": "elsewhere"},
        {"org_id": "other-school"},
        {"parcel_sha256": "d" * 64},
        {"parcel_size": 999},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_receipt_about_something_else_does_not_count(change: dict) -> None:
    with pytest.raises(ReceiptRefused):
        judge(replace(STORED, **change), INTAKE)


def test_a_practice_receipt_never_counts_for_a_real_referral() -> None:
    with pytest.raises(KnownError):
        judge(replace(STORED, practice=True), INTAKE)


@pytest.mark.parametrize(
    ("receipt", "keys"),
    [(STORED, STRANGER), (STORED, CASEWORK), (OPENED, INTAKE), (OPENED, STRANGER)],
    ids=["unknown key", "casework says stored", "intake says opened", "unknown key says opened"],
)
def test_only_the_key_with_the_right_role_can_say_it(receipt: Receipt, keys: SigningKeys) -> None:
    with pytest.raises(NotGenuine):
        judge(receipt, keys)


def test_the_date_of_a_receipt_is_never_a_reason_to_refuse_it() -> None:
    assert judge(replace(STORED, received_at="1999-01-01T00:00:00Z"), INTAKE)
    assert judge(replace(STORED, received_at="2099-01-01T00:00:00Z"), INTAKE)


@pytest.mark.parametrize("size", [0, 1, 100, 3000])
def test_a_receipt_cut_short_does_not_count(size: int) -> None:
    with pytest.raises(KnownError):
        judge_receipt(sign_receipt(STORED, INTAKE)[:size], ticket=TICKET, destination=DESTINATION)


def test_every_bit_of_the_payload_matters() -> None:
    whole = bytearray(sign_receipt(STORED, INTAKE))
    for place in range(20, 700, 17):
        changed = bytearray(whole)
        changed[place] ^= 1
        with pytest.raises(KnownError):
            judge_receipt(bytes(changed), ticket=TICKET, destination=DESTINATION)


def test_every_status_has_a_step_from_a_waiting_delivery() -> None:
    for status in ReceiptStatus:
        event = event_of(replace(STORED, status=status))
        assert event in DELIVERY_TABLE[DeliveryState.WAITING]
