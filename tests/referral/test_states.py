"""The two tables, and the promises that they keep."""

from itertools import product
from pathlib import Path

import pytest

from referral_client.referral import (
    DELIVERY_TABLE,
    REFERRAL_TABLE,
    DeliveryEvent,
    DeliveryState,
    NoSuchMove,
    ReferralEvent,
    ReferralState,
    as_diagram,
    next_delivery,
    next_referral,
)

UNSEALED = [
    ReferralState.DRAFT,
    ReferralState.IN_REVIEW,
    ReferralState.RETURNED,
    ReferralState.APPROVED,
    ReferralState.NOT_REFERRED,
]


def test_every_state_has_a_row() -> None:
    assert set(REFERRAL_TABLE) == set(ReferralState)
    assert set(DELIVERY_TABLE) == set(DeliveryState)


@pytest.mark.parametrize("state", UNSEALED)
@pytest.mark.parametrize("event", [ReferralEvent.SEAL_URGENT, ReferralEvent.SEAL_LEAD_NOT_REACHABLE])
def test_nothing_closes_the_urgent_ways_out(state: ReferralState, event: ReferralEvent) -> None:
    """Promise 12: no absent reviewer and no policy stops an urgent sending."""
    assert next_referral(state, event) is ReferralState.SEALED


def test_an_edit_voids_an_approval() -> None:
    assert next_referral(ReferralState.APPROVED, ReferralEvent.EDIT) is ReferralState.DRAFT


@pytest.mark.parametrize("event", [event for event in ReferralEvent if event is not ReferralEvent.ERASE])
def test_a_sealed_referral_is_never_edited_again(event: ReferralEvent) -> None:
    """Promise 5: it is followed by another."""
    if event is ReferralEvent.CLOSE:
        assert next_referral(ReferralState.SEALED, event) is ReferralState.CLOSED
    else:
        with pytest.raises(NoSuchMove):
            next_referral(ReferralState.SEALED, event)


def test_only_a_receipt_leads_to_a_delivered_state() -> None:
    """Promise 3."""
    arrived = {
        DeliveryState.STORED,
        DeliveryState.OPENED,
        DeliveryState.REGISTERED,
        DeliveryState.DECIDED,
        DeliveryState.QUARANTINED,
        DeliveryState.CANNOT_OPEN,
    }
    for state, moves in DELIVERY_TABLE.items():
        for event, after in moves.items():
            if after in arrived and state is not after:
                assert event.value.startswith("receipt:"), (state, event, after)


def test_statuses_only_move_forward() -> None:
    order = [DeliveryState.STORED, DeliveryState.OPENED, DeliveryState.REGISTERED, DeliveryState.DECIDED]
    for index, state in enumerate(order):
        for after in DELIVERY_TABLE[state].values():
            if after in order:
                assert order.index(after) > index


def test_nothing_is_sent_after_it_was_withdrawn_or_handed_over() -> None:
    assert not DELIVERY_TABLE[DeliveryState.WITHDRAWN]
    reachable = set(DELIVERY_TABLE[DeliveryState.HANDED_OVER].values())
    assert DeliveryState.SENDING not in reachable
    assert DeliveryState.ANNOUNCED not in reachable


def test_a_delivery_cannot_be_withdrawn_once_the_first_byte_has_left() -> None:
    assert next_delivery(DeliveryState.WAITING, DeliveryEvent.WITHDRAW) is DeliveryState.WITHDRAWN
    with pytest.raises(NoSuchMove):
        next_delivery(DeliveryState.WAITING, DeliveryEvent.WITHDRAW, first_byte_left=True)
    for state in (DeliveryState.SENDING, DeliveryState.COMMITTING):
        with pytest.raises(NoSuchMove):
            next_delivery(state, DeliveryEvent.WITHDRAW)


def test_every_pair_moves_or_is_refused_by_name() -> None:
    for state, event in product(DeliveryState, DeliveryEvent):
        try:
            assert next_delivery(state, event) in set(DeliveryState)
        except NoSuchMove as refusal:
            assert refusal.code == "REFERRAL-NO-SUCH-STEP"  # noqa: PT017


def test_the_diagrams_in_the_documents_are_current() -> None:
    page = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
    for table in (REFERRAL_TABLE, DELIVERY_TABLE):
        assert as_diagram(table) in page  # type: ignore[type-var]
