"""What a person answered: values with a shape for "not known", items of repeat groups, keep-this-from tags.

An answer is one of: a value, an estimated value, not known (asked whom, when, what they said; or why not asked),
declined, withheld because, not applicable. Nothing here knows what the form asks; `questionnaire` compares.

Addresses: a plain question is addressed by its id ("danger.now"); inside a repeat group by item and id
("child-1", "child.first_name"). The JSON shape is published in docs/schemas/answers.schema.json.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from referral_client.base.canonical import Json, canonical_bytes

# A value as JSON: text, whole number, yes/no, a list of codes, or an address object of text fields.
Value = str | int | bool | tuple[str, ...] | Mapping[str, "str | bool"]

MAX_TEXT = 200_000
MAX_ITEMS = 500
_ID = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})*")


class State(StrEnum):
    VALUE = "value"
    ESTIMATED = "estimated"
    NOT_KNOWN = "not_known"
    DECLINED = "declined"
    WITHHELD = "withheld"
    NOT_APPLICABLE = "not_applicable"


class NotFitting(ValueError):
    """Untrusted answers that do not have the published shape. The message names the place, never the value."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked about an unknown thing, when (a date as text, may be partial), and what they said."""

    whom: str
    when: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class KeepFrom:
    """This answer must not reach a person. `who`: an item id ("adult-2") or words; `why` is for the worker."""

    who: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `value` is set for VALUE and ESTIMATED; `because` for WITHHELD, DECLINED and not-asked."""

    state: State
    value: Value | None = None
    asked: Asked | None = None
    because: str = ""
    keep_from: tuple[KeepFrom, ...] = ()

    @property
    def has_value(self) -> bool:
        return self.state in (State.VALUE, State.ESTIMATED)


@dataclass(frozen=True, slots=True)
class Item:
    """One child, adult, injury, ... of a repeat group. `id` is "<group>-<number>" and never reused."""

    id: str
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """All answers of one referral. Immutable; every change returns a new set.

    reasons: a section id -> the one answer that stands for everything left silent in that section.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    items: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    reasons: Mapping[str, Answer] = field(default_factory=dict)

    def get(self, question: str, item: str = "") -> Answer | None:
        """The answer to a question, inside an item when one is named; None while it is silent."""
        if not item:
            return self.answers.get(question)
        found = self.item(item)
        return None if found is None else found.answers.get(question)

    def text(self, question: str, item: str = "") -> str:
        """The value as text, or "" when there is none."""
        answer = self.get(question, item)
        if answer is None or not answer.has_value:
            return ""
        return answer.value if isinstance(answer.value, str) else ""

    def codes(self, question: str, item: str = "") -> tuple[str, ...]:
        """The chosen codes of a choose-many question, or of a choose-one as a single code."""
        answer = self.get(question, item)
        if answer is None or not answer.has_value:
            return ()
        if isinstance(answer.value, tuple):
            return answer.value
        return (answer.value,) if isinstance(answer.value, str) else ()

    def group(self, repeat: str) -> tuple[Item, ...]:
        return self.items.get(repeat, ())

    def item(self, item_id: str) -> Item | None:
        group = item_id.rsplit("-", 1)[0].split("~", 1)[0]
        for name in (group, *self.items):
            for item in self.items.get(name, ()):
                if item.id == item_id:
                    return item
        return None

    def with_answer(self, question: str, answer: Answer | None, *, repeat: str = "", item: str = "") -> AnswerSet:
        """Set (or with None, clear) one answer; a new item appears at the end of its group."""
        if not item:
            return replace(self, answers=_put(self.answers, question, answer))
        group = list(self.group(repeat))
        for index, old in enumerate(group):
            if old.id == item:
                group[index] = Item(item, _put(old.answers, question, answer))
                break
        else:
            group.append(Item(item, _put({}, question, answer)))
        return replace(self, items=MappingProxyType({**self.items, repeat: tuple(group)}))


def _put(answers: Mapping[str, Answer], question: str, answer: Answer | None) -> Mapping[str, Answer]:
    kept = {key: old for key, old in answers.items() if key != question}
    if answer is not None:
        kept[question] = answer
    return MappingProxyType(kept)


# --- JSON -----------------------------------------------------------------------------------------------------


def answers_to_json(answers: AnswerSet) -> Json:
    """The published shape: {"answers": {...}, "items": {group: [{"id", "answers"}]}, "reasons": {...}}."""
    return {
        "answers": {key: _answer_to_json(answer) for key, answer in answers.answers.items()},
        "items": {
            group: [
                {"id": item.id, "answers": {key: _answer_to_json(answer) for key, answer in item.answers.items()}}
                for item in items
            ]
            for group, items in answers.items.items()
        },
        "reasons": {key: _answer_to_json(answer) for key, answer in answers.reasons.items()},
    }


def answers_digest(answers: AnswerSet) -> str:
    """SHA-256 of the canonical JSON: what a reviewer reads and approves."""
    return hashlib.sha256(canonical_bytes(answers_to_json(answers))).hexdigest()


def answers_from_json(untrusted: Json) -> AnswerSet:
    """Parse the published shape. A bare text, number, yes/no or list stands for a value, for people who write by hand.

    NotFitting lists every place at fault, one line each.
    """
    answers, faults = read_answer_set(untrusted)
    if faults:
        raise NotFitting("\n".join(faults))
    return answers


def read_answer_set(untrusted: Json) -> tuple[AnswerSet, tuple[str, ...]]:
    """What of the published shape can be read, and every place at fault: for a caller with more to find out."""
    faults: list[str] = []
    if not isinstance(untrusted, dict):
        return AnswerSet(), ("the answers must be an object",)
    for key in untrusted:
        if key not in ("form", "answers", "items", "reasons"):
            faults.append(f"{_called(key)}: not a part of an answers file (form, answers, items, reasons)")
    answers = _answers(untrusted.get("answers", {}), "answers", faults)
    reasons = _answers(untrusted.get("reasons", {}), "reasons", faults)
    items: dict[str, tuple[Item, ...]] = {}
    groups = untrusted.get("items", {})
    if not isinstance(groups, dict):
        faults.append("items: must be an object of lists")
        groups = {}
    for group, untrusted_items in groups.items():
        if not _ID.fullmatch(group):
            faults.append(f"items: {_NOT_AN_ID}")
            continue
        items[group] = _items(group, untrusted_items, faults)
    return AnswerSet(MappingProxyType(answers), MappingProxyType(items), MappingProxyType(reasons)), tuple(faults)


_NOT_AN_ID = "a key that is not a question id"


def _called(key: str) -> str:
    """A key that can only be a slip of an id is named; any other may be about a child."""
    return key if _ID.fullmatch(key) else _NOT_AN_ID


def _items(group: str, untrusted_items: Json, faults: list[str]) -> tuple[Item, ...]:
    if not isinstance(untrusted_items, list):
        faults.append(f"items.{group}: must be a list")
        return ()
    if len(untrusted_items) > MAX_ITEMS:
        faults.append(f"items.{group}: more than {MAX_ITEMS} items")
        return ()
    result: list[Item] = []
    seen: set[str] = set()
    for number, untrusted_item in enumerate(untrusted_items, 1):
        place = f"items.{group}[{number}]"
        if not isinstance(untrusted_item, dict) or not isinstance(untrusted_item.get("id"), str):
            faults.append(f"{place}: must be an object with an id like {group}-1")
            continue
        item_id = untrusted_item["id"]
        if not 1 <= len(item_id) <= 100 or not item_id.isascii() or not item_id.isprintable():
            faults.append(f"{place}.id: must be a short plain id like {group}-1")
            continue
        if item_id in seen:
            faults.append(f"{place}.id: used twice")
            continue
        seen.add(item_id)
        result.append(
            Item(item_id, MappingProxyType(_answers(untrusted_item.get("answers", {}), f"{place}.answers", faults)))
        )
    return tuple(result)


def _answers(untrusted: Json, place: str, faults: list[str]) -> dict[str, Answer]:
    if not isinstance(untrusted, dict):
        faults.append(f"{place}: must be an object of question ids")
        return {}
    result: dict[str, Answer] = {}
    for key, untrusted_answer in untrusted.items():
        if not _ID.fullmatch(key):
            faults.append(f"{place}: {_NOT_AN_ID}")
            continue
        try:
            result[key] = _answer_from_json(untrusted_answer)
        except NotFitting as fault:
            faults.append(f"{place}.{key}: {fault}")
    return result


def _answer_to_json(answer: Answer) -> Json:
    result: dict[str, Json] = {"state": answer.state.value}
    if answer.value is not None:
        if isinstance(answer.value, tuple):
            result["value"] = list(answer.value)
        elif isinstance(answer.value, Mapping):
            result["value"] = dict(answer.value)
        else:
            result["value"] = answer.value
    if answer.asked is not None:
        result["asked"] = {"whom": answer.asked.whom, "when": answer.asked.when, "said": answer.asked.said}
    if answer.because:
        result["because"] = answer.because
    if answer.keep_from:
        result["keep_from"] = [{"who": tag.who, "why": tag.why} for tag in answer.keep_from]
    return result


def _answer_from_json(untrusted: Json) -> Answer:
    if not isinstance(untrusted, dict):
        return Answer(State.VALUE, _value(untrusted))
    if "state" not in untrusted:
        if "value" in untrusted:
            untrusted = {"state": "value", **untrusted}
        else:
            return Answer(State.VALUE, _value(untrusted))
    for key in untrusted:
        if key not in ("state", "value", "asked", "because", "keep_from"):
            raise NotFitting(f"{_called(key)}: not a part of an answer (state, value, asked, because, keep_from)")
    try:
        state = State(untrusted["state"])
    except ValueError as error:
        raise NotFitting("state: must be one of " + ", ".join(State)) from error
    has_value = state in (State.VALUE, State.ESTIMATED)
    if has_value != ("value" in untrusted):
        raise NotFitting(f"value: must be {'given' if has_value else 'left out'} when state is {state}")
    because = _text(untrusted.get("because", ""), "because")
    if state is State.WITHHELD and not because:
        raise NotFitting("because: say why the answer is withheld")
    return Answer(
        state,
        _value(untrusted["value"]) if has_value else None,
        _asked(untrusted["asked"]) if "asked" in untrusted else None,
        because,
        _keep_from(untrusted.get("keep_from", [])),
    )


def _value(untrusted: Json) -> Value:
    if isinstance(untrusted, str):
        return _text(untrusted, "value")
    if isinstance(untrusted, bool):
        return untrusted
    if isinstance(untrusted, int):
        return untrusted
    if isinstance(untrusted, list):
        if len(untrusted) > MAX_ITEMS or not all(isinstance(part, str) for part in untrusted):
            raise NotFitting(f"value: a list must hold at most {MAX_ITEMS} pieces of text")
        return tuple(_text(part, "value") for part in untrusted)
    if isinstance(untrusted, dict) and all(isinstance(part, str | bool) for part in untrusted.values()):
        return MappingProxyType(
            {
                _text(key, "value"): _text(part, "value") if isinstance(part, str) else part
                for key, part in untrusted.items()
            }
        )
    raise NotFitting("value: must be text, a whole number, true or false, a list of text, or an address")


def _asked(untrusted: Json) -> Asked:
    if not isinstance(untrusted, dict) or not set(untrusted) <= {"whom", "when", "said"} or not untrusted.get("whom"):
        raise NotFitting("asked: say whom, and if you can when and what they said")
    return Asked(
        _text(untrusted["whom"], "asked.whom"),
        _text(untrusted.get("when", ""), "asked.when"),
        _text(untrusted.get("said", ""), "asked.said"),
    )


def _keep_from(untrusted: Json) -> tuple[KeepFrom, ...]:
    if not isinstance(untrusted, list) or len(untrusted) > 20:
        raise NotFitting("keep_from: must be a list of at most 20")
    tags = []
    for tag in untrusted:
        if not isinstance(tag, dict) or not tag.get("who") or not set(tag) <= {"who", "why"}:
            raise NotFitting("keep_from: each needs who, and may say why")
        tags.append(KeepFrom(_text(tag["who"], "keep_from.who"), _text(tag.get("why", ""), "keep_from.why")))
    return tuple(tags)


def _text(untrusted: Json, place: str) -> str:
    if not isinstance(untrusted, str):
        raise NotFitting(f"{place}: must be text")
    if len(untrusted) > MAX_TEXT:
        raise NotFitting(f"{place}: longer than {MAX_TEXT} characters")
    try:
        untrusted.encode("utf-8")
    except UnicodeEncodeError as error:  # a lone surrogate cannot be stored, signed or printed
        raise NotFitting(f"{place}: holds a character that is not text") from error
    if "\x00" in untrusted:
        raise NotFitting(f"{place}: holds a character that is not text")
    return untrusted
