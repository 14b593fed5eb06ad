"""Which pages and questions a set of answers leads to, and the answers that count.

Promises: depends on the answers alone, never on the order of answering; an answer to a hidden question counts for
nothing and is in no output of `visible_answers`. Settings are text by name; the day is `today`, an ISO date.
Pure. Imports referral and this room's plan, form, conditions and values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

from referral_client.questionnaire.conditions import World
from referral_client.questionnaire.form import Form, Page, PromptLevel, Section
from referral_client.questionnaire.plan import Plan, Step, plan_of
from referral_client.questionnaire.values import has_content
from referral_client.referral.answers import Answer, AnswerSet, Item


@dataclass(frozen=True, slots=True)
class PageVisit:
    """One page of the path. `item` is "" for a page asked once, and for a repeat that has no item yet."""

    section: str
    page: str
    item: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownPrompt:
    question: str
    item: str
    level: PromptLevel
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Reachable:
    """The path. `visible`: (item, question) for each question that shows."""

    pages: tuple[PageVisit, ...]
    visible: frozenset[tuple[str, str]]
    prompts: tuple[ShownPrompt, ...]

    def shows(self, question: str, item: str = "") -> bool:
        return (item, question) in self.visible


def is_given(answer: Answer | None) -> bool:
    """False for silence: nothing, or a value that is blank."""
    return answer is not None and (not answer.has_value or has_content(answer.value))


def pair_id(repeat: str, first: str, second: str) -> str:
    """The id of the item for one pair: "link~adult-1~child-2"."""
    return f"{repeat}~{first}~{second}"


def item_ids(form: Form, answers: AnswerSet) -> dict[str, tuple[str, ...]]:
    """The items of each repeat, in the order they were added; pairs follow from the items they pair."""
    items = {
        repeat.id: tuple(item.id for item in answers.group(repeat.id))
        for repeat in form.repeats.values()
        if not repeat.pair
    }
    for repeat in form.repeats.values():
        if repeat.pair:
            first, second = repeat.pair
            items[repeat.id] = tuple(pair_id(repeat.id, a, b) for a, b in product(items[first], items[second]))
    return items


@dataclass(slots=True)
class View:
    """A form and answers evaluated together: what shows, what counts, and the items. Shared by this room's outputs."""

    form: Form
    world: World
    visible: set[tuple[str, str]]
    prompts: list[ShownPrompt]
    held: dict[tuple[str, str], bool]

    def answer(self, question: str, item: str = "") -> Answer | None:
        """The answer that counts; None for silence."""
        return self.world.live.get((item, question))


def view(form: Form, answers: AnswerSet, settings: Mapping[str, str]) -> View:
    """Decide every question once, in the plan's order."""
    plan = plan_of(form)
    items = item_ids(form, answers)
    given: dict[str, Mapping[str, Answer]] = {"": answers.answers}
    for repeat in form.repeats:
        wanted = set(items[repeat])
        given.update({item.id: item.answers for item in answers.group(repeat) if item.id in wanted})
    world = World({}, items, settings)
    result = View(form, world, set(), [], {})
    for step in plan.steps:
        for item in items[step.group] if step.group else ("",):
            _decide(result, step, item, given.get(item, {}).get(step.question))
    for step in plan.steps:
        if step.prompts:
            _prompt(result, step)
    return result


def _decide(result: View, step: Step, item: str, answer: Answer | None) -> None:
    for name, holds in step.shared:
        key = (name, item)
        held = result.held.get(key)
        if held is None:
            held = result.held[key] = holds(result.world, item)
        if not held:
            return
    if step.own is not None and not step.own(result.world, item):
        return
    result.visible.add((item, step.question))
    if answer is not None and is_given(answer):
        result.world.live[(item, step.question)] = answer


def _prompt(result: View, step: Step) -> None:
    for item in result.world.items[step.group] if step.group else ("",):
        if (item, step.question) in result.visible:
            for prompt, when in step.prompts:
                if when is None or when(result.world, item):
                    result.prompts.append(ShownPrompt(step.question, item, prompt.level, prompt.text, prompt.source))


def reachable(form: Form, answers: AnswerSet, settings: Mapping[str, str]) -> Reachable:
    """The pages and questions that these answers and settings lead to."""
    seen = view(form, answers, settings)
    return Reachable(tuple(visits(seen)), frozenset(seen.visible), tuple(seen.prompts))


def visits(seen: View) -> Iterator[PageVisit]:
    """The path: neighbouring pages of one repeat are gone through item by item."""
    plan = plan_of(seen.form)
    for section in seen.form.sections:
        for block in _blocks(section):
            group = block[0].for_each
            if group and not seen.world.items[group]:
                if not seen.form.repeats[group].pair and _page_holds(seen, plan, block[0].id):
                    yield PageVisit(section.id, block[0].id, "", ())
                continue
            for item in seen.world.items[group] if group else ("",):
                for page in block:
                    shown = tuple(q.id for q in page.questions if (item, q.id) in seen.visible)
                    if shown:
                        yield PageVisit(section.id, page.id, item, shown)


def _page_holds(seen: View, plan: Plan, page: str) -> bool:
    return all(holds(seen.world, "") for _, holds in plan.pages[page])


def _blocks(section: Section) -> Iterator[list[Page]]:
    block: list[Page] = []
    for page in section.pages:
        if block and not (page.for_each and page.for_each == block[0].for_each):
            yield block
            block = []
        block.append(page)
    if block:
        yield block


def visible_answers(form: Form, answers: AnswerSet, settings: Mapping[str, str]) -> AnswerSet:
    """Only the answers that count: to questions that show, of items that exist, and reasons of sections that show."""
    seen = view(form, answers, settings)
    live = seen.world.live
    sections = {form.questions[question].section for _, question in seen.visible}
    sections |= {visit.section for visit in visits(seen)}
    items: dict[str, tuple[Item, ...]] = {}
    for repeat in form.repeats:
        wanted = set(seen.world.items[repeat])
        kept = [_kept(item, live) for item in answers.group(repeat) if item.id in wanted]
        kept = [item for item in kept if item.answers or not form.repeats[repeat].pair]
        if kept:
            items[repeat] = tuple(kept)
    return replace(
        answers,
        answers=_kept(Item("", answers.answers), live).answers,
        items=MappingProxyType(items),
        reasons=MappingProxyType({key: reason for key, reason in answers.reasons.items() if key in sections}),
    )


def _kept(item: Item, live: Mapping[tuple[str, str], Answer]) -> Item:
    return Item(item.id, MappingProxyType({k: v for k, v in item.answers.items() if (item.id, k) in live}))
