"""When the written form is due, by the authority's own rule, and whether anybody is there to take it then.

Promises: pure; times are those of the clock on the wall where the referral is written; working days are Monday to
Friday, working days without bank holidays (those are not known here, so a form may be due later than this says, never
earlier). What is not known gives nothing rather than a guess. Imports referral and this room's form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from referral_client.questionnaire.form import Deadline, Form, Opening
from referral_client.referral.answers import AnswerSet

_STARTS = {"call": "call.at", "concern": "concern.happened_when"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = dict(
    zip(_DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Due:
    """`at`: local time. `closed`: whether the front door is closed then; None where its hours are not known.

    opens_at: when it next opens, if it is closed then. words: finished sentences.
    """

    at: datetime
    closed: bool | None
    opens_at: datetime | None
    words: tuple[str, ...]


def due(form: Form, answers: AnswerSet) -> Due | None:
    """From the answers that count. None: the form has no such rule, or it is not known when its clock began."""
    deadline = form.profile.deadline
    if deadline is None:
        return None
    began = answers.text(_STARTS[deadline.starts])
    start = _moment(began)
    if start is None:
        return None
    at = _end(start, deadline)
    words = [f"The written form is due by {moment_words(at)}, {deadline_words(deadline)}."]
    if "T" not in began:
        words.append(f"No time of the {deadline.starts} is given, so this counts from the start of that day.")
    opening = form.profile.opening
    if not opening:
        return Due(at, None, None, tuple(words))
    closed = not _open_at(opening, at)
    opens = _next_opening(opening, at) if closed else None
    if opens is not None:
        name = form.profile.front_door
        words.append(
            f"{name} is closed then, by the hours last seen, and opens {moment_words(opens)}. Ring out of hours."
        )
    return Due(at, closed, opens, tuple(words))


def deadline_words(deadline: Deadline) -> str:
    """ "24 hours after the call", "2 working days after the concern"."""
    count = deadline.hours or deadline.working_days
    unit = "hour" if deadline.hours else "working day"
    return f"{count} {unit}{'' if count == 1 else 's'} after the {deadline.starts}"


def opening_words(opening: Opening) -> str:
    """ "Monday to Thursday 09:00 to 17:00"."""
    numbers = [_DAYS.index(day) for day in opening.days]
    names = [_DAY_NAMES[day] for day in opening.days]
    in_a_row = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    days = f"{names[0]} to {names[-1]}" if in_a_row else ", ".join(names)
    return f"{days} {opening.opens} to {opening.closes}"


def moment_words(moment: datetime) -> str:
    """ "Saturday 21 November 09:20"."""
    return f"{moment:%A} {moment.day} {moment:%B %H:%M}"


def _moment(text: str) -> datetime | None:
    for shape in ("%Y-%m-%dT%H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, shape)  # noqa: DTZ007 - local by definition
        except ValueError:
            pass
    return None


def _end(start: datetime, deadline: Deadline) -> datetime:
    if deadline.hours:
        return start + timedelta(hours=deadline.hours)
    at, left = start, deadline.working_days
    while left:
        at += timedelta(days=1)
        left -= at.weekday() < _DAYS.index("sat")
    return at


def _open_at(opening: tuple[Opening, ...], at: datetime) -> bool:
    return any(opens <= at < closes for opens, closes in _of_day(opening, at))


def _next_opening(opening: tuple[Opening, ...], at: datetime) -> datetime | None:
    for ahead in range(_WEEK + 1):
        later = [opens for opens, _ in _of_day(opening, at + timedelta(days=ahead)) if opens > at]
        if later:
            return min(later)
    return None


def _of_day(opening: tuple[Opening, ...], day: datetime) -> Iterator[tuple[datetime, datetime]]:
    for each in opening:
        if _DAYS[day.weekday()] in each.days:
            opens, closes = (
                datetime.combine(day.date(), time.fromisoformat(clock)) for clock in (each.opens, each.closes)
            )
            yield opens, closes
