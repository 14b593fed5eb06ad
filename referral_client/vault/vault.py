"""One person's open vault: who it belongs to, sealing, erasing, and the looks that say whether it is whole.

Built by `opening`; referrals and photographs are in the modules of those names. Promises: the row of a delivery and
the referral's move to sealed are one transaction; erasing destroys the referral's key and leaves a tombstone that
still verifies; nothing is erased whose arrival is not known, but by a lead's decision with a reason.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from referral_client.base.canonical import Json
from referral_client.base.clock import Clock, from_rfc3339
from referral_client.base.errors import KnownError, Refused
from referral_client.base.ids import ReferralId, WorkstationId
from referral_client.referral.states import (
    DeliveryState,
    ReferralEvent,
    ReferralState,
    next_referral,
)
from referral_client.sealing.atrest import DEFAULT_COST, Cost
from referral_client.sealing.signing import SigningKeys
from referral_client.vault import audit, slots
from referral_client.vault.audit import AuditKind, append_sealed, open_detail
from referral_client.vault.blobs import BlobFolder, OutboxFolder
from referral_client.vault.keys import StoreKeys
from referral_client.vault.login_keys import LoginKeys
from referral_client.vault.photos import Photographs, blob_names
from referral_client.vault.queue import Queue
from referral_client.vault.schema import check_database, row_check, transaction
from referral_client.vault.trouble import WrongPassphrase, in_words
from referral_client.vault.values import AuditEntry, Delivery, Finding, NewDelivery, Person, Swept

_KNOWN_TO_HAVE_ARRIVED = frozenset({DeliveryState.REGISTERED, DeliveryState.DECIDED, DeliveryState.CANNOT_OPEN})
_LEAVES_NO_PACKAGE = _KNOWN_TO_HAVE_ARRIVED | {DeliveryState.WITHDRAWN}
_SEALING = frozenset(event for event in ReferralEvent if event.name.startswith("SEAL_") or event.name == "SEAL")


@dataclass(frozen=True, slots=True)
class Owner:
    """The opened row about the vault itself. Never printed."""

    vault_id: str
    person: Person
    workstation_id: WorkstationId
    practice: bool
    person_keys: SigningKeys
    workstation_keys: SigningKeys
    reading_identity: str
    kek: bytes

    def __repr__(self) -> str:
        return "Owner(...)"


class Vault(Photographs):
    """An open vault. Used from the thread that opened it; `close` it, or use it in a `with`."""

    def __init__(
        self, connection: sqlite3.Connection, folder: Path, keys: StoreKeys, clock: Clock, owner: Owner
    ) -> None:
        super().__init__(connection, folder, keys, clock, owner.person.id)
        self._owner = owner
        self.queue = Queue(connection, folder, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    # --- whose it is

    @property
    def person(self) -> Person:
        return self._owner.person

    @property
    def practice(self) -> bool:
        return self._owner.practice

    @property
    def workstation_id(self) -> WorkstationId:
        return self._owner.workstation_id

    def person_keys(self) -> SigningKeys:
        return self._owner.person_keys

    def reading_identity(self) -> str:
        """The person's age identity, as text."""
        return self._owner.reading_identity

    def workstation_keys(self) -> SigningKeys:
        return self._owner.workstation_keys

    # --- ways to open it

    @in_words
    def change_passphrase(self, old: str, new: str, *, cost: Cost = DEFAULT_COST) -> None:
        """Wrap the key of the vault anew. WrongPassphrase unless `old` opens it; Refused when `new` is weak."""
        slots.check_passphrase(new)
        vault_id = self._owner.vault_id
        if slots.PASSPHRASE in slots.slot_kinds(self._connection):
            slots.open_passphrase_slot(self._connection, vault_id, old)
        elif old:
            raise WrongPassphrase
        with transaction(self._connection):
            slots.add_passphrase_slot(self._connection, vault_id, self._owner.kek, new, cost, self._keys.random)
            self._note_store(AuditKind.PASSPHRASE, {})
        self._forget_old_pages()

    @in_words
    def keep_in_login(self, keys: LoginKeys) -> None:
        """Let a personal login open this vault too. Only where the organisation declares logins personal."""
        before = slots.keyring_name(self._connection)
        with transaction(self._connection):
            slots.add_keyring_slot(self._connection, self._owner.vault_id, self._owner.kek, keys, self._keys.random)
            self._note_store(AuditKind.KEYRING, {"kept": True})
        if before is not None:
            keys.forget(before)
        self._forget_old_pages()

    @in_words
    def forget_login(self, keys: LoginKeys | None) -> None:
        """Take the login's way in out again, and its secret out of `keys`. Refused when it is the only way."""
        if slots.PASSPHRASE not in slots.slot_kinds(self._connection):
            raise _only_key()
        before = slots.keyring_name(self._connection)
        with transaction(self._connection):
            slots.remove_keyring_slot(self._connection)
            self._note_store(AuditKind.KEYRING, {"kept": False})
        if before is not None and keys is not None:
            keys.forget(before)
        self._forget_old_pages()

    # --- sealing and erasing

    @in_words
    def commit_sealing(
        self,
        referral_id: ReferralId,
        event: ReferralEvent,
        delivery: NewDelivery,
        *,
        actor: str,
        detail: Mapping[str, Json] | None = None,
    ) -> Delivery:
        """Queue a sealed package and move the referral to sealed, in one transaction.

        The package and its ticket already lie in the outbox folder (`queue.package_path`, `queue.ticket_path`).
        """
        if event not in _SEALING:
            raise ValueError("not an event that seals")
        with transaction(self._connection):
            record = self._load(referral_id)
            said = {**(detail or {}), "submission": delivery.submission_id, "sha256": delivery.parcel_sha256}
            self._move(record, event, AuditKind.SEALED, actor, said)
            self.queue.insert(referral_id, delivery)
        return self.queue.delivery(delivery.submission_id)

    @in_words
    def erase(self, referral_id: ReferralId, reason: str, actor: str, *, by_lead: bool = False) -> None:
        """Destroy the referral's key, its answers and its photographs; deliveries and receipts stay.

        Refused unless every delivery is registered, decided, cannot be opened or was withdrawn, or it was never
        sealed, or a lead decided it. A package that has not arrived is still sent.
        """
        deliveries = self.queue.deliveries_of(referral_id)
        if not by_lead and any(each.state not in _LEAVES_NO_PACKAGE for each in deliveries):
            raise _too_soon()
        with transaction(self._connection):
            record = self._load(referral_id)
            state = next_referral(record.state, ReferralEvent.ERASE)
            photos = [str(row[0]) for row in self._connection.execute(_PHOTOS_OF, (referral_id,))]
            self._connection.execute("DELETE FROM photo WHERE referral_id = ?", (referral_id,))
            self._connection.execute("DELETE FROM answers WHERE referral_id = ?", (referral_id,))
            self._empty(record.id, state)
            self._note_store(AuditKind.ERASED, {"reason": reason, "actor": actor, "by_lead": by_lead}, referral_id)
        for photo_id in photos:
            BlobFolder(self._folder).remove(photo_id)
        for each in deliveries:
            if each.state in _LEAVES_NO_PACKAGE:
                OutboxFolder(self._folder).remove(each.submission_id)
        self._forget_old_pages()

    # --- the record

    @in_words
    def audit_head(self) -> tuple[str, int]:
        """Hash in hex, and number, of the last entry: for packages, receipts and messages to carry outside."""
        return self.queue.audit_head()

    @in_words
    def verify_audit(self) -> None:
        """ChainBroken when any entry was removed, changed or put elsewhere."""
        audit.verify(self._connection, self._keys)

    @in_words
    def audit_entries(self) -> list[AuditEntry]:
        """The whole chain, readable where its keys are still there."""
        keys = {
            referral_id: self._keys.referral_key(referral_id, wrapped)
            for referral_id, wrapped in self._connection.execute(
                "SELECT id, wrapped_key FROM referral WHERE wrapped_key IS NOT NULL"
            )
        }
        entries = []
        for seq, at, kind, referral_id, sealed, raw, digest in self._connection.execute(
            "SELECT seq, at, kind, referral_id, sealed, body, hash FROM audit ORDER BY seq"
        ):
            own = self._keys.store if not referral_id or kind == AuditKind.ERASED else keys.get(referral_id)
            detail = open_detail(self._keys, seq, sealed, raw, own or bytes(32))
            try:
                entries.append(AuditEntry(seq, from_rfc3339(at), kind, referral_id, detail, digest.hex()))
            except ValueError:
                raise audit.ChainBroken(seq) from None
        return entries

    # --- is it whole?

    @in_words
    def check(self) -> tuple[Finding, ...]:
        """Look at everything: the database, the record, every cell, every file. Empty when all is well."""
        looks: tuple[tuple[str, Callable[[], int]], ...] = (
            ("VAULT-DATABASE-DAMAGED", partial(_count, partial(check_database, self._connection))),
            ("VAULT-AUDIT-BROKEN", partial(_count, self.verify_audit)),
            ("VAULT-CELLS-DAMAGED", self._damaged_referrals),
            ("VAULT-RECORD-DIFFERS", self._unrecorded_states),
            ("VAULT-BLOB-GONE", lambda: BlobFolder(self._folder).missing(self._blob_names())),
            ("VAULT-BLOB-DAMAGED", self._damaged_blobs),
            ("VAULT-PACKAGE-GONE", lambda: OutboxFolder(self._folder).missing(self._packages())),
            ("VAULT-PACKAGE-DAMAGED", self._damaged_packages),
        )
        return tuple(Finding(code, count) for code, look in looks if (count := _safely(look)))

    def sweep(self) -> Swept:
        """Remove files that a cut-off step left behind. Only at opening, while no step is under way."""
        temporary, blobs = BlobFolder(self._folder).sweep(self._blob_names())
        more, packages = OutboxFolder(self._folder).sweep(self._packages())
        return Swept(temporary + more, blobs, packages)

    # --- inside

    def _note_store(self, kind: AuditKind, detail: Mapping[str, Json], referral_id: str = "") -> None:
        said = {"person": self._person_id, **detail}
        append_sealed(self._connection, self._clock.now(), kind, referral_id, said, self._keys, self._keys.store)

    def _empty(self, referral_id: ReferralId, state: ReferralState) -> None:
        row = self._connection.execute(
            "SELECT id, created_at, changed_at, revision, counter FROM referral WHERE id = ?", (referral_id,)
        ).fetchone()
        clear = (row[0], str(state), *row[1:])
        self._connection.execute(
            "UPDATE referral SET state = ?, wrapped_key = NULL, facts = NULL, row_check = ? WHERE id = ?",
            (str(state), row_check(*clear), referral_id),
        )

    def _forget_old_pages(self) -> None:
        """Old pages live on in the write-ahead log until it is folded in and cut to nothing."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _blob_names(self) -> set[str]:
        return blob_names(self._connection.execute("SELECT id, original_size FROM photo").fetchall())

    def _packages(self) -> list[str]:
        """Submissions whose package has to lie in the outbox: all but those let go with an erased referral."""
        rows = self._connection.execute(
            "SELECT d.submission_id, d.state, r.state FROM delivery d JOIN referral r ON r.id = d.referral_id"
        )
        return [
            submission_id
            for submission_id, delivery, referral in rows
            if referral != ReferralState.ERASED or delivery not in _LEAVES_NO_PACKAGE
        ]

    def _damaged_referrals(self) -> int:
        ids = [row[0] for row in self._connection.execute("SELECT id FROM referral WHERE state <> 'erased'")]
        return sum(_count(partial(self._read_whole, each)) for each in ids)

    def _read_whole(self, referral_id: ReferralId) -> None:
        self.referral(referral_id)
        self.form_source(referral_id)
        self.photos(referral_id)
        for revision in self.revisions(referral_id):
            self.answers_at(referral_id, revision.number)

    def _damaged_blobs(self) -> int:
        damaged = 0
        for photo_id, original_size in self._connection.execute("SELECT id, original_size FROM photo").fetchall():
            damaged += _count(partial(self.photo_bytes, photo_id))
            if original_size:
                damaged += _count(partial(self.original_bytes, photo_id))
        return damaged

    def _damaged_packages(self) -> int:
        wanted = set(self._packages())
        damaged = 0
        for each in self.queue.deliveries():
            path = self.queue.package_path(each.submission_id)
            if each.submission_id in wanted and path.is_file():
                with path.open("rb") as stream:
                    damaged += hashlib.file_digest(stream, "sha256").hexdigest() != each.parcel_sha256
        return damaged

    def _unrecorded_states(self) -> int:
        """Rows whose state is not the one that the record last gave them, and rows that the record alone knows."""
        recorded: dict[str, str] = {}
        for entry in self.audit_entries():
            if entry.kind in (AuditKind.STARTED, AuditKind.ERASED):
                recorded[entry.referral_id] = "draft" if entry.kind == AuditKind.STARTED else "erased"
            elif entry.detail and entry.kind == AuditKind.QUEUED:
                recorded[entry.detail["submission"]] = "queued"
            elif entry.detail and "state" in entry.detail:
                recorded[entry.detail.get("submission", entry.referral_id)] = entry.detail["state"]
        found = dict(self._connection.execute("SELECT id, state FROM referral").fetchall())
        found.update(self._connection.execute("SELECT submission_id, state FROM delivery").fetchall())
        return sum(found.get(each) != recorded.get(each) for each in {*found, *recorded})


_PHOTOS_OF = "SELECT id FROM photo WHERE referral_id = ?"


def _count(look: Callable[[], object]) -> int:
    """1 when a look raises a known error, else 0."""
    try:
        look()
    except KnownError:
        return 1
    return 0


def _safely(look: Callable[[], int]) -> int:
    """What a look counts; 1 when damage keeps it from counting."""
    try:
        return in_words(look)()
    except KnownError:
        return 1


def _only_key() -> Refused:
    return Refused(
        "VAULT-ONLY-KEY",
        "The keyring is the only way into this vault.",
        meaning="Nothing was changed.",
        next_step="Set a passphrase first.",
    )


def _too_soon() -> Refused:
    return Refused(
        "VAULT-ERASE-TOO-SOON",
        "It is not known yet that the council has taken this referral up.",
        meaning="Nothing was erased.",
        next_step="Wait for their answer, or let your safeguarding lead decide it, with a reason.",
    )
