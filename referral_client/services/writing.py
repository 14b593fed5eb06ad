"""One referral as somebody writes it: the steps of its path, the lists of people and injuries, the state of each
section, what to ask about on continuing. Pure: a sheet goes in, a new sheet or words come out.

Imports questionnaire and referral.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from referral_client.questionnaire import (
    Form,
    Level,
    Page,
    PageVisit,
    Problem,
    Question,
    Repeat,
    ShownPrompt,
    SummaryRow,
    SummarySection,
    check_answers,
    problems,
    problems_of_page,
    reachable,
)
from referral_client.questionnaire.reach import is_given, view
from referral_client.questionnaire.values import tidy
from referral_client.questionnaire.words import item_title
from referral_client.referral import Answer, AnswerSet, Item

__all__ = ["Problem", "Sheet", "Standing", "Step", "SummaryRow", "SummarySection"]


class Standing(StrEnum):
    """How far a section has come, as the task list says it."""

    NOT_STARTED = "Not yet started"
    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"
    PROBLEM = "There is a problem"


@dataclass(frozen=True, slots=True)
class Step:
    """One page on the path. `collects`: the repeat whose list this page shows, or "" for a page of questions."""

    section: str
    page: str
    item: str = ""
    questions: tuple[str, ...] = ()
    collects: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it is, whatever questions show there."""
        return self.page, self.item, self.collects


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form, the answers so far, and what conditions may ask beside them. Immutable."""

    form: Form
    answers: AnswerSet
    settings: Mapping[str, str]

    # --- the path

    def steps(self) -> tuple[Step, ...]:
        """The whole path: pages in order, and after the pages of each list the page that shows the list."""
        return tuple(self._steps())

    def _steps(self) -> Iterator[Step]:
        homes = self._homes()
        visits = reachable(self.form, self.answers, self.settings).pages
        for number, visit in enumerate(visits):
            group = self._page(visit.page).for_each
            if visit.questions:
                yield Step(visit.section, visit.page, visit.item, visit.questions)
            if group in homes and homes[group] == self._block_of(visit):
                following = visits[number + 1] if number + 1 < len(visits) else None
                if following is None or self._block_of(following) != homes[group]:
                    yield Step(visit.section, visit.page, collects=group)

    def _homes(self) -> dict[str, tuple[str, str]]:
        """Where each list is kept: the first place of the form that goes through it."""
        homes: dict[str, tuple[str, str]] = {}
        for section in self.form.sections:
            for page in section.pages:
                repeat = self.form.repeats.get(page.for_each)
                if repeat is not None and not repeat.pair:
                    homes.setdefault(repeat.id, (section.id, self._first_of_block(section.id, page.id)))
        return homes

    def _block_of(self, visit: PageVisit) -> tuple[str, str]:
        return visit.section, self._first_of_block(visit.section, visit.page)

    def _first_of_block(self, section_id: str, page_id: str) -> str:
        section = self.form.section(section_id)
        assert section is not None
        first, group = "", None
        for page in section.pages:
            if page.for_each != group or not page.for_each:
                first, group = page.id, page.for_each
            if page.id == page_id:
                return first
        return page_id

    def _page(self, page_id: str) -> Page:
        return next(page for page in self.form.pages() if page.id == page_id)

    def after(self, step: Step) -> Step | None:
        """The step that follows; None at the end."""
        return self._beside(step, 1)

    def before(self, step: Step) -> Step | None:
        """The step that comes before; None at the beginning."""
        return self._beside(step, -1)

    def _beside(self, step: Step, way: int) -> Step | None:
        steps = self.steps()
        places = [each.place for each in steps]
        if step.place not in places:
            return steps[0] if way > 0 else None
        index = places.index(step.place) + way
        return steps[index] if 0 <= index < len(steps) else None

    def step_of(self, question: str, item: str) -> Step | None:
        """Where a question is asked, or the list of a repeat is kept."""
        for step in self.steps():
            if (question in step.questions and step.item == item) or step.collects == question:
                return step
        return None

    def now(self, step: Step) -> Step:
        """The same page with the questions that show now."""
        return next((each for each in self.steps() if each.place == step.place), step)

    def title(self, step: Step) -> str:
        """The page's own title, without a name; the list's for a list."""
        return self.form.repeats[step.collects].title if step.collects else self._page(step.page).title

    def text(self, step: Step) -> str:
        return "" if step.collects else self._page(step.page).text.strip()

    def section_title(self, section_id: str) -> str:
        section = self.form.section(section_id)
        return section.title if section is not None else ""

    # --- words

    def name(self, item: str) -> str:
        """How an item is named: "Amira Khan", or "Child 2"."""
        return item_title(view(self.form, self.answers, self.settings), item)

    def prompts(self, step: Step) -> tuple[ShownPrompt, ...]:
        """What the form says beside the questions of a step."""
        shown = reachable(self.form, self.answers, self.settings).prompts
        return tuple(each for each in shown if each.question in step.questions and each.item == step.item)

    def choices(self, question: Question) -> tuple[tuple[str, str, str], ...]:
        """Code, words and hint of all that may be chosen: the form's options, or the people and things named so far."""
        if not question.about:
            return tuple((option.code, option.label, option.hint) for option in question.options)
        seen = view(self.form, self.answers, self.settings)
        return tuple(
            (item.id, item_title(seen, item.id), "") for group in question.about for item in self.answers.group(group)
        )

    def summary(self) -> tuple[SummarySection, ...]:
        return check_answers(self.form, self.answers, self.settings)

    # --- what to ask about

    def problems_of(self, step: Step) -> tuple[Problem, ...]:
        """For the error summary of one page."""
        return problems_of_page(self.form, self.answers, self.settings, step.page, step.item)

    def standings(self) -> tuple[tuple[str, str, Standing], ...]:
        """Id, title and state of each section on the path."""
        found = problems(self.form, self.answers, self.settings, sending="full")
        steps = self.steps()
        return tuple(
            (section.id, section.title, self._standing(section.id, steps, found))
            for section in self.form.sections
            if any(step.section == section.id for step in steps)
        )

    def _standing(self, section: str, steps: tuple[Step, ...], found: tuple[Problem, ...]) -> Standing:
        mine = [step for step in steps if step.section == section]
        asked = {(question, step.item) for step in mine for question in step.questions}
        lists = {step.collects for step in mine if step.collects}
        open_here = [each for each in found if (each.question, each.item) in asked or each.question in lists]
        if any(each.level is Level.CANNOT_BE_TRUE for each in open_here):
            return Standing.PROBLEM
        started = any(is_given(self.answers.get(question, item)) for question, item in asked)
        started = started or section in self.answers.reasons
        if not started:
            return Standing.NOT_STARTED
        silent = any(each.level is Level.SILENT for each in open_here)
        return Standing.IN_PROGRESS if silent else Standing.COMPLETED

    # --- changes

    def answered(self, question: str, item: str, answer: Answer | None) -> Sheet:
        """With one answer set, or with None taken away."""
        asked = self.form.questions[question]
        if answer is not None and answer.value is not None:
            answer = replace(answer, value=tidy(asked.kind, answer.value))
        return replace(self, answers=self.answers.with_answer(question, answer, repeat=asked.group, item=item))

    def added(self, group: str) -> tuple[Sheet, Step]:
        """With one more item at the end of a list, and the first page about it."""
        members = self.answers.group(group)
        number = max((int(member.id.rpartition("-")[2]) for member in members), default=0) + 1
        item = Item(f"{group}-{number}")
        sheet = self._with_items(group, (*members, item))
        return sheet, next(step for step in sheet.steps() if step.item == item.id)

    def removed(self, item: str) -> Sheet:
        """Without an item, without the pairs it stands in, and without any answer that points to it."""
        items = {
            group: tuple(
                Item(each.id, self._without(each.answers, item))
                for each in members
                if each.id != item and item not in each.id.split("~")[1:]
            )
            for group, members in self.answers.items.items()
        }
        answers = self._without(self.answers.answers, item)
        return replace(self, answers=replace(self.answers, answers=answers, items=MappingProxyType(items)))

    def _without(self, answers: Mapping[str, Answer], item: str) -> Mapping[str, Answer]:
        kept: dict[str, Answer] = {}
        for key, answer in answers.items():
            question = self.form.questions.get(key)
            if question is None or not question.about or not answer.has_value:
                kept[key] = answer
            elif isinstance(answer.value, tuple):
                kept[key] = replace(answer, value=tuple(code for code in answer.value if code != item))
            elif answer.value != item:
                kept[key] = answer
        return MappingProxyType(kept)

    def _with_items(self, group: str, members: tuple[Item, ...]) -> Sheet:
        items = MappingProxyType({**self.answers.items, group: members})
        return replace(self, answers=replace(self.answers, items=items))

    def repeat(self, group: str) -> Repeat:
        return self.form.repeats[group]

    def items(self, group: str) -> tuple[tuple[str, str], ...]:
        """Id and name of each item of a list."""
        seen = view(self.form, self.answers, self.settings)
        return tuple((item.id, item_title(seen, item.id)) for item in self.answers.group(group))
