"""One time format."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from referral_client.base.clock import SystemClock, from_rfc3339, to_rfc3339


def test_times_are_written_in_utc_and_read_back() -> None:
    moment = datetime(2026, 7, 3, 15, 40, 2, tzinfo=timezone(timedelta(hours=1)))
    assert to_rfc3339(moment) == "2026-07-03T14:40:02Z"
    assert from_rfc3339("2026-07-03T14:40:02Z") == moment.astimezone(UTC)


def test_a_time_without_a_zone_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_rfc3339(datetime(2026, 7, 3))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["2026-07-03", "2026-07-03T14:40:02+01:00", "2026-02-31T00:00:00Z", "", "x"])
def test_any_other_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        from_rfc3339(text)


def test_the_system_clock_gives_whole_seconds_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond == 0
