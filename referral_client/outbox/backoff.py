"""When to try again: full jitter, kept in the row, so that a school's hundred PCs do not all call at once.

uniform(0, min(cap, 5 s * 2^attempts)); cap 15 minutes, 1 minute for an urgent referral. A destination's Retry-After
is a floor, up to an hour. There is no attempt after which it gives up.
"""

from __future__ import annotations

from referral_client.base.ids import RandomBytes

FIRST_SECONDS = 5.0
CAP_SECONDS = 15 * 60.0
URGENT_CAP_SECONDS = 60.0
LONGEST_FLOOR_SECONDS = 3600
_STEPS = 2**32


def wait_seconds(attempts: int, *, urgent: bool, retry_after: int | None, random: RandomBytes) -> float:
    """Seconds until the next attempt after `attempts` that failed in a row."""
    cap = URGENT_CAP_SECONDS if urgent else CAP_SECONDS
    ceiling = min(cap, FIRST_SECONDS * 2.0 ** min(attempts, 20))
    fraction = int.from_bytes(random(4), "big") / _STEPS
    floor = min(max(retry_after or 0, 0), LONGEST_FLOOR_SECONDS)
    return floor + fraction * ceiling
