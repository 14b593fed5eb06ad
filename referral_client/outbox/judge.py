"""Whether a receipt counts. Everything else in the program takes this room's word for it.

A receipt counts when a pinned key with the right role signed it and it names this submission, this destination, this
organisation and these bytes (or an earlier sealing of them). Its date is shown and never a reason to refuse.
"""

from __future__ import annotations

from collections.abc import Sequence

from referral_client.base.errors import Refused
from referral_client.organisation import Destination
from referral_client.referral import DeliveryEvent
from referral_client.sealing.receipt import Receipt, ReceiptStatus, verify_receipt
from referral_client.sealing.ticket import Ticket

_EVENTS = {
    ReceiptStatus.STORED: DeliveryEvent.RECEIPT_STORED,
    ReceiptStatus.QUARANTINED: DeliveryEvent.RECEIPT_QUARANTINED,
    ReceiptStatus.OPENED: DeliveryEvent.RECEIPT_OPENED,
    ReceiptStatus.REGISTERED: DeliveryEvent.RECEIPT_REGISTERED,
    ReceiptStatus.DECIDED: DeliveryEvent.RECEIPT_DECIDED,
    ReceiptStatus.CANNOT_OPEN: DeliveryEvent.RECEIPT_CANNOT_OPEN,
}


class ReceiptRefused(Refused):
    """A genuine receipt, but not for this delivery."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(
            "RECEIPT-NOT-OURS",
            "The receipt that came back is not for this referral.",
            meaning="The referral still counts as NOT SENT. It is kept, and this program goes on trying.",
            next_step="If a child may be in danger, ring the front door now; do not wait for the computer.",
            reasons=reasons,
        )


def judge_receipt(
    untrusted: bytes, *, ticket: Ticket, destination: Destination, earlier_digests: Sequence[str] = ()
) -> Receipt:
    """The receipt, if it counts for the submission that `ticket` (our own) announces.

    NotGenuine: no pinned key signed it. ReceiptRefused: it is about something else.
    """
    receipt = verify_receipt(untrusted, destination.receipt_keys_by_role(), accept_practice=ticket.practice)
    faults = [
        f"{name}: another one"
        for name, theirs, ours in (
            ("submission_id", receipt.submission_id, ticket.submission_id),
            ("destination_id", receipt.destination_id, ticket.destination_id),
            ("org_id", receipt.org_id, ticket.org_id),
            ("practice", receipt.practice, ticket.practice),
        )
        if theirs != ours
    ]
    if receipt.parcel_sha256 == ticket.parcel_sha256:
        if receipt.parcel_size != ticket.parcel_size:
            faults.append("parcel_size: another one")
    elif receipt.parcel_sha256 not in (*ticket.earlier_digests, *earlier_digests):
        faults.append("parcel_sha256: another one")
    if faults:
        raise ReceiptRefused(*faults)
    return receipt


def event_of(receipt: Receipt) -> DeliveryEvent:
    """What a counted receipt means for the delivery."""
    return _EVENTS[receipt.status]
