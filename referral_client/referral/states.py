"""Everything that changes the state of a referral or of a delivery, as two tables.

Rules: a state changes only through these tables; a change is committed before it is acted on; the diagrams in
docs/states.md are generated from them and a test says that they are current. This file knows no clock, disk or network.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from referral_client.base.errors import Refused


class ReferralState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    APPROVED = "approved"
    NOT_REFERRED = "not-referred"
    SEALED = "sealed"
    CLOSED = "closed"
    ERASED = "erased"


class ReferralEvent(StrEnum):
    SEND_FOR_REVIEW = "send for review"
    TAKE_BACK = "take back"
    RETURN = "return with comments"
    APPROVE = "approve"
    EDIT = "edit"
    DECIDE_NOT_TO_REFER = "decide not to refer"
    REOPEN = "reopen"
    SEAL = "seal"
    SEAL_URGENT = "seal, urgent"
    SEAL_LEAD_NOT_REACHABLE = "seal, lead not reachable"
    CLOSE = "close"
    ERASE = "erase"


_R, _E = ReferralState, ReferralEvent

# Urgent and lead-not-reachable lead out of every unsealed state: no policy and no absence closes them.
_ALWAYS_OPEN = {_E.SEAL_URGENT: _R.SEALED, _E.SEAL_LEAD_NOT_REACHABLE: _R.SEALED}

REFERRAL_TABLE: Mapping[ReferralState, Mapping[ReferralEvent, ReferralState]] = MappingProxyType(
    {
        _R.DRAFT: {
            _E.EDIT: _R.DRAFT,
            _E.SEND_FOR_REVIEW: _R.IN_REVIEW,
            _E.APPROVE: _R.APPROVED,  # a lead's own referral, labelled "written by the lead"
            _E.SEAL: _R.SEALED,  # where the organisation asks for no review, or the lead wrote it
            _E.DECIDE_NOT_TO_REFER: _R.NOT_REFERRED,
            _E.ERASE: _R.ERASED,
            **_ALWAYS_OPEN,
        },
        _R.IN_REVIEW: {
            _E.TAKE_BACK: _R.DRAFT,
            _E.RETURN: _R.RETURNED,
            _E.APPROVE: _R.APPROVED,
            _E.DECIDE_NOT_TO_REFER: _R.NOT_REFERRED,
            **_ALWAYS_OPEN,
        },
        _R.RETURNED: {
            _E.EDIT: _R.DRAFT,
            _E.SEND_FOR_REVIEW: _R.IN_REVIEW,
            _E.DECIDE_NOT_TO_REFER: _R.NOT_REFERRED,
            _E.ERASE: _R.ERASED,
            **_ALWAYS_OPEN,
        },
        _R.APPROVED: {_E.EDIT: _R.DRAFT, _E.SEAL: _R.SEALED, **_ALWAYS_OPEN},  # an edit voids the approval
        _R.NOT_REFERRED: {_E.REOPEN: _R.DRAFT, _E.ERASE: _R.ERASED, **_ALWAYS_OPEN},
        _R.SEALED: {_E.CLOSE: _R.CLOSED, _E.ERASE: _R.ERASED},
        _R.CLOSED: {_E.ERASE: _R.ERASED},
        _R.ERASED: {},
    }
)


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SEALING = "sealing"
    ANNOUNCED = "announced"
    SENDING = "sending"
    COMMITTING = "committing"
    STORED = "stored"
    OPENED = "opened"
    REGISTERED = "registered"
    DECIDED = "decided"
    WAITING = "waiting"
    HELD = "held"
    CANNOT_OPEN = "cannot-open"
    QUARANTINED = "quarantined"
    HANDED_OVER = "handed-over"
    WITHDRAWN = "withdrawn"


class DeliveryEvent(StrEnum):
    SEALING_BEGAN = "sealing began"
    SEALED_AGAIN = "sealed"
    ANNOUNCED = "announced"
    FIRST_BYTE = "first byte leaves"
    ALL_BYTES = "all bytes sent"
    TRY_LATER = "try later"
    NEEDS_A_PERSON = "needs a person"
    RELEASED = "released by a person"
    HANDED_OVER = "handed over by hand"
    WITHDRAW = "withdraw"
    RECEIPT_STORED = "receipt: stored"
    RECEIPT_QUARANTINED = "receipt: quarantined"
    RECEIPT_OPENED = "receipt: opened"
    RECEIPT_REGISTERED = "receipt: registered"
    RECEIPT_DECIDED = "receipt: decided"
    RECEIPT_CANNOT_OPEN = "receipt: cannot be opened"


_D, _V = DeliveryState, DeliveryEvent

# A verified receipt counts from wherever the delivery stands: it may come back through another route, or late.
_ARRIVED = {
    _V.RECEIPT_STORED: _D.STORED,
    _V.RECEIPT_QUARANTINED: _D.QUARANTINED,
    _V.RECEIPT_OPENED: _D.OPENED,
    _V.RECEIPT_REGISTERED: _D.REGISTERED,
    _V.RECEIPT_DECIDED: _D.DECIDED,
    _V.RECEIPT_CANNOT_OPEN: _D.CANNOT_OPEN,
}
_ON_THE_WAY = {
    _V.ANNOUNCED: _D.ANNOUNCED,
    _V.TRY_LATER: _D.WAITING,
    _V.NEEDS_A_PERSON: _D.HELD,
    **_ARRIVED,
}

# Statuses only move forward: a later `stored` never hides `opened`.
DELIVERY_TABLE: Mapping[DeliveryState, Mapping[DeliveryEvent, DeliveryState]] = MappingProxyType(
    {
        _D.QUEUED: {**_ON_THE_WAY, _V.WITHDRAW: _D.WITHDRAWN, _V.HANDED_OVER: _D.HANDED_OVER},
        # Only for a rotated or revoked recipient or a damaged file, after the destination said "unknown id".
        _D.SEALING: {_V.SEALED_AGAIN: _D.QUEUED, _V.NEEDS_A_PERSON: _D.HELD, **_ARRIVED},
        _D.ANNOUNCED: {
            **_ON_THE_WAY,
            _V.FIRST_BYTE: _D.SENDING,
            _V.ALL_BYTES: _D.COMMITTING,  # everything was there already from an earlier attempt
            _V.SEALING_BEGAN: _D.SEALING,
        },
        _D.SENDING: {**_ON_THE_WAY, _V.ALL_BYTES: _D.COMMITTING},
        _D.COMMITTING: {**_ON_THE_WAY},
        _D.WAITING: {**_ON_THE_WAY, _V.HANDED_OVER: _D.HANDED_OVER, _V.WITHDRAW: _D.WITHDRAWN},
        _D.HELD: {
            **_ARRIVED,
            _V.RELEASED: _D.WAITING,
            _V.SEALING_BEGAN: _D.SEALING,
            _V.HANDED_OVER: _D.HANDED_OVER,
            _V.WITHDRAW: _D.WITHDRAWN,
        },
        _D.HANDED_OVER: {**_ARRIVED},
        _D.QUARANTINED: {k: v for k, v in _ARRIVED.items() if k is not _V.RECEIPT_QUARANTINED},
        _D.STORED: {k: v for k, v in _ARRIVED.items() if k not in (_V.RECEIPT_STORED, _V.RECEIPT_QUARANTINED)},
        _D.CANNOT_OPEN: {
            _V.RECEIPT_OPENED: _D.OPENED,
            _V.RECEIPT_REGISTERED: _D.REGISTERED,
            _V.RECEIPT_DECIDED: _D.DECIDED,
        },
        _D.OPENED: {_V.RECEIPT_REGISTERED: _D.REGISTERED, _V.RECEIPT_DECIDED: _D.DECIDED},
        _D.REGISTERED: {_V.RECEIPT_DECIDED: _D.DECIDED},
        _D.DECIDED: {},
        _D.WITHDRAWN: {},
    }
)

DELIVERED: frozenset[DeliveryState] = frozenset({_D.STORED, _D.OPENED, _D.REGISTERED, _D.DECIDED})


class NoSuchMove(Refused):
    """The table has no such move from this state."""

    def __init__(self, state: StrEnum, event: StrEnum) -> None:
        super().__init__(
            "REFERRAL-NO-SUCH-STEP",
            f"This cannot be done now: “{event}” is not possible while it is “{state}”.",
            meaning="Nothing was changed.",
            next_step="Look at what state it is in, and choose one of the steps offered there.",
        )


def next_referral(state: ReferralState, event: ReferralEvent) -> ReferralState:
    """The state after the event; NoSuchMove when the table has none."""
    return _move(REFERRAL_TABLE, state, event)


def next_delivery(state: DeliveryState, event: DeliveryEvent, *, first_byte_left: bool = False) -> DeliveryState:
    """The state after the event; NoSuchMove when the table has none, or when bytes left before a withdrawal."""
    if event is DeliveryEvent.WITHDRAW and first_byte_left:
        raise NoSuchMove(state, event)
    return _move(DELIVERY_TABLE, state, event)


S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def _move(table: Mapping[S, Mapping[E, S]], state: S, event: E) -> S:
    try:
        return table[state][event]
    except KeyError:
        raise NoSuchMove(state, event) from None


def as_diagram(table: Mapping[S, Mapping[E, S]]) -> str:
    """The table as a Mermaid state diagram, one arrow per pair of states, events joined."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for state, moves in table.items():
        for event, after in moves.items():
            arrows.setdefault((state, after), []).append(str(event).replace(":", ""))
    lines = ["stateDiagram-v2"]
    for (before, then), events in arrows.items():
        lines.append(f"    {_node(before)} --> {_node(then)}: {' / '.join(events)}")
    return "\n".join(lines) + "\n"


def _node(state: str) -> str:
    return state.replace("-", "_")
