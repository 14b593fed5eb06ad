"""Reading F.json, the facts a person states about a picture."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_client.policy import FactsFaults, Source, attested_from_json
from tests.policy.sample import ALL_FACTS


def faults_of(document: object) -> list[str]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(FactsFaults) as caught:
        attested_from_json(content, file_name="F.json")
    assert caught.value.exit_code == 2
    return list(caught.value.reasons)


def test_only_the_source_is_needed() -> None:
    facts = attested_from_json(b'{"source": "parent"}')
    assert facts.source is Source.PARENT
    assert not facts.ours
    assert facts.region is None


def test_every_fact_is_read() -> None:
    facts = attested_from_json(json.dumps(ALL_FACTS).encode())
    assert facts.ours
    assert facts.taken_by.role == "school_nurse"


def test_no_reason_for_not_asking_may_be_written_as_nothing() -> None:
    assert attested_from_json({"source": "self", "consent": {"exempt_because": ""}}).consent.exempt_because is None


@pytest.mark.parametrize(
    "text", ["2026-11-20T15:40:00Z", "2026-11-20T15:40:00+01:00", "2026-11-20 15:40", "2026-11-20"]
)
def test_a_time_may_have_a_zone_or_none_or_be_a_day(text: str) -> None:
    assert attested_from_json({"source": "self", "taken_at": text}).taken_at == text


@pytest.mark.parametrize(
    "text", ["", "20261120T1540", "2026-W47-5", "0001-01-01", "2026-02-30", "2026-11-20T25:00", "now"]
)
def test_anything_else_is_no_time(text: str) -> None:
    assert "F.json: taken_at: must be a time like" in faults_of({"source": "self", "taken_at": text})[0]


def test_every_fault_is_named_at_once() -> None:
    assert faults_of(
        {
            "source": "me",
            "regoin": "face",
            "region": "arm",
            "second_adult": "yes",
            "taken_at": "yesterday",
            "taken_by": {"rol": "dsl"},
            "consent": {"child": "maybe"},
            "place": "The Office!",
        }
    ) == [
        "F.json: source: must be one of self, colleague, parent, child, other_agency, anonymous, screenshot",
        "F.json: taken_at: must be a time like 2026-11-20T15:40:00Z or 2026-11-20 15:40",
        "F.json: taken_by.rol: there is no such setting: did you mean role?",
        "F.json: place: must look like school_nurse: small letters, digits and underscores",
        "F.json: second_adult: must be true or false",
        "F.json: consent.child: must be one of yes, no, refused, not_asked",
        "F.json: region: must be one of face, head, neck, ear, mouth, chest, abdomen, back, shoulder, upper_arm, "
        "forearm, hand, thigh, lower_leg, foot, armpit, buttock, breast, genital, anal: "
        "did you mean upper_arm or forearm or armpit?",
        "F.json: regoin: there is no such setting: did you mean region?",
    ]


def test_what_was_written_about_a_child_is_not_repeated() -> None:
    reasons = " ".join(faults_of({"source": "self", "reason": ["Maya Example fell"], "region": "Maya"}))
    assert "Maya" not in reasons


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "must be one object"),
        (b'{"source": "self", "source": "parent"}', "the same key twice"),
        (b'{"source": 1.5}', "not a whole number"),
        (b'{"source": "self", "reason": "\\ud800"}', "cannot be read"),
        (b'{"source": "self", "x": "' + b"x" * 70_000 + b'"}', "longer than"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_file_that_holds_no_facts(content: bytes, words: str) -> None:
    assert words in faults_of(content)[0]


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.text(max_size=5),
        lambda inner: st.dictionaries(st.sampled_from([*ALL_FACTS, "child", "x"]), inner, max_size=5),
        max_leaves=10,
    )
)
@settings(deadline=None)
def test_no_document_does_anything_but_name_its_faults(document: object) -> None:
    with contextlib.suppress(FactsFaults):
        attested_from_json(document)
