"""Work through what is due, once. The desktop's outbox thread and `queue run` both call this."""

from __future__ import annotations

from dataclasses import dataclass

from referral_client.base.errors import KnownError
from referral_client.outbox.attempt import Post, deliver
from referral_client.referral import DeliveryState


@dataclass(frozen=True, slots=True)
class Ended:
    """How one attempt ended: the submission, its state now, and the outcome code."""

    submission_id: str
    state: DeliveryState
    outcome: str


def run_due(post: Post, *, everything: bool = False) -> tuple[Ended, ...]:
    """One attempt for each delivery that is due now, urgent first; `everything` ignores the waiting times.

    A fault with one delivery (a damaged ticket file, say) never keeps the next from leaving.
    """
    ended = []
    for delivery in post.queue.due(None if everything else post.clock.now()):
        if post.stop():
            break
        try:
            outcome = deliver(post, delivery)
        except KnownError as fault:
            outcome = fault.code
        ended.append(Ended(delivery.submission_id, post.queue.delivery(delivery.submission_id).state, outcome))
    return tuple(ended)
