"""The manifest: what the sender signs about a package, inside the encryption.

It names the destination, the recipients, the sender, the people and every part, so that nothing inside can be moved
to another place or passed off as another's (docs/package-format.md, Manifest). Values and their JSON only:
`manifest_read` parses. Imports base and its neighbours in this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.sealing.signing import PublicKeys
from referral_client.sealing.statements import PRACTICE

KIND = "referral-manifest"


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
class PolicyUsed:
    """One version of a photo policy that a photograph was judged by."""

    id: str
    version: str
    sha256: str

    def as_json(self) -> dict[str, Json]:
        return {"id": self.id, "version": self.version, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the bag. `name` is relative to the bag's folder; `size` in bytes.

    policy: what let this photograph go. facts: what a person stated about it and the policy wants beside it.
    """

    name: str
    role: str
    media_type: str
    size: int
    sha256: str
    title: str = ""
    original: Original | None = None
    policy: PolicyUsed | None = None
    facts: tuple[tuple[str, str], ...] = ()


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
    policies: tuple[PolicyUsed, ...] = ()
    amends: Amends | None = None
    clock: ClockFact = ClockFact()
    parts: tuple[Part, ...] = ()
    practice: bool = False

    def as_json(self) -> dict[str, Json]:
        document: dict[str, Json] = {
            "type": KIND,
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
        if len(self.policies) == 1:
            document["policy"] = self.policies[0].as_json()
        elif self.policies:
            document["policies"] = [policy.as_json() for policy in self.policies]
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
    if part.policy:
        document["policy"] = part.policy.as_json()
    if part.facts:
        document["facts"] = dict(part.facts)
    return document


def _without_empty(document: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in document.items() if value}
