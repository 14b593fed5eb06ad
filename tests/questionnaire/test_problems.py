"""What is asked again, and in which words; and that nothing missing ever blocks."""

from __future__ import annotations

import pytest

from referral_client.questionnaire import (
    Form,
    Level,
    Problem,
    minimum_set,
    misfits,
    problems,
    problems_of_page,
    tidy_answers,
)
from referral_client.referral import Answer, AnswerSet, State
from tests.questionnaire.sample import NOT_KNOWN, SETTINGS, answers, small

FORM = small()


def about(question: str, given: AnswerSet, item: str = "", sending: str = "full") -> Problem | None:
    found = [p for p in problems(FORM, given, SETTINGS, sending=sending) if (p.question, p.item) == (question, item)]  # type: ignore[arg-type]
    assert len(found) <= 1
    return found[0] if found else None


def message(question: str, value: object, item: str = "") -> str:
    given = answers(child={item: {question: value}}) if item else answers({question: value})
    found = about(question, given, item)
    return f"{found.level}: {found.message}" if found else ""


def test_silence_is_asked_about_and_a_reason_is_an_answer() -> None:
    silent = about("danger.now", answers())
    assert silent is not None and (silent.code, silent.level) == ("MISSING", Level.SILENT)
    for answer in (NOT_KNOWN, {"state": "declined"}, {"state": "not_applicable"}, "no"):
        assert about("danger.now", answers({"danger.now": answer})) is None


def test_not_known_says_whom_was_asked_or_why_nobody_was() -> None:
    bare = about("danger.now", answers({"danger.now": {"state": "not_known"}}))
    assert bare is not None and (bare.code, bare.level) == ("NOT-KNOWN-WITHOUT-WHOM", Level.SILENT)
    assert about("danger.now", answers({"danger.now": {"state": "not_known", "because": "not safe to ask"}})) is None


@pytest.mark.parametrize(
    ("question", "value", "words"),
    [
        ("danger.on", "2026-13-01", "cannot_be_true: Date of it must be a real date"),
        ("danger.on", "2026-12-01", "cannot_be_true: Date of it must be in the past"),
        ("danger.on", "2026-11", ""),  # some day of this month is in the past
        ("danger.on", "2026-12", "cannot_be_true: Date of it must be in the past"),
        ("danger.at", "2026-11-20", "look_again: Time of it does not say what time: add it if you know it"),
        ("danger.now", "maybe", "cannot_be_true: “Is there danger?” must be one of the choices"),
        ("danger.count", "two", "cannot_be_true: How many times must be a whole number, like 12"),
    ],
)
def test_wording(question: str, value: object, words: str) -> None:
    assert message(question, value) == words


def test_what_is_in_an_item_names_the_item() -> None:
    assert message("child.father", "adult-7", "child-1") == (
        "cannot_be_true: Father must be somebody or something in this referral"
    )
    given = answers(child={"child-1": {"child.father": "adult-1"}}, adult={"adult-1": {}})
    assert about("child.father", given, "child-1") is None


def test_a_problem_says_whose_answer_it_is_about() -> None:
    found = about("child.dob", answers(child={"child-1": {"child.name": "Isla Sample"}}), "child-1")
    assert found is not None
    assert (found.item_title, found.sentence) == ("Isla Sample", "Isla Sample: Enter the date of birth")
    nameless = about("child.dob", answers(child={"child-1": {}}), "child-1")
    assert nameless is not None and nameless.sentence == "Child 1: Enter the date of birth"
    outside = about("danger.now", answers())
    assert outside is not None and outside.sentence == outside.message


def test_one_problem_a_question_missing_first() -> None:
    found = problems(FORM, answers({"danger.on": "2030-02-30"}), SETTINGS)
    places = [(problem.question, problem.item) for problem in found]
    assert len(places) == len(set(places))


def test_an_empty_repeat_is_asked_about_once() -> None:
    found = about("child", answers())
    assert found is not None and (found.code, found.level) == ("MISSING-ITEM", Level.SILENT)


def test_one_reason_covers_a_whole_section() -> None:
    covered = AnswerSet(reasons={"family": Answer(State.NOT_KNOWN, because="no chance yet")})
    sections = {FORM.questions[p.question].section for p in problems(FORM, covered, SETTINGS) if p.question != "child"}
    assert sections == {"start"}
    assert not any(p.question == "child" for p in problems(FORM, covered, SETTINGS))


def test_a_draft_reports_no_silence() -> None:
    assert problems(FORM, answers(), SETTINGS, sending="draft") == ()
    assert len(problems(FORM, answers({"danger.on": "2030"}), SETTINGS, sending="draft")) == 1


def test_urgent_asks_for_the_minimum_alone_and_nothing_in_it_blocks() -> None:
    wrong = answers({"danger.on": "2030", "danger.now": "yes"}, child={"child-1": {}})
    found = problems(FORM, wrong, SETTINGS, sending="urgent")
    assert {problem.question for problem in found} == {"child.name", "danger.on"}
    assert all(problem.level is not Level.CANNOT_BE_TRUE for problem in found)
    assert minimum_set(FORM) == ("child", "danger.now", "child.name")


def test_nothing_missing_ever_blocks(marf: Form) -> None:
    assert all(problem.level is Level.SILENT for problem in problems(marf, AnswerSet(), SETTINGS))


def test_a_page_is_checked_by_itself() -> None:
    given = answers({"danger.on": "2030"}, child={"child-1": {}})
    assert {p.question for p in problems_of_page(FORM, given, SETTINGS, "child", "child-1")} == {
        "child.name", "child.dob", "child.father",
    }  # fmt: skip
    assert problems_of_page(FORM, given, SETTINGS, "no_such_page") == ()


def test_no_message_holds_an_answer_or_a_barred_word(marf: Form) -> None:
    given = answers({"call.made": "yes", "call.at": "Zq7x", "referrer.email": "Zq7x"},
                    child={"child-1": {"child.dob": "Zq7x", "child.nhs_number": "Zq7x"}})  # fmt: skip
    found = problems(marf, given, SETTINGS)
    assert {"call.at", "referrer.email", "child.dob", "child.nhs_number"} <= {problem.question for problem in found}
    for problem in found:
        assert "Zq7x" not in problem.message
        assert not any(word in problem.message.lower().split() for word in ("please", "sorry", "valid", "invalid"))


# --- answers from a file ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (answers({"danger.nwo": "yes"}), "answers.danger.nwo: there is no such question; did you mean “danger.now”?"),
        (answers({"child.name": "A"}), "answers.child.name: belongs under items.child"),
        (answers(child={"child-1": {"danger.now": "yes"}}), "items.child[1].answers.danger.now: belongs under answers"),
        (answers(chidl={"chidl-1": {}}), "items.chidl: there is no repeat of that name; did you mean “child”?"),
        (answers(child={"kid-1": {}}), "items.child[1].id: must be like child-1"),
        (answers(child={"child-01": {}}), "items.child[1].id: must be like child-1"),
        (
            answers(link={"link~adult-1~child-1": {}}),
            "items.link[1].id: must be like link~adult-1~child-1, and both must be in this file",
        ),
        (answers({"danger.count": "2"}), "answers.danger.count: must be a whole number, like 12"),
        (answers({"danger.now": "maybe"}), "answers.danger.now: must be one of yes, no"),
        (answers({"danger.kinds": ["mark", "x"]}), "answers.danger.kinds: must be one of mark, words"),
        (
            AnswerSet(reasons={"famly": Answer(State.DECLINED)}),
            "reasons.famly: there is no section of that name; did you mean “family”?",
        ),
        (AnswerSet(reasons={"family": Answer(State.VALUE, "x")}), "reasons.family: must be a reason, not a value"),
    ],
)
def test_answers_that_do_not_fit_are_named_by_place(given: AnswerSet, fault: str) -> None:
    assert misfits(FORM, given) == (fault,)


def test_all_misfits_come_at_once() -> None:
    assert len(misfits(FORM, answers({"a.b": "x", "c.d": "y"}, child={"kid": {"e.f": "z"}}))) == 4


def test_answers_that_fit_have_no_misfits_whatever_is_missing() -> None:
    assert misfits(FORM, answers()) == ()


def test_tidied_answers_are_composed_and_compact() -> None:
    given = answers(
        {"danger.why": "Zoe\u0308"}, child={"child-1": {"child.name": "Zoe\u0308", "child.nhs": "999 000 0018"}}
    )
    tidied = tidy_answers(FORM, given)
    assert tidied.text("child.name", "child-1") == "Zoë"
    assert tidied.text("child.nhs", "child-1") == "9990000018"
    assert tidied.text("danger.why") == "Zoe\u0308"
    assert tidy_answers(FORM, tidied) == tidied
