"""What is left to do once a picture may go: deletion, the original, the record, who looked.

Nothing here is destroyed by the program: each is a task for a named role. Imports the room's own modules.
"""

from __future__ import annotations

from referral_client.policy.codes import ClientDeletion, Original
from referral_client.policy.model import minutes_of
from referral_client.policy.weighing import Said, Weighing

_UNITS = {"m": "minute", "h": "hour", "d": "day"}


def off_the_device(scales: Weighing) -> Said:
    """The picture leaves the device it was taken with."""
    within = scales.policy.delete_from_device_within
    if within is None or not scales.facts.ours:
        return
    attester = scales.policy.deletion_attested_by
    attested = f", attested by the {scales.role(attester)}" if attester else ""
    yield scales.task(
        "delete_from_device_within",
        f"Delete it from the device within {spoken(within)}{attested}. First make sure that the original is kept.",
        by_role=attester or "",
        within_minutes=minutes_of(within),
    )


def spoken(duration: str) -> str:
    """`24h` as `24 hours`."""
    count = duration[:-1]
    return f"{count} {_UNITS[duration[-1]]}{'' if count == '1' else 's'}"


def off_this_computer(scales: Weighing) -> Said:
    """The copy in this program."""
    after = scales.policy.delete_from_client_after
    if after is ClientDeletion.RECEIPT:
        yield scales.task(
            "delete_from_client_after", "Remove the copy in this program once the front door has confirmed it arrived."
        )
    elif after is ClientDeletion.RECORD_COPY_CONFIRMED:
        yield scales.task(
            "delete_from_client_after",
            "Remove the copy in this program once somebody confirms that the child’s record holds one.",
        )


def the_original(scales: Weighing) -> Said:
    """The untouched file as the camera made it."""
    policy = scales.policy
    if policy.original is Original.RETAIN_IN_ORG_RECORD:
        where = policy.record_system or "your organisation’s record"
        yield scales.task("original", f"Keep the untouched original in this place: {where}.")
        return
    yield scales.task("original", "Once it has arrived, a named person decides when the original is destroyed.")
    if policy.record_system:
        yield scales.task("record_system", f"Note in this place that a picture exists: {policy.record_system}.")


def who_looked(scales: Weighing) -> Said:
    """A log of views."""
    if scales.policy.log_every_view:
        yield scales.task("log_every_view", "Each person who opens it writes down their name, the time and why.")
