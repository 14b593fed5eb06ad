"""One attempt to deliver one submission, from "is it due?" to a committed ending. Never raises for a known fault.

Steps, each committed before the next: announce (which asks) -> first byte leaves -> all bytes sent -> receipt. A kill
between any two is repeated safely: the destination is asked again before anything is sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from referral_client.base import log
from referral_client.base.clock import Clock
from referral_client.base.errors import KnownError
from referral_client.base.ids import RandomBytes
from referral_client.organisation import Destination, Installed, Transport
from referral_client.outbox.backoff import wait_seconds
from referral_client.outbox.judge import event_of, judge_receipt
from referral_client.referral import DELIVERY_TABLE, DeliveryEvent, DeliveryState
from referral_client.sealing.ticket import Ticket, peek_ticket
from referral_client.transport import (
    Announced,
    AnnouncedState,
    Carrier,
    Conflict,
    RedirectedAway,
    RefusedByServer,
    Stopped,
    TransportFault,
    TryLater,
)
from referral_client.vault import Delivery, Queue

# After `stored` the council's people take over: asked for at these gaps until they have decided. A receipt may name
# another gap within the bounds; an absurd one must not stop the asking.
FOLLOW_UP_SECONDS = 15 * 60
LEAST_FOLLOW_UP_SECONDS = 60
MOST_FOLLOW_UP_SECONDS = 60 * 60
_SETTLED = frozenset(
    {
        DeliveryState.STORED,
        DeliveryState.OPENED,
        DeliveryState.REGISTERED,
        DeliveryState.QUARANTINED,
        DeliveryState.CANNOT_OPEN,
    }
)


class Outcome(StrEnum):
    """How an attempt ended, for the row, the log and the help desk. Transport faults add their own codes."""

    RECEIPT = "RECEIPT"
    NOTHING_NEW = "NOTHING-NEW"
    STILL_PROCESSING = "STILL-PROCESSING"
    NO_DESTINATION = "NO-DESTINATION"
    RECIPIENT_REVOKED = "RECIPIENT-REVOKED"
    PACKAGE_DAMAGED = "PACKAGE-DAMAGED"
    TICKET_DAMAGED = "TICKET-DAMAGED"
    COUNCIL_LOST_IT = "COUNCIL-LOST-IT"


@dataclass(frozen=True, slots=True)
class Post:
    """What an attempt needs. `carrier_for` opens one transport of a destination."""

    queue: Queue
    installed: Installed
    carrier_for: Callable[[Transport], Carrier]
    clock: Clock
    random: RandomBytes
    stop: Callable[[], bool] = lambda: False


def deliver(post: Post, delivery: Delivery) -> str:
    """Make one attempt and commit how it ended. Returns the outcome code that is also in the row."""
    found = post.installed.destination(delivery.destination_id)
    if found is None:
        return _later(post, delivery, Outcome.NO_DESTINATION)
    _, destination = found
    try:
        untrusted_ticket = post.queue.ticket_bytes(delivery.submission_id)
        ticket = peek_ticket(untrusted_ticket, accept_practice=post.installed.practice)
    except KnownError as fault:
        return _later(post, delivery, fault.code)
    if not _is_for(ticket, delivery):
        return _needs_a_person(post, delivery, Outcome.TICKET_DAMAGED)
    outcome: str = Outcome.NO_DESTINATION
    refused = 0
    for transport in destination.transports:
        carrier: Carrier | None = None
        try:
            carrier = post.carrier_for(transport)
            return _through(post, delivery, destination, ticket, untrusted_ticket, carrier)
        except Conflict as conflict:
            return _conflict(post, delivery, destination, ticket, conflict)
        except (RedirectedAway, RefusedByServer) as fault:
            # Only this route is closed; another transport of the destination may be open, now or later. A refusal in
            # the protocol's own words is the front door's; anything else may be a web filter, and passes.
            outcome = fault.code
            refused += isinstance(fault, RefusedByServer) and bool(fault.reason_code)
            log.trouble("delivery-route-closed", delivery=delivery.submission_id, code=fault.code)
            if refused == len(destination.transports):
                return _needs_a_person(post, delivery, outcome)
        except Stopped as fault:
            return _later(post, delivery, fault.code, retry_after=0, failed=False)
        except TryLater as fault:
            return _later(post, delivery, fault.code, retry_after=fault.retry_after)
        except TransportFault as fault:
            outcome = fault.code
        except KnownError as fault:
            # An answer or a receipt that does not count: it is not evidence, so asking goes on.
            return _later(post, delivery, fault.code)
        finally:
            if carrier is not None:
                carrier.close()
    return _later(post, delivery, outcome)


def _through(
    post: Post,
    delivery: Delivery,
    destination: Destination,
    ticket: Ticket,
    untrusted_ticket: bytes,
    carrier: Carrier,
) -> str:
    announced = carrier.announce(untrusted_ticket)
    if announced.state is AnnouncedState.SEND:
        fault = _must_not_leave(post, delivery, destination, ticket)
        if fault:
            return _needs_a_person(post, delivery, fault)
        if delivery.state in _SETTLED:
            announced = _send_again(post, delivery, carrier, announced)
        else:
            announced = _send(post, delivery, carrier, announced)
    if announced.state is AnnouncedState.HELD and announced.receipt is not None:
        return _take_receipt(post, delivery, destination, ticket, announced.receipt)
    return _later(post, delivery, Outcome.STILL_PROCESSING, retry_after=announced.retry_after)


def _is_for(ticket: Ticket, delivery: Delivery) -> bool:
    """The ticket lies in a file beside the package; the row decides. A file put in its place must not speak for it."""
    return (ticket.submission_id, ticket.destination_id, ticket.parcel_sha256, ticket.parcel_size) == (
        delivery.submission_id,
        delivery.destination_id,
        delivery.parcel_sha256,
        delivery.parcel_size,
    )


def _must_not_leave(post: Post, delivery: Delivery, destination: Destination, ticket: Ticket) -> str:
    """Why these bytes may not be sent, or "". Asked only when the destination does not hold them yet."""
    trusted = {entry.rid for entry in destination.recipients if entry.state != "revoked"}
    if not set(ticket.rids) <= trusted:  # a key that the council no longer names at all may be a stolen one
        return Outcome.RECIPIENT_REVOKED
    digest = hashlib.sha256()
    size = 0
    try:
        with post.queue.package_path(delivery.submission_id).open("rb") as package:
            while piece := package.read(1024 * 1024):
                digest.update(piece)
                size += len(piece)
    except OSError:
        return Outcome.PACKAGE_DAMAGED
    if (digest.hexdigest(), size) != (delivery.parcel_sha256, delivery.parcel_size):
        return Outcome.PACKAGE_DAMAGED
    return ""


def _send(post: Post, delivery: Delivery, carrier: Carrier, announced: Announced) -> Announced:
    submission, queue = delivery.submission_id, post.queue
    queue.move(submission, DeliveryEvent.ANNOUNCED)
    queue.move(submission, DeliveryEvent.FIRST_BYTE)
    carrier.send_parts(announced, queue.package_path(submission), progress=lambda _there, _in_all: None, stop=post.stop)
    queue.move(submission, DeliveryEvent.ALL_BYTES)
    return carrier.complete(announced, size=delivery.parcel_size, stop=post.stop)


def _send_again(post: Post, delivery: Delivery, carrier: Carrier, announced: Announced) -> Announced:
    """The front door no longer has what it signed for. The same bytes go again; until then the words say so."""
    log.trouble("delivery-lost-by-council", delivery=delivery.submission_id, code=Outcome.COUNCIL_LOST_IT)
    post.queue.set_due(delivery.submission_id, post.clock.now(), outcome=Outcome.COUNCIL_LOST_IT)
    package = post.queue.package_path(delivery.submission_id)
    carrier.send_parts(announced, package, progress=lambda _there, _in_all: None, stop=post.stop)
    return carrier.complete(announced, size=delivery.parcel_size, stop=post.stop)


def _take_receipt(
    post: Post, delivery: Delivery, destination: Destination, ticket: Ticket, untrusted_receipt: bytes
) -> str:
    receipt = judge_receipt(untrusted_receipt, ticket=ticket, destination=destination)
    seconds = min(max(receipt.next_check_s or FOLLOW_UP_SECONDS, LEAST_FOLLOW_UP_SECONDS), MOST_FOLLOW_UP_SECONDS)
    again = post.clock.now() + timedelta(seconds=seconds)
    event = event_of(receipt)
    state = _state_now(post, delivery)
    if event in DELIVERY_TABLE[state]:
        post.queue.add_receipt(delivery.submission_id, untrusted_receipt, event, due_at=again, outcome=Outcome.RECEIPT)
        log.event("delivery-receipt", delivery=delivery.submission_id, status=receipt.status)
        return Outcome.RECEIPT
    post.queue.set_due(delivery.submission_id, again, outcome=Outcome.NOTHING_NEW, attempts=0)
    return Outcome.NOTHING_NEW


def _conflict(post: Post, delivery: Delivery, destination: Destination, ticket: Ticket, conflict: Conflict) -> str:
    """The id is held with other bytes: ours from an earlier sealing (delivered), or never ours (a person must look)."""
    try:
        return _take_receipt(post, delivery, destination, ticket, conflict.receipt)
    except KnownError:
        return _needs_a_person(post, delivery, conflict.code)


def _later(post: Post, delivery: Delivery, outcome: str, *, retry_after: int | None = None, failed: bool = True) -> str:
    attempts = delivery.attempts + 1 if failed else delivery.attempts
    seconds = wait_seconds(attempts, urgent=delivery.urgent, retry_after=retry_after, random=post.random)
    due_at = post.clock.now() + timedelta(seconds=seconds)
    if delivery.state in _SETTLED:
        due_at = max(due_at, post.clock.now() + timedelta(seconds=LEAST_FOLLOW_UP_SECONDS))
        lost = delivery.last_outcome == Outcome.COUNCIL_LOST_IT
        kept = Outcome.COUNCIL_LOST_IT if lost else outcome
        post.queue.set_due(delivery.submission_id, due_at, outcome=kept, attempts=attempts)
    else:
        post.queue.move(
            delivery.submission_id, DeliveryEvent.TRY_LATER, due_at=due_at, outcome=outcome, attempts=attempts
        )
    log.event("delivery-later", delivery=delivery.submission_id, code=outcome, attempts=attempts)
    return outcome


def _needs_a_person(post: Post, delivery: Delivery, outcome: str) -> str:
    log.trouble("delivery-held", delivery=delivery.submission_id, code=outcome)
    if delivery.state in _SETTLED:
        return _later(post, delivery, outcome)
    post.queue.move(delivery.submission_id, DeliveryEvent.NEEDS_A_PERSON, outcome=outcome)
    return outcome


def _state_now(post: Post, delivery: Delivery) -> DeliveryState:
    return post.queue.delivery(delivery.submission_id).state
