"""Waiting times: jittered, capped, never giving up."""

from hypothesis import given
from hypothesis import strategies as st

from referral_client.base.ids import system_random
from referral_client.outbox import wait_seconds

LEAST, MOST = (lambda n: b"\x00" * n), (lambda n: b"\xff" * n)


@given(st.integers(0, 10_000), st.booleans(), st.none() | st.integers(-(10**9), 10**9))
def test_a_waiting_time_is_always_within_its_bounds(attempts: int, urgent: bool, retry_after: int | None) -> None:
    seconds = wait_seconds(attempts, urgent=urgent, retry_after=retry_after, random=system_random)
    floor = min(max(retry_after or 0, 0), 3600)
    assert floor <= seconds <= floor + (60 if urgent else 900)


def test_it_grows_and_an_urgent_one_stays_short() -> None:
    grown = [wait_seconds(n, urgent=False, retry_after=None, random=MOST) for n in range(12)]
    assert grown == sorted(grown)
    assert 4.9 < grown[0] <= 5
    assert 899 < grown[-1] <= 900
    assert wait_seconds(50, urgent=True, retry_after=None, random=MOST) <= 60
    assert wait_seconds(50, urgent=False, retry_after=None, random=LEAST) == 0


def test_a_thousand_computers_do_not_come_back_at_once() -> None:
    waits = [wait_seconds(3, urgent=False, retry_after=None, random=system_random) for _ in range(1000)]
    fullest = max(sum(1 for wait in waits if second <= wait < second + 1) for second in range(40))
    assert fullest < 80
