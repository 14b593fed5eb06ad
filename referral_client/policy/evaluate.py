"""The two questions put to a policy: may I take a picture, and may I attach this one?

Promises: every rule that fails is listed; no policy means no picture and the referral goes on; an intimate image of a
child is stopped here whatever any file says, and `before_a_byte_is_read` says so without touching the picture.
Imports the room's own modules.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from referral_client.policy import rules_after as after
from referral_client.policy import rules_picture as picture
from referral_client.policy import rules_taking as taking
from referral_client.policy.codes import Outcome, Question, Recipient, Severity, Taking
from referral_client.policy.facts import AttestedFacts, Counts, FoundFacts
from referral_client.policy.model import Policy
from referral_client.policy.verdict import Finding, Handling, Task, Verdict, outcome_of
from referral_client.policy.weighing import Said, Weighing

Rule = Callable[[Weighing], Said]

NO_POLICY = (
    "Your organisation has no photograph policy that this program can use, so no photograph goes. "
    "Mark the body map or describe it in words. The referral goes on."
)
_INTIMATE = {
    Question.MAY_ATTACH: "Do not open, send, copy or delete it: tell your lead now.",
    Question.MAY_TAKE: "Do not photograph this part of a child’s body: tell your lead now.",
}

# In the order in which a person thinks of them: the picture, then how it was taken, then what goes with it.
_ALWAYS: tuple[Rule, ...] = (taking.in_force, picture.body, taking.refusal)
_HOW_TAKEN: tuple[Rule, ...] = (
    picture.when_taken,
    taking.who,
    taking.on_request,
    taking.yes_beforehand,
    taking.with_what,
    taking.where,
    taking.with_whom,
    taking.the_child,
    taking.consent,
    picture.views,
)
_THE_PICTURE: tuple[Rule, ...] = (
    picture.how_many,
    picture.untouched,
    picture.the_file,
    picture.beside_it,
    picture.not_yet_mobile,
    picture.required_metadata,
    picture.kept_facts,
    picture.yes_to_attach,
)
_ONLY_ATTACHING: tuple[Rule, ...] = (picture.goes_to,)
_AFTERWARDS: tuple[Rule, ...] = (
    after.off_the_device,
    after.the_original,
    after.off_this_computer,
    after.who_looked,
)


def before_a_byte_is_read(attested: AttestedFacts) -> Verdict | None:
    """Ask this before the file is opened, copied, listed or drawn. None: go on. Anything else: do not open it.

    An intimate image of a child stops everything. Silence about it is asked before the file is opened, too.
    """
    if picture.shows_intimate_part(attested):
        return _intimate(Question.MAY_ATTACH)
    if attested.intimate is None:
        question = Finding("intimate_under_18", Severity.ASK, picture.INTIMATE_QUESTION)
        return Verdict(Question.MAY_ATTACH, Outcome.NEEDS_MORE_INFORMATION, (question,))
    return None


def may_take(policy: Policy | None, facts: AttestedFacts, *, today: date | None = None) -> Verdict:
    """Before any photograph exists. `facts.source` is who will take it; `today` lets an overdue review be said."""
    if picture.shows_intimate_part(facts):
        return _intimate(Question.MAY_TAKE, policy)
    if policy is None:
        return _without_policy(Question.MAY_TAKE)
    scales = Weighing(policy, facts, Question.MAY_TAKE, None, Counts(), Recipient.FRONT_DOOR, today)
    if policy.taking is Taking.FORBIDDEN:
        return _weigh(scales, (taking.taking, taking.in_force, picture.beside_it, picture.not_yet_mobile))
    return _weigh(scales, (taking.taking, *_ALWAYS, *_HOW_TAKEN, *_THE_PICTURE, *_AFTERWARDS))


def may_attach(
    policy: Policy | None,
    attested: AttestedFacts,
    found: FoundFacts | None = None,
    count: Counts | None = None,
    *,
    recipient: Recipient = Recipient.FRONT_DOOR,
    today: date | None = None,
) -> Verdict:
    """With the file in hand. `found` None: the file has not been read yet, so its own rules stay silent.

    `count` says what is attached already, without this picture.
    """
    if picture.shows_intimate_part(attested):
        return _intimate(Question.MAY_ATTACH, policy)
    if policy is None:
        return _without_policy(Question.MAY_ATTACH)
    scales = Weighing(policy, attested, Question.MAY_ATTACH, found, count or Counts(), recipient, today)
    if not attested.ours:
        how: tuple[Rule, ...] = (picture.came_from,)
    elif policy.taking is Taking.FORBIDDEN:
        how = (taking.taking,)
    else:
        how = (taking.taking, *_HOW_TAKEN)
    return _weigh(scales, (*_ALWAYS, *how, *_THE_PICTURE, *_ONLY_ATTACHING, *_AFTERWARDS))


def _weigh(scales: Weighing, rules: tuple[Rule, ...]) -> Verdict:
    said = [each for rule in rules for each in rule(scales)]
    findings = tuple(each for each in said if isinstance(each, Finding))
    tasks = tuple(each for each in said if isinstance(each, Task))
    outcome = outcome_of(findings)
    policy = scales.policy
    if outcome is Outcome.BLOCKED_USE_BODY_MAP:
        tasks = _instead(scales, tasks)
    return Verdict(
        scales.question,
        outcome,
        findings,
        tasks,
        Handling(tuple(code.value for code in policy.keep_in_manifest)),
        policy.policy_id,
        policy.version,
        policy.sha256,
    )


def _instead(scales: Weighing, tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """When no picture goes: the body map, what cannot wait, and nothing is thrown away on our word."""
    urgent = tuple(task for task in tasks if task.rule in ("non_mobile_rule", "child_refusal"))
    body_map = scales.task("body_map", "Mark it on the body map, or describe it in words.")
    if scales.taking:
        return (*urgent, body_map)
    keep = Task("picture_held_back", "Ask your lead what happens to this picture. Do not delete it until they say.")
    return (*urgent, body_map, keep)


def _intimate(question: Question, policy: Policy | None = None) -> Verdict:
    finding = Finding("intimate_under_18", Severity.BLOCK, _INTIMATE[question])
    tasks = (
        Task("intimate_under_18", "Tell your lead now, by voice."),
        Task("intimate_under_18", "Write down in words what you were told or happened to see, who said it, and when."),
    )
    return Verdict(
        question,
        Outcome.BLOCKED_TELL_YOUR_LEAD,
        (finding,),
        tasks,
        Handling(),
        policy.policy_id if policy else "",
        policy.version if policy else "",
        policy.sha256 if policy else "",
    )


def _without_policy(question: Question) -> Verdict:
    finding = Finding("no_policy", Severity.BLOCK, NO_POLICY)
    return Verdict(
        question,
        Outcome.BLOCKED_USE_BODY_MAP,
        (finding,),
        (Task("body_map", "Mark it on the body map, or describe it in words."),),
    )
