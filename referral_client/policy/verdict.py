"""What the policy says about one picture: every rule that speaks, what is left to do, and one outcome.

Promises: the outcome follows from the findings alone, so adding a finding never makes it milder.
On screen this is "What your policy says". Imports codes only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from referral_client.base.canonical import Json
from referral_client.policy.codes import Outcome, Question, Severity

_OUTCOME_OF = {
    Severity.BLOCK: Outcome.BLOCKED_USE_BODY_MAP,
    Severity.ASK: Outcome.NEEDS_MORE_INFORMATION,
    Severity.APPROVE: Outcome.NEEDS_APPROVAL,
    Severity.WARN: Outcome.ATTACH_WITH_WARNINGS,
}

_HEADLINES = {
    Question.MAY_ATTACH: {
        Outcome.ATTACH: "Your policy lets this picture go with the referral.",
        Outcome.ATTACH_WITH_WARNINGS: "Your policy lets this picture go with the referral. Read these points first.",
        Outcome.NEEDS_APPROVAL: "Somebody has to agree before this picture goes. The referral does not wait for it.",
        Outcome.NEEDS_MORE_INFORMATION: "Your policy needs to know more before this picture can go. "
        "The referral does not wait for it.",
        Outcome.BLOCKED_USE_BODY_MAP: "Your policy does not let this picture go. "
        "Use the body map or your own words. The referral goes on.",
        Outcome.BLOCKED_TELL_YOUR_LEAD: "Do not open, send, copy or delete it: tell your lead now.",
    },
    Question.MAY_TAKE: {
        Outcome.ATTACH: "Your policy lets you take this picture.",
        Outcome.ATTACH_WITH_WARNINGS: "Your policy lets you take this picture. Read these points first.",
        Outcome.NEEDS_APPROVAL: "Somebody has to agree before you take a picture.",
        Outcome.NEEDS_MORE_INFORMATION: "Your policy needs to know more before you take a picture.",
        Outcome.BLOCKED_USE_BODY_MAP: "Your policy does not let you take this picture. "
        "Use the body map or your own words. The referral goes on.",
        Outcome.BLOCKED_TELL_YOUR_LEAD: "Do not take this picture: tell your lead now.",
    },
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that speaks. `rule`: the policy's key; `message`: ours; `clause`: the organisation's own paragraph."""

    rule: str
    severity: Severity
    message: str
    clause: str = ""

    def as_json(self) -> Json:
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "message": self.message,
            "clause": self.clause,
        }


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do because of a rule. `by_role`: who says it is done; `within_minutes`: 0 for no time limit."""

    rule: str
    words: str
    by_role: str = ""
    within_minutes: int = 0
    clause: str = ""

    def as_json(self) -> Json:
        return {
            "rule": self.rule,
            "words": self.words,
            "by_role": self.by_role,
            "within_minutes": self.within_minutes,
            "clause": self.clause,
        }


@dataclass(frozen=True, slots=True)
class Handling:
    """What the rest of the program does with the picture. `keep_in_manifest`: the stated facts that travel with it."""

    keep_in_manifest: tuple[str, ...] = ()

    def as_json(self) -> Json:
        return {"keep_in_manifest": list(self.keep_in_manifest)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every finding and task for one question about one picture, and which policy said so."""

    question: Question
    outcome: Outcome
    findings: tuple[Finding, ...]
    tasks: tuple[Task, ...] = ()
    handling: Handling = field(default_factory=Handling)
    policy_id: str = ""
    policy_version: str = ""
    policy_sha256: str = ""

    @property
    def goes(self) -> bool:
        """True when nothing more is needed from anybody: the picture may be attached (or taken)."""
        return self.outcome in (Outcome.ATTACH, Outcome.ATTACH_WITH_WARNINGS)

    @property
    def headline(self) -> str:
        """The one sentence for the top of the screen."""
        return _HEADLINES[self.question][self.outcome]

    def as_json(self) -> Json:
        """The published shape (docs/schemas/photo-says.schema.json)."""
        return {
            "question": self.question.value,
            "outcome": self.outcome.value,
            "headline": self.headline,
            "findings": [finding.as_json() for finding in self.findings],
            "tasks": [task.as_json() for task in self.tasks],
            "handling": self.handling.as_json(),
            "policy_id": self.policy_id,
            "policy_version": self.policy_version,
            "policy_sha256": self.policy_sha256,
        }


def outcome_of(findings: tuple[Finding, ...]) -> Outcome:
    """The gravest finding decides; no finding means attach."""
    return max(
        (_OUTCOME_OF[finding.severity] for finding in findings),
        key=lambda outcome: outcome.restriction,
        default=Outcome.ATTACH,
    )
