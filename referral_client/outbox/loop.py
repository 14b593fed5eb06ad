"""Work through what is due, once. The desktop's outbox thread and `queue run` both call this."""

from __future__ import annotations

from dataclasses import dataclass

from referral_client.base import log
from referral_client.base.errors import KnownError
from referral_client.outbox.attempt import Post, deliver
from referral_client.referral import DELIVERED, DeliveryState

UNREACHABLE = "TRANSPORT-UNREACHABLE"


@dataclass(frozen=True, slots=True)
class Ended:
    """How one attempt ended: the submission, its state now, and the outcome code."""

    submission_id: str
    state: DeliveryState
    outcome: str


def run_due(post: Post, *, everything: bool = False) -> tuple[Ended, ...]:
    """One attempt for each delivery that is due now, urgent first; `everything` ignores the waiting times.

    A fault with one delivery (a damaged ticket file, a disk that does not answer) never keeps the next from leaving.
    A destination that cannot be reached is not asked again in this round about what it has already signed for.
    """
    ended = []
    unreachable: set[str] = set()
    for delivery in post.queue.due(None if everything else post.clock.now()):
        if post.stop():
            break
        if delivery.destination_id in unreachable and delivery.state in DELIVERED:
            continue
        try:
            outcome = deliver(post, delivery)
        except KnownError as fault:
            outcome = fault.code
        except OSError:
            log.trouble("delivery-file-fault", delivery=delivery.submission_id)
            outcome = "THIS-COMPUTER"
        if outcome == UNREACHABLE:
            unreachable.add(delivery.destination_id)
        ended.append(Ended(delivery.submission_id, post.queue.delivery(delivery.submission_id).state, outcome))
    return tuple(ended)
