"""A form's conditions compiled, and its questions in the order in which they can be decided. Made once for a form.

Pure. Imports this room's conditions and form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from referral_client.questionnaire.conditions import AnswerTest, Compiled, Condition, Scope, compile_condition, tests_in
from referral_client.questionnaire.form import Form, Prompt, Question


@dataclass(frozen=True, slots=True)
class Step:
    """One question to decide. `shared` are its section's and page's conditions, by a name they are remembered under."""

    question: str
    group: str
    shared: tuple[tuple[str, Compiled], ...]
    own: Compiled | None
    prompts: tuple[tuple[Prompt, Compiled | None], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` in an order in which every condition is decided before it is needed; `pages`: page id -> conditions."""

    steps: tuple[Step, ...]
    pages: Mapping[str, tuple[tuple[str, Compiled], ...]]


def scope_of(form: Form, group: str) -> Scope:
    """How a question of that repeat ("" for none) sees the others."""
    pair = form.repeats[group].pair if group in form.repeats else ()
    return Scope(group, pair, {question.id: question.group for question in form.questions.values()})


@lru_cache(maxsize=64)
def plan_of(form: Form) -> Plan:
    """The plan of a form without faults (no cycle, no unknown question)."""
    scopes = {group: scope_of(form, group) for group in ("", *form.repeats)}
    pages: dict[str, tuple[tuple[str, Compiled], ...]] = {}
    for section in form.sections:
        for page in section.pages:
            scope = scopes[page.for_each]
            parts = ((f"section {section.id}", section.show_when), (f"page {page.id}", page.show_when))
            pages[page.id] = tuple((name, compile_condition(c, scope)) for name, c in parts if c is not None)
    order, _ = decide_order(form)
    steps = tuple(_step(question, scopes[question.group], pages[question.page]) for question in order)
    return Plan(steps, pages)


def _step(question: Question, scope: Scope, shared: tuple[tuple[str, Compiled], ...]) -> Step:
    return Step(
        question=question.id,
        group=question.group,
        shared=shared,
        own=None if question.show_when is None else compile_condition(question.show_when, scope),
        prompts=tuple((p, None if p.when is None else compile_condition(p.when, scope)) for p in question.prompts),
    )


def conditions_of(form: Form, question: Question) -> Iterator[Condition]:
    """What must hold for a question to show: its section's, page's and own conditions."""
    for section in form.sections:
        if section.id == question.section:
            if section.show_when is not None:
                yield section.show_when
            for page in section.pages:
                if page.id == question.page and page.show_when is not None:
                    yield page.show_when
    if question.show_when is not None:
        yield question.show_when


def needs_of(form: Form, question: Question) -> tuple[str, ...]:
    """The questions whose answers decide whether this one shows, in the order they are named."""
    named = (
        test.question
        for condition in conditions_of(form, question)
        for test in tests_in(condition)
        if isinstance(test, AnswerTest)
    )
    return tuple(dict.fromkeys(name for name in named if name in form.questions))


def decide_order(form: Form) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """Questions so that each comes after those it needs; and those that cannot be ordered: they go in a ring."""
    needs = {question.id: set(needs_of(form, question)) for question in form.questions.values()}
    order: list[Question] = []
    done: set[str] = set()
    waiting = list(form.questions)
    while waiting:
        ready = [name for name in waiting if needs[name] <= done]
        if not ready:
            break
        done.update(ready)
        order += [form.questions[name] for name in ready]
        waiting = [name for name in waiting if name not in done]
    return tuple(order), tuple(waiting)
