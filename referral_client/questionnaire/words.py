"""Answers as finished words: names of items, values, reasons for not knowing, who something is to be kept from.

Promises: whatever is stored gives words, and silence gives "Not answered". Pure. Imports referral and this room's
reach, form, dates and values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from referral_client.questionnaire.dates import date_words, days_of, precision_of
from referral_client.questionnaire.form import Question
from referral_client.questionnaire.reach import View
from referral_client.questionnaire.values import Kind
from referral_client.referral.answers import Answer, State, Value

NOT_ANSWERED = "Not answered"
_PART = re.compile(r"\{([^{}]*)\}")
_ADDRESS_ORDER = ("line_1", "line_2", "words", "town", "county", "postcode", "country")


def item_title(seen: View, item: str, *, within: bool = False) -> str:
    """How an item is named, from the answers that count: "Amira Khan", or "Child 2" while they are silent.

    within: this name is part of another item's name; then it names no further item, so names never go in a ring.
    """
    group = item.partition("~")[0] if "~" in item else item.rpartition("-")[0]
    repeat = seen.form.repeats.get(group)
    if repeat is None:
        return item
    if repeat.pair:
        names = dict(zip(repeat.pair, item.split("~")[1:], strict=False))
        return _PART.sub(lambda part: item_title(seen, names.get(part[1], "")), repeat.item_title)
    parts = {part: _short(seen, part, item, within) for part in _PART.findall(repeat.item_title)}
    if any(parts.values()):
        words = " ".join(_PART.sub(lambda part: parts[part[1]], repeat.item_title).split())
        return words.strip(" :,")
    ids = seen.world.items.get(group, ())
    return f"{repeat.no_title} {ids.index(item) + 1}" if item in ids else repeat.no_title


def _short(seen: View, question_id: str, item: str, within: bool) -> str:
    answer = seen.answer(question_id, item)
    if answer is None or not isinstance(answer.value, str):
        return ""
    question = seen.form.questions[question_id]
    if question.about:
        return "" if within else item_title(seen, answer.value, within=True)
    option = question.option(answer.value)
    return option.label if option is not None else answer.value.strip()


def answer_words(seen: View, question: Question, answer: Answer | None) -> str:
    """One answer for the check-answers page and the readable copy."""
    if answer is None:
        return NOT_ANSWERED
    because = f": {answer.because.strip()}" if answer.because.strip() else ""
    if answer.state is State.VALUE:
        return value_words(seen, question, answer.value)
    if answer.state is State.ESTIMATED:
        return f"{value_words(seen, question, answer.value)} (estimated)"
    if answer.state is State.NOT_KNOWN:
        return _not_known(answer)
    if answer.state is State.DECLINED:
        return f"Declined to say{because}"
    if answer.state is State.WITHHELD:
        return f"Withheld{because}"
    return f"Does not apply{because}"


def _not_known(answer: Answer) -> str:
    asked = answer.asked
    if asked is None:
        return f"Not known, not asked: {answer.because.strip()}" if answer.because.strip() else "Not known"
    on = _when(asked.when.strip())
    said = f", who said: {asked.said.strip()}" if asked.said.strip() else ""
    tail = f". {answer.because.strip()}" if answer.because.strip() else ""
    return f"Not known: asked {asked.whom.strip()}{on}{said}{tail}"


def _when(text: str) -> str:
    """ " on 3 March 2026", " in March 2026", " last week", ""."""
    if days_of(text) is None:
        return f" {text}" if text else ""
    return f" {'on' if precision_of(text) == 'day' else 'in'} {date_words(text)}"


def value_words(seen: View, question: Question, value: Value | None) -> str:
    """A value in words. Codes become labels, dates are written out, items are named."""
    if isinstance(value, tuple):
        names = [_one(seen, question, code) for code in value]
        return ", ".join(names)
    if isinstance(value, Mapping):
        return _address(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return _one(seen, question, "" if value is None else str(value))


def _one(seen: View, question: Question, text: str) -> str:
    if question.kind in (Kind.CHOOSE_ONE, Kind.CHOOSE_MANY):
        option = question.option(text)
        return option.label if option is not None else text
    if question.about:
        return item_title(seen, text)
    if question.kind in (Kind.DATE, Kind.DATETIME):
        return date_words(text)
    if question.kind is Kind.NHS_NUMBER and len(text) == 10:
        return f"{text[:3]} {text[3:6]} {text[6:]}"
    return text.strip()


def _address(value: Mapping[str, str | bool]) -> str:
    parts = [str(value[key]).strip() for key in _ADDRESS_ORDER if str(value.get(key, "")).strip()]
    if value.get("no_fixed_address") is True:
        parts.insert(0, "No fixed address")
    return ", ".join(parts)


def keep_from_words(seen: View, answer: Answer | None) -> tuple[str, ...]:
    """ "Keep this from Lee Marsh: he does not know this address", one for each person."""
    if answer is None:
        return ()
    return tuple(
        f"Keep this from {item_title(seen, tag.who)}" + (f": {tag.why.strip()}" if tag.why.strip() else "")
        for tag in answer.keep_from
    )
