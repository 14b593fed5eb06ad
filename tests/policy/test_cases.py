"""A policy's own cases as tests: one that does not come out says why."""

from __future__ import annotations

from referral_client.policy import load_policy, run_cases
from tests.policy.sample import PLAIN

CASE = """
[[case]]
name = "A teacher"
question = "may_take"
expect = "attach"
because = ["body_map"]
tasks = ["log_every_view"]
[case.facts]
source = "self"
taken_by = { role = "teacher" }
device = "org_tablet"
consent = { child = "yes", parent_pr = "yes" }
region = "hand"
child_distressed = false
clothing_moved = false
"""


def test_a_case_that_comes_out_otherwise_names_each_difference() -> None:
    (result,) = run_cases(load_policy((PLAIN + CASE).encode(), "ours.toml"))
    assert not result.passed
    assert result.differences == (
        "expected attach, the policy says blocked-use-body-map",
        "expected the rule body_map to speak; it did not",
        "the rule permitted_roles spoke and was not expected",
        "expected a task from log_every_view; there is none",
    )
    document = result.as_json()
    assert (document["name"], document["passed"], document["expected"]) == ("A teacher", False, "attach")
    assert document["says"]["outcome"] == "blocked-use-body-map"


def test_a_policy_without_cases_has_no_results() -> None:
    assert run_cases(load_policy(PLAIN.encode(), "ours.toml")) == ()
