"""Records, receipts and the log: what was taken in, once, and what was said about it.

records/<shelf>/<id>.json                 created exclusively: this is what makes a submission unique, for ever
receipts/<shelf>/<id>/<rank>-...json      signed envelopes; the last name is the newest
log/<replica>/<10 000s>/<index>.json      one chain of the receipts this replica signed

A receipt enters the log first and is then put with its record. Killed between the two, the next start finishes it.
Imports base and sealing.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from referral_client.base.canonical import canonical_bytes, strict_json
from referral_client.base.clock import Clock, to_rfc3339
from referral_client.base.ids import RandomBytes, new_uuid
from referral_client.intake.config import IntakeConfig
from referral_client.intake.senders import KNOWN, UNKNOWN, Sender
from referral_client.intake.store import Objects
from referral_client.sealing.receipt import FIRST_IN_LOG, Receipt, ReceiptStatus, peek_receipt, sign_receipt

_RECORD_LIMIT = 200_000
_LOG_FOLDER = 10_000
_NEXT_CHECK_SECONDS = 15 * 60
_RANK = {
    ReceiptStatus.QUARANTINED: 1,
    ReceiptStatus.STORED: 1,
    ReceiptStatus.CANNOT_OPEN: 2,
    ReceiptStatus.OPENED: 3,
    ReceiptStatus.REGISTERED: 4,
    ReceiptStatus.DECIDED: 5,
}
_FIRST = f"{_RANK[ReceiptStatus.STORED]}-"


@dataclass(frozen=True, slots=True)
class Record:
    """One submission taken in. `org_id` is only claimed when `known` is False. `package` is an object's name.

    `moved_to`: the shelf of the record that took its place once its organisation was registered, or "".
    """

    shelf: str
    known: bool
    submission_id: str
    org_id: str
    parcel_sha256: str
    parcel_size: int
    received_at: str
    receipt_id: str
    package: str
    ticket: bytes
    moved_to: str = ""


class Ledger:
    """The books of one replica. Safe to use from many threads, and beside other replicas over one storage."""

    def __init__(self, objects: Objects, config: IntakeConfig, clock: Clock, random: RandomBytes) -> None:
        self._objects = objects
        self._config = config
        self._clock = clock
        self._random = random
        self._lock = threading.Lock()
        self._next_index, self._last_digest = 0, FIRST_IN_LOG

    def recover(self) -> None:
        """Find the end of the log, and put its last receipt with its record if a kill came between."""
        with self._lock:
            self._find_end()

    def record(self, shelf: str, submission_id: str) -> Record | None:
        untrusted = self._objects.read(_record_name(shelf, submission_id))
        if untrusted is None:
            return None
        document = strict_json(untrusted, limit=_RECORD_LIMIT)
        return Record(**{**document, "ticket": base64.b64decode(document["ticket"])})

    def take_in(self, sender: Sender, untrusted_ticket: bytes, package: str) -> Record:
        """Enter the package, which is stored already. Returns the record that counts: ours, or an earlier one."""
        ticket = sender.ticket
        document = {
            "shelf": sender.shelf,
            "known": sender.known,
            "submission_id": ticket.submission_id,
            "org_id": ticket.org_id,
            "parcel_sha256": ticket.parcel_sha256,
            "parcel_size": ticket.parcel_size,
            "received_at": to_rfc3339(self._clock.now()),
            "receipt_id": new_uuid(self._random),
            "package": package,
            "ticket": base64.b64encode(untrusted_ticket).decode(),
        }
        self._objects.create(_record_name(sender.shelf, ticket.submission_id), canonical_bytes(document))
        record = self.record(sender.shelf, ticket.submission_id)
        assert record is not None  # made by us or by another a moment ago, and never deleted
        return record

    def find(self, org_id: str, submission_id: str, parcel_sha256: str) -> Record | None:
        """The record a receipt is about: under the organisation, else among the unknown senders."""
        shelves = [f"{KNOWN}/{org_id}"]
        shelves += [f"{UNKNOWN}/{name}" for name in self._objects.folders(f"records/{UNKNOWN}")]
        for shelf in shelves:
            record = self.record(shelf, submission_id)
            if record and (record.org_id, record.parcel_sha256) == (org_id, parcel_sha256):
                return record
        return None

    def move(self, before: Record, record: Record) -> None:
        """Let `record` stand for what was `before`: with its later receipts, and listed once. Again changes nothing."""
        self.newest_receipt(record)  # signed first: a later receipt does not stand for the one of this record
        for entry in self._objects.listing(_receipts_folder(before)):
            name = entry.name.rpartition("/")[2]
            envelope = self._objects.read(entry.name) if not name.startswith(_FIRST) else None
            if envelope is not None:
                self._objects.create(f"{_receipts_folder(record)}/{name}", envelope)
        untrusted = self._objects.read(_record_name(before.shelf, before.submission_id))
        document = {**strict_json(untrusted or b"{}", limit=_RECORD_LIMIT), "moved_to": record.shelf}
        self._objects.write(_record_name(before.shelf, before.submission_id), [canonical_bytes(document)])

    def records(self) -> list[Record]:
        """Every submission, once."""
        found = (entry.name.split("/") for entry in self._objects.listing("records"))
        records = (self.record("/".join(parts[1:-1]), parts[-1].removesuffix(".json")) for parts in found)
        return [record for record in records if record is not None and not record.moved_to]

    def newest_receipt(self, record: Record) -> bytes:
        """The newest receipt; the first one is signed now if a kill came between record and receipt."""
        held = self.newest_held(record)
        return held if held is not None else self._sign_first(record)

    def newest_held(self, record: Record) -> bytes | None:
        """The newest receipt that is there; looks only."""
        names = [entry.name for entry in self._objects.listing(_receipts_folder(record))]
        return self._objects.read(max(names)) if names else None

    def add_receipt(self, record: Record, receipt: Receipt, envelope: bytes) -> None:
        """Put a verified receipt of the offline side with its record. The same receipt again changes nothing."""
        self._objects.create(_receipt_name(record, receipt), envelope)

    def _sign_first(self, record: Record) -> bytes:
        def sign(index: int, previous: str) -> bytes:
            receipt = Receipt(
                receipt_id=record.receipt_id,
                submission_id=record.submission_id,
                destination_id=self._config.destination_id,
                org_id=record.org_id,
                parcel_sha256=record.parcel_sha256,
                parcel_size=record.parcel_size,
                status=ReceiptStatus.STORED if record.known else ReceiptStatus.QUARANTINED,
                reason="" if record.known else "sender-unknown",
                received_at=record.received_at,
                log_index=index,
                log_prev_sha256=previous,
                replica=self._config.replica,
                next_check_s=_NEXT_CHECK_SECONDS,
                practice=self._config.practice,
            )
            return sign_receipt(receipt, self._config.keys)

        with self._lock:
            held = self.newest_held(record)
            if held is not None:
                return held
            envelope = self._append(sign)
            return self._put_first(record, envelope)

    def _put_first(self, record: Record, envelope: bytes) -> bytes:
        name = _receipt_name(record, peek_receipt(envelope, accept_practice=True))
        if self._objects.create(name, envelope):
            return envelope
        held = self._objects.read(name)
        assert held is not None  # another replica was first: its receipt is the one that counts
        return held

    def _append(self, sign: Callable[[int, str], bytes]) -> bytes:
        """Sign the next entry of the log and make it durable. The lock is held."""
        while True:
            envelope = sign(self._next_index, self._last_digest)
            if self._objects.create(self._log_name(self._next_index), envelope):
                break
            # Another process wrote under this replica's name. The chain stays one: go to its end and try again.
            self._find_end()
        self._next_index += 1
        self._last_digest = hashlib.sha256(envelope).hexdigest()
        return envelope

    def _find_end(self) -> None:
        root = f"log/{self._config.replica}"
        folders = self._objects.folders(root)
        entries = self._objects.listing(f"{root}/{folders[-1]}") if folders else []
        envelope = self._objects.read(entries[-1].name) if entries else None
        if envelope is None:
            return
        receipt = peek_receipt(envelope, accept_practice=True)
        record = self.find(receipt.org_id, receipt.submission_id, receipt.parcel_sha256)
        if record is not None and record.receipt_id == receipt.receipt_id:
            self._put_first(record, envelope)
        self._next_index, self._last_digest = receipt.log_index + 1, hashlib.sha256(envelope).hexdigest()

    def _log_name(self, index: int) -> str:
        return f"log/{self._config.replica}/{index // _LOG_FOLDER:08d}/{index:012d}.json"


def _record_name(shelf: str, submission_id: str) -> str:
    return f"records/{shelf}/{submission_id}.json"


def _receipts_folder(record: Record) -> str:
    return f"receipts/{record.shelf}/{record.submission_id}"


def _receipt_name(record: Record, receipt: Receipt) -> str:
    moment = receipt.received_at.replace(":", "")
    rank = _RANK[receipt.status]
    return f"{_receipts_folder(record)}/{rank}-{moment}-{receipt.receipt_id}.json"
