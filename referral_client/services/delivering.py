"""The queue as people see it: what waits, what arrived, and one round of sending. Needs no passphrase.

Only a verified signed receipt makes anything here say "delivered". Imports outbox, transport, vault, organisation.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from referral_client.base.clock import Clock, from_rfc3339
from referral_client.base.errors import KnownError, Refused
from referral_client.base.home import Home
from referral_client.base.ids import RandomBytes, SubmissionId
from referral_client.organisation import Installed, Number, Transport, installed
from referral_client.outbox import Ended, Outcome, Post, judge_receipt, run_due
from referral_client.referral import DeliveryEvent, DeliveryState
from referral_client.sealing.age_read import open_bytes
from referral_client.sealing.receipt import Receipt
from referral_client.sealing.ticket import peek_ticket
from referral_client.services.people import queues_of
from referral_client.transport import Carrier, Endpoint, NativeTransport
from referral_client.vault import Delivery, Queue, Vault

# After this long without a receipt the words say "ring", while sending goes on.
RING_AFTER = timedelta(minutes=30)
RING_AFTER_URGENT = timedelta(minutes=2)
_REFERENCE_LIMIT = 10_000

_WORDS = {
    DeliveryState.QUEUED: "NOT SENT. Waiting to be sent.",
    DeliveryState.SEALING: "NOT SENT. Being made ready again.",
    DeliveryState.ANNOUNCED: "NOT SENT. Sending was begun.",
    DeliveryState.SENDING: "NOT SENT. Sending was begun.",
    DeliveryState.COMMITTING: "NOT SENT. All bytes are there; no receipt yet.",
    DeliveryState.WAITING: "NOT SENT. Trying again by itself.",
    DeliveryState.HELD: "NOT SENT. A person has to look at this.",
    DeliveryState.STORED: "Delivered, not opened yet.",
    DeliveryState.OPENED: "Opened at the front door.",
    DeliveryState.REGISTERED: "Registered at the front door.",
    DeliveryState.DECIDED: "The front door has decided.",
    DeliveryState.CANNOT_OPEN: "It arrived and cannot be opened: ring the front door.",
    DeliveryState.QUARANTINED: "Arrived, sender not recognised: ring the front door.",
    DeliveryState.HANDED_OVER: "Handed over by hand (unconfirmed).",
    DeliveryState.WITHDRAWN: "Withdrawn before anything was sent.",
}
_NOT_SENT = frozenset(
    {
        DeliveryState.QUEUED,
        DeliveryState.SEALING,
        DeliveryState.ANNOUNCED,
        DeliveryState.SENDING,
        DeliveryState.COMMITTING,
        DeliveryState.WAITING,
        DeliveryState.HELD,
    }
)

# States that nothing but a receipt can bring.
_BY_RECEIPT = frozenset(
    {
        DeliveryState.STORED,
        DeliveryState.OPENED,
        DeliveryState.REGISTERED,
        DeliveryState.DECIDED,
        DeliveryState.CANNOT_OPEN,
        DeliveryState.QUARANTINED,
    }
)
_NOT_PROVEN = "NOT SENT as far as this program can prove: no receipt here can be checked now. Ring."
_LOST = "But the front door's computer no longer has it: ring. It is being sent again."
# Faults of the way that waiting may not mend: the number is given at once, while trying goes on.
_RING_AT_ONCE = frozenset({"TRANSPORT-REFUSED", "TRANSPORT-REDIRECTED", "TRANSPORT-NOT-TRUSTED", "NO-DESTINATION"})

CarrierFor = Callable[[Transport], Carrier]


@dataclass(frozen=True, slots=True)
class Standing:
    """One delivery in words. `ring`: the front door's confirmed numbers, given when a person should ring."""

    delivery: Delivery
    words: str
    not_sent: bool
    front_door: str
    ring: tuple[Number, ...]


def carrier_for(transport: Transport) -> Carrier:
    """The carrier of a transport that a signed statement named."""
    return NativeTransport(Endpoint(transport.base_url, transport.tls_ca))


def standings(home: Home, *, clock: Clock, random: RandomBytes) -> tuple[Standing, ...]:
    """Every delivery of every vault here, the newest last."""
    now = clock.now()
    settings = installed(home.organisation, now)
    with queues_of(home, clock=clock, random=random) as queues:
        found = [
            standing_of(queue, delivery, settings, now) for queue in queues.open for delivery in queue.deliveries()
        ]
    return tuple(sorted(found, key=lambda each: each.delivery.queued_at))


def standing_of(queue: Queue, delivery: Delivery, settings: Installed, now: datetime) -> Standing:
    """What is true of a delivery now, and whom to ring when it has waited too long.

    A state that only a receipt can bring is shown only while a kept receipt still verifies: the row alone is not
    evidence, and a key that the council took back no longer counts.
    """
    not_sent = delivery.state in _NOT_SENT
    proven = delivery.state not in _BY_RECEIPT or any(
        receipt.status.value == delivery.state.value
        for receipt in counted_receipts(queue, delivery.submission_id, settings)
    )
    words = _WORDS[delivery.state] if proven else _NOT_PROVEN
    if delivery.last_outcome == Outcome.COUNCIL_LOST_IT and delivery.state in _BY_RECEIPT:
        words = f"{words} {_LOST}"
    if not not_sent and (settings.practice or _is_practice(queue, delivery.submission_id)):
        words = f"Practice: nobody received this. ({words})"
    found = settings.destination(delivery.destination_id)
    front_door = found[0].front_door if found is not None else None
    waited = now - delivery.queued_at
    too_long = waited > (RING_AFTER_URGENT if delivery.urgent else RING_AFTER) or waited < -RING_AFTER_URGENT
    should_ring = (
        (not_sent and (too_long or delivery.last_outcome in _RING_AT_ONCE))
        or not proven
        or delivery.last_outcome == Outcome.COUNCIL_LOST_IT
        or delivery.state in (DeliveryState.HELD, DeliveryState.QUARANTINED, DeliveryState.CANNOT_OPEN)
    )
    numbers = tuple(number for number in front_door.numbers if number.ring_this(now.date())) if front_door else ()
    return Standing(
        delivery,
        words,
        not_sent or not proven,
        front_door.name if front_door else "the front door",
        numbers if should_ring else (),
    )


def _is_practice(queue: Queue, submission_id: SubmissionId) -> bool:
    """By the ticket itself: the mark must not go because a settings file is damaged."""
    try:
        return peek_ticket(queue.ticket_bytes(submission_id), accept_practice=True).practice
    except KnownError:
        return False


def run_queue(
    home: Home,
    *,
    clock: Clock,
    random: RandomBytes,
    everything: bool = False,
    carriers: CarrierFor = carrier_for,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Ended, ...]:
    """One round over every vault here: try what is due (or everything), and commit how each try ended."""
    settings = installed(home.organisation, clock.now())
    ended: list[Ended] = []
    with queues_of(home, clock=clock, random=random, to_send=True) as queues:
        for queue in queues.open:
            ended += run_due(Post(queue, settings, carriers, clock, random, stop), everything=everything)
    return tuple(ended)


def release(home: Home, submission_id: str, *, clock: Clock, random: RandomBytes) -> None:
    """A person looked at a held delivery: it is tried again from now on."""
    with queues_of(home, clock=clock, random=random) as queues:
        queue = _queue_with(queues.open, submission_id)
        queue.move(SubmissionId(submission_id), DeliveryEvent.RELEASED, due_at=clock.now())


def withdraw(home: Home, submission_id: str, *, clock: Clock, random: RandomBytes) -> None:
    """Take a delivery back; NoSuchMove once the first byte has left, or may have."""
    with queues_of(home, clock=clock, random=random) as queues:
        queue = _queue_with(queues.open, submission_id)
        queue.move(SubmissionId(submission_id), DeliveryEvent.WITHDRAW)


def _queue_with(queues: Sequence[Queue], submission_id: str) -> Queue:
    for queue in queues:
        if any(delivery.submission_id == submission_id for delivery in queue.deliveries()):
            return queue
    raise Refused(
        "QUEUE-UNKNOWN",
        "There is no referral with that reference in the queue.",
        meaning="Nothing was changed.",
        next_step="Look it up with: referral-client queue list --json",
    )


def next_due(home: Home, *, clock: Clock, random: RandomBytes) -> datetime | None:
    """When the next try falls due; None when nothing waits."""
    with queues_of(home, clock=clock, random=random) as queues:
        times = [delivery.due_at for queue in queues.open for delivery in queue.due(None)]
    return min(times, default=None)


def shut_queues(home: Home, *, clock: Clock, random: RandomBytes) -> tuple[KnownError, ...]:
    """What is wrong with each vault here whose queue does not open: what waits in it is neither shown nor sent."""
    with queues_of(home, clock=clock, random=random) as queues:
        return queues.troubles


def counted_receipts(queue: Queue, submission_id: SubmissionId, settings: Installed) -> tuple[Receipt, ...]:
    """Every kept receipt of a submission that still verifies today, oldest first; () where none can be checked."""
    delivery = queue.delivery(submission_id)
    try:
        ticket = peek_ticket(queue.ticket_bytes(submission_id), accept_practice=settings.practice)
    except KnownError:
        return ()
    found = settings.destination(delivery.destination_id)
    if found is None or (ticket.submission_id, ticket.parcel_sha256) != (submission_id, delivery.parcel_sha256):
        return ()
    receipts = []
    for untrusted in queue.receipts(submission_id):
        try:
            receipts.append(
                judge_receipt(
                    untrusted,
                    ticket=ticket,
                    destination=found[1],
                    earlier_digests=queue.earlier_digests(submission_id),
                )
            )
        except KnownError:
            continue
    return tuple(sorted(receipts, key=lambda receipt: from_rfc3339(receipt.received_at)))


def case_reference(vault: Vault, receipts: tuple[Receipt, ...]) -> str:
    """The council's reference, which only the sender can open; "" while there is none."""
    for receipt in reversed(receipts):
        if receipt.case_ref_sealed:
            sealed = base64.b64decode(receipt.case_ref_sealed)
            try:
                return open_bytes(sealed, [vault.reading_identity()], _REFERENCE_LIMIT).decode("utf-8", "replace")
            except KnownError:
                return "(the council’s reference does not open: ring them for it)"
    return ""
