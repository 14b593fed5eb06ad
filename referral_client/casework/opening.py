"""Open one package: verify all of it, write it out for reading, enter it in the book and sign `opened`.

Everything is verified before the first byte is written, and the folder appears whole or not at all. A sender who is
not recognised is opened only with a reason, and everything made from it says so. Imports base, sealing, this room.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from referral_client.base import log
from referral_client.base.canonical import Json, canonical_bytes
from referral_client.base.clock import Clock
from referral_client.base.errors import Refused
from referral_client.base.files import make_private_folder, read_file, sync_folder, write_file
from referral_client.base.ids import RandomBytes
from referral_client.casework.book import Book, Entry, opened_book, unknown_shelf
from referral_client.casework.office import Office, read_identities
from referral_client.sealing.opening import Lookup, OpenedPackage, open_package, unpack_to
from referral_client.sealing.receipt import ReceiptStatus
from referral_client.sealing.signing import NotGenuine
from referral_client.sealing.ticket import TICKET_LIMIT, verify_ticket

_DATA = "data/"
_MARK = "SENDER-NOT-RECOGNISED"
_LABEL = f"{_MARK}.txt"
_READ_FIRST = "referral.pdf"


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening gave: the entry in the book, the receipt, where it was put, and where the files are."""

    entry: Entry
    summary: Json
    out: Path
    receipt: bytes
    receipt_path: Path

    @property
    def read_first(self) -> Path:
        """The readable copy."""
        return self.out / _places(known=self.entry.sender_known)[1]


def open_package_file(
    office: Office,
    package: Path,
    *,
    identity: Path,
    out: Path,
    clock: Clock,
    random: RandomBytes,
    unrecognised_reason: str = "",
) -> Opened:
    """Open `package` into `out`, which must be new or empty.

    Refused, with nothing written and nothing signed: not whole, not genuine, for another destination, practice among
    real ones or the reverse, another content under an id that is known, an unknown sender without a reason.
    """
    out = out.resolve()
    _check_empty(out)
    identities = read_identities(identity)
    with (
        _swept_book(office, out.parent, clock, random) as book,
        _opened(office, package, identities, clock.now(), accept_unknown=bool(unrecognised_reason)) as opened,
    ):
        _check_ours(office, opened)
        _check_ticket(office, package, opened)
        entry = _entry(opened, unrecognised_reason)
        known = _known(book, entry)
        summary = _summary(opened, entry)
        with _whole_or_not(office, out, random) as folder:
            _write(folder, opened, summary, entry)
        if known is not None:
            entry = replace(entry, receipts=known.receipts)
        if entry.has(ReceiptStatus.OPENED):
            receipt, receipt_path = book.receipt(entry, ReceiptStatus.OPENED)
            book.keep(entry)
        else:
            reason = "" if entry.sender_known else "sender-unknown"
            entry, receipt, receipt_path = book.sign(entry, ReceiptStatus.OPENED, reason=reason)
        write_file(out / "opened.receipt.json", receipt)
    log.event("casework-opened", submission=entry.submission_id, known=entry.sender_known)
    return Opened(entry, summary, out, receipt, receipt_path)


def _opened(
    office: Office, package: Path, identities: Sequence[str], at: datetime, *, accept_unknown: bool
) -> OpenedPackage:
    """Verified with the registered keys of the sender it names; other keys make it an unknown sender's, no less whole.

    So says the online side too: a school's new computer may come before its new bundle does.
    """

    def attempt(lookup: Lookup) -> OpenedPackage:
        return open_package(
            package,
            identities,
            lookup=lookup,
            accept_practice=office.practice,
            accept_unknown_sender=accept_unknown,
        )

    try:
        return attempt(lambda org_id, workstation: office.workstation_keys(org_id, workstation, at))
    except NotGenuine:
        return attempt(lambda _org_id, _workstation: None)


def _check_empty(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(
            "CASEWORK-OUT-NOT-EMPTY",
            "The folder to open it into is not empty.",
            meaning="Nothing was opened, so that nothing of another referral is mixed with this one.",
            next_step="Choose a new folder.",
        )


def _check_ours(office: Office, opened: OpenedPackage) -> None:
    if opened.manifest.destination.id != office.destination_id:
        raise Refused(
            "CASEWORK-NOT-FOR-US",
            "This package is addressed to another front door.",
            meaning="Nothing was written or signed. The front door it is for may not know about the child.",
            next_step="Ring the sender and the front door it is for.",
        )
    if opened.manifest.practice != office.practice:
        raise Refused(
            "CASEWORK-PRACTICE-MIXED",
            "A real referral came to a practice front door.",
            meaning="Nothing was written or signed, and nobody at the real front door has it.",
            next_step="Ring the sender now: it must be sent to the real front door.",
        )


def _check_ticket(office: Office, package: Path, opened: OpenedPackage) -> None:
    """The ticket beside the file, when there is one, is signed by who signed inside and is about exactly this file."""
    beside = package.with_name(f"{package.name.removesuffix('.age')}.ticket.json")
    if not beside.is_file():
        return
    public = opened.manifest.sender.keys
    untrusted = read_file(beside, limit=TICKET_LIMIT, what="the ticket", code="CASEWORK-TICKET")
    opened.check_ticket(verify_ticket(untrusted, public, accept_practice=office.practice))


def _entry(opened: OpenedPackage, unrecognised_reason: str) -> Entry:
    sender = opened.manifest.sender
    known = opened.sender_known
    return Entry(
        shelf=f"known/{sender.org_id}" if known else unknown_shelf((sender.keys.ed25519_id, sender.keys.mldsa65_id)),
        submission_id=opened.manifest.submission_id,
        org_id=sender.org_id,
        parcel_sha256=opened.parcel_sha256,
        parcel_size=opened.parcel_size,
        manifest_sha256=opened.manifest_sha256,
        reply_to=opened.manifest.reply_to,
        sender_known=known,
        unrecognised_reason="" if known else unrecognised_reason,
    )


def _known(book: Book, entry: Entry) -> Entry | None:
    """The entry of the same file from before; Refused when the id came before with other bytes.

    Who sent it is judged at each opening anew; what was said about it stays.
    """
    known = book.entry_of_bytes(entry.submission_id, entry.parcel_sha256)
    known = known or book.entry(entry.shelf, entry.submission_id)
    if known is not None and known.parcel_sha256 != entry.parcel_sha256:
        raise Refused(
            "CASEWORK-OTHER-CONTENT",
            "A package with this number was opened before, and its content was not the same.",
            meaning="Nothing was written or signed. Two different referrals carry one number.",
            next_step="Ring the sender and ask which one they mean; keep both files.",
        )
    return known


def _summary(opened: OpenedPackage, entry: Entry) -> Json:
    manifest = opened.manifest
    return {
        "submission_id": manifest.submission_id,
        "destination_id": manifest.destination.id,
        "org_id": manifest.sender.org_id,
        "workstation": manifest.sender.workstation,
        "fingerprint": manifest.sender.keys.fingerprint,
        "sender_known": entry.sender_known,
        "label": "" if entry.sender_known else _MARK,
        "unrecognised_reason": entry.unrecognised_reason,
        "practice": manifest.practice,
        "created_at": manifest.created_at,
        "form": {"id": manifest.form.id, "version": manifest.form.version, "sha256": manifest.form.sha256},
        "people": [
            {"act": person.act.value, "name": person.name, "role": person.role, "at": person.at}
            for person in manifest.people
        ],
        "review_waived": manifest.review.waived,
        "amends": manifest.amends.submission_id if manifest.amends else "",
        "parts": [{"name": part.name, "type": part.media_type, "title": part.title} for part in manifest.parts],
        "parcel_sha256": entry.parcel_sha256,
        "manifest_sha256": entry.manifest_sha256,
    }


def _places(*, known: bool) -> tuple[str, str]:
    """The folder for everything, and the readable copy's place: who was not recognised is named in both."""
    return ("", _READ_FIRST) if known else (_MARK, f"{_MARK}-{_READ_FIRST}")


def _write(folder: Path, opened: OpenedPackage, summary: Json, entry: Entry) -> None:
    """What is read stands on top; the bag, untouched and provable, stands in a folder of its own."""
    inner, read_first = _places(known=entry.sender_known)
    unpack_to(opened, make_private_folder(folder / inner) / "bag")
    for name in opened.names():
        if name.startswith(_DATA):
            inside = name.removeprefix(_DATA)
            target = folder / read_first if inside == _READ_FIRST else folder.joinpath(inner, *inside.split("/"))
            make_private_folder(target.parent)
            write_file(target, opened.pieces(name))
    write_file(folder / "opened.json", canonical_bytes(summary))
    if not entry.sender_known:
        write_file(folder / _LABEL, _label(entry, summary["fingerprint"]).encode())


def _label(entry: Entry, fingerprint: str) -> str:
    return (
        "SENDER NOT RECOGNISED\n\n"
        "Nobody has registered the keys that signed this referral. It is whole, but it may not be from the\n"
        f"organisation it names ({entry.org_id}). Ring that organisation on a number you already know and compare:\n\n"
        f"    {fingerprint}\n\n"
        f"Opened all the same, because: {entry.unrecognised_reason}\n"
    )


def _temporary(office: Office, middle: str, random_part: str) -> str:
    """The name of a folder being written. It tells the office, so that no other one's is ever swept."""
    tag = hashlib.sha256(str(office.folder.resolve()).encode()).hexdigest()[:12]
    return f".{middle}.{tag}-{random_part}.tmp"


@contextmanager
def _swept_book(office: Office, place: Path, clock: Clock, random: RandomBytes) -> Iterator[Book]:
    """The book; and what killed openings of this office left readable in this place is removed first."""
    with opened_book(office, clock, random) as book:
        for left in place.glob(_temporary(office, "*", "?" * 12)):
            log.trouble("casework-swept")
            shutil.rmtree(left, ignore_errors=True)
        yield book


@contextmanager
def _whole_or_not(office: Office, out: Path, random: RandomBytes) -> Iterator[Path]:
    """A folder that becomes `out` when the block ends well, and is gone when it does not."""
    make_private_folder(out.parent)
    folder = out.with_name(_temporary(office, out.name, random(6).hex()))
    make_private_folder(folder)
    try:
        yield folder
        if out.exists():
            out.rmdir()
        folder.rename(out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    sync_folder(out.parent)
