"""The seven example policies: each loads, says what its own cases expect, and quotes its organisation."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_client.base.shipped import shipped
from referral_client.policy import CaseResult, Outcome, Policy, explain, load_policy, run_cases
from referral_client.policy.codes import Original

FILES = sorted(shipped("policies").glob("*.toml"))
POLICIES = {path.stem: load_policy(path.read_bytes(), path.name) for path in FILES}
CASES = [(name, result) for name, policy in POLICIES.items() for result in run_cases(policy)]


def test_there_are_seven_and_each_is_named_after_its_file() -> None:
    assert [policy.policy_id for policy in POLICIES.values()] == list(POLICIES)
    assert list(POLICIES) == [
        "fostering",
        "hospital-ed",
        "nhs-community",
        "nursery",
        "police",
        "primary-forbids",
        "school-dsl-approval",
    ]


@pytest.mark.parametrize(("name", "result"), CASES, ids=[f"{name}: {result.name}" for name, result in CASES])
def test_its_own_case_comes_out_as_it_says(name: str, result: CaseResult) -> None:
    assert result.differences == (), name


@pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
class TestEachPolicy:
    def test_has_the_organisations_paragraph_for_every_rule_it_sets(self, policy: Policy) -> None:
        quoted = policy.model_fields_set & _SETTINGS | {"third_party_images", "original"}
        if policy.clothing_moved_allowed or policy.taking == "forbidden":
            quoted -= {"clothing_moved_allowed"}  # nothing to say about it
        assert quoted <= set(policy.messages) | {"taking"}

    def test_says_which_guidance_it_follows(self, policy: Policy) -> None:
        assert len(policy.sources) >= 2
        assert policy.review_by > policy.effective_from

    def test_shows_a_picture_that_goes_and_one_that_does_not(self, policy: Policy) -> None:
        expected = {case.expect for case in policy.cases}
        assert expected & {Outcome.ATTACH, Outcome.ATTACH_WITH_WARNINGS}
        assert Outcome.BLOCKED_USE_BODY_MAP in expected
        assert len(policy.cases) >= 8

    def test_throws_no_original_away(self, policy: Policy) -> None:
        assert policy.original is Original.RETAIN_IN_ORG_RECORD

    def test_reads_as_plain_english(self, policy: Policy) -> None:
        text = explain(policy)
        lower = text.lower()
        assert not any(word in lower for word in ("rejected", "verdict", "invalid", "please", "sorry"))
        assert "_" not in text.split("Where these rules come from")[0]
        for clause in policy.messages.values():
            assert clause in text


def test_one_forbids_what_another_expects() -> None:
    assert {policy.taking.value for policy in POLICIES.values()} == {"forbidden", "allowed_if", "expected"}


def test_the_examples_are_marked_as_examples() -> None:
    assert all(policy.organisation.startswith("Example: ") for policy in POLICIES.values())
    assert all("EXAMPLE" in Path(path).read_text("utf-8").split("\n")[1] for path in FILES)


_SETTINGS = frozenset(Policy.model_fields) - {
    "policy_id",
    "version",
    "organisation",
    "effective_from",
    "review_by",
    "approved_by",
    "source_document",
    "sources",
    "roles",
    "places",
    "messages",
    "cases",
    "intimate_under_18",
    "deletion_attested_by",
    "device_register_required",
    "record_system",
}
