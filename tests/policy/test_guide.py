"""The example in docs/policies.md is true."""

from __future__ import annotations

import re
from pathlib import Path

from referral_client.base.shipped import shipped
from referral_client.policy import Outcome, attested_from_json, load_policy, may_attach

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "policies.md").read_text("utf-8")


def test_the_facts_in_the_guide_give_the_answer_in_the_guide() -> None:
    example = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert example is not None
    path = shipped("policies") / "school-dsl-approval.toml"
    says = may_attach(load_policy(path.read_bytes(), path.name), attested_from_json(example[1].encode()))
    assert says.outcome is Outcome.ATTACH_WITH_WARNINGS
    assert [finding.rule for finding in says.findings] == ["consent_exempt_when"]


def test_the_guide_names_every_answer() -> None:
    assert all(f"`{outcome}`" in GUIDE for outcome in Outcome)
