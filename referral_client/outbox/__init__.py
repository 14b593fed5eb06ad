"""The delivery loop: what is due, one attempt, record how it ended; and the only judge of receipts.

Rules: every change is committed before it is acted on; after any doubt ask before sending again (announcing is
asking); the sealed bytes never change; there is no maximum of tries; only a receipt that verifies against a pinned
key and names this digest ends a delivery. Needs no passphrase: it moves sealed bytes and reads nothing.
Imports base, referral, sealing, vault, transport, organisation. Public face: the names below.
"""

from referral_client.outbox.attempt import Outcome, Post, deliver
from referral_client.outbox.backoff import wait_seconds
from referral_client.outbox.judge import ReceiptRefused, event_of, judge_receipt
from referral_client.outbox.loop import Ended, run_due

__all__ = [
    "Ended",
    "Outcome",
    "Post",
    "ReceiptRefused",
    "deliver",
    "event_of",
    "judge_receipt",
    "run_due",
    "wait_seconds",
]
