"""One picture on the scales: the policy, the facts and the question, and short ways to say what a rule found.

Imports the room's own modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from referral_client.policy.codes import Question, Recipient, Severity, place_words, role_words
from referral_client.policy.facts import AttestedFacts, Counts, FoundFacts
from referral_client.policy.model import Policy
from referral_client.policy.verdict import Finding, Task

Said = Iterator[Finding | Task]


@dataclass(frozen=True, slots=True)
class Weighing:
    """Everything a rule may look at. `found` is None while no byte of the file has been read."""

    policy: Policy
    facts: AttestedFacts
    question: Question
    found: FoundFacts | None
    counts: Counts
    recipient: Recipient
    today: date | None

    @property
    def taking(self) -> bool:
        """True while no photograph exists yet."""
        return self.question is Question.MAY_TAKE

    def block(self, rule: str, message: str) -> Finding:
        return self._finding(rule, Severity.BLOCK, message)

    def ask(self, rule: str, message: str) -> Finding:
        return self._finding(rule, Severity.ASK, message)

    def approve(self, rule: str, message: str) -> Finding:
        return self._finding(rule, Severity.APPROVE, message)

    def warn(self, rule: str, message: str) -> Finding:
        return self._finding(rule, Severity.WARN, message)

    def task(self, rule: str, to_do: str, *, by_role: str = "", within_minutes: int = 0) -> Task:
        return Task(rule, to_do, by_role, within_minutes, self.policy.clause(rule))

    def role(self, code: str) -> str:
        return role_words(code, self.policy.roles)

    def place(self, code: str) -> str:
        return place_words(code, self.policy.places)

    def _finding(self, rule: str, severity: Severity, message: str) -> Finding:
        return Finding(rule, severity, message, self.policy.clause(rule))
