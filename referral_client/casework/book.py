"""The book of one office: which packages were opened, and the chain of receipts it signed.

book/entries/<shelf>/<submission id>.json   one package, its digest and every receipt so far
book/digests/<sha256 of the file>.json      which entry a file belongs to, so that later steps need no key to open it
log/<index>.json                            the receipts in order, each naming the digest of the one before

It holds ids, digests and statuses, never what a package says. Written by one process at a time. Imports base, sealing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from referral_client.base.canonical import Json, canonical_bytes, strict_json
from referral_client.base.clock import Clock, to_rfc3339
from referral_client.base.errors import Refused
from referral_client.base.files import create_file, make_private_folder, read_file, write_file
from referral_client.base.ids import RandomBytes, new_uuid
from referral_client.base.locks import only_copy
from referral_client.casework.office import Office
from referral_client.sealing.receipt import (
    FIRST_IN_LOG,
    RECEIPT_LIMIT,
    Receipt,
    ReceiptStatus,
    peek_receipt,
    sign_receipt,
)
from referral_client.sealing.signing import NotGenuine

_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One package in the book. `shelf` is "known/<organisation>" or "unknown/<digest of the key ids>"."""

    shelf: str
    submission_id: str
    org_id: str
    parcel_sha256: str
    parcel_size: int
    manifest_sha256: str = ""
    reply_to: str = ""
    sender_known: bool = True
    unrecognised_reason: str = ""
    receipts: tuple[str, ...] = ()
    """The statuses a receipt was signed for, each with the index in the log: "opened:12"."""

    def has(self, status: ReceiptStatus) -> bool:
        return any(receipt.startswith(f"{status}:") for receipt in self.receipts)


class Book:
    """Open it with `opened_book`, which keeps other processes out."""

    def __init__(self, office: Office, clock: Clock, random: RandomBytes) -> None:
        self._office = office
        self._clock = clock
        self._random = random
        self._entries = make_private_folder(office.folder / "book" / "entries")
        self._digests = make_private_folder(office.folder / "book" / "digests")
        self._log = make_private_folder(office.folder / "log")

    def entry(self, shelf: str, submission_id: str) -> Entry | None:
        path = self._entry_path(shelf, submission_id)
        return _entry(_json(path)) if path.is_file() else None

    def entry_of_bytes(self, submission_id: str, parcel_sha256: str) -> Entry | None:
        """The entry of these very bytes, on whichever shelf: a sender may have become known since."""
        path = self._digests / f"{parcel_sha256}.json"
        place = _json(path) if path.is_file() else None
        found = self.entry(place["shelf"], place["submission_id"]) if place else None
        return found if found is not None and found.submission_id == submission_id else None

    def entry_of_file(self, package: Path) -> Entry:
        """The entry a package file belongs to; Refused when it was never opened here."""
        path = self._digests / f"{digest_of(package)[0]}.json"
        place = _json(path) if path.is_file() else None
        found = self.entry(place["shelf"], place["submission_id"]) if place else None
        if found is None:
            raise Refused(
                "CASEWORK-NOT-OPENED",
                "This package was not opened here yet.",
                meaning="Nothing was signed.",
                next_step="Open it first, then say what became of it.",
            )
        return found

    def keep(self, entry: Entry) -> None:
        """Enter a package, or replace its entry."""
        path = self._entry_path(entry.shelf, entry.submission_id)
        make_private_folder(path.parent)
        write_file(path, canonical_bytes({**asdict(entry), "receipts": list(entry.receipts)}))
        place = {"shelf": entry.shelf, "submission_id": entry.submission_id}
        write_file(self._digests / f"{entry.parcel_sha256}.json", canonical_bytes(place))

    def sign(
        self, entry: Entry, status: ReceiptStatus, *, reason: str = "", outcome: str = "", case_ref_sealed: str = ""
    ) -> tuple[Entry, bytes, Path]:
        """Sign the next receipt of the chain, note it in the entry, and put it into `outgoing`.

        The log comes first. A kill after that leaves a receipt in the log that the entry does not name yet; the
        step is then simply done again and a second, equally true receipt follows it.
        """
        index, previous = self._end_of_log()
        receipt = Receipt(
            receipt_id=new_uuid(self._random),
            submission_id=entry.submission_id,
            destination_id=self._office.destination_id,
            org_id=entry.org_id,
            parcel_sha256=entry.parcel_sha256,
            parcel_size=entry.parcel_size,
            status=status,
            received_at=to_rfc3339(self._clock.now()),
            log_index=index,
            log_prev_sha256=previous,
            replica=self._office.replica,
            manifest_sha256=entry.manifest_sha256,
            practice=self._office.practice,
            reason=reason,
            outcome=outcome,
            case_ref_sealed=case_ref_sealed,
        )
        envelope = sign_receipt(receipt, self._office.keys)
        if not create_file(self._log_path(index), envelope):
            raise AssertionError("two writers of one book")
        noted = replace(entry, receipts=(*entry.receipts, f"{status}:{index}"))
        self.keep(noted)
        return noted, envelope, self._send_out(receipt, envelope)

    def receipt(self, entry: Entry, status: ReceiptStatus) -> tuple[bytes, Path]:
        """A receipt signed earlier for this status, put into `outgoing` again."""
        index = next(int(text.partition(":")[2]) for text in entry.receipts if text.startswith(f"{status}:"))
        envelope = _bytes(self._log_path(index))
        return envelope, self._send_out(peek_receipt(envelope, accept_practice=True), envelope)

    def _send_out(self, receipt: Receipt, envelope: bytes) -> Path:
        target = self._office.outgoing / f"{receipt.submission_id}-{receipt.status}-{receipt.receipt_id}.json"
        write_file(target, envelope)
        return target

    def _end_of_log(self) -> tuple[int, str]:
        """The next index and the digest of the last entry."""
        indexes = [int(path.stem) for path in self._log.glob("*.json")]
        if not indexes:
            return 0, FIRST_IN_LOG
        last = max(indexes)
        return last + 1, hashlib.sha256(_bytes(self._log_path(last))).hexdigest()

    def _log_path(self, index: int) -> Path:
        return self._log / f"{index:012d}.json"

    def _entry_path(self, shelf: str, submission_id: str) -> Path:
        return self._entries.joinpath(*shelf.split("/"), f"{submission_id}.json")


@contextmanager
def opened_book(office: Office, clock: Clock, random: RandomBytes) -> Iterator[Book]:
    """The book, for one process at a time."""
    with only_copy(office.folder / "lock", what="the book of opened packages"):
        yield Book(office, clock, random)


def unknown_shelf(key_ids: Sequence[str]) -> str:
    """Where packages of unregistered keys stand: under the keys, never under the organisation they claim."""
    if not all(key_id.isascii() for key_id in key_ids):
        raise NotGenuine("signatures: each key id must be ASCII")
    return f"unknown/{hashlib.sha256(chr(10).join(key_ids).encode()).hexdigest()}"


def digest_of(package: Path) -> tuple[str, int]:
    """SHA-256 and size of a package file, read piece by piece."""
    digest = hashlib.sha256()
    size = 0
    try:
        with package.open("rb") as stream:
            while piece := stream.read(1024 * 1024):
                digest.update(piece)
                size += len(piece)
    except OSError as error:
        raise Refused(
            "CASEWORK-NOT-READABLE",
            "There is no package that this account can read at that place.",
            next_step="Check the file and try again.",
        ) from error
    return digest.hexdigest(), size


def _bytes(path: Path) -> bytes:
    return read_file(path, limit=max(_LIMIT, RECEIPT_LIMIT), what="a page of the book", code="CASEWORK-BOOK")


def _json(path: Path) -> Json:
    return strict_json(_bytes(path), limit=_LIMIT)


def _entry(document: Json) -> Entry:
    return Entry(**{**document, "receipts": tuple(document["receipts"])})
