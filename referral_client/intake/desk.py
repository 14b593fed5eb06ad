"""The front door's desk: what each of the three requests does, without any HTTP. Blocking; called from threads.

Order when a package is complete: the whole is checked against the ticket -> package and ticket durable -> record
created exclusively -> receipt in the log -> receipt with the record -> answer. A kill after any step is finished by
whoever asks next, and gives the same receipt. Imports base, sealing and this room.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from referral_client.base import log
from referral_client.base.canonical import Json, strict_json
from referral_client.base.clock import Clock
from referral_client.base.errors import Refused
from referral_client.base.ids import RandomBytes
from referral_client.intake.config import IntakeConfig
from referral_client.intake.incoming import take_incoming
from referral_client.intake.ledger import Ledger, Record
from referral_client.intake.quarantine import Quarantine
from referral_client.intake.senders import UNKNOWN, Sender, TicketRefused, judge_sender
from referral_client.intake.store import LocalObjects, Objects
from referral_client.intake.uploads import Upload, Uploads
from referral_client.sealing.receipt import RECEIPT_LIMIT

_SOON = 2
_STORAGE_FULL_WAIT = 300
_REGISTER_WAIT = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is HTTP."""

    status: int
    body: Mapping[str, Json]
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(status: int, code: str, *, retry_after: int | None = None, **more: Json) -> Reply:
    """An answer in the shape of RFC 9457, with our stable `code`."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Reply(status, {"type": "about:blank", "status": status, "code": code, **more}, headers)


class _Damaged(Exception):
    """The parts do not make the package that the ticket names."""


class Desk:
    """One running intake over one storage."""

    def __init__(
        self, config: IntakeConfig, clock: Clock, random: RandomBytes, *, objects: Objects | None = None
    ) -> None:
        self.config = config
        self._clock = clock
        self.objects: Objects = objects or LocalObjects(config.data, random)
        self.uploads = Uploads(self.objects, random, config.limits.part_size)
        self.ledger = Ledger(self.objects, config, clock, random)
        self.ledger.recover()
        self._quarantine = Quarantine(self.objects, self.uploads, config.limits, clock)
        self._busy: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def announce(self, untrusted_ticket: bytes) -> Reply:
        """What is held under this ticket, or where to send it."""
        limits = self.config.limits
        try:
            sender = judge_sender(
                untrusted_ticket,
                self.config.organisations,
                destination_id=self.config.destination_id,
                practice=self.config.practice,
                max_package=limits.max_package,
                at=self._clock.now(),
            )
        except TicketRefused as refusal:
            log.trouble("intake-ticket-refused", status=refusal.status)
            return problem(refusal.status, refusal.reason_code)
        except Refused as fault:
            # Our register cannot be read. The ticket may be good, so the sender has to come back and not to give up.
            log.trouble("intake-register", code=fault.code)
            return problem(503, "register", retry_after=_REGISTER_WAIT)
        record = self._record(sender)
        if record is not None:
            return self._held(record, sender)
        if self._is_busy(sender):
            return _processing()
        upload = self.uploads.there(sender)
        if upload is None:
            if not self.objects.room_for(sender.ticket.parcel_size):
                log.trouble("intake-storage-full")
                return problem(503, "storage-full", retry_after=_STORAGE_FULL_WAIT)
            wait = 0 if sender.known else self._quarantine.wait(sender)
            if wait:
                return problem(429, "quarantine-full", retry_after=wait)
            upload = self.uploads.begin(sender, untrusted_ticket)
            log.event("intake-announced", submission=sender.ticket.submission_id, known=sender.known)
        parts: list[Json] = [{"n": n, "sha256": sha256} for n, sha256 in self.uploads.parts(upload)]
        # The address is relative to the base that the client called: no proxy in front can make it wrong.
        target = {"url": f"uploads/{upload.token}", "part_size": upload.part_size}
        return Reply(201, {"state": "send", "upload": target, "parts": parts})

    def part_size(self, untrusted_token: str, n: int) -> int:
        """How many bytes this part must have; 0 when there is no such upload or part."""
        upload = self.uploads.by_token(untrusted_token)
        return upload.size_of(n) if upload else 0

    def put_part(self, untrusted_token: str, n: int, content: bytes, untrusted_digest: bytes) -> Reply:
        """Keep one part, whose length is as `part_size` said, if it is not there yet."""
        upload = self.uploads.by_token(untrusted_token)
        if upload is None:
            return problem(404, "upload-gone")
        digest = hashlib.sha256(content)
        if digest.digest() != untrusted_digest:
            return problem(400, "part-digest")
        if self.ledger.record(upload.sender.shelf, upload.sender.ticket.submission_id) is not None:
            return problem(410, "upload-gone")  # taken in already: to announce is to get the receipt
        wait = 0 if upload.sender.known else self._quarantine.wait_for_part(upload.sender, len(content))
        if wait:
            return problem(429, "quarantine-full", retry_after=wait)
        held = self.uploads.put_part(upload, n, content)
        if held is None:
            return Reply(201, {"n": n, "sha256": digest.hexdigest()})
        if held != digest.hexdigest():
            # One side's copy is damaged and nobody can say whose, so that upload begins anew.
            self.uploads.drop(upload)
            log.trouble("intake-part-conflict", submission=upload.sender.ticket.submission_id)
        return problem(412, "part-held", n=n, sha256=held)

    def complete(self, untrusted_token: str) -> Reply:
        """Take the package in and answer with its receipt."""
        upload = self.uploads.by_token(untrusted_token)
        if upload is None:
            return problem(404, "upload-gone")
        with self._alone(upload.sender) as alone:
            if not alone:
                return _processing()
            record = self._record(upload.sender)
            return self._held(record, upload.sender) if record else self._take_in(upload)

    def sweep(self) -> None:
        """Drop abandoned uploads and take in waiting receipts. Called every hour."""
        limits = self.config.limits
        self.uploads.drop_empty(UNKNOWN, self._clock.now(), limits.quarantine_empty_seconds)
        swept = self.uploads.sweep(self._clock.now(), limits.abandoned_after_seconds)
        take_incoming(self.config, self.ledger, self._clock.now())
        log.event("intake-swept", uploads=swept)

    def _take_in(self, upload: Upload) -> Reply:
        if not self.uploads.has_all(upload):
            return problem(410, "parts-missing")
        sender = upload.sender
        ticket = sender.ticket
        package = f"packages/{sender.shelf}/{ticket.parcel_sha256}/{ticket.submission_id}.age"
        try:
            self.objects.write(package, self._checked(upload))
        except _Damaged:
            self.uploads.drop(upload)
            log.trouble("intake-digest-mismatch", submission=ticket.submission_id)
            return problem(422, "digest-mismatch")
        except FileNotFoundError:
            return problem(410, "parts-missing")
        self.objects.write(f"{package.removesuffix('.age')}.ticket.json", [upload.ticket])
        record = self.ledger.take_in(sender, upload.ticket, package)
        if record.parcel_sha256 != ticket.parcel_sha256:
            self.objects.delete([package, f"{package.removesuffix('.age')}.ticket.json"])
        reply = self._held(record, sender)
        self.uploads.finish(upload)
        log.event("intake-stored", submission=ticket.submission_id, known=sender.known, bytes=ticket.parcel_size)
        return reply

    def _checked(self, upload: Upload) -> Iterator[bytes]:
        digest = hashlib.sha256()
        size = 0
        for part in self.uploads.content(upload):
            digest.update(part)
            size += len(part)
            yield part
        if (digest.hexdigest(), size) != (upload.sender.ticket.parcel_sha256, upload.sender.ticket.parcel_size):
            raise _Damaged

    def _record(self, sender: Sender) -> Record | None:
        """The record for this ticket. What came before its organisation was registered is moved to its own shelf."""
        submission_id = sender.ticket.submission_id
        record = self.ledger.record(sender.shelf, submission_id)
        before = self.ledger.record(sender.other_shelf, submission_id) if sender.other_shelf else None
        if before is not None and not sender.known and before.parcel_sha256 == sender.ticket.parcel_sha256:
            return before  # taken in while its workstation was in date, and its key asks what became of it
        if before is None or not sender.known or before.moved_to or before.parcel_sha256 != sender.ticket.parcel_sha256:
            return record
        if record is None:
            package = before.package.replace(sender.other_shelf, sender.shelf, 1)
            self.objects.copy(before.package, package)
            self.objects.write(f"{package.removesuffix('.age')}.ticket.json", [before.ticket])
            record = self.ledger.take_in(sender, before.ticket, package)
        if record.parcel_sha256 == before.parcel_sha256:
            self.ledger.move(before, record)  # the bytes stay there too: somebody may be at work on that file
        return record

    def _held(self, record: Record, sender: Sender) -> Reply:
        take_incoming(self.config, self.ledger, self._clock.now())
        receipt = strict_json(self.ledger.newest_receipt(record), limit=RECEIPT_LIMIT)
        if record.parcel_sha256 != sender.ticket.parcel_sha256:
            log.trouble("intake-conflict", submission=record.submission_id)
            return problem(409, "digest-conflict", receipt=receipt)
        return Reply(200, {"state": "held", "receipt": receipt})

    def _is_busy(self, sender: Sender) -> bool:
        with self._lock:
            return (sender.shelf, sender.ticket.submission_id) in self._busy

    @contextmanager
    def _alone(self, sender: Sender) -> Iterator[bool]:
        """True for one thread at a time for one submission. Other replicas are kept apart by the record alone."""
        key = (sender.shelf, sender.ticket.submission_id)
        with self._lock:
            free = key not in self._busy
            if free:
                self._busy.add(key)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._busy.discard(key)


def _processing() -> Reply:
    return Reply(202, {"state": "processing"}, {"Retry-After": str(_SOON)})
