"""Partial dates stand for the days they may be."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_client.questionnaire import dates
from referral_client.questionnaire.dates import Days, ages, date_words, days_of, point


def some(text: str) -> Days:
    found = days_of(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2014-03-27", date(2014, 3, 27), date(2014, 3, 27)),
        ("2014-02", date(2014, 2, 1), date(2014, 2, 28)),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
        ("2014", date(2014, 1, 1), date(2014, 12, 31)),
        ("2026-11-20T15:40", date(2026, 11, 20), date(2026, 11, 20)),
    ],
)
def test_a_stored_date_is_a_range_of_days(text: str, first: date, last: date) -> None:
    assert days_of(text) == Days(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2014-13",
        "2014-02-30",
        "2015-02-29",
        "27/3/2014",
        "0000",
        "2014-3-7",
        "2026-11-20T25:00",
        "２０１４",
        "2014-00",
    ],
)
def test_what_is_no_real_date_has_no_days(text: str) -> None:
    assert days_of(text) is None


@pytest.mark.parametrize(
    ("operand", "day"),
    [
        ("today", date(2024, 2, 29)),
        ("today - 1 year", date(2023, 2, 28)),
        ("today - 19 years", date(2005, 2, 28)),
        ("today + 2 weeks", date(2024, 3, 14)),
        ("today - 1 month", date(2024, 1, 29)),
        ("today + 12 months", date(2025, 2, 28)),
    ],
)
def test_a_test_may_compare_with_a_day_counted_from_today(operand: str, day: date) -> None:
    assert point(operand, "2024-02-29") == Days(day, day)


def test_without_today_a_relative_day_is_unknown() -> None:
    assert point("today", "") is None


def test_someone_with_only_a_year_of_birth_may_be_two_ages() -> None:
    assert ages(some("2020"), date(2026, 6, 1)) == (5, 6)


def test_a_child_born_on_29_february_is_a_year_older_on_1_march() -> None:
    assert ages(some("2020-02-29"), date(2025, 2, 28)) == (4, 4)
    assert ages(some("2020-02-29"), date(2025, 3, 1)) == (5, 5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2014-03-27", "27 March 2014"),
        ("2014-03", "March 2014"),
        ("2014", "2014"),
        ("2026-11-20T15:40", "20 November 2026 at 15:40"),
        ("last Tuesday", "last Tuesday"),
    ],
)
def test_dates_are_written_out(text: str, words: str) -> None:
    assert date_words(text) == words


_texts = st.builds(lambda d, cut: d.isoformat()[: (4, 7, 10)[cut]], st.dates(date(1900, 1, 1)), st.integers(0, 2))


@settings(deadline=None)
@given(_texts, _texts)
def test_comparisons_say_yes_exactly_when_some_pair_of_days_does(one: str, two: str) -> None:
    a, b = some(one), some(two)
    assert dates.may_be_before(a, b) == (a.first < b.last)
    assert dates.may_be_before(a, b) == dates.may_be_after(b, a)
    assert dates.may_be_on_or_before(a, b) == dates.may_be_on_or_after(b, a)
    assert dates.may_be_on_or_before(a, b) or dates.may_be_after(a, b)
