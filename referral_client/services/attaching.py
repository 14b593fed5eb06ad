"""Photographs of a referral: ask the policy, clean, prove, keep; and ask again before sending.

Order: what the person attests -> may it be opened at all -> read -> facts -> policy -> strip -> look again -> prove
that it opens -> the vault. A picture that the policy does not let go is never kept here; that it was offered, and
why it stayed out, is in the record. Nothing here stops the referral. Imports policy, photo, vault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from referral_client.base.canonical import Json
from referral_client.base.clock import Clock, to_rfc3339
from referral_client.base.errors import KnownError
from referral_client.base.ids import PhotoId, ReferralId
from referral_client.photo import CleanPhoto, PhotoRefused, facts_of, prove_opens, read_photo, strip
from referral_client.policy import (
    AttestedFacts,
    Counts,
    FoundFacts,
    Outcome,
    Policy,
    Verdict,
    attested_from_json,
    before_a_byte_is_read,
    may_attach,
    policy_in_force,
)
from referral_client.services.photographs import read_facts
from referral_client.vault import StoredPhoto, Vault

_NEVER_KEPT = frozenset({Outcome.BLOCKED_USE_BODY_MAP, Outcome.BLOCKED_TELL_YOUR_LEAD})


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of one picture. `photo_id` is None when it was not kept; `clean` None when it was not cleaned."""

    photo_id: PhotoId | None
    says: Verdict
    clean: CleanPhoto | None


@dataclass(frozen=True, slots=True)
class Offered:
    """One picture of several: what became of it, or why its file could not be used."""

    attached: Attached | None
    refused: KnownError | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A kept picture, what was attested, and what the policy says about it now.

    because: why it stays behind although the policy lets it go.
    """

    photo: StoredPhoto
    attested: AttestedFacts
    says: Verdict
    because: KnownError | None = None


def attach(
    vault: Vault, referral_id: ReferralId, source: Path, untrusted_facts: Json, policies: Sequence[Policy], clock: Clock
) -> Attached:
    """Offer one picture to a referral. Refused only for facts or a file that cannot be used; the referral goes on."""
    attested = _with_answers(vault, referral_id, attested_from_json(untrusted_facts))
    stopped = before_a_byte_is_read(attested)
    if stopped is not None:
        _record_left_out(vault, referral_id, attested, stopped, clock)
        return Attached(None, stopped, None)
    original = read_photo(source)
    facts = facts_of(original)
    found = FoundFacts(facts.media_type, facts.size, facts.captured_at, facts.looks_forwarded)
    today = clock.now().date()
    policy = policy_for(policies, attested, today)
    says = may_attach(
        policy, attested, found, _counts(attested, judged(vault, referral_id, policies, today)), today=today
    )
    if says.outcome in _NEVER_KEPT:
        _record_left_out(vault, referral_id, attested, says, clock)
        return Attached(None, says, None)
    clean = strip(original)
    prove_opens(clean.data)
    photo_id = vault.add_photo(
        referral_id,
        clean=clean.data,
        media_type=clean.media_type,
        facts={
            "attested": untrusted_facts,
            "found": {
                "media_type": found.media_type,
                "size": found.size,
                "captured_at": found.captured_at,
                "looks_forwarded": found.looks_forwarded,
            },
            "width": clean.width,
            "height": clean.height,
            "original_size": facts.size,
            "removed": {entry.kind.value: entry.count for entry in clean.removed},
        },
        original=original,  # nothing is thrown away unless a named person says so
        original_name=source.name,
    )
    vault.set_photo_verdict(photo_id, says.as_json())
    return Attached(photo_id, says, clean)


def attach_files(
    vault: Vault,
    referral_id: ReferralId,
    pictures: Sequence[tuple[Path, Json]],
    policies: Sequence[Policy],
    clock: Clock,
) -> tuple[Offered, ...]:
    """Offer several pictures, each with its facts, in order. A file that cannot be used does not hide the others."""
    offered = []
    for picture, facts in pictures:
        try:
            offered.append(Offered(attach(vault, referral_id, picture, facts, policies, clock)))
        except PhotoRefused as refusal:
            offered.append(Offered(None, refusal))
    return tuple(offered)


def stated_facts(files: Sequence[Path]) -> tuple[Json, ...]:
    """The attested facts of pictures (F.json), checked before anything is begun; WrongUse names every fault."""
    return tuple(read_facts(path, f"facts {number}") for number, path in enumerate(files, 1))


def judged(vault: Vault, referral_id: ReferralId, policies: Sequence[Policy], today: date) -> tuple[Judged, ...]:
    """Every kept picture of a referral with what the policy says now, in the order they were added."""
    result: list[Judged] = []
    for photo in vault.photos(referral_id):
        attested = _with_answers(vault, referral_id, attested_from_json(photo.facts["attested"]))
        says = may_attach(
            policy_for(policies, attested, today),
            attested,
            FoundFacts(**photo.facts["found"]),
            _counts(attested, result),
            today=today,
        )
        result.append(Judged(photo, attested, says))
    return tuple(result)


def left_out(vault: Vault, referral_id: ReferralId) -> tuple[Json, ...]:
    """The pictures that were offered and not kept: when, about what, and what the policy said."""
    return tuple(vault.referral(referral_id).notes.get("left_out", ()))


def policy_for(policies: Sequence[Policy], attested: AttestedFacts, today: date) -> Policy | None:
    """The version in force on the day the picture was taken; today's when nobody says when that was."""
    taken = str(attested.taken_at or "")[:10]
    try:
        day = date.fromisoformat(taken)
    except ValueError:
        day = today
    return policy_in_force(policies, day)


def _counts(attested: AttestedFacts, earlier: Sequence[Judged]) -> Counts:
    same_injury = [each for each in earlier if attested.injury and each.attested.injury == attested.injury]
    return Counts(
        for_injury=len(same_injury),
        total=len(earlier),
        views=frozenset(each.attested.view for each in same_injury if each.attested.view is not None),
    )


def _with_answers(vault: Vault, referral_id: ReferralId, attested: AttestedFacts) -> AttestedFacts:
    """What the answers already say need not be asked again: whether the child can move about alone."""
    if attested.child and attested.child_mobile is None:
        mobile = vault.referral(referral_id).answers.text("child.mobile", attested.child)
        if mobile in ("yes", "no"):
            return attested.model_copy(update={"child_mobile": mobile == "yes"})
    return attested


def _record_left_out(
    vault: Vault, referral_id: ReferralId, attested: AttestedFacts, says: Verdict, clock: Clock
) -> None:
    notes = dict(vault.referral(referral_id).notes)
    entry = {
        "at": to_rfc3339(clock.now()),
        "child": attested.child or "",
        "injury": attested.injury or "",
        "says": says.as_json(),
    }
    vault.set_notes(referral_id, {**notes, "left_out": [*notes.get("left_out", []), entry]})
