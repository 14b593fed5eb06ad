"""A small package of fictitious content, its keys, and the ways to break it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

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
from referral_client.sealing.package import Attachment, BuiltPackage, PackageContents, build
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


@pytest.fixture(scope="session")
def keys() -> Keys:
    random = counted_random("keys")
    return Keys(
        SigningKeys.make(random),
        SigningKeys.make(random),
        SigningKeys.make(random),
        make_identity(random),
        make_identity(random),
        make_identity(random),
    )


@pytest.fixture(scope="session")
def manifest(keys: Keys) -> Manifest:
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
        policy=PolicyUsed("school-allows", "1", digest),
        clock=ClockFact(-4, "server-date"),
    )


@pytest.fixture(scope="session")
def contents(keys: Keys, manifest: Manifest) -> PackageContents:
    original = Original(hashlib.sha256(b"original").hexdigest(), 2200, (("exif", 1), ("gps", 1)))
    return PackageContents(
        manifest=manifest,
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


@pytest.fixture(scope="session")
def built(contents: PackageContents, tmp_path_factory: pytest.TempPathFactory) -> BuiltPackage:
    return build(contents, tmp_path_factory.mktemp("built") / f"{SUBMISSION}.age")


@pytest.fixture
def build_with(contents: PackageContents, tmp_path: Path) -> Callable[..., BuiltPackage]:
    """Build the sample with some manifest facts replaced."""
    numbers: Iterator[int] = iter(range(100))

    def make(*, padded: bool = True, **facts: object) -> BuiltPackage:
        changed = replace(contents, manifest=replace(contents.manifest, **facts))  # type: ignore[arg-type]
        return build(changed, tmp_path / f"{next(numbers)}.age", padded)

    return make
