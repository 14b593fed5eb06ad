"""One referral as somebody writes it: its steps, its lists, how far each part has come."""

from datetime import date

import pytest

from referral_client.base.canonical import strict_json
from referral_client.practice import sample_answers
from referral_client.referral import Answer, AnswerSet, State, answers_from_json
from referral_client.services.shipped_forms import shipped_forms
from referral_client.services.writing import Sheet, Standing

SETTINGS = {"today": date(2026, 11, 20).isoformat(), "sector": "school"}


@pytest.fixture
def empty() -> Sheet:
    return Sheet(shipped_forms().form("shropshire"), AnswerSet(), SETTINGS)


@pytest.fixture
def full(empty: Sheet) -> Sheet:
    untrusted = strict_json(sample_answers().read_bytes(), limit=1_000_000)
    return Sheet(empty.form, answers_from_json(untrusted), SETTINGS)


def value(words: str) -> Answer:
    return Answer(State.VALUE, words)


def test_the_first_step_is_about_danger(empty: Sheet, full: Sheet) -> None:
    assert empty.steps()[0].page == full.steps()[0].page == "danger"


def test_each_list_is_kept_in_one_place_after_the_pages_of_its_items(full: Sheet) -> None:
    steps = full.steps()
    for group in ("child", "adult", "presence", "injury"):
        (place,) = [number for number, step in enumerate(steps) if step.collects == group]
        before = [step.item for step in steps[:place] if step.section == steps[place].section and step.item]
        assert {item for item, _ in full.items(group)} <= set(before)


def test_going_on_and_back_again_comes_to_the_same_step(full: Sheet) -> None:
    steps = full.steps()
    for step in steps[:-1]:
        following = full.after(step)
        assert following is not None and full.before(following) == step
    assert full.before(steps[0]) is None and full.after(steps[-1]) is None


def test_every_question_on_the_path_can_be_found_again_from_the_summary(full: Sheet) -> None:
    for section in full.summary():
        for row in section.rows:
            step = full.step_of(row.question, row.item)
            assert step is not None, row.question
            assert row.question in step.questions or row.question == step.collects


def test_a_part_goes_from_not_started_to_in_progress_to_completed(empty: Sheet) -> None:
    def state(sheet: Sheet) -> Standing:
        return {section: standing for section, _, standing in sheet.standings()}["start"]

    assert state(empty) is Standing.NOT_STARTED
    begun = empty.answered("danger.now", "", value("no"))
    assert state(begun) is Standing.IN_PROGRESS
    sheet = begun
    for question, words in (
        ("danger.child_now", "With the key person"), ("visiting.risk", "no"), ("level.harm_suspected", "no"),
        ("level.tier", "tier_2"), ("level.why", "A long wait"), ("call.made", "not_needed"), ("lead.discussed", "yes"),
        ("lead.who", "Ruth Sample"),
    ):  # fmt: skip
        sheet = sheet.answered(question, "", value(words))
    sheet = sheet.answered("request.kinds", "", Answer(State.VALUE, ("early_help",)))
    assert state(sheet) is Standing.COMPLETED


def test_what_cannot_be_true_shows_as_a_problem(full: Sheet) -> None:
    wrong = full.answered("child.dob", "child-1", value("2020-02-31"))
    assert {section: standing for section, _, standing in wrong.standings()}["children"] is Standing.PROBLEM


def test_what_is_added_is_new_and_comes_with_its_first_page(full: Sheet) -> None:
    sheet, step = full.added("child")
    assert [item for item, _ in sheet.items("child")] == ["child-1", "child-2", "child-3"]
    assert (step.item, step.page) == ("child-3", "child_who")
    assert sheet.name("child-3") == "Child 3"


def test_what_is_removed_takes_every_pointer_to_it_along(full: Sheet) -> None:
    gone = full.removed("adult-1")
    assert "adult-1" not in str(gone.answers)
    assert full.answers.text("child.mother", "child-1") == "adult-1"
    assert gone.answers.get("child.mother", "child-1") is None
    again, step = gone.added("adult")
    assert again.answers.get("child.mother", "child-1") is None and step.item != "adult-1"


def test_a_name_is_stored_in_one_form_however_it_was_typed(empty: Sheet) -> None:
    sheet, _ = empty.added("child")
    sheet = sheet.answered("child.first_name", "child-1", value("Sia\u0302n "))
    assert sheet.answers.text("child.first_name", "child-1") == "Si\u00e2n"
