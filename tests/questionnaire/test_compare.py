"""What differs between two forms."""

from __future__ import annotations

from referral_client.questionnaire import compare
from tests.questionnaire.sample import SMALL, small


def test_a_form_does_not_differ_from_itself() -> None:
    assert compare(small(), small("# again\n" + SMALL)) == ()


def test_added_removed_and_changed_questions_are_named() -> None:
    after = SMALL.replace("label: Kinds", "label: Which kinds").replace("danger.at", "danger.time")
    found = {(one.part, one.change, one.key) for one in compare(small(), small(after))}
    assert found == {
        ("question danger.kinds", "changed", "label"),
        ("question danger.at", "removed", ""),
        ("question danger.time", "added", ""),
    }


def test_a_changed_condition_is_shown_as_it_stands_in_the_file() -> None:
    after = SMALL.replace('show_when: {answer: danger.now, is: "yes"}', 'show_when: {answer: danger.now, is: "no"}', 1)
    (found,) = compare(small(), small(after))
    assert (found.key, found.before, found.after) == (
        "show_when", '{"is": "yes", "answer": "danger.now"}', '{"is": "no", "answer": "danger.now"}',
    )  # fmt: skip
