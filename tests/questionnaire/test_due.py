"""The clock of the written form: from the call or the concern, in hours or working days, past a closed front door."""

from __future__ import annotations

from dataclasses import replace

import pytest

from referral_client.questionnaire import Deadline, Due, Form, Library, Opening, due
from referral_client.questionnaire.due import opening_words
from referral_client.referral import answers_from_json

HOURS = (Opening(("mon", "tue", "wed", "thu"), "09:00", "17:00"), Opening(("fri",), "09:00", "16:00"))


def with_rule(form: Form, deadline: Deadline | None, opening: tuple[Opening, ...] = HOURS) -> Form:
    return replace(form, profile=replace(form.profile, deadline=deadline, opening=opening, front_door="Compass"))


def found(form: Form, **answers: str) -> Due | None:
    return due(form, answers_from_json({"answers": {key.replace("__", "."): text for key, text in answers.items()}}))


def test_twenty_four_hours_run_through_the_weekend_and_the_closed_door_is_told(library: Library) -> None:
    one = found(library.form("shropshire"), call__at="2026-11-20T09:20")
    assert one is not None and one.closed is True
    assert one.words == (
        "The written form is due by Saturday 21 November 09:20, 24 hours after the call.",
        "Compass is closed then, by the hours last seen, and opens Monday 23 November 09:00. Ring out of hours.",
    )


@pytest.mark.parametrize(
    ("began", "closed", "opens"),
    [
        ("2026-11-18T10:00", False, ""),  # due on Thursday morning
        ("2026-11-18T08:59", True, "2026-11-19T09:00"),  # due a minute before they open
        ("2026-11-19T16:00", True, "2026-11-23T09:00"),  # due as they close on Friday
        ("2026-11-19T15:59", False, ""),
    ],
)
def test_open_and_closed(marf: Form, began: str, closed: bool, opens: str) -> None:
    one = found(with_rule(marf, Deadline("call", hours=24)), call__at=began)
    assert one is not None
    assert (one.closed, one.opens_at.isoformat(timespec="minutes") if one.opens_at else "") == (closed, opens)


@pytest.mark.parametrize(
    ("began", "days", "at"),
    [
        ("2026-11-20T15:40", 1, "2026-11-23T15:40"),  # Friday to Monday
        ("2026-11-21T10:00", 2, "2026-11-24T10:00"),  # a Saturday
        ("2026-11-16T10:00", 5, "2026-11-23T10:00"),
    ],
)
def test_working_days_are_monday_to_friday(marf: Form, began: str, days: int, at: str) -> None:
    form = with_rule(marf, Deadline("concern", working_days=days), ())
    one = found(form, concern__happened_when=began, call__at="2020-01-01T00:00")
    assert one is not None
    assert (one.at.isoformat(timespec="minutes"), one.closed, one.opens_at) == (at, None, None)
    assert one.words[0].endswith(f"{days} working day{'' if days == 1 else 's'} after the concern.")


def test_a_day_without_a_time_counts_from_its_start_and_says_so(marf: Form) -> None:
    one = found(with_rule(marf, Deadline("call", hours=24)), call__at="2026-11-18")
    assert one is not None and one.at.isoformat(timespec="minutes") == "2026-11-19T00:00"
    assert "from the start of that day" in one.words[1]


def test_what_is_not_known_gives_no_time(marf: Form) -> None:
    assert found(with_rule(marf, None), call__at="2026-11-18T10:00") is None
    form = with_rule(marf, Deadline("call", hours=24))
    assert [found(form), found(form, call__at="2026-11"), found(form, call__at="yesterday")] == [None] * 3


def test_opening_hours_in_words() -> None:
    assert [opening_words(each) for each in HOURS] == ["Monday to Thursday 09:00 to 17:00", "Friday 09:00 to 16:00"]
    assert opening_words(Opening(("mon", "wed", "sat"), "09:00", "12:00")).startswith("Monday, Wednesday, Saturday ")
