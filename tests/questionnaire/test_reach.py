"""The path through a form: hidden answers count for nothing, and the order of answering is of no account."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referral_client.questionnaire import (
    Form,
    Kind,
    check_answers,
    item_ids,
    problems,
    reachable,
    visible_answers,
)
from referral_client.referral import Answer, AnswerSet, Asked, Item, State
from tests.questionnaire.sample import SETTINGS, answers, small

FORM = small()


def pages(given_answers: AnswerSet) -> list[str]:
    found = reachable(FORM, given_answers, SETTINGS).pages
    return [f"{visit.page} {visit.item}".strip() for visit in found]


def test_a_repeat_without_items_has_one_page_to_begin_on() -> None:
    assert pages(answers()) == ["danger", "child", "adult"]


def test_neighbouring_pages_of_a_repeat_are_gone_through_item_by_item() -> None:
    two = answers(child={"child-1": {"child.hurt": "yes"}, "child-2": {"child.hurt": "yes"}})
    assert pages(two)[:5] == ["danger", "child child-1", "child_more child-1", "child child-2", "child_more child-2"]


def test_every_pair_has_its_page_in_the_order_of_its_sides() -> None:
    given_answers = answers(
        child={"child-1": {"child.name": "A"}, "child-2": {"child.name": "B"}},
        adult={"adult-2": {"adult.name": "C"}, "adult-1": {"adult.name": "D"}},
    )
    assert [page for page in pages(given_answers) if page.startswith("link")] == [
        "link link~adult-2~child-1",
        "link link~adult-2~child-2",
        "link link~adult-1~child-1",
        "link link~adult-1~child-2",
    ]


def test_answers_of_a_pair_go_when_one_side_is_removed() -> None:
    given_answers = answers(
        child={"child-1": {"child.name": "A"}},
        adult={"adult-1": {"adult.name": "D"}},
        link={"link~adult-1~child-1": {"link.is": "aunt"}, "link~adult-9~child-1": {"link.is": "gone"}},
    )
    kept = visible_answers(FORM, given_answers, SETTINGS)
    assert [item.id for item in kept.group("link")] == ["link~adult-1~child-1"]


def test_a_page_over_any_or_every_item_shows() -> None:
    one = answers(child={"child-1": {"child.hurt": "yes"}, "child-2": {}})
    assert "hurt" in pages(one) and "every" not in pages(one)


def test_prompts_come_with_the_questions_that_show(marf: Form) -> None:
    asked = answers({"danger.now": "yes"})
    levels = [(prompt.question, prompt.level) for prompt in reachable(marf, asked, SETTINGS).prompts]
    assert ("danger.now", "stop") in levels
    assert not reachable(marf, answers({"danger.now": "no"}), SETTINGS).prompts


def test_hidden_answers_leave_with_all_that_rests_on_them() -> None:
    given_answers = answers({"danger.now": "no", "danger.why": "secret", "danger.told": "secret"})
    assert set(visible_answers(FORM, given_answers, SETTINGS).answers) == {"danger.now"}


def test_reasons_of_sections_that_show_are_kept() -> None:
    reason = Answer(State.NOT_KNOWN, because="no chance yet")
    given_answers = AnswerSet(reasons={"start": reason, "nowhere": reason})
    assert set(visible_answers(FORM, given_answers, SETTINGS).reasons) == {"start"}


# --- random answers over the whole MARF -----------------------------------------------------------------------

# A whole MARF is a large thing to draw; what is checked holds for each of them alike.
many = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
_TEXT = st.sampled_from(["", "Dave", "x y"])


def _value(form: Form, question_id: str, there: list[str]) -> st.SearchStrategy[Answer]:
    question = form.questions[question_id]
    codes = [option.code for option in question.options]
    values: dict[Kind, st.SearchStrategy[object]] = {
        Kind.CHOOSE_ONE: st.sampled_from(codes or [""]),
        Kind.CHOOSE_MANY: st.lists(st.sampled_from(codes or [""]), unique=True, max_size=3).map(tuple),
        Kind.WHOLE_NUMBER: st.integers(0, 30),
        Kind.DATE: st.sampled_from(["2014-03-27", "2026-11", "2010", "1990-01-01"]),
        Kind.DATETIME: st.sampled_from(["2026-11-20T15:40", "2026-11-19"]),
        Kind.ADDRESS: st.builds(lambda t: {"town": t}, _TEXT),
        Kind.ITEM_REF: st.sampled_from(there or ["adult-1"]),
        Kind.ITEM_REFS: st.lists(st.sampled_from(there or ["adult-1"]), max_size=2).map(tuple),
    }
    value = values.get(question.kind, _TEXT).map(lambda found: Answer(State.VALUE, found))  # type: ignore[arg-type]
    return st.one_of(value, value, st.just(Answer(State.NOT_KNOWN, asked=Asked("the school"))))


@st.composite
def _filled(draw: st.DrawFn, form: Form) -> AnswerSet:
    groups = {repeat.id: [f"{repeat.id}-{n}" for n in range(1, draw(st.integers(0, 2)) + 1)]
              for repeat in form.repeats.values() if not repeat.pair}  # fmt: skip
    empty = AnswerSet(items={group: tuple(Item(i) for i in ids) for group, ids in groups.items()})
    groups = {group: list(ids) for group, ids in item_ids(form, empty).items()}
    there = [item for ids in groups.values() for item in ids if "~" not in item]
    rng = draw(st.randoms(use_true_random=False))
    every = [(q.group, item, q.id) for q in form.questions.values() for item in (groups[q.group] if q.group else [""])]
    chosen = [one for one in every if rng.random() < 0.4]
    result = empty
    for group, item, question in chosen:
        result = result.with_answer(question, draw(_value(form, question, there)), repeat=group, item=item)
    return result


@many
@given(st.data())
def test_the_path_does_not_depend_on_the_order_of_answering(marf: Form, data: st.DataObject) -> None:
    filled = data.draw(_filled(marf))
    rng = random.Random(data.draw(st.integers(0, 10_000)))
    again = AnswerSet(items={group: tuple(Item(item.id) for item in items) for group, items in filled.items.items()})
    steps = [("", "", key, answer) for key, answer in filled.answers.items()]
    steps += [(group, item.id, key, answer) for group, items in filled.items.items() for item in items
              for key, answer in item.answers.items()]  # fmt: skip
    rng.shuffle(steps)
    for group, item, key, answer in steps:
        again = again.with_answer(key, answer, repeat=group, item=item)
    # pairs come from the two sides, so their own order in the file is of no account either
    assert reachable(marf, again, SETTINGS) == reachable(marf, filled, SETTINGS)
    assert check_answers(marf, again, SETTINGS) == check_answers(marf, filled, SETTINGS)
    assert problems(marf, again, SETTINGS) == problems(marf, filled, SETTINGS)


@many
@given(st.data())
def test_no_hidden_answer_is_in_any_output(marf: Form, data: st.DataObject) -> None:
    filled = data.draw(_filled(marf))
    path = reachable(marf, filled, SETTINGS)
    kept = visible_answers(marf, filled, SETTINGS)
    assert all(path.shows(key) for key in kept.answers)
    assert all(path.shows(key, item.id) for items in kept.items.values() for item in items for key in item.answers)
    rows = [row for section in check_answers(marf, filled, SETTINGS) for row in section.rows]
    asked = [(row.item, row.question) for row in rows if row.question in marf.questions]
    assert set(asked) == set(path.visible) and len(asked) == len(set(asked))
    # what counts is a fixed point: leaving the hidden answers out changes nothing
    assert reachable(marf, kept, SETTINGS) == path
    assert visible_answers(marf, kept, SETTINGS) == kept


@many
@given(st.data())
def test_every_page_question_is_visible_once_and_silence_is_said(marf: Form, data: st.DataObject) -> None:
    filled = data.draw(_filled(marf))
    path = reachable(marf, filled, SETTINGS)
    walked = [(visit.item, question) for visit in path.pages for question in visit.questions]
    assert sorted(walked) == sorted(path.visible)
    for section in check_answers(marf, filled, SETTINGS):
        for row in section.rows:
            assert row.words.strip()
            assert row.silent == (row.words == "Not answered")
