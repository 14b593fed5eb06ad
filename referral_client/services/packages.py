"""Check a sealed package, from outside or from inside, and check a receipt. Reads files; writes and sends nothing.

From outside, a package is a digest and a size that its signed ticket states. With the key that opens it, every rule of
docs/package-format.md is checked, and still nothing readable is written. Imports organisation and sealing.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from referral_client.base.canonical import Json
from referral_client.base.errors import Refused
from referral_client.base.files import read_file
from referral_client.sealing.opening import OpenedPackage, open_package
from referral_client.sealing.receipt import RECEIPT_LIMIT, verify_receipt
from referral_client.sealing.recipients import identities_in
from referral_client.sealing.signing import NotGenuine, PublicKeys
from referral_client.sealing.ticket import TICKET_LIMIT, Ticket, peek_ticket, verify_ticket
from referral_client.services.verifying_keys import VerifyingKeys

_KEY_FILE_LIMIT = 64_000

Signatures = Literal["verified", "not checked"]


@dataclass(frozen=True, slots=True)
class TicketReport:
    """The ticket beside the package. `signatures` is "not checked" only when no sender's keys were at hand."""

    submission_id: str
    destination_id: str
    org_id: str
    workstation: str
    created_at: str
    signatures: Signatures


@dataclass(frozen=True, slots=True)
class PartReport:
    """One part inside: nothing in here was written by a person."""

    name: str
    role: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class InsideReport:
    """What opening it showed. `sender_known`: its signing keys are among those given or installed."""

    submission_id: str
    destination_id: str
    manifest_sha256: str
    sender_known: bool
    sender_fingerprint: str
    parts: tuple[PartReport, ...]


@dataclass(frozen=True, slots=True)
class PackageReport:
    """`package verify --json`."""

    sha256: str
    size: int
    practice: bool
    ticket: TicketReport | None
    inside: InsideReport | None
    roots: tuple[str, ...]

    def as_json(self) -> Json:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """`receipt verify --json`: a receipt that verified, and the role whose key signed it."""

    receipt_id: str
    submission_id: str
    destination_id: str
    org_id: str
    parcel_sha256: str
    parcel_size: int
    status: str
    reason: str
    outcome: str
    received_at: str
    signed_by: str
    practice: bool
    roots: tuple[str, ...]

    def as_json(self) -> Json:
        return asdict(self)


def verify_package(
    path: Path, keys: VerifyingKeys, *, ticket_path: Path | None = None, identity_path: Path | None = None
) -> PackageReport:
    """Check everything that can be checked with what was given; Refused with every reason otherwise.

    The ticket is looked for beside the package (`<stem>.ticket.json`) unless named. Without a ticket and without
    an identity there is nothing to check, which is Refused too.
    """
    beside = ticket_path or path.with_name(f"{path.stem}.ticket.json")
    untrusted_ticket = None
    if ticket_path is not None or beside.exists():
        untrusted_ticket = read_file(beside, limit=TICKET_LIMIT, what="the ticket", code="PACKAGE-TICKET")
    elif identity_path is None:
        raise Refused(
            "PACKAGE-TICKET-GONE",
            "There is no ticket beside this package, so nothing about it can be checked from outside.",
            next_step="Put the ticket beside it, name it with --ticket, or give the key that opens it with --identity.",
        )
    sha256, size = _digest(path)
    ticket, signer = (None, None) if untrusted_ticket is None else _ticket(untrusted_ticket, keys)
    if ticket:
        _check_outside(ticket, sha256, size)
    inside, practice = None, bool(ticket and ticket.practice)
    if identity_path is not None:
        inside, practice = _inside(path, identity_path, keys, signer, untrusted_ticket)
    return PackageReport(
        sha256=sha256,
        size=size,
        practice=practice,
        ticket=_ticket_report(ticket, signer) if ticket else None,
        inside=inside,
        roots=tuple(keys.roots),
    )


def verify_receipt_file(path: Path, keys: VerifyingKeys) -> ReceiptReport:
    """The receipt, if a key that may say its status signed it; NotGenuine or Refused otherwise."""
    untrusted = read_file(path, limit=RECEIPT_LIMIT, what="the receipt", code="RECEIPT")
    if not keys.receipts:
        raise Refused(
            "RECEIPT-NO-KEYS",
            "There is no council's key here to check this receipt with.",
            meaning="Nothing is known about it: it does not show that anything arrived.",
            next_step="Install the council's signed profile, or name it, or the council's public.json, with --keys.",
        )
    receipt = verify_receipt(untrusted, keys.receipts, accept_practice=True)
    return ReceiptReport(
        receipt_id=receipt.receipt_id,
        submission_id=receipt.submission_id,
        destination_id=receipt.destination_id,
        org_id=receipt.org_id,
        parcel_sha256=receipt.parcel_sha256,
        parcel_size=receipt.parcel_size,
        status=receipt.status.value,
        reason=receipt.reason,
        outcome=receipt.outcome,
        received_at=receipt.received_at,
        signed_by=receipt.role.value,
        practice=receipt.practice,
        roots=tuple(keys.roots),
    )


def schemas() -> dict[str, Json]:
    """The published shape of both reports, by file name."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {
        "package-verify.schema.json": {**dialect, **TypeAdapter(PackageReport).json_schema()},
        "receipt-verify.schema.json": {**dialect, **TypeAdapter(ReceiptReport).json_schema()},
    }


def _digest(path: Path) -> tuple[str, int]:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return digest, stream.tell()
    except OSError as error:
        raise Refused(
            "PACKAGE-NOT-READABLE",
            "There is no package that this account can read at that place.",
            next_step="Check the file and try again.",
        ) from error


def _ticket(untrusted_ticket: bytes, keys: VerifyingKeys) -> tuple[Ticket, PublicKeys | None]:
    """The ticket and the keys that verified it; without any sender's keys at hand, what it claims and None."""
    claimed = peek_ticket(untrusted_ticket, accept_practice=True)
    if not keys.any_senders:
        return claimed, None
    candidates = keys.lookup(claimed.org_id, claimed.workstation)
    for number, public in enumerate(candidates, 1):
        try:
            return verify_ticket(untrusted_ticket, public, accept_practice=True), public
        except NotGenuine:
            if number == len(candidates):
                raise
    raise NotGenuine("the keys given hold none for the workstation that the ticket names")


def _check_outside(ticket: Ticket, sha256: str, size: int) -> None:
    faults = []
    if ticket.parcel_size != size:
        faults.append(f"size: the ticket says {ticket.parcel_size} bytes, the file has {size}")
    if ticket.parcel_sha256 != sha256:
        faults.append("digest: the file is not the one that the ticket was signed for")
    if faults:
        raise Refused(
            "PACKAGE-OTHER-BYTES",
            "This file is not the package that its ticket describes.",
            meaning="It was damaged or exchanged. The council's side would not take it.",
            next_step="Send it again from the computer that made it.",
            reasons=tuple(faults),
        )


def _inside(
    path: Path,
    identity_path: Path,
    keys: VerifyingKeys,
    signer: PublicKeys | None,
    untrusted_ticket: bytes | None,
) -> tuple[InsideReport, bool]:
    untrusted_key = read_file(identity_path, limit=_KEY_FILE_LIMIT, what="the key file", code="PACKAGE-IDENTITY")

    def lookup(org_id: str, workstation: str) -> PublicKeys | None:
        candidates = keys.lookup(org_id, workstation)
        return signer or (candidates[0] if candidates else None)

    with open_package(
        path,
        identities_in(untrusted_key),
        lookup=lookup,
        accept_practice=True,
        accept_unknown_sender=not keys.any_senders,
    ) as opened:
        sender = opened.manifest.sender.keys
        if untrusted_ticket is not None:
            opened.check_ticket(verify_ticket(untrusted_ticket, sender, accept_practice=True))
        return _inside_report(opened), opened.manifest.practice


def _inside_report(opened: OpenedPackage) -> InsideReport:
    manifest = opened.manifest
    return InsideReport(
        submission_id=manifest.submission_id,
        destination_id=manifest.destination.id,
        manifest_sha256=opened.manifest_sha256,
        sender_known=opened.sender_known,
        sender_fingerprint=manifest.sender.keys.fingerprint,
        parts=tuple(PartReport(part.name, part.role, part.size, part.sha256) for part in manifest.parts),
    )


def _ticket_report(ticket: Ticket, signer: PublicKeys | None) -> TicketReport:
    return TicketReport(
        submission_id=ticket.submission_id,
        destination_id=ticket.destination_id,
        org_id=ticket.org_id,
        workstation=ticket.workstation,
        created_at=ticket.created_at,
        signatures="verified" if signer else "not checked",
    )
