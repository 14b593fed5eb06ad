"""The words on the screen."""

from __future__ import annotations

from referral_client.policy import Outcome, Question, Verdict, may_attach, may_take
from referral_client.policy.codes import Outcome as Codes
from referral_client.policy.codes import listed
from tests.policy.sample import facts, policy
from tests.policy.test_evaluate import CASES

NEVER_SAID = ("reject", "verdict", "invalid", "valid ", "please", "sorry", "forbidden", "oops", "error", "_", "none.")


def test_no_sentence_holds_a_word_that_is_never_said() -> None:
    for _name, settings, changed, _outcome, _rules in CASES:
        for ask in (may_attach, may_take):
            says = ask(policy(**settings), facts(**changed))
            sentences = [says.headline, *(f.message for f in says.findings), *(t.words for t in says.tasks)]
            for sentence in sentences:
                assert not any(word in sentence.lower() for word in NEVER_SAID), sentence
                assert sentence.endswith((".", ":")), sentence
                assert len(sentence) < 300, sentence


def test_every_answer_to_both_questions_has_a_headline() -> None:
    headlines = {Verdict(question, outcome, ()).headline for question in Question for outcome in Outcome}
    assert len(headlines) == 12


def test_the_codes_are_the_published_ones() -> None:
    assert [*Codes] == [
        "attach",
        "attach-with-warnings",
        "needs-approval",
        "needs-more-information",
        "blocked-use-body-map",
        "blocked-tell-your-lead",
    ]


def test_a_list_is_said_as_a_list() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "and")] == [
        "none",
        "a",
        "a or b",
        "a, b and c",
    ]
