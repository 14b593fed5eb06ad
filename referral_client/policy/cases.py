"""A policy's own worked examples, run as tests. Imports the room's own modules."""

from __future__ import annotations

from dataclasses import dataclass

from referral_client.base.canonical import Json
from referral_client.policy.codes import Question
from referral_client.policy.evaluate import may_attach, may_take
from referral_client.policy.facts import Counts, FoundFacts
from referral_client.policy.model import Case, Policy
from referral_client.policy.verdict import Verdict


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: what was expected, what the policy says, and each difference in words."""

    name: str
    expected: str
    said: Verdict
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences

    def as_json(self) -> Json:
        return {
            "name": self.name,
            "passed": self.passed,
            "expected": self.expected,
            "differences": list(self.differences),
            "says": self.said.as_json(),
        }


def run_cases(policy: Policy) -> tuple[CaseResult, ...]:
    """Every case in the order of the file. `because` must name exactly the rules that spoke; `tasks` those listed."""
    return tuple(_run(policy, case) for case in policy.cases)


def _run(policy: Policy, case: Case) -> CaseResult:
    if case.question is Question.MAY_TAKE:
        said = may_take(policy, case.facts, today=case.today)
    else:
        found, already = case.found, case.already
        said = may_attach(
            policy,
            case.facts,
            FoundFacts(found.media_type, found.size, found.captured_at, found.looks_forwarded),
            Counts(already.for_injury, already.total, frozenset(already.views)),
            recipient=case.recipient,
            today=case.today,
        )
    differences = []
    if said.outcome is not case.expect:
        differences.append(f"expected {case.expect}, the policy says {said.outcome}")
    spoke = {finding.rule for finding in said.findings}
    differences += [f"expected the rule {rule} to speak; it did not" for rule in sorted(set(case.because) - spoke)]
    differences += [f"the rule {rule} spoke and was not expected" for rule in sorted(spoke - set(case.because))]
    left = {task.rule for task in said.tasks}
    differences += [f"expected a task from {rule}; there is none" for rule in sorted(set(case.tasks) - left)]
    return CaseResult(case.name, case.expect.value, said, tuple(differences))
