"""What to ask again about a set of answers, on continue and before sending. In the words of the GOV.UK Design System.

Promises: one problem a question, in the order missing, cannot be true, fails another rule; nothing missing ever blocks;
for an urgent sending nothing blocks at all. Problems name questions and items, never an answer. Pure. Imports referral
and this room's reach, words, conditions, form, values and messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from referral_client.questionnaire.conditions import compile_test
from referral_client.questionnaire.form import Form, Question, Repeat
from referral_client.questionnaire.messages import near
from referral_client.questionnaire.reach import PageVisit, View, item_ids, view, visits
from referral_client.questionnaire.values import (
    Finding,
    Grade,
    Kind,
    date_precise_enough,
    finding_of,
    shape_fault,
    tidy,
)
from referral_client.questionnaire.words import item_title
from referral_client.referral.answers import Answer, AnswerSet, Item, State

Sending = Literal["draft", "urgent", "full"]


class Level(StrEnum):
    """silent: asked about once, never blocking. cannot_be_true: to be changed, or said to be not known, before a full
    sending. look_again: odd but kept, never blocking."""

    SILENT = "silent"
    CANNOT_BE_TRUE = "cannot_be_true"
    LOOK_AGAIN = "look_again"


@dataclass(frozen=True, slots=True)
class Problem:
    """`question` is a question id, or a repeat's id when an item is missing. `item` is "" outside a repeat.

    item_title: how the item is named, "Amira Khan" or "Child 2"; "" outside a repeat.
    """

    question: str
    item: str
    code: str
    message: str
    level: Level
    item_title: str = ""

    @property
    def sentence(self) -> str:
        """The message, after the name of whom it is about."""
        return f"{self.item_title}: {self.message}" if self.item_title else self.message


def problems(
    form: Form, answers: AnswerSet, settings: Mapping[str, str], *, sending: Sending = "full"
) -> tuple[Problem, ...]:
    """Every problem on the path, in its order.

    draft: no silence is reported. urgent: only silence of the minimum set, and what cannot be true becomes look_again.
    full: the silence of every question that the form asks about.
    """
    seen = view(form, answers, settings)
    found: list[Problem] = []
    titles: dict[str, str] = {"": ""}
    for visit in visits(seen):
        if visit.item not in titles:
            titles[visit.item] = item_title(seen, visit.item)
        found += [replace(each, item_title=titles[each.item]) for each in _of_visit(seen, answers, visit, sending)]
    return tuple(found)


def problems_of_page(
    form: Form, answers: AnswerSet, settings: Mapping[str, str], page: str, item: str = ""
) -> tuple[Problem, ...]:
    """The problems of one page, for its error summary when the person goes on."""
    seen = view(form, answers, settings)
    for visit in visits(seen):
        if visit.page == page and visit.item == item:
            return tuple(_of_visit(seen, answers, visit, "full"))
    return ()


def minimum_set(form: Form) -> tuple[str, ...]:
    """The ids of the least an urgent referral is asked for: repeats and questions, in the form's order."""
    repeats = [repeat.id for repeat in form.repeats.values() if repeat.urgent]
    return (*repeats, *(question.id for question in form.questions.values() if question.urgent))


def _of_visit(seen: View, answers: AnswerSet, visit: PageVisit, sending: Sending) -> Iterator[Problem]:
    reason_given = visit.section in answers.reasons
    if not visit.questions:
        repeat = seen.form.repeats[_group_of(seen.form, visit.page)]
        if repeat.at_least and not reason_given and (sending == "full" or (sending == "urgent" and repeat.urgent)):
            yield Problem(repeat.id, "", "MISSING-ITEM", _missing_item(repeat), Level.SILENT)
        return
    for question_id in visit.questions:
        question = seen.form.questions[question_id]
        answer = seen.answer(question_id, visit.item)
        asked = sending == "full" and (question.required or question.urgent)
        asked = asked or (sending == "urgent" and question.urgent)
        if answer is None:
            if asked and not reason_given:
                yield Problem(question_id, visit.item, "MISSING", missing_words(question), Level.SILENT)
        elif (problem := _of_answer(seen, question, visit.item, answer, asked)) is not None:
            if sending == "urgent" and problem.level is Level.CANNOT_BE_TRUE:
                problem = replace(problem, level=Level.LOOK_AGAIN)
            yield problem


def _group_of(form: Form, page_id: str) -> str:
    return next(page.for_each for page in form.pages() if page.id == page_id)


def _missing_item(repeat: Repeat) -> str:
    return repeat.missing or f"Add {repeat.one}, or say why nobody is named"


_IMPERATIVES = frozenset({"add", "describe", "enter", "give", "say", "select", "tell", "write"})
_DETERMINERS = frozenset({"a", "an", "any", "each", "every", "the", "their", "your"})


def missing_words(question: Question) -> str:
    """ "Enter the first name", "Select yes if ...": the form's own words, or made from the label."""
    if question.missing:
        return question.missing
    label = question.label
    if label.endswith("?"):
        return f"Answer “{label}”, or say why you cannot"
    first = label.split()[0].casefold()
    if first in _IMPERATIVES:
        return label
    verb = "Select" if question.kind in (Kind.CHOOSE_ONE, Kind.CHOOSE_MANY, Kind.ITEM_REF, Kind.ITEM_REFS) else "Enter"
    words = label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"  # "GP", "NHS number"
    return f"{verb} {words}" if first in _DETERMINERS else f"{verb} the {words}"


def _of_answer(seen: View, question: Question, item: str, answer: Answer, asked: bool) -> Problem | None:
    if answer.state is State.NOT_KNOWN and asked and answer.asked is None and not answer.because.strip():
        words = f"{question.label.rstrip('?')}: say whom you asked, or why nobody was asked"
        return Problem(question.id, item, "NOT-KNOWN-WITHOUT-WHOM", words, Level.SILENT)
    if not answer.has_value or answer.value is None:
        return None
    finding = _first_finding(seen, question, answer)
    if finding is not None:
        words = f"{_name(question)} {finding.words}"
        return Problem(question.id, item, finding.code, words, Level(finding.grade.value))
    for check in question.checks:
        if not compile_test(check)(answer, seen.world):
            code = check.operator.upper().replace("_", "-")
            return Problem(question.id, item, code, check.message, Level(check.level))
    return None


def _name(question: Question) -> str:
    """The question as the subject of a sentence."""
    return f"“{question.label}”" if question.label.endswith("?") else question.label


def _first_finding(seen: View, question: Question, answer: Answer) -> Finding | None:
    value = answer.value
    assert value is not None
    wrong = shape_fault(question.kind, value)
    if wrong:
        return Finding(Grade.CANNOT_BE_TRUE, "SHAPE", wrong)
    if question.kind in (Kind.CHOOSE_ONE, Kind.CHOOSE_MANY):
        codes = value if isinstance(value, tuple) else (value,)
        if any(question.option(str(code)) is None for code in codes):
            return Finding(Grade.CANNOT_BE_TRUE, "NOT-AN-OPTION", "must be one of the choices")
    if question.about:
        points = value if isinstance(value, tuple) else (value,)
        there = {item for group in question.about for item in seen.world.items[group]}
        if any(point not in there for point in points):
            return Finding(Grade.CANNOT_BE_TRUE, "POINTS-NOWHERE", "must be somebody or something in this referral")
    finding = finding_of(question.kind, value)
    if finding is None and question.kind is Kind.DATE:
        return date_precise_enough(str(value), question.precision)
    return finding


# --- answers that came from outside ---------------------------------------------------------------------------


def misfits(form: Form, answers: AnswerSet) -> tuple[str, ...]:
    """Where answers from a file do not fit the form at all: unknown ids, wrong places, other shapes, unknown codes.

    One line each, "items.child[1].answers.child.dob: must be text"; names places and codes of the form, no answers.
    """
    found = list(_misfits_of(form, "", "answers", answers.answers))
    for group, items in answers.items.items():
        if group not in form.repeats:
            found.append(f"items.{group}: there is no repeat of that name{near(group, form.repeats)}")
            continue
        there = set(item_ids(form, answers)[group])
        for number, item in enumerate(items, 1):
            place = f"items.{group}[{number}]"
            if not _item_id_fits(form.repeats[group], item, there):
                found.append(f"{place}.id: {_item_id_words(form.repeats[group])}")
            found += _misfits_of(form, group, f"{place}.answers", item.answers)
        if len(items) > form.repeats[group].at_most:
            found.append(f"items.{group}: more than {form.repeats[group].at_most}")
    sections = {section.id for section in form.sections}
    for key, reason in answers.reasons.items():
        if key not in sections:
            found.append(f"reasons.{key}: there is no section of that name{near(key, sections)}")
        elif reason.has_value:
            found.append(f"reasons.{key}: must be a reason, not a value")
    return tuple(found)


def _item_id_fits(repeat: Repeat, item: Item, there: set[str]) -> bool:
    if repeat.pair:
        return item.id in there
    group, _, number = item.id.rpartition("-")
    return group == repeat.id and number.isdecimal() and number.isascii() and not number.startswith("0")


def _item_id_words(repeat: Repeat) -> str:
    if repeat.pair:
        first, second = repeat.pair
        return f"must be like {repeat.id}~{first}-1~{second}-1, and both must be in this file"
    return f"must be like {repeat.id}-1"


def _misfits_of(form: Form, group: str, place: str, answers: Mapping[str, Answer]) -> Iterator[str]:
    here = [question.id for question in form.questions.values() if question.group == group]
    for key, answer in answers.items():
        question = form.questions.get(key)
        if question is None:
            yield f"{place}.{key}: there is no such question{near(key, here)}"
        elif question.group != group:
            belongs = f"items.{question.group}" if question.group else "answers"
            yield f"{place}.{key}: belongs under {belongs}"
        elif answer.value is not None:
            wrong = shape_fault(question.kind, answer.value)
            if wrong:
                yield f"{place}.{key}: {wrong}"
            elif question.kind in (Kind.CHOOSE_ONE, Kind.CHOOSE_MANY):
                codes = answer.value if isinstance(answer.value, tuple) else (str(answer.value),)
                known = [option.code for option in question.options]
                if any(code not in known for code in codes):
                    yield f"{place}.{key}: must be one of {', '.join(known)}"


def tidy_answers(form: Form, answers: AnswerSet) -> AnswerSet:
    """The stored form of every value: names composed (NFC), numbers without spaces. Unknown questions stay."""

    def tidied(key: str, answer: Answer) -> Answer:
        question = form.questions.get(key)
        if question is None or answer.value is None:
            return answer
        value = tidy(question.kind, answer.value)
        return answer if value == answer.value else replace(answer, value=value)

    def each(mapping: Mapping[str, Answer]) -> dict[str, Answer]:
        return {key: tidied(key, answer) for key, answer in mapping.items()}

    items = {group: tuple(Item(i.id, each(i.answers)) for i in members) for group, members in answers.items.items()}
    return replace(answers, answers=each(answers.answers), items=items)
