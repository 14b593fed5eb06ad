"""The check-answers list in finished words."""

from __future__ import annotations

import pytest

from referral_client.questionnaire import SummaryRow, check_answers
from referral_client.referral import Answer, AnswerSet, State
from tests.questionnaire.sample import SETTINGS, answers, small

FORM = small()


def row(given: AnswerSet, question: str, item: str = "") -> SummaryRow:
    rows = [r for section in check_answers(FORM, given, SETTINGS) for r in section.rows]
    return next(r for r in rows if (r.question, r.item) == (question, item))


def words(question: str, answer: object) -> str:
    return row(answers({question: answer}), question).words


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("2014-03-27", "27 March 2014"),
        ({"state": "estimated", "value": "2014-03"}, "March 2014 (estimated)"),
        ({"state": "not_known", "asked": {"whom": "the health visitor", "when": "2026-03-03", "said": "he has gone"}},
         "Not known: asked the health visitor on 3 March 2026, who said: he has gone"),
        ({"state": "not_known", "asked": {"whom": "the school", "when": "2026-03"}},
         "Not known: asked the school in March 2026"),
        ({"state": "not_known", "asked": {"whom": "the school", "when": "last week"}},
         "Not known: asked the school last week"),
        ({"state": "not_known", "asked": {"whom": "the school"}}, "Not known: asked the school"),
        ({"state": "not_known", "because": "It was not safe to ask."}, "Not known, not asked: It was not safe to ask."),
        ({"state": "not_known"}, "Not known"),
        ({"state": "declined", "because": "did not want to say"}, "Declined to say: did not want to say"),
        ({"state": "withheld", "because": "it would put her at risk"}, "Withheld: it would put her at risk"),
        ({"state": "not_applicable"}, "Does not apply"),
    ],
)  # fmt: skip
def test_every_state_has_words(answer: object, expected: str) -> None:
    assert words("danger.on", answer) == expected


def test_codes_lists_and_times_are_written_out() -> None:
    assert words("danger.now", "yes") == "Yes"
    assert words("danger.kinds", ["mark", "words"]) == "A mark, Words"
    assert words("danger.at", "2026-11-20T15:40") == "20 November 2026 at 15:40"
    assert words("danger.count", 0) == "0"


def test_silence_is_printed() -> None:
    silent = row(answers(), "danger.now")
    assert (silent.words, silent.silent, silent.state) == ("Not answered", True, "")
    assert row(answers({"danger.now": "  "}), "danger.now").words == "Not answered"


def test_a_repeat_without_items_is_printed_as_silent() -> None:
    assert (row(answers(), "child").label, row(answers(), "child").words) == ("Children", "Not answered")


def test_the_reason_of_a_section_is_printed_with_its_silence() -> None:
    given = AnswerSet(reasons={"start": Answer(State.NOT_KNOWN, because="the call was cut off")})
    section = check_answers(FORM, given, SETTINGS)[0]
    assert section.reason == "Not known, not asked: the call was cut off"
    assert section.rows[0].words == "Not answered. For this section: Not known, not asked: the call was cut off"
    assert section.rows[0].silent


def test_items_are_named_and_references_name_them() -> None:
    given = answers(
        child={"child-1": {"child.name": "Amira", "child.father": "adult-1"}, "child-2": {"child.father": "adult-2"}},
        adult={"adult-1": {"adult.name": "Dave"}, "adult-2": {}},
        link={"link~adult-1~child-1": {"link.is": "father"}},
    )
    assert row(given, "child.father", "child-1").words == "Dave"
    assert row(given, "child.father", "child-2").words == "Adult 2"
    assert row(given, "child.name", "child-2").item_title == "Child 2"
    assert row(given, "link.is", "link~adult-1~child-1").item_title == "Dave and Amira"


def test_an_address_reads_from_top_to_bottom() -> None:
    given = answers(
        adult={"adult-1": {"adult.where": {"postcode": "SY2 6ND", "line_1": "1 Long Row", "town": "Ludford"}}}
    )
    assert row(given, "adult.where", "adult-1").words == "1 Long Row, Ludford, SY2 6ND"
    homeless = answers(adult={"adult-1": {"adult.where": {"no_fixed_address": True, "words": "sofas in Ludford"}}})
    assert row(homeless, "adult.where", "adult-1").words == "No fixed address, sofas in Ludford"


def test_an_nhs_number_is_read_out_in_threes() -> None:
    given = answers(child={"child-1": {"child.hurt": "yes", "child.nhs": "9990000018"}})
    assert row(given, "child.nhs", "child-1").words == "999 000 0018"


def test_exact_words_are_marked_and_unchanged() -> None:
    given = answers(child={"child-1": {"child.hurt": "yes", "child.how": "he hurted me"}})
    found = row(given, "child.how", "child-1")
    assert found.verbatim and found.words == "he hurted me"


def test_whom_an_answer_is_kept_from_is_said() -> None:
    given = answers(
        {
            "danger.now": {
                "value": "yes",
                "keep_from": [{"who": "adult-1", "why": "he does not know"}, {"who": "the school"}],
            }
        },
        adult={"adult-1": {"adult.name": "Dave"}},
    )
    assert row(given, "danger.now").keep_from == ("Keep this from Dave: he does not know", "Keep this from the school")
