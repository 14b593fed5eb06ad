"""Answers in, answers out; nothing typed is mangled; odd files are refused by place, never by value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_client.base.canonical import canonical_bytes, strict_json
from referral_client.referral import (
    Answer,
    AnswerSet,
    Asked,
    Item,
    KeepFrom,
    NotFitting,
    State,
    answers_digest,
    answers_from_json,
    answers_to_json,
)

words = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=40)
ids = st.from_regex(r"[a-z][a-z0-9_]{0,9}(\.[a-z][a-z0-9_]{0,9})?", fullmatch=True)
some_words = words.filter(bool)
answers = st.one_of(
    st.builds(
        Answer,
        st.sampled_from([State.VALUE, State.ESTIMATED]),
        words | st.integers(-9, 9) | st.booleans() | st.lists(words, max_size=3).map(tuple),
    ),
    st.builds(Answer, st.just(State.NOT_KNOWN), st.none(), st.builds(Asked, some_words, words, words)),
    st.builds(Answer, st.sampled_from([State.WITHHELD, State.DECLINED]), st.none(), st.none(), some_words),
    st.builds(
        Answer, st.just(State.VALUE), words, keep_from=st.lists(st.builds(KeepFrom, some_words), max_size=2).map(tuple)
    ),
)
answer_sets = st.builds(
    AnswerSet,
    st.dictionaries(ids, answers, max_size=4),
    st.dictionaries(
        st.sampled_from(["child", "adult"]),
        st.lists(
            st.builds(Item, st.integers(1, 99).map("child-{}".format), st.dictionaries(ids, answers)),
            max_size=3,
            unique_by=lambda item: item.id,
        ).map(tuple),
    ),
    st.dictionaries(ids, answers, max_size=2),
)


@given(answer_sets)
def test_every_set_of_answers_survives_the_round_trip(original: AnswerSet) -> None:
    written = canonical_bytes(answers_to_json(original))
    again = answers_from_json(strict_json(written, limit=10_000_000))
    assert answers_to_json(again) == answers_to_json(original)
    assert answers_digest(again) == answers_digest(original)


def test_a_bare_value_stands_for_an_answer() -> None:
    read = answers_from_json({"answers": {"a": "words", "b": 3, "c": ["x", "y"], "d": {"line_1": "1 Test Road"}}})
    assert read.text("a") == "words"
    assert read.codes("c") == ("x", "y")
    assert all(answer.state is State.VALUE for answer in read.answers.values())


@pytest.mark.parametrize(
    ("untrusted", "place"),
    [
        ([], "the answers must be an object"),
        ({"answer": {}}, "answer: not a part of an answers file"),
        ({"answers": {"a": {"state": "value"}}}, "answers.a: value: must be given"),
        ({"answers": {"a": {"state": "not_known", "value": "x"}}}, "answers.a: value: must be left out"),
        ({"answers": {"a": {"state": "unknown"}}}, "answers.a: state: must be one of"),
        ({"answers": {"a": {"state": "withheld"}}}, "answers.a: because: say why"),
        ({"answers": {"a": {"state": "not_known", "asked": {"who": "x"}}}}, "answers.a: asked: say whom"),
        ({"answers": {"a": "\ud800"}}, "answers.a: value: holds a character that is not text"),
        ({"answers": {"a": "x" * 200_001}}, "answers.a: value: longer than 200000"),
        ({"answers": {"a": None}}, "answers.a: value: must be text"),
        ({"answers": {"a": {"line_1": "\udce9"}}}, "answers.a: value: holds a character that is not text"),
        ({"answers": {"a": {"line_1": "\x00"}}}, "answers.a: value: holds a character that is not text"),
        ({"answers": {"a": {"line_1": "x" * 200_001}}}, "answers.a: value: longer than 200000"),
        ({"items": {"child": {}}}, "items.child: must be a list"),
        ({"items": {"child": [{"answers": {}}]}}, "items.child[1]: must be an object with an id"),
        ({"items": {"child": [{"id": "child-1"}, {"id": "child-1"}]}}, "items.child[2].id: used twice"),
        ({"items": {"child": [{"id": "c"}] * 501}}, "items.child: more than 500"),
    ],
)
def test_answers_that_do_not_fit_are_refused_with_the_place(untrusted, place: str) -> None:
    with pytest.raises(NotFitting) as refusal:
        answers_from_json(untrusted)
    assert place in str(refusal.value)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(NotFitting) as refusal:
        answers_from_json({"answers": {"a": None, "b": {"state": "x"}}, "items": {"child": 1}})
    assert len(str(refusal.value).splitlines()) == 3


def test_a_changed_answer_is_a_new_set() -> None:
    before = AnswerSet()
    after = before.with_answer("child.first_name", Answer(State.VALUE, "Test"), repeat="child", item="child-1")
    assert before.group("child") == ()
    assert after.text("child.first_name", "child-1") == "Test"
    cleared = after.with_answer("child.first_name", None, repeat="child", item="child-1")
    assert cleared.get("child.first_name", "child-1") is None


@pytest.mark.parametrize(
    "untrusted",
    [
        {"Danny Sample": {}},
        {"answers": {"Danny Sample": 1}},
        {"answers": {"a": {"state": "value", "value": "x", "Danny Sample": 1}}},
        {"items": {"Danny Sample": []}},
        {"items": {"child": [{"id": "child-1", "answers": {"Danny Sample": None}}]}},
        {"reasons": {"Danny Sample\n": "x"}},
    ],
)
def test_a_key_that_is_not_an_id_is_never_repeated(untrusted) -> None:
    with pytest.raises(NotFitting) as refusal:
        answers_from_json(untrusted)
    assert "a key that is not a question id" in str(refusal.value)
    assert "Danny" not in str(refusal.value)
