"""Partial dates: "2014-03-27", "2014-03", "2014", compared by the days that each may stand for.

A comparison is true when some pair of days makes it true: a form then asks rather than stays silent, and refuses only
what cannot be true. Pure; today comes in as an argument. Imports nothing of the program.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

_PARTIAL = re.compile(r"^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$")
_LOCAL = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$")
_RELATIVE = re.compile(r"^today(?: ([+-]) ([0-9]{1,4}) (day|week|month|year)s?)?$")
MONTHS = tuple(calendar.month_name)[1:]


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day that something may be."""

    first: date
    last: date


@lru_cache(maxsize=4096)
def days_of(text: str) -> Days | None:
    """The days a stored date or local date and time may stand for; None when it is no real date."""
    if _LOCAL.match(text):
        try:
            moment = datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - local by definition
        except ValueError:
            return None
        return Days(moment.date(), moment.date())
    match = _PARTIAL.match(text)
    if match is None:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    try:
        if month is None:
            return Days(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            last = calendar.monthrange(year, int(month))[1]
            return Days(date(year, int(month), 1), date(year, int(month), last))
        return Days(date(year, int(month), int(day)), date(year, int(month), int(day)))
    except (ValueError, calendar.IllegalMonthError):
        return None


def precision_of(text: str) -> str:
    """ "day", "month" or "year" of a stored date."""
    return {4: "year", 7: "month"}.get(len(text), "day")


def is_point(text: str) -> bool:
    """True for what a test may compare with: a date, or today with an offset ("today - 19 years")."""
    return _RELATIVE.match(text) is not None or days_of(text) is not None


@lru_cache(maxsize=4096)
def point(text: str, today: str) -> Days | None:
    """The days of a test's operand; None for a relative one while today is not known."""
    match = _RELATIVE.match(text)
    if match is None:
        return days_of(text)
    base = days_of(today) if today else None
    if base is None:
        return None
    if match[1] is None:
        return base
    count = int(match[2]) * (1 if match[1] == "+" else -1)
    day = _moved(base.first, count, match[3])
    return None if day is None else Days(day, day)


def _moved(day: date, count: int, unit: str) -> date | None:
    try:
        if unit in ("day", "week"):
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        return None


def may_be_before(left: Days, right: Days) -> bool:
    return left.first < right.last


def may_be_on_or_before(left: Days, right: Days) -> bool:
    return left.first <= right.last


def may_be_after(left: Days, right: Days) -> bool:
    return left.last > right.first


def may_be_on_or_after(left: Days, right: Days) -> bool:
    return left.last >= right.first


def ages(born: Days, today: date) -> tuple[int, int]:
    """The least and the most whole years somebody may be; negative before birth."""
    return _age(born.last, today), _age(born.first, today)


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def date_words(text: str) -> str:
    """ "27 March 2014", "March 2014", "2014", "20 November 2026 at 15:40"; the text itself when it is no date."""
    days = days_of(text)
    if days is None:
        return text
    day = days.first
    month = MONTHS[day.month - 1]
    if "T" in text:
        return f"{day.day} {month} {day.year} at {text[-5:]}"
    return {
        "year": f"{day.year}",
        "month": f"{month} {day.year}",
        "day": f"{day.day} {month} {day.year}",
    }[precision_of(text)]
