"""Reads a manifest: from verified bytes to values, with every field that does not fit named at once.

Shapes and limits are those of docs/package-format.md, Manifest. Imports base and its neighbours in this room.
"""

from __future__ import annotations

from referral_client.sealing.age_format import RECIPIENTS_LIMIT
from referral_client.sealing.manifest import (
    KIND,
    Act,
    Amends,
    App,
    ChainHead,
    ClockFact,
    Destination,
    FormUsed,
    Manifest,
    Original,
    Part,
    PersonAct,
    PolicyUsed,
    RecipientEntry,
    RecipientRole,
    Review,
    Sender,
)
from referral_client.sealing.names import is_part_name
from referral_client.sealing.recipients import NotARecipient, check_recipient
from referral_client.sealing.signing import ED25519_PUBLIC_BYTES, MLDSA65_PUBLIC_BYTES, KeysNotUnderstood, PublicKeys
from referral_client.sealing.statements import Fields, is_rid, open_statement

MANIFEST_LIMIT = 4_000_000
PARTS_LIMIT = 1000
_PEOPLE_LIMIT = 50
_REMOVED_LIMIT = 200
_TITLE_LIMIT = 1000
_POLICIES_LIMIT = 64
_FACTS_LIMIT = 50


def parse(payload: bytes, *, accept_practice: bool = False) -> Manifest:
    """A manifest from its verified bytes; NotUnderstood names every field that does not fit."""
    fields, practice = open_statement(
        payload, kind=KIND, what="manifest", limit=MANIFEST_LIMIT, accept_practice=accept_practice
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
        policies=_policies(fields),
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


def _policies(fields: Fields) -> tuple[PolicyUsed, ...]:
    if fields.has("policy"):
        return (_policy(fields.inside("policy")),)
    return tuple(_policy(entry) for entry in fields.each("policies", most=_POLICIES_LIMIT))


def _policy(policy: Fields) -> PolicyUsed:
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
                policy=_policy(entry.inside("policy")) if entry.has("policy") else None,
                facts=_facts(entry),
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


def _facts(entry: Fields) -> tuple[tuple[str, str], ...]:
    """Facts that this version does not know are kept: they are words for a person to read."""
    if not entry.has("facts"):
        return ()
    facts = entry.inside("facts")
    if len(facts.untrusted) > _FACTS_LIMIT:
        entry.fault("facts", f"must hold {_FACTS_LIMIT} at most")
        return ()
    return tuple((key, facts.text(key)) for key in sorted(facts.untrusted))


def _is_recipient(text: str) -> bool:
    try:
        check_recipient(text)
    except NotARecipient:
        return False
    return True
