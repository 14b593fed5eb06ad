"""The queue of sealed packages: rows in clear columns, so it works while the vault is shut.

Promises: a state moves only through `referral.states`; the row and its audit entry are committed before anybody acts
on them; receipts are kept for ever; once a first byte has left, the row says so for ever. The package file lies in
the outbox folder before its row exists. Nothing here needs, or has, a key.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from referral_client.base.clock import Clock, from_rfc3339, to_rfc3339
from referral_client.base.files import read_file
from referral_client.base.ids import DestinationId, ReferralId, SubmissionId, is_uuid
from referral_client.referral.states import (
    DeliveryEvent,
    DeliveryState,
    NoSuchMove,
    next_delivery,
)
from referral_client.vault.audit import AuditKind, append_codes, head_of, is_code
from referral_client.vault.blobs import OutboxFolder
from referral_client.vault.schema import row_check, transaction
from referral_client.vault.trouble import Damaged, in_words, no_such
from referral_client.vault.values import Delivery, NewDelivery

_SELECT = (
    "SELECT submission_id, referral_id, destination_id, state, parcel_sha256, parcel_size, urgent, mode, attempts, "
    "due_at, first_byte_left, last_outcome, queued_at, changed_at, offset, transport, receipts, row_check FROM delivery"
)
_INSERT = "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = (
    "UPDATE delivery SET state = ?, parcel_sha256 = ?, parcel_size = ?, attempts = ?, due_at = ?, first_byte_left = ?, "
    "last_outcome = ?, changed_at = ?, offset = ?, transport = ?, receipts = ?, row_check = ? WHERE submission_id = ?"
)
_TICKET_LIMIT = 1_000_000
# Not with the council yet, and moved on by this program alone.
_TO_SEND = (
    DeliveryState.QUEUED,
    DeliveryState.ANNOUNCED,
    DeliveryState.SENDING,
    DeliveryState.COMMITTING,
    DeliveryState.WAITING,
)
# With the council, and asked about until they have decided.
_TO_ASK = (
    DeliveryState.STORED,
    DeliveryState.QUARANTINED,
    DeliveryState.CANNOT_OPEN,
    DeliveryState.OPENED,
    DeliveryState.REGISTERED,
)
_DUE = _SELECT + " WHERE state IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND due_at <= ?"
# No wait is longer than two hours: a later time was written while the clock was wrong, and must not stop a delivery.
_ABSURD = _SELECT + " WHERE state IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND due_at > ?"
_LONGEST_WAIT = timedelta(hours=2)
_LATEST = "9999-12-31T23:59:59Z"
_RECEIPTS = frozenset(event for event in DeliveryEvent if event.name.startswith("RECEIPT_"))

_Row = tuple[str, str, str, str, str, int, int, str, int, str, int, str, str, str, int, str, int, int]  # as _SELECT


class Queue:
    """Deliveries and their receipts over one open database. Made by `open_queue`, or taken from `Vault.queue`."""

    def __init__(self, connection: sqlite3.Connection, folder: Path, clock: Clock) -> None:
        self._connection = connection
        self._outbox = OutboxFolder(folder)
        self._clock = clock
        self._listed: dict[str, tuple[_Row, Delivery]] = {}

    def close(self) -> None:
        """Close the database. A queue taken from a vault is closed with the vault."""
        self._connection.close()

    # --- reading

    @in_words
    def deliveries(self) -> list[Delivery]:
        """Every delivery, the oldest first. Rows that did not change since the last time are not read again."""
        listed: dict[str, tuple[_Row, Delivery]] = {}
        for row in self._connection.execute(_SELECT).fetchall():
            known = self._listed.get(row[0])
            listed[row[0]] = known if known is not None and known[0] == row else (row, _delivery(row))
        self._listed = listed
        return sorted((each for _, each in listed.values()), key=lambda each: (each.queued_at, each.submission_id))

    @in_words
    def delivery(self, submission_id: SubmissionId) -> Delivery:
        return self._delivery(submission_id)

    @in_words
    def deliveries_of(self, referral_id: ReferralId) -> list[Delivery]:
        rows = self._connection.execute(f"{_SELECT} WHERE referral_id = ?", (referral_id,))
        return sorted((_delivery(row) for row in rows), key=lambda each: (each.queued_at, each.submission_id))

    @in_words
    def due(self, now: datetime | None) -> list[Delivery]:
        """What falls to this program at `now`, or whenever with None: to be sent first, urgent first, oldest first.

        Held, handed-over and finished deliveries, and those being sealed again, are not among them.
        """
        latest = _LATEST if now is None else to_rfc3339(now)
        absurd = _LATEST if now is None else to_rfc3339(now + _LONGEST_WAIT)
        states = tuple(map(str, _TO_SEND + _TO_ASK))
        rows = self._connection.execute(_DUE, (*states, latest)).fetchall()
        rows += self._connection.execute(_ABSURD, (*states, absurd)).fetchall()
        return sorted(
            (_delivery(row) for row in rows),
            key=lambda each: (each.state in _TO_ASK, not each.urgent, each.due_at, each.queued_at),
        )

    @in_words
    def receipts(self, submission_id: SubmissionId) -> list[bytes]:
        """Every receipt kept for a delivery, in the order they came."""
        rows = self._connection.execute(
            "SELECT digest, body FROM receipt WHERE submission_id = ? ORDER BY number", (submission_id,)
        ).fetchall()
        if any(hashlib.sha256(body).digest() != digest for digest, body in rows):
            raise Damaged("A receipt in the vault is damaged.")
        if len(rows) != self._delivery(submission_id).receipts:
            raise Damaged("A receipt in the vault is gone.")
        return [body for _, body in rows]

    @in_words
    def earlier_digests(self, submission_id: SubmissionId) -> list[str]:
        """Digests that this submission had before it was sealed again."""
        rows = self._connection.execute(
            "SELECT number, sha256, row_check FROM earlier_digest WHERE submission_id = ? ORDER BY number",
            (submission_id,),
        ).fetchall()
        if any(check != row_check(submission_id, number, digest) for number, digest, check in rows):
            raise Damaged("A line of the queue is damaged.")
        return [digest for _, digest, _ in rows]

    @in_words
    def audit_head(self) -> tuple[str, int]:
        """Hash in hex, and number, of the last audit entry."""
        seq, head = head_of(self._connection)
        return head.hex(), seq

    def package_path(self, submission_id: SubmissionId) -> Path:
        """Where the sealed package of a submission lies, or is to be written before its row."""
        return self._outbox.package(submission_id)

    def ticket_path(self, submission_id: SubmissionId) -> Path:
        return self._outbox.ticket(submission_id)

    @in_words
    def ticket_bytes(self, submission_id: SubmissionId) -> bytes:
        path = self._outbox.ticket(submission_id)
        return read_file(path, limit=_TICKET_LIMIT, what="the ticket of this package", code="VAULT-TICKET")

    # --- writing

    def insert(self, referral_id: ReferralId, new: NewDelivery) -> None:
        """Add a delivery inside the caller's transaction: `Vault.commit_sealing` is the way in."""
        self._outbox.expect(new.submission_id, new.parcel_size)
        now = self._clock.now()
        self._write(
            Delivery(
                submission_id=new.submission_id,
                referral_id=referral_id,
                destination_id=new.destination_id,
                state=DeliveryState.QUEUED,
                parcel_sha256=new.parcel_sha256,
                parcel_size=new.parcel_size,
                urgent=new.urgent,
                mode=new.mode,
                attempts=0,
                due_at=now,
                first_byte_left=False,
                last_outcome="",
                queued_at=now,
                changed_at=now,
                offset=0,
                transport="",
                receipts=0,
            ),
            new=True,
        )
        codes: dict[str, str | int] = {
            "submission": new.submission_id,
            "destination": new.destination_id,
            "sha256": new.parcel_sha256,
            "size": new.parcel_size,
            "urgent": int(new.urgent),
            "mode": new.mode,
        }
        append_codes(self._connection, now, AuditKind.QUEUED, referral_id, codes)

    @in_words
    def move(
        self,
        submission_id: SubmissionId,
        event: DeliveryEvent,
        *,
        due_at: datetime | None = None,
        outcome: str = "",
        attempts: int | None = None,
        transport: str = "",
    ) -> Delivery:
        """Take one step of the table; committed when this returns. What is not given stays as it was.

        ValueError for a receipt's event or for `SEALED_AGAIN`: `add_receipt` and `sealed_again` carry what belongs to
        them. NoSuchMove when the table has no such step.
        """
        if event in _RECEIPTS or event is DeliveryEvent.SEALED_AGAIN:
            raise ValueError("this event brings something to be kept: use its own step")
        with transaction(self._connection):
            before = self._delivery(submission_id)
            after = replace(
                before,
                state=next_delivery(before.state, event, first_byte_left=before.first_byte_left),
                changed_at=self._clock.now(),
                due_at=due_at or before.due_at,
                last_outcome=outcome or before.last_outcome,
                attempts=before.attempts if attempts is None else attempts,
                transport=transport or before.transport,
                first_byte_left=before.first_byte_left or event is DeliveryEvent.FIRST_BYTE,
            )
            self._write(after)
            self._note_move(before, after, event, outcome)
        return after

    @in_words
    def note_progress(self, submission_id: SubmissionId, offset: int) -> None:
        """How many bytes the other side has, for the screen. Not a step: the state and the audit chain stay."""
        with transaction(self._connection):
            before = self._delivery(submission_id)
            self._write(replace(before, offset=offset))

    @in_words
    def set_due(
        self, submission_id: SubmissionId, due_at: datetime, *, outcome: str = "", attempts: int | None = None
    ) -> None:
        """When to ask again about a delivery whose state stays. Not a step: the audit chain stays."""
        if not is_code(outcome):
            raise ValueError("not a code")
        with transaction(self._connection):
            before = self._delivery(submission_id)
            tried = before.attempts if attempts is None else attempts
            self._write(replace(before, due_at=due_at, last_outcome=outcome or before.last_outcome, attempts=tried))

    @in_words
    def add_receipt(
        self,
        submission_id: SubmissionId,
        receipt: bytes,
        event: DeliveryEvent,
        *,
        due_at: datetime | None = None,
        outcome: str = "",
    ) -> Delivery:
        """Keep a receipt that the caller has verified, for ever, and take the step that it means.

        The same bytes again change nothing. A receipt that comes late (`stored` after `opened`) is kept, and the
        state stays where it is: a state never goes back.
        """
        if event not in _RECEIPTS:
            raise ValueError("not the event of a receipt")
        digest = hashlib.sha256(receipt).digest()
        with transaction(self._connection):
            before = self._delivery(submission_id)
            known = self._connection.execute(
                "SELECT 1 FROM receipt WHERE submission_id = ? AND digest = ?", (submission_id, digest)
            ).fetchone()
            if known is not None:
                return before
            now = self._clock.now()
            try:
                state = next_delivery(before.state, event)
            except NoSuchMove:
                state = before.state
            after = replace(
                before,
                state=state,
                changed_at=now,
                due_at=due_at or before.due_at,
                last_outcome=outcome or before.last_outcome,
                receipts=before.receipts + 1,
            )
            self._connection.execute(
                "INSERT INTO receipt VALUES (?, ?, ?, ?, ?)",
                (submission_id, after.receipts, to_rfc3339(now), digest, receipt),
            )
            self._write(after)
            codes: dict[str, str | int] = {
                "submission": submission_id,
                "event": event.name,
                "state": str(state),
                "outcome": outcome,
                "receipt_sha256": digest.hex(),
            }
            append_codes(self._connection, now, AuditKind.RECEIPT, before.referral_id, codes)
        return after

    @in_words
    def sealed_again(self, submission_id: SubmissionId, *, parcel_sha256: str, parcel_size: int) -> Delivery:
        """The new package and ticket lie in the outbox folder: note their digest, and keep the old one."""
        self._outbox.expect(submission_id, parcel_size)
        event = DeliveryEvent.SEALED_AGAIN
        with transaction(self._connection):
            before = self._delivery(submission_id)
            after = replace(
                before,
                state=next_delivery(before.state, event),
                changed_at=self._clock.now(),
                parcel_sha256=parcel_sha256,
                parcel_size=parcel_size,
                offset=0,
            )
            number = len(self.earlier_digests(submission_id)) + 1
            self._connection.execute(
                "INSERT INTO earlier_digest VALUES (?, ?, ?, ?)",
                (
                    submission_id,
                    number,
                    before.parcel_sha256,
                    row_check(submission_id, number, before.parcel_sha256),
                ),
            )
            self._write(after)
            self._note_move(before, after, event, "")
        return after

    # --- inside

    def _delivery(self, submission_id: SubmissionId) -> Delivery:
        row = self._connection.execute(f"{_SELECT} WHERE submission_id = ?", (submission_id,)).fetchone()
        if row is None:
            raise no_such("delivery")
        return _delivery(row)

    def _write(self, delivery: Delivery, *, new: bool = False) -> None:
        clear = _clear(delivery)
        check = row_check(*clear)
        if new:
            self._connection.execute(_INSERT, (*clear, check))
            return
        self._connection.execute(_UPDATE, (*clear[3:6], *clear[8:12], *clear[13:17], check, delivery.submission_id))

    def _note_move(self, before: Delivery, after: Delivery, event: DeliveryEvent, outcome: str) -> None:
        codes: dict[str, str | int] = {
            "submission": before.submission_id,
            "event": event.name,
            "before": str(before.state),
            "state": str(after.state),
            "attempts": after.attempts,
            "outcome": outcome,
            "transport": after.transport,
            "sha256": after.parcel_sha256,
        }
        append_codes(self._connection, after.changed_at, AuditKind.DELIVERY, before.referral_id, codes)


def _clear(delivery: Delivery) -> tuple[str | int, ...]:
    return (
        delivery.submission_id,
        delivery.referral_id,
        delivery.destination_id,
        str(delivery.state),
        delivery.parcel_sha256,
        delivery.parcel_size,
        int(delivery.urgent),
        delivery.mode,
        delivery.attempts,
        to_rfc3339(delivery.due_at),
        int(delivery.first_byte_left),
        delivery.last_outcome,
        to_rfc3339(delivery.queued_at),
        to_rfc3339(delivery.changed_at),
        delivery.offset,
        delivery.transport,
        delivery.receipts,
    )


def _delivery(row: _Row) -> Delivery:
    """A row as a value; Damaged when it is not what was written."""
    if row_check(*row[:17]) != row[17] or not is_uuid(row[0]):
        raise Damaged("A line of the queue is damaged.")
    return Delivery(
        submission_id=SubmissionId(row[0]),
        referral_id=ReferralId(row[1]),
        destination_id=DestinationId(row[2]),
        state=DeliveryState(row[3]),
        parcel_sha256=row[4],
        parcel_size=row[5],
        urgent=bool(row[6]),
        mode=row[7],
        attempts=row[8],
        due_at=from_rfc3339(row[9]),
        first_byte_left=bool(row[10]),
        last_outcome=row[11],
        queued_at=from_rfc3339(row[12]),
        changed_at=from_rfc3339(row[13]),
        offset=row[14],
        transport=row[15],
        receipts=row[16],
    )
