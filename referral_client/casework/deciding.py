"""Say what became of a package: registered under a reference, decided, or not to be opened. Each signs one receipt.

`register` and `decide` need only the file that was opened before and no key that opens anything. A reference leaves
sealed to the sender; a reason leaves as a code, because receipts pass through the online side. Imports base, sealing.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from referral_client.base import log
from referral_client.base.clock import Clock
from referral_client.base.errors import Refused, WrongUse
from referral_client.base.files import read_file
from referral_client.base.ids import RandomBytes, is_plain_name
from referral_client.casework.book import Book, Entry, digest_of, opened_book, unknown_shelf
from referral_client.casework.office import Office
from referral_client.sealing.age_write import seal_bytes
from referral_client.sealing.receipt import Outcome, ReceiptStatus, peek_receipt
from referral_client.sealing.signing import NotGenuine, PayloadType, peek_key_ids
from referral_client.sealing.ticket import TICKET_LIMIT, Ticket, peek_ticket, verify_ticket

_REFERENCE_LIMIT = 200
CANNOT_OPEN_REASONS = (
    "sender-unknown",
    "sender-revoked",
    "not-for-us",
    "damaged",
    "unreadable",
    "form-unsupported",
    "duplicate-of",
)


@dataclass(frozen=True, slots=True)
class Signed:
    """One step taken: the entry after it, the receipt, and the file to carry to the intake."""

    entry: Entry
    receipt: bytes
    receipt_path: Path


def register(office: Office, package: Path, reference: str, *, clock: Clock, random: RandomBytes) -> Signed:
    """Sign `registered` with the case reference sealed to the sender."""
    reference = reference.strip()
    if not reference or len(reference) > _REFERENCE_LIMIT:
        raise WrongUse("CASEWORK-REFERENCE", f"A case reference has 1 to {_REFERENCE_LIMIT} characters.")
    with opened_book(office, clock, random) as book:
        entry = _not_yet(_opened(book, package), ReceiptStatus.REGISTERED, ReceiptStatus.DECIDED)
        sealed = seal_bytes(reference.encode(), [entry.reply_to], random=random) if entry.reply_to else b""
        return _signed(book, entry, ReceiptStatus.REGISTERED, case_ref_sealed=base64.b64encode(sealed).decode())


def decide(
    office: Office, package: Path, outcome: Outcome, *, reason: str = "", clock: Clock, random: RandomBytes
) -> Signed:
    """Sign `decided`. `reason` is a code of a-z, 0-9 and hyphen, or empty: prose about a child does not belong here."""
    if reason and not is_plain_name(reason):
        raise WrongUse(
            "CASEWORK-REASON",
            "A reason is a code of a-z, 0-9 and hyphen, because it passes through the online side in clear.",
            next_step="Ring or write to the sender about anything more.",
        )
    with opened_book(office, clock, random) as book:
        entry = _not_yet(_opened(book, package), ReceiptStatus.DECIDED)
        reference = _reference_given(book, entry)
        return _signed(
            book,
            entry,
            ReceiptStatus.DECIDED,
            outcome=outcome.value,
            reason=reason,
            case_ref_sealed=reference,
        )


def _reference_given(book: Book, entry: Entry) -> str:
    """The reference as it was locked for the sender; the intake serves the newest receipt alone, so each repeats it."""
    if not entry.has(ReceiptStatus.REGISTERED):
        return ""
    envelope, _ = book.receipt(entry, ReceiptStatus.REGISTERED)
    return peek_receipt(envelope, accept_practice=True).case_ref_sealed


def cannot_open(office: Office, package: Path, reason: str, *, clock: Clock, random: RandomBytes) -> Signed:
    """Sign `cannot-open` from the ticket beside the file, since nothing can be learnt from inside it."""
    if reason not in CANNOT_OPEN_REASONS:
        raise WrongUse("CASEWORK-CANNOT-OPEN-REASON", f"The reason must be one of: {', '.join(CANNOT_OPEN_REASONS)}.")
    ticket, shelf = _ticket_beside(office, package, clock.now())
    if reason != "damaged" and digest_of(package) != (ticket.parcel_sha256, ticket.parcel_size):
        raise Refused(
            "CASEWORK-TICKET-OTHER-FILE",
            "The ticket beside this file is about other bytes.",
            meaning="Nothing was signed.",
            next_step="Fetch the package again; if it stays so, the reason is: damaged.",
        )
    with opened_book(office, clock, random) as book:
        entry = Entry(
            shelf=shelf,
            submission_id=ticket.submission_id,
            org_id=ticket.org_id,
            parcel_sha256=ticket.parcel_sha256,
            parcel_size=ticket.parcel_size,
            sender_known=not shelf.startswith("unknown/"),
        )
        there = book.entry_of_bytes(entry.submission_id, entry.parcel_sha256)
        there = there or book.entry(entry.shelf, entry.submission_id)
        entry = _not_yet(there or entry, ReceiptStatus.OPENED, ReceiptStatus.CANNOT_OPEN)
        return _signed(book, entry, ReceiptStatus.CANNOT_OPEN, reason=reason)


def _ticket_beside(office: Office, package: Path, at: datetime) -> tuple[Ticket, str]:
    """The ticket, and the shelf of its sender."""
    beside = package.with_name(f"{package.name.removesuffix('.age')}.ticket.json")
    untrusted = read_file(beside, limit=TICKET_LIMIT, what="the ticket beside the package", code="CASEWORK-TICKET")
    claimed = peek_ticket(untrusted, accept_practice=office.practice)
    if (claimed.destination_id, claimed.practice) != (office.destination_id, office.practice):
        raise Refused(
            "CASEWORK-TICKET-NOT-OURS",
            "The ticket beside this file is for another front door.",
            meaning="Nothing was signed.",
            next_step="Check that the right file was chosen.",
        )
    public = office.workstation_keys(claimed.org_id, claimed.workstation, at)
    key_ids = peek_key_ids(untrusted, PayloadType.TICKET)
    if public is not None:
        try:
            ticket = verify_ticket(untrusted, public, accept_practice=office.practice)
        except NotGenuine:
            log.trouble("casework-ticket-other-keys")  # kept apart under its keys, as the online side does
        else:
            return ticket, f"known/{ticket.org_id}"
    return claimed, unknown_shelf(key_ids)


def _opened(book: Book, package: Path) -> Entry:
    entry = book.entry_of_file(package)
    if not entry.has(ReceiptStatus.OPENED):
        raise Refused(
            "CASEWORK-SAID-CANNOT-OPEN",
            "You told the sender that this package cannot be opened, and it was not opened since.",
            meaning="Nothing was signed. The sender is still told that nobody here has read it.",
            next_step="Open it first if it can be opened now; if not, ring the sender and have it sent again.",
        )
    return entry


def _not_yet(entry: Entry, *statuses: ReceiptStatus) -> Entry:
    if any(entry.has(status) for status in statuses):
        raise Refused(
            "CASEWORK-SAID-ALREADY",
            "A receipt that says so, or says more, was signed for this package already.",
            meaning="Nothing new was signed: a receipt that is out cannot be taken back.",
            next_step="Ring the sender if what it said has changed.",
        )
    return entry


def _signed(
    book: Book,
    entry: Entry,
    status: ReceiptStatus,
    *,
    reason: str = "",
    outcome: str = "",
    case_ref_sealed: str = "",
) -> Signed:
    noted, receipt, path = book.sign(entry, status, reason=reason, outcome=outcome, case_ref_sealed=case_ref_sealed)
    log.event("casework-signed", submission=entry.submission_id, status=status)
    return Signed(noted, receipt, path)
