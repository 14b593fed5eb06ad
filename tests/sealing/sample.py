"""A small package of fictitious content, and the keys of its sender and its council; the same in every run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from referral_client.base.ids import RandomBytes
from referral_client.sealing.manifest import (
    Act,
    App,
    ChainHead,
    ClockFact,
    Destination,
    FormUsed,
    Manifest,
    Original,
    PersonAct,
    PolicyUsed,
    RecipientEntry,
    RecipientRole,
    Review,
    Sender,
)
from referral_client.sealing.package import Attachment, PackageContents
from referral_client.sealing.recipients import make_identity, recipient_of, rid
from referral_client.sealing.signing import PublicKeys, SigningKeys

SUBMISSION = "3f2b8c1e-5a47-4d0b-9c11-2f7e6a90b1c4"


def counted_random(label: str) -> RandomBytes:
    """The same bytes in every run: SHAKE-256 of a label and a counter."""
    calls = iter(range(10_000))

    def random(size: int) -> bytes:
        return hashlib.shake_256(f"{label}/{next(calls)}".encode()).digest(size)

    return random


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one sender and one council."""

    workstation: SigningKeys
    intake: SigningKeys
    casework: SigningKeys
    identity: str
    recovery: str
    reply: str

    def lookup(self, org_id: str, workstation: str) -> PublicKeys | None:
        return self.workstation.public if (org_id, workstation) == ("oakfield-school", "office-2") else None


def sample_keys() -> Keys:
    random = counted_random("keys")
    return Keys(
        SigningKeys.make(random),
        SigningKeys.make(random),
        SigningKeys.make(random),
        make_identity(random),
        make_identity(random),
        make_identity(random),
    )


def sample_manifest(keys: Keys) -> Manifest:
    digest = hashlib.sha256(b"something").hexdigest()
    return Manifest(
        submission_id=SUBMISSION,
        destination=Destination("shropshire", 3, digest),
        recipients=(
            RecipientEntry(rid(recipient_of(keys.identity)), RecipientRole.OPERATIONAL),
            RecipientEntry(rid(recipient_of(keys.recovery)), RecipientRole.RECOVERY),
        ),
        sender=Sender("oakfield-school", "Main site", "office-2", keys.workstation.public, 5),
        people=(PersonAct(Act.WROTE, "Priya Example", "Class teacher", "2026-11-22T15:40:00Z"),),
        review=Review(waived="urgent: the lead could not be reached"),
        form=FormUsed("shropshire-marf", "2", digest, "en-GB"),
        created_at="2026-11-22T15:52:00Z",
        custody=ChainHead(digest, 4),
        audit=ChainHead(digest, 19),
        app=App("referral-client", "0.1.0"),
        reply_to=recipient_of(keys.reply),
        policies=(PolicyUsed("school-allows", "1", digest),),
        clock=ClockFact(-4, "server-date"),
    )


def sample_contents(keys: Keys) -> PackageContents:
    original = Original(hashlib.sha256(b"original").hexdigest(), 2200, (("exif", 1), ("gps", 1)))
    return PackageContents(
        manifest=sample_manifest(keys),
        answers_json=b'{"concern.why_now":"A fictitious answer."}',
        referral_pdf=b"%PDF-1.7 not really\n",
        custody_jsonl=b'{"event":"created"}\n',
        attachments=(
            Attachment("0001.jpg", "image/jpeg", "A red bucket", b"\xff\xd8first\xff\xd9", original),
            Attachment("0002.jpg", "image/jpeg", "A wooden bench", lambda: b"\xff\xd8second\xff\xd9"),
        ),
        keys=keys.workstation,
        recipients=(recipient_of(keys.identity), recipient_of(keys.recovery)),
    )
