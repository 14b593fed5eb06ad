"""A front door's offline side, and sealed packages of fictitious content made for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from referral_client import casework
from referral_client.base.ids import new_uuid, system_random
from referral_client.sealing.manifest import (
    Act,
    App,
    ChainHead,
    Destination,
    FormUsed,
    Manifest,
    PersonAct,
    RecipientEntry,
    RecipientRole,
    Review,
    Sender,
)
from referral_client.sealing.package import Attachment, BuiltPackage, PackageContents, build
from referral_client.sealing.recipients import make_identity, recipient_of, rid
from referral_client.sealing.signing import SigningKeys
from tests.intake.rig import DESTINATION, SCHOOL, WORKSTATION, School, make_school

DIGEST = hashlib.sha256(b"something").hexdigest()
ANSWERS = b'{"concern.why_now":"A fictitious answer."}'


@dataclass(frozen=True, slots=True)
class Desk:
    """The office's folder, the school it knows, and the school's reading identity."""

    folder: Path
    school: School
    reading: str

    @property
    def office(self) -> casework.Office:
        return casework.load_office(self.folder)

    @property
    def identity(self) -> Path:
        return self.folder / "identity.txt"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "office"
    school = make_school()
    casework.keygen(folder, system_random)
    casework.set_up(folder, destination_id=DESTINATION, practice=True)
    casework.know_organisation(folder, school.entry, school.bundle)
    return Desk(folder, school, make_identity(system_random))


@pytest.fixture
def seal(desk: Desk, tmp_path: Path) -> Callable[..., BuiltPackage]:
    """Seal a package for the office, with its ticket beside it."""
    numbers: Iterator[int] = iter(range(100))
    recipient = next(
        line.removeprefix("# public key: ")
        for line in desk.identity.read_text().splitlines()
        if line.startswith("# public key: ")
    )

    def make(
        *,
        submission_id: str = "",
        keys: SigningKeys | None = None,
        destination: str = DESTINATION,
        practice: bool = True,
        answers: bytes = ANSWERS,
        reply: bool = True,
        recipient: str = recipient,
    ) -> BuiltPackage:
        keys = keys or desk.school.workstation
        submission_id = submission_id or new_uuid()
        manifest = Manifest(
            submission_id=submission_id,
            destination=Destination(destination, 3, DIGEST),
            recipients=(RecipientEntry(rid(recipient), RecipientRole.OPERATIONAL),),
            sender=Sender(SCHOOL, "Main site", WORKSTATION, keys.public, 5),
            people=(PersonAct(Act.WROTE, "Priya Example", "Class teacher", "2026-11-22T15:40:00Z"),),
            review=Review(waived="urgent: the lead could not be reached"),
            form=FormUsed("shropshire-marf", "2", DIGEST, "en-GB"),
            created_at="2026-11-22T15:52:00Z",
            custody=ChainHead(DIGEST, 4),
            audit=ChainHead(DIGEST, 19),
            app=App("referral-client", "0.1.0"),
            reply_to=recipient_of(desk.reading) if reply else "",
            practice=practice,
        )
        folder = tmp_path / f"sealed-{next(numbers)}"
        folder.mkdir()
        built = build(
            PackageContents(
                manifest=manifest,
                answers_json=answers,
                referral_pdf=b"%PDF-1.7 not really\n",
                custody_jsonl=b'{"event":"created"}\n',
                attachments=(Attachment("0001.jpg", "image/jpeg", "A red bucket", b"\xff\xd8first\xff\xd9"),),
                keys=keys,
                recipients=(recipient,),
            ),
            folder / f"{submission_id}.age",
        )
        (folder / f"{submission_id}.ticket.json").write_bytes(built.ticket)
        return built

    return make
