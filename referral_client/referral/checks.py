"""What the answers leave open about the people around a child. Notices never block; they are asked about once.

Each notice has a stable code and a source. Sources: [SLB] the Shropshire learning briefing this program answers;
the numbers U1 to U25 are the features drawn from published reviews in docs/safeguarding-sources.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from referral_client.referral.family import Family, PresenceKind


class NoticeCode(StrEnum):
    REFER_NOW = "CL-17"  # a mark on a baby who cannot move about: phone now
    PARENT_NOT_ACCOUNTED_FOR = "U1"
    NO_PRESENCE = "U2"
    GONE_WITHOUT_SOURCE = "U2-SOURCE"
    PARTNER_NOT_LINKED = "U4"
    STATEMENTS_DISAGREE = "U6"
    EXPLANATIONS_DIFFER = "U6-INJURY"


# Gravest first: the order in which notices are spoken, three at a time.
_GRAVITY = tuple(NoticeCode)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to ask about. `about`: item ids; `sides`: what each person says, in neutral words."""

    code: NoticeCode
    sentence: str
    about: tuple[str, ...]
    sides: tuple[str, ...] = ()


def family_notices(family: Family) -> tuple[Notice, ...]:
    """Every notice over one family, gravest first."""
    found = [
        *_refer_now(family),
        *_parents(family),
        *_presences(family),
        *_partners(family),
        *_disagreements(family),
        *_explanations(family),
    ]
    return tuple(sorted(found, key=lambda notice: _GRAVITY.index(notice.code)))


def _refer_now(family: Family) -> Iterator[Notice]:
    for child in family.children:
        marks = [injury.id for injury in family.injuries if injury.child == child.id]
        if child.not_yet_mobile and marks:
            yield Notice(
                NoticeCode.REFER_NOW,
                f"{child.name} cannot move about alone and has a mark. "
                "Ring the front door now, before you finish this form.",
                (child.id, *marks),
            )


def _parents(family: Family) -> Iterator[Notice]:
    for child in family.children:
        for word, parent in (("mother", child.mother), ("father", child.father)):
            if not parent.accounted_for:
                yield Notice(
                    NoticeCode.PARENT_NOT_ACCOUNTED_FOR,
                    f"Who is {child.name}’s {word}? If you do not know, say whom you asked, or why nobody was asked.",
                    (child.id,),
                )


def _presences(family: Family) -> Iterator[Notice]:
    for adult in family.adults:
        theirs = [presence for presence in family.presences if presence.adult == adult.id]
        if not theirs:
            yield Notice(
                NoticeCode.NO_PRESENCE,
                f"Where is {family.name_of(adult.id)} now: in the home, some nights, visiting, elsewhere? Who says so?",
                (adult.id,),
            )
        for presence in theirs:
            if presence.kind is PresenceKind.BELIEVED_NO_CONTACT and not (presence.who_says and presence.last_known):
                yield Notice(
                    NoticeCode.GONE_WITHOUT_SOURCE,
                    f"{family.name_of(adult.id)} is believed to have no contact. "
                    "Who says so, and when was it last true?",
                    (adult.id, presence.id),
                )


def _partners(family: Family) -> Iterator[Notice]:
    children = [child.id for child in family.children]
    for adult in family.adults:
        linked = {link.child for link in family.links if link.adult == adult.id and link.relationship}
        parent_of = {child.id for child in family.children if adult.id in (child.mother.adult, child.father.adult)}
        silent = [child for child in children if child not in linked | parent_of]
        if adult.partner_of and silent:
            names = ", ".join(family.name_of(child) for child in silent)
            yield Notice(
                NoticeCode.PARTNER_NOT_LINKED,
                f"{family.name_of(adult.id)} is a partner. What is this person to {names}?",
                (adult.id, *silent),
            )


# Presence words that cannot both be true of one adult and these children.
_GONE = {PresenceKind.BELIEVED_NO_CONTACT}
_AROUND = {PresenceKind.LIVES_HERE, PresenceKind.SOME_NIGHTS, PresenceKind.VISITS, PresenceKind.CONTACT_ELSEWHERE}

PRESENCE_WORDS = {
    PresenceKind.LIVES_HERE: "lives in the home",
    PresenceKind.SOME_NIGHTS: "stays some nights",
    PresenceKind.VISITS: "visits",
    PresenceKind.CONTACT_ELSEWHERE: "sees the children elsewhere",
    PresenceKind.REMOTE_CONTACT: "is in touch by phone or online",
    PresenceKind.BELIEVED_NO_CONTACT: "is believed to have no contact",
    PresenceKind.UNKNOWN: "not known",
}


def _disagreements(family: Family) -> Iterator[Notice]:
    for adult in family.adults:
        theirs = [presence for presence in family.presences if presence.adult == adult.id]
        kinds = {presence.kind for presence in theirs}
        if kinds & _GONE and kinds & _AROUND:
            yield Notice(
                NoticeCode.STATEMENTS_DISAGREE,
                f"People say different things about where {family.name_of(adult.id)} is.",
                (adult.id, *(presence.id for presence in theirs)),
                tuple(
                    f"{presence.who_says or 'Somebody'}"
                    f"{f' ({presence.last_known})' if presence.last_known else ''}: {PRESENCE_WORDS[presence.kind]}"
                    for presence in theirs
                ),
            )
    by_fact: dict[tuple[str, str], list[str]] = {}
    ids: dict[tuple[str, str], list[str]] = {}
    for statement in family.statements:
        if statement.about and statement.fact:
            key = (statement.about, statement.fact)
            by_fact.setdefault(key, []).append(f"{statement.who_says or 'Somebody'}: {statement.said}")
            ids.setdefault(key, []).append(statement.id)
    for (about, fact), sides in by_fact.items():
        said = {side.split(": ", 1)[1].strip().casefold() for side in sides}
        if len(said) > 1:
            yield Notice(
                NoticeCode.STATEMENTS_DISAGREE,
                f"People say different things about {family.name_of(about)} ({fact.replace('_', ' ')}).",
                (about, *ids[about, fact]),
                tuple(sides),
            )


def _explanations(family: Family) -> Iterator[Notice]:
    for injury in family.injuries:
        words = {said.strip().casefold() for _, said, _ in injury.explanations if said.strip()}
        if len(words) > 1:
            yield Notice(
                NoticeCode.EXPLANATIONS_DIFFER,
                f"There is more than one explanation of an injury to {family.name_of(injury.child)}.",
                (injury.id,),
                tuple(
                    f"{who or 'Somebody'}{f' ({when})' if when else ''}: {said}"
                    for who, said, when in injury.explanations
                ),
            )
