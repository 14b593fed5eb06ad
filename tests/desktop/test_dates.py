"""Dates and times as people type them, and back again."""

import pytest
from pytestqt.qtbot import QtBot

from referral_client.desktop.controls.dates import DateFields, parts_of, stored_date, stored_time
from referral_client.questionnaire.dates import days_of


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (("27", "3", "2014"), "2014-03-27"),
        (("1", "march", "2014"), "2014-03-01"),
        (("", "Mar", "2014"), "2014-03"),
        (("", "", "2014"), "2014"),
        (("", "", ""), ""),
    ],
)
def test_a_date_may_leave_parts_out(typed: tuple[str, str, str], stored: str) -> None:
    assert stored_date(*typed) == stored


@pytest.mark.parametrize(
    "typed", [("31", "2", "2020"), ("3", "", "2020"), ("3", "4", ""), ("x", "y", "z"), ("1-2", "3", "2020")]
)
def test_what_is_no_date_is_kept_and_is_not_taken_for_one(typed: tuple[str, str, str]) -> None:
    stored = stored_date(*typed)
    assert stored and days_of(stored) is None
    day, month, year, _ = parts_of(stored)
    assert (day, month, year) == tuple(part.replace("-", " ") for part in typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("9:20", "09:20"), ("9.20", "09:20"), ("0920", "09:20"), ("15:40", "15:40"), ("3pm", "15:00"), ("12 am", "00:00"),
     ("12:30 pm", "12:30"), ("around nine", "around nine"), ("", "")],
)  # fmt: skip
def test_a_time_is_read_as_people_write_it(typed: str, stored: str) -> None:
    assert stored_time(typed) == stored


@pytest.mark.parametrize("stored", ["2014-03-27", "2014-03", "2014", "2026-11-20T09:20", ""])
def test_what_is_stored_comes_back_the_same(qtbot: QtBot, stored: str) -> None:
    fields = DateFields("date", stored, with_time=True, changed=lambda: None)
    qtbot.addWidget(fields)
    assert fields.stored == stored
