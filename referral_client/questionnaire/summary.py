"""The check-answers list: every question on the path with its answer in finished words, silence said aloud.

Promises: no hidden question, no hidden answer; nothing left out because it is empty. Pure. Imports referral and this
room's reach, words and form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from referral_client.questionnaire.form import Form, Question
from referral_client.questionnaire.reach import PageVisit, View, view, visits
from referral_client.questionnaire.values import Kind
from referral_client.questionnaire.words import NOT_ANSWERED, answer_words, item_title, keep_from_words
from referral_client.referral.answers import Answer, AnswerSet, State


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One line. `state` is "" for silence. `keep_from` holds finished sentences.

    question: a question id, or a repeat's id in the one line that says that a repeat has no item.
    """

    question: str
    item: str
    item_title: str
    label: str
    words: str
    state: State | str
    silent: bool
    verbatim: bool
    keep_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummarySection:
    """One section. `reason`: the words of the one reason given for all that is silent in it, or ""."""

    id: str
    title: str
    reason: str
    rows: tuple[SummaryRow, ...]


def check_answers(form: Form, answers: AnswerSet, settings: Mapping[str, str]) -> tuple[SummarySection, ...]:
    """The sections that show, in the form's order."""
    seen = view(form, answers, settings)
    rows: dict[str, list[SummaryRow]] = {}
    titles: dict[str, str] = {}
    reasons = {key: _reason(seen, reason) for key, reason in answers.reasons.items()}
    for visit in visits(seen):
        found = rows.setdefault(visit.section, [])
        silence = _silence(reasons.get(visit.section, ""))
        if not visit.questions:
            found.append(_empty_repeat(form, visit, silence))
            continue
        if visit.item and visit.item not in titles:
            titles[visit.item] = item_title(seen, visit.item)
        found += _rows(seen, visit, titles.get(visit.item, ""), silence)
    return tuple(
        SummarySection(section.id, section.title, reasons.get(section.id, ""), tuple(rows[section.id]))
        for section in form.sections
        if section.id in rows
    )


def raw_answers(form: Form, answers: AnswerSet) -> SummarySection:
    """Every answer that is kept, in the words of whatever form is at hand, or under its own id. Nothing is hidden."""
    seen = view(form, answers, {})
    rows = [_raw(seen, key, "", answer) for key, answer in answers.answers.items()]
    for items in answers.items.values():
        rows += [_raw(seen, key, item.id, answer) for item in items for key, answer in item.answers.items()]
    rows += [_raw(seen, key, "", reason) for key, reason in answers.reasons.items()]
    return SummarySection("raw", "Every answer, as it is kept", "", tuple(rows))


def _raw(seen: View, key: str, item: str, answer: Answer) -> SummaryRow:
    question = seen.form.questions.get(key) or Question(key, Kind.LONG_TEXT, key, "", "")
    words = answer_words(seen, question, answer)
    title = item_title(seen, item) if item else ""
    verbatim = question.kind is Kind.VERBATIM and answer.has_value
    return SummaryRow(
        key, item, title, question.label, words, answer.state, False, verbatim, keep_from_words(seen, answer)
    )


def _silence(reason: str) -> str:
    return f"{NOT_ANSWERED}. For this section: {reason}" if reason else NOT_ANSWERED


def _reason(seen: View, reason: Answer) -> str:
    any_question = next(iter(seen.form.questions.values()))
    return answer_words(seen, any_question, reason)


def _empty_repeat(form: Form, visit: PageVisit, silence: str) -> SummaryRow:
    group = next(page.for_each for page in form.pages() if page.id == visit.page)
    return SummaryRow(group, "", "", form.repeats[group].title, silence, "", True, False, ())


def _rows(seen: View, visit: PageVisit, title: str, silence: str) -> list[SummaryRow]:
    result = []
    for question_id in visit.questions:
        question = seen.form.questions[question_id]
        answer = seen.answer(question_id, visit.item)
        words = silence if answer is None else answer_words(seen, question, answer)
        verbatim = question.kind is Kind.VERBATIM and answer is not None and answer.has_value
        result.append(
            SummaryRow(
                question=question_id,
                item=visit.item,
                item_title=title,
                label=question.label,
                words=words,
                state="" if answer is None else answer.state,
                silent=answer is None,
                verbatim=verbatim,
                keep_from=keep_from_words(seen, answer),
            )
        )
    return result
