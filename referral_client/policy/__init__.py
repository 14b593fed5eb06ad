"""Photograph policies: read one, ask it two questions, explain it, compare it.

Pure: no input, output, clock or randomness. Imports base only. Public face: the names below.
A caller asks `before_a_byte_is_read` before it opens a picture, and `may_attach` before the picture is kept.
"""

from referral_client.policy.cases import CaseResult, run_cases
from referral_client.policy.codes import (
    Device,
    Outcome,
    Question,
    Recipient,
    Region,
    Severity,
    Source,
    View,
    role_words,
    words,
)
from referral_client.policy.evaluate import NO_POLICY, before_a_byte_is_read, may_attach, may_take
from referral_client.policy.explain import explain
from referral_client.policy.facts import FACTS_LIMIT, AttestedFacts, Counts, FactsFaults, FoundFacts, attested_from_json
from referral_client.policy.load import POLICY_LIMIT, PolicyFaults, load_policy
from referral_client.policy.matrix import Cell, Change, Difference, diff, matrix, matrix_lines
from referral_client.policy.model import Policy, policy_in_force
from referral_client.policy.schema import facts_schema, policy_schema, says_schema
from referral_client.policy.verdict import Finding, Handling, Task, Verdict
from referral_client.policy.versions import load_versions

__all__ = [
    "FACTS_LIMIT",
    "NO_POLICY",
    "POLICY_LIMIT",
    "AttestedFacts",
    "CaseResult",
    "Cell",
    "Change",
    "Counts",
    "Device",
    "Difference",
    "FactsFaults",
    "Finding",
    "FoundFacts",
    "Handling",
    "Outcome",
    "Policy",
    "PolicyFaults",
    "Question",
    "Recipient",
    "Region",
    "Severity",
    "Source",
    "Task",
    "Verdict",
    "View",
    "attested_from_json",
    "before_a_byte_is_read",
    "diff",
    "explain",
    "facts_schema",
    "load_policy",
    "load_versions",
    "matrix",
    "matrix_lines",
    "may_attach",
    "may_take",
    "policy_in_force",
    "policy_schema",
    "role_words",
    "run_cases",
    "says_schema",
    "words",
]
