"""What each test of an answer says: a table for every operator, with silence, reasons, hidden answers and repeats."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from referral_client.questionnaire import conditions
from referral_client.questionnaire.conditions import Condition, World, compile_condition
from referral_client.questionnaire.plan import scope_of
from referral_client.questionnaire.reach import view
from referral_client.referral import AnswerSet
from tests.questionnaire.sample import NOT_KNOWN, SETTINGS, answers, small

FORM = small()
_READ: TypeAdapter[Condition] = TypeAdapter(conditions.Condition)


def holds(condition: object, given: AnswerSet, *, item: str = "", settings: dict[str, str] | None = None) -> bool:
    world: World = view(FORM, given, SETTINGS if settings is None else settings).world
    group = item.split("~")[0] if "~" in item else item.rpartition("-")[0]
    return compile_condition(_READ.validate_python(condition), scope_of(FORM, group))(world, item)


YES, NO, SILENT = answers({"danger.now": "yes"}), answers({"danger.now": "no"}), answers()
UNKNOWN = answers({"danger.now": NOT_KNOWN})

OPERATORS = [
    # operator, operand, question, values for which it holds, values for which it does not
    ("is", "yes", "danger.now", ["yes"], ["no"]),
    ("one_of", ["yes", "no"], "danger.now", ["yes", "no"], []),
    ("one_of", ["no"], "danger.now", ["no"], ["yes"]),
    ("is", 2, "danger.count", [2], [0, 3]),
    ("is", 1, "danger.count", [1], [0]),
    ("at_least", 2, "danger.count", [2, 3], [0, 1]),
    ("at_most", 2, "danger.count", [0, 2], [3]),
    ("contains", "mark", "danger.kinds", [["mark"], ["words", "mark"]], [["words"]]),
    ("contains_any", ["mark", "words"], "danger.kinds", [["words"]], []),
    ("before", "2014-03-27", "danger.on", ["2014-03-26", "2014-03", "2014", "2013"], ["2014-03-27", "2014-04", "2015"]),
    ("on_or_before", "2014-03-27", "danger.on", ["2014-03-27", "2014-03"], ["2014-03-28", "2014-04"]),
    ("after", "2014-03-27", "danger.on", ["2014-03-28", "2014-03", "2014", "2015"], ["2014-03-27", "2014-02", "2013"]),
    ("on_or_after", "2014-03-27", "danger.on", ["2014-03-27", "2014-03"], ["2014-03-26", "2014-02"]),
    ("before", "2014-03", "danger.on", ["2014-03-30", "2014-03"], ["2014-03-31", "2014-04-01"]),
    ("before", "today", "danger.on", ["2026-11-19"], ["2026-11-20", "2026-11-21"]),
    ("on_or_after", "today - 1 week", "danger.on", ["2026-11-13"], ["2026-11-12"]),
    ("before", "2026-11-20", "danger.at", ["2026-11-19T23:59"], ["2026-11-20T00:00"]),
    ("age_at_least", 4, "danger.on", ["2022-11-20", "2022"], ["2022-11-21", "2023"]),
    ("age_under", 1, "danger.on", ["2025-11-21", "2025", "2026-11-20"], ["2025-11-20", "2024"]),
]


@pytest.mark.parametrize(("operator", "operand", "question", "yes", "no"), OPERATORS)
def test_operators(operator: str, operand: object, question: str, yes: list[object], no: list[object]) -> None:
    test = {"answer": question, operator: operand}
    for value in yes:
        assert holds(test, answers({question: value})), value
    for value in no:
        assert not holds(test, answers({question: value})), value


@pytest.mark.parametrize(("operator", "operand", "question"), [row[:3] for row in OPERATORS])
def test_silence_and_reasons_make_every_comparison_false_and_not_turns_round_after(
    operator: str, operand: object, question: str
) -> None:
    test = {"answer": question, operator: operand}
    for given in (answers(), answers({question: NOT_KNOWN}), answers({question: {"state": "declined"}})):
        assert not holds(test, given)
        assert holds({"not": test}, given)


def test_answered_asks_for_silence_and_a_reason_counts_as_answered() -> None:
    for given, expected in ((YES, True), (UNKNOWN, True), (SILENT, False), (answers({"danger.now": "  "}), False)):
        assert holds({"answer": "danger.now", "answered": True}, given) is expected
        assert holds({"answer": "danger.now", "answered": False}, given) is not expected


def test_state_asks_which_reason() -> None:
    assert holds({"answer": "danger.now", "state": "not_known"}, UNKNOWN)
    assert not holds({"answer": "danger.now", "state": "not_known"}, YES)
    assert not holds({"answer": "danger.now", "state": "not_known"}, SILENT)


def test_an_estimated_value_equals_its_value() -> None:
    assert holds({"answer": "danger.now", "is": "yes"}, answers({"danger.now": {"state": "estimated", "value": "yes"}}))


def test_a_hidden_answer_counts_for_nothing() -> None:
    hidden = answers({"danger.now": "no", "danger.why": "because"})
    assert not holds({"answer": "danger.why", "answered": True}, hidden)
    assert holds({"answer": "danger.why", "answered": False}, hidden)
    # ... nor does what rests on it
    assert not view(FORM, hidden, SETTINGS).answer("danger.told")


def test_all_any_and_not() -> None:
    yes, no = {"answer": "danger.now", "is": "yes"}, {"answer": "danger.now", "is": "no"}
    assert holds({"any": [no, yes]}, YES)
    assert not holds({"all": [no, yes]}, YES)
    assert holds({"all": [yes, {"not": no}]}, YES)
    assert holds({"not": {"any": [yes, no]}}, SILENT)


def test_settings() -> None:
    assert holds({"setting": "sector", "is": "school"}, SILENT)
    assert holds({"setting": "sector", "one_of": ["health", "school"]}, SILENT)
    assert not holds({"setting": "sector", "is": "health"}, SILENT)
    assert not holds({"setting": "sector", "is": "school"}, SILENT, settings={})


def test_without_a_day_tests_that_need_today_are_false() -> None:
    given = answers({"danger.on": "2000-01-01"})
    assert not holds({"answer": "danger.on", "before": "today"}, given, settings={})
    assert not holds({"answer": "danger.on", "age_at_least": 4}, given, settings={})
    assert holds({"answer": "danger.on", "before": "2001"}, given, settings={})


HURT = answers(child={"child-1": {"child.hurt": "yes"}, "child-2": {"child.hurt": "no"}, "child-3": {}})


def test_inside_a_repeat_a_question_means_this_item() -> None:
    test = {"answer": "child.hurt", "is": "yes"}
    assert holds(test, HURT, item="child-1")
    assert not holds(test, HURT, item="child-2")
    assert not holds(test, HURT, item="child-3")


def test_any_and_every_range_over_all_items() -> None:
    assert holds({"answer": "any child.hurt", "is": "yes"}, HURT)
    assert not holds({"answer": "every child.hurt", "is": "yes"}, HURT)
    assert holds({"answer": "any child.hurt", "answered": False}, HURT)
    assert not holds({"answer": "every child.hurt", "answered": False}, HURT)
    both = answers(child={"child-1": {"child.hurt": "yes"}, "child-2": {"child.hurt": "yes"}})
    assert holds({"answer": "every child.hurt", "is": "yes"}, both)


def test_any_and_every_over_no_items_are_false() -> None:
    for word in ("any", "every"):
        assert not holds({"answer": f"{word} child.hurt", "answered": False}, SILENT)
        assert not holds({"answer": f"{word} child.hurt", "is": "yes"}, SILENT)


def test_in_a_pair_each_side_is_seen() -> None:
    given = answers(
        child={"child-1": {"child.name": "Amira"}, "child-2": {}},
        adult={"adult-1": {"adult.name": "Dave"}, "adult-2": {}},
    )
    test = {"all": [{"answer": "adult.name", "answered": True}, {"answer": "child.name", "answered": True}]}
    assert holds(test, given, item="link~adult-1~child-1")
    assert not holds(test, given, item="link~adult-2~child-1")
    assert not holds(test, given, item="link~adult-1~child-2")
