"""The manifest: what the sender signs about a package, inside the encryption.

It names the destination, the recipients, the sender, the people and every part, so that nothing inside can be moved
to another place or passed off as another's (docs/package-format.md, Manifest). Values and their JSON; no signing here.
Imports base and its neighbours in this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.sealing.age_format import RECIPIENTS_LIMIT
from referral_client.sealing.names import is_part_name
from referral_client.sealing.recipients import NotARecipient, check_recipient
from referral_client.sealing.signing import ED25519_PUBLIC_BYTES, MLDSA65_PUBLIC_BYTES, KeysNotUnderstood, PublicKeys
from referral_client.sealing.statements import PRACTICE, Fields, is_rid, open_statement

MANIFEST_LIMIT = 4_000_000
PARTS_LIMIT = 1000
_KIND = "referral-manifest"
_PEOPLE_LIMIT = 50
_REMOVED_LIMIT = 200
_TITLE_LIMIT = 1000


class PartRole(StrEnum):
    """What a part is for. Readers pass over roles that they do not know."""

    BAG = "bag"
    ANSWERS = "answers"
    READABLE = "readable"
    CUSTODY = "custody"
    ATTACHMENT = "attachment"


class RecipientRole(StrEnum):
    """Which of the council's reading keys a recipient is."""

    OPERATIONAL = "operational"
    RECOVERY = "recovery"


class Act(StrEnum):
    """What a named person did with this referral."""

    WROTE = "wrote"
    REVIEWED = "reviewed"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Original:
    """The picture as it was before stripping: its SHA-256, its bytes, and each kind of metadata removed, counted."""

    sha256: str
    size: int
    removed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the bag. `name` is relative to the bag's folder; `size` in bytes."""

    name: str
    role: str
    media_type: str
    size: int
    sha256: str
    title: str = ""
    original: Original | None = None


@dataclass(frozen=True, slots=True)
class Amends:
    """The earlier submission that this one corrects or adds to."""

    submission_id: str
    parcel_sha256: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where it goes, and by which issue of the council's signed profile the sender knew so."""

    id: str
    bundle_seq: int
    bundle_sha256: str


@dataclass(frozen=True, slots=True)
class RecipientEntry:
    """One key that the package was sealed for."""

    rid: str
    role: RecipientRole


@dataclass(frozen=True, slots=True)
class Sender:
    """The workstation that signed, with its public keys; the registered keys decide, these only show who it was."""

    org_id: str
    site: str
    workstation: str
    keys: PublicKeys
    enrolment_seq: int


@dataclass(frozen=True, slots=True)
class PersonAct:
    """One person's part in it."""

    act: Act
    name: str
    role: str
    at: str


@dataclass(frozen=True, slots=True)
class Review:
    """A review of exactly this digest with its decision, or the reason why there was none (`waived`)."""

    digest: str = ""
    decision: str = ""
    at: str = ""
    waived: str = ""


@dataclass(frozen=True, slots=True)
class FormUsed:
    """The form that was filled in, exactly."""

    id: str
    version: str
    sha256: str
    lang: str


@dataclass(frozen=True, slots=True)
class PolicyUsed:
    """The photo policy that the photographs were judged by."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last hash of a chain of records, and how many it holds."""

    head: str
    count: int


@dataclass(frozen=True, slots=True)
class ClockFact:
    """How far the workstation's clock was off, and by what that was known: a statement, not proof."""

    skew_s: int = 0
    basis: str = "none"


@dataclass(frozen=True, slots=True)
class App:
    """The program that made the package."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything the sender signs. Times are RFC 3339 UTC. Empty text and None mean "not said"."""

    submission_id: str
    destination: Destination
    recipients: tuple[RecipientEntry, ...]
    sender: Sender
    people: tuple[PersonAct, ...]
    review: Review
    form: FormUsed
    created_at: str
    custody: ChainHead
    audit: ChainHead
    app: App
    reply_to: str = ""
    policy: PolicyUsed | None = None
    amends: Amends | None = None
    clock: ClockFact = ClockFact()
    parts: tuple[Part, ...] = ()
    practice: bool = False

    def as_json(self) -> dict[str, Json]:
        document: dict[str, Json] = {
            "type": _KIND,
            "v": 1,
            "submission_id": self.submission_id,
            "destination": {
                "id": self.destination.id,
                "bundle_seq": self.destination.bundle_seq,
                "bundle_sha256": self.destination.bundle_sha256,
            },
            "recipients": [{"rid": entry.rid, "role": entry.role.value} for entry in self.recipients],
            "sender": {
                "org_id": self.sender.org_id,
                "site": self.sender.site,
                "workstation": self.sender.workstation,
                "keys": self.sender.keys.as_json(),
                "enrolment_seq": self.sender.enrolment_seq,
            },
            "people": [
                {"act": person.act.value, "name": person.name, "role": person.role, "at": person.at}
                for person in self.people
            ],
            "review": _without_empty(
                {
                    "digest": self.review.digest,
                    "decision": self.review.decision,
                    "at": self.review.at,
                    "waived": self.review.waived,
                }
            ),
            "form": {
                "id": self.form.id,
                "version": self.form.version,
                "sha256": self.form.sha256,
                "lang": self.form.lang,
            },
            "created_at": self.created_at,
            "clock": {"skew_s": self.clock.skew_s, "basis": self.clock.basis},
            "parts": [_part_json(part) for part in self.parts],
            "custody": {"head": self.custody.head, "count": self.custody.count},
            "audit": {"head": self.audit.head, "count": self.audit.count},
            "app": {"name": self.app.name, "version": self.app.version},
        }
        return document | self._optional_json()

    def _optional_json(self) -> dict[str, Json]:
        document: dict[str, Json] = {}
        if self.reply_to:
            document["reply_to"] = self.reply_to
        if self.policy:
            document["policy"] = {
                "id": self.policy.id,
                "version": self.policy.version,
                "sha256": self.policy.sha256,
            }
        if self.amends:
            document["amends"] = {
                "submission_id": self.amends.submission_id,
                "parcel_sha256": self.amends.parcel_sha256,
            }
        if self.practice:
            document["crit"] = [PRACTICE]
        return document

    def as_bytes(self) -> bytes:
        """The RFC 8785 bytes that are signed."""
        return canonical_bytes(self.as_json())


def parse(payload: bytes, *, accept_practice: bool = False) -> Manifest:
    """A manifest from its verified bytes; NotUnderstood names every field that does not fit."""
    fields, practice = open_statement(
        payload, kind=_KIND, what="manifest", limit=MANIFEST_LIMIT, accept_practice=accept_practice
    )
    sender = _sender(fields)
    values = {
        "submission_id": fields.uuid("submission_id"),
        "created_at": fields.time("created_at"),
        "reply_to": fields.checked("reply_to", _is_recipient, "an age1pq1 recipient", default=""),
    }
    manifest = Manifest(
        destination=_destination(fields),
        recipients=_recipients(fields),
        sender=sender,
        people=_people(fields),
        review=_review(fields),
        form=_form(fields),
        policy=_policy(fields),
        amends=_amends(fields),
        parts=_parts(fields),
        custody=_chain(fields, "custody"),
        audit=_chain(fields, "audit"),
        clock=_clock(fields),
        app=_app(fields),
        practice=practice,
        **values,
    )
    fields.finish()
    return manifest


def _destination(fields: Fields) -> Destination:
    inside = fields.inside("destination")
    return Destination(inside.name("id"), inside.integer("bundle_seq"), inside.sha256("bundle_sha256"))


def _form(fields: Fields) -> FormUsed:
    inside = fields.inside("form")
    return FormUsed(
        inside.name("id"), inside.text("version", limit=100), inside.sha256("sha256"), inside.text("lang", limit=35)
    )


def _chain(fields: Fields, key: str) -> ChainHead:
    inside = fields.inside(key)
    return ChainHead(inside.sha256("head"), inside.integer("count"))


def _clock(fields: Fields) -> ClockFact:
    inside = fields.inside("clock")
    return ClockFact(inside.integer("skew_s", least=-(2**53) + 1), inside.name("basis"))


def _app(fields: Fields) -> App:
    inside = fields.inside("app")
    return App(inside.text("name", limit=100), inside.text("version", limit=100))


def _recipients(fields: Fields) -> tuple[RecipientEntry, ...]:
    entries = []
    for entry in fields.each("recipients", least=1, most=RECIPIENTS_LIMIT):
        rid = entry.checked("rid", is_rid, "32 hex digits")
        role = entry.checked("role", lambda text: text in set(RecipientRole), "operational or recovery")
        if role in set(RecipientRole):
            entries.append(RecipientEntry(rid, RecipientRole(role)))
    if len({entry.rid for entry in entries}) != len(entries):
        fields.fault("recipients", "the same key twice")
    return tuple(entries)


def _sender(fields: Fields) -> Sender:
    sender = fields.inside("sender")
    keys = sender.inside("keys")
    try:
        public = PublicKeys.from_json(keys.untrusted)
    except KeysNotUnderstood as error:
        public = PublicKeys(bytes(ED25519_PUBLIC_BYTES), bytes(MLDSA65_PUBLIC_BYTES))  # never leaves: `finish` raises
        for reason in error.reasons:
            sender.fault("keys", reason)
    return Sender(
        org_id=sender.name("org_id"),
        site=sender.text("site", limit=200),
        workstation=sender.name("workstation"),
        keys=public,
        enrolment_seq=sender.integer("enrolment_seq"),
    )


def _people(fields: Fields) -> tuple[PersonAct, ...]:
    people = []
    for entry in fields.each("people", most=_PEOPLE_LIMIT):
        act = entry.checked("act", lambda text: text in set(Act), "wrote, reviewed or sent")
        name, role, at = entry.text("name", limit=200), entry.text("role", limit=200), entry.time("at")
        if act in set(Act):
            people.append(PersonAct(Act(act), name, role, at))
    return tuple(people)


def _review(fields: Fields) -> Review:
    review = fields.inside("review")
    read = Review(
        digest=review.sha256("digest", default=""),
        decision=review.name("decision", default=""),
        at=review.time("at", default=""),
        waived=review.text("waived", default=""),
    )
    reviewed = bool(read.digest and read.decision and read.at)
    if reviewed == bool(read.waived) or (read.waived and (read.digest or read.decision or read.at)):
        review.fault("review", "must have digest, decision and at, or else waived with its reason")
    return read


def _policy(fields: Fields) -> PolicyUsed | None:
    if not fields.has("policy"):
        return None
    policy = fields.inside("policy")
    return PolicyUsed(policy.name("id"), policy.text("version", limit=100), policy.sha256("sha256"))


def _amends(fields: Fields) -> Amends | None:
    if not fields.has("amends"):
        return None
    amends = fields.inside("amends")
    return Amends(amends.uuid("submission_id"), amends.sha256("parcel_sha256"))


def _parts(fields: Fields) -> tuple[Part, ...]:
    parts = []
    for entry in fields.each("parts", least=1, most=PARTS_LIMIT):
        parts.append(
            Part(
                name=entry.checked("name", is_part_name, "a part's name of the rule"),
                role=entry.name("role"),
                media_type=entry.text("type", limit=100),
                size=entry.integer("size"),
                sha256=entry.sha256("sha256"),
                title=entry.text("title", limit=_TITLE_LIMIT, default=""),
                original=_original(entry),
            )
        )
    if len({part.name.casefold() for part in parts}) != len(parts):
        fields.fault("parts", "the same name twice")
    return tuple(parts)


def _original(entry: Fields) -> Original | None:
    if not entry.has("original"):
        return None
    original = entry.inside("original")
    removed = tuple(
        (found.text("kind", limit=100), found.integer("count"))
        for found in original.each("removed", most=_REMOVED_LIMIT)
    )
    return Original(original.sha256("sha256"), original.integer("size"), removed)


def _part_json(part: Part) -> dict[str, Json]:
    document: dict[str, Json] = {
        "name": part.name,
        "role": part.role,
        "type": part.media_type,
        "size": part.size,
        "sha256": part.sha256,
    }
    if part.title:
        document["title"] = part.title
    if part.original:
        document["original"] = {
            "sha256": part.original.sha256,
            "size": part.original.size,
            "removed": [{"kind": kind, "count": count} for kind, count in part.original.removed],
        }
    return document


def _without_empty(document: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in document.items() if value}


def _is_recipient(text: str) -> bool:
    try:
        check_recipient(text)
    except NotARecipient:
        return False
    return True
