"""A date in three fields, as people say it; a part may be left out. With a time, a fourth.

What cannot be read stays as it was typed, so that nothing written is lost; the form says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import Qt

from referral_client.desktop import theme
from referral_client.desktop.controls.fields import Frame, TextField
from referral_client.desktop.controls.layout import Column, Flow
from referral_client.desktop.controls.words import Words

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"^([0-9]{1,2})(?:[:.h ]?([0-9]{2}))? ?(am|pm)?$", re.IGNORECASE)


def month_number(typed: str) -> str:
    """ "3", "mar" and "March" are "03"; anything else as typed."""
    word = typed.strip().casefold()
    if word.isdecimal():
        return word.zfill(2)
    found = [number for number, name in enumerate(_MONTHS, 1) if len(word) > 2 and word.startswith(name)]
    return f"{found[0]:02}" if found else typed.strip()


def stored_date(day: str, month: str, year: str) -> str:
    """ "2014-03-27", "2014-03", "2014", or "" for three blanks; what is no date keeps its parts."""
    day, month, year = day.strip().replace("-", " "), month_number(month).replace("-", " "), year.strip()
    if not (day or month or year):
        return ""
    if day.isdecimal():
        day = day.zfill(2)
    if not day and not month:
        return year
    return f"{year}-{month}-{day}" if day else f"{year}-{month}"


def stored_time(typed: str) -> str:
    """ "9.20", "0920", "9:20 am" are "09:20", "3pm" is "15:00"; anything else as typed."""
    match = _TIME.match(typed.strip())
    if match is None:
        return typed.strip()
    hour, minute, half = int(match[1]), match[2] or "00", (match[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{minute}"


def parts_of(stored: str) -> tuple[str, str, str, str]:
    """Day, month, year and time to show for what is stored."""
    date, _, time = stored.partition("T")
    year, month, day = (*date.split("-", 2), "", "")[:3]
    return day.lstrip("0") if day.isdecimal() else day, month.lstrip("0") if month.isdecimal() else month, year, time


class DateFields(Column):
    """Day, month, year, and a time if asked. `of` names what the date is about, for readers."""

    def __init__(self, of: str, stored: str = "", *, with_time: bool = False, changed: Callable[[], None]) -> None:
        super().__init__(gap=0)
        day, month, year, time = parts_of(stored)
        parts = [("Day", day, 3), ("Month", month, 9), ("Year", year, 5)]
        if with_time:
            parts.append(("Time", time, 7))
        self.fields: list[TextField] = []
        self._frames: list[Frame] = []
        boxes = []
        for words, text, characters in parts:
            field = TextField(text, changed=changed)
            field.setAccessibleName(f"{words}: {of}")
            frame = Frame(field, characters)
            box = Column(gap=2)
            label = Words(words, theme.SMALL)
            box.add(label, frame)
            box.setMaximumWidth(max(frame.maximumWidth(), label.sizeHint().width()))
            boxes.append(box)
            self.fields.append(field)
            self._frames.append(frame)
        self.add(Flow(boxes))

    @property
    def stored(self) -> str:
        """What to keep; "" while every field is blank."""
        day, month, year, *time = (field.text() for field in self.fields)
        date = stored_date(day, month, year)
        moment = stored_time(time[0]) if time else ""
        return f"{date}T{moment}" if moment else date

    def describe(self, words: str) -> None:
        for field in self.fields:
            field.setAccessibleDescription(words)

    def show_error(self, error: bool) -> None:
        for frame in self._frames:
            frame.show_error(error)

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:  # noqa: N802 - Qt's name
        self.fields[0].setFocus(reason)
