"""Who is around the children, read out of the answers: one typed view that checks, documents and screens share.

The question ids used here are the core vocabulary of the MARF model (forms/marf.yaml); a profile may hide or add
questions but never renames these. Every parent is accounted for child by child; a partner is not a parent unless
linked; a person may be partial ("Dave, white van, Tuesdays").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from referral_client.referral.answers import Answer, AnswerSet, Item


class PresenceKind(StrEnum):
    LIVES_HERE = "lives_here"
    SOME_NIGHTS = "some_nights"
    VISITS = "visits"
    CONTACT_ELSEWHERE = "contact_elsewhere"
    REMOTE_CONTACT = "remote_contact"
    BELIEVED_NO_CONTACT = "believed_no_contact"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Parent:
    """One cell of the parents grid. `adult` is an item id, or "" with the answer that says why it is not."""

    adult: str
    answer: Answer | None

    @property
    def accounted_for(self) -> bool:
        """A person, or a "not known" that says whom was asked or why not, or declined, withheld, not applicable."""
        if self.adult:
            return True
        if self.answer is None:
            return False
        return bool(self.answer.asked or self.answer.because or self.answer.state != "not_known")


@dataclass(frozen=True, slots=True)
class Child:
    id: str
    first_name: str
    last_name: str
    unborn: bool
    born: str  # ISO date, may be partial; the due date when unborn
    referred: bool
    not_yet_mobile: bool
    mother: Parent
    father: Parent

    @property
    def name(self) -> str:
        full = f"{self.first_name} {self.last_name}".strip()
        return full or ("Unborn baby" if self.unborn else "Child with no name given")


@dataclass(frozen=True, slots=True)
class Adult:
    id: str
    name: str
    born: str
    roles: tuple[str, ...]
    partner_of: str
    told: str  # "yes", "no", "not_yet" or ""
    not_told_why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One adult and one child: what they are to each other, and parental responsibility (yes, no, unknown or "")."""

    adult: str
    child: str
    relationship: str
    parental_responsibility: str


@dataclass(frozen=True, slots=True)
class Presence:
    """One person's word about where an adult is: what, where, when last true, who says so, first-hand or not."""

    id: str
    adult: str
    kind: PresenceKind
    where: str
    last_known: str
    who_says: str
    told_to: str
    told_on: str
    first_hand: str
    checked: str
    who_else_knows: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing somebody said about a person, with the same provenance."""

    id: str
    about: str
    fact: str
    said: str
    who_says: str
    when: str
    first_hand: str
    checked: str


@dataclass(frozen=True, slots=True)
class Agency:
    """A professional or agency around the family and what it believes the household is."""

    id: str
    name: str
    believes: str
    as_at: str


@dataclass(frozen=True, slots=True)
class Injury:
    id: str
    child: str
    site: str
    side: str
    kind: str
    description: str
    seen_at: str
    explanations: tuple[tuple[str, str, str], ...]  # (who, words, when)


@dataclass(frozen=True, slots=True)
class Family:
    children: tuple[Child, ...]
    adults: tuple[Adult, ...]
    links: tuple[Link, ...]
    presences: tuple[Presence, ...]
    statements: tuple[Statement, ...]
    agencies: tuple[Agency, ...]
    injuries: tuple[Injury, ...]

    def name_of(self, item_id: str) -> str:
        """The name of a child or adult for a sentence; the id's own words when it names nobody."""
        for child in self.children:
            if child.id == item_id:
                return child.name
        for adult in self.adults:
            if adult.id == item_id:
                return adult.name or "An adult with no name given"
        return item_id


def family_of(answers: AnswerSet) -> Family:
    """Read the family out of the answers. Never fails: what is missing or odd is simply empty."""
    return Family(
        children=tuple(_child(item) for item in answers.group("child")),
        adults=tuple(_adult(item) for item in answers.group("adult")),
        links=tuple(
            Link(adult, child, _text(item, "link.relationship"), _text(item, "link.parental_responsibility"))
            for item in answers.group("link")
            for adult, _, child in [item.id.removeprefix("link~").partition("~")]
        ),
        presences=tuple(_presence(item) for item in answers.group("presence")),
        statements=tuple(_statement(item) for item in answers.group("statement")),
        agencies=tuple(
            Agency(
                item.id,
                _text(item, "professional.agency") or _text(item, "professional.name"),
                _text(item, "professional.believes"),
                _text(item, "professional.believes_as_at"),
            )
            for item in answers.group("professional")
        ),
        injuries=tuple(_injury(item, answers) for item in answers.group("injury")),
    )


def _child(item: Item) -> Child:
    unborn = _text(item, "child.unborn") == "yes"
    return Child(
        id=item.id,
        first_name=_text(item, "child.first_name"),
        last_name=_text(item, "child.last_name"),
        unborn=unborn,
        born=_text(item, "child.due_date" if unborn else "child.dob"),
        referred=_text(item, "child.referred") != "no",
        not_yet_mobile=_text(item, "child.mobile") == "no",
        mother=Parent(_text(item, "child.mother"), item.answers.get("child.mother")),
        father=Parent(_text(item, "child.father"), item.answers.get("child.father")),
    )


def _adult(item: Item) -> Adult:
    return Adult(
        id=item.id,
        name=_text(item, "adult.name"),
        born=_text(item, "adult.dob"),
        roles=_codes(item, "adult.roles"),
        partner_of=_text(item, "adult.partner_of"),
        told=_text(item, "adult.told"),
        not_told_why=_codes(item, "adult.not_told_why"),
    )


def _presence(item: Item) -> Presence:
    kind = _text(item, "presence.kind")
    return Presence(
        id=item.id,
        adult=_text(item, "presence.adult"),
        kind=PresenceKind(kind) if kind in set(PresenceKind) else PresenceKind.UNKNOWN,
        where=_text(item, "presence.where"),
        last_known=_text(item, "presence.last_known"),
        who_says=_text(item, "presence.who_says"),
        told_to=_text(item, "presence.told_to"),
        told_on=_text(item, "presence.told_on"),
        first_hand=_text(item, "presence.first_hand"),
        checked=_text(item, "presence.checked"),
        who_else_knows=_text(item, "presence.who_else_knows"),
    )


def _statement(item: Item) -> Statement:
    return Statement(
        id=item.id,
        about=_text(item, "statement.about"),
        fact=_text(item, "statement.fact"),
        said=_text(item, "statement.said"),
        who_says=_text(item, "statement.who_says"),
        when=_text(item, "statement.when"),
        first_hand=_text(item, "statement.first_hand"),
        checked=_text(item, "statement.checked"),
    )


def _injury(item: Item, answers: AnswerSet) -> Injury:
    return Injury(
        id=item.id,
        child=_text(item, "injury.child"),
        site=_text(item, "injury.site"),
        side=_text(item, "injury.side"),
        kind=_text(item, "injury.kind"),
        description=_text(item, "injury.description"),
        seen_at=_text(item, "injury.seen_at"),
        explanations=tuple(
            (_text(other, "explanation.who"), _text(other, "explanation.words"), _text(other, "explanation.when"))
            for other in answers.group("explanation")
            if _text(other, "explanation.injury") == item.id
        ),
    )


def _text(item: Item, question: str) -> str:
    answer = item.answers.get(question)
    return answer.value if answer is not None and answer.has_value and isinstance(answer.value, str) else ""


def _codes(item: Item, question: str) -> tuple[str, ...]:
    answer = item.answers.get(question)
    if answer is None or not answer.has_value:
        return ()
    if isinstance(answer.value, tuple):
        return answer.value
    return (answer.value,) if isinstance(answer.value, str) else ()
