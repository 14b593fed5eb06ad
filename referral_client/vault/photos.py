"""Photographs in an open vault: encrypted files with a key each, and a sealed row that names them.

Promises: the files are written and synced before the row commits; a photograph's bytes never change (a new one is a
new row); each copy is checked against its digest on reading. Adding or removing one is an edit of its referral.
"""

from __future__ import annotations

import base64
import hashlib

from referral_client.base.canonical import Json
from referral_client.base.clock import from_rfc3339, to_rfc3339
from referral_client.base.ids import PhotoId, ReferralId, new_uuid
from referral_client.referral.states import ReferralEvent, next_referral
from referral_client.sealing.atrest import KEY_SIZE, CannotOpen
from referral_client.vault.audit import AuditKind
from referral_client.vault.blobs import CLEAN, ORIGINAL, BlobFolder
from referral_client.vault.keys import cell
from referral_client.vault.referrals import Record, Referrals
from referral_client.vault.schema import transaction
from referral_client.vault.trouble import Damaged, in_words, no_such
from referral_client.vault.values import StoredPhoto

_SELECT = "SELECT id, referral_id, number, added_at, size, original_size, counter, facts FROM photo"
_Row = tuple[str, str, int, str, int, int, int, bytes]


class Photographs(Referrals):
    """The part of the vault that keeps photographs. `Vault` is this and more."""

    @in_words
    def add_photo(
        self,
        referral_id: ReferralId,
        *,
        clean: bytes,
        media_type: str,
        facts: Json,
        original: bytes | None = None,
        original_name: str = "",
    ) -> PhotoId:
        """Keep one photograph; NoSuchMove where the referral's state allows no edit (nothing is written then)."""
        next_referral(self._load(referral_id).state, ReferralEvent.EDIT)
        random = self._keys.random
        photo_id = PhotoId(new_uuid(random))
        clean_key, original_key = random(KEY_SIZE), random(KEY_SIZE)
        said: dict[str, Json] = {
            "media_type": media_type,
            "facts": facts,
            "verdict": None,
            "original_name": original_name,
            "clean_sha256": hashlib.sha256(clean).hexdigest(),
            "original_sha256": "" if original is None else hashlib.sha256(original).hexdigest(),
            "clean_key": base64.b64encode(clean_key).decode("ascii"),
            "original_key": base64.b64encode(original_key).decode("ascii"),
        }
        blobs = BlobFolder(self._folder)
        try:
            blobs.write(photo_id, CLEAN, clean_key, clean, random)
            if original is not None:
                blobs.write(photo_id, ORIGINAL, original_key, original, random)
            self._insert(referral_id, photo_id, len(clean), 0 if original is None else len(original), said)
        except BaseException:
            blobs.remove(photo_id)
            raise
        return photo_id

    @in_words
    def photos(self, referral_id: ReferralId) -> list[StoredPhoto]:
        """The photographs of a referral, in the order they were added."""
        record = self._load(referral_id)
        rows = self._connection.execute(f"{_SELECT} WHERE referral_id = ? ORDER BY number", (referral_id,)).fetchall()
        return [_photo(row, self._photo_facts(row, record)) for row in rows]

    @in_words
    def photo(self, photo_id: PhotoId) -> StoredPhoto:
        row, facts, _ = self._photo(photo_id)
        return _photo(row, facts)

    @in_words
    def photo_bytes(self, photo_id: PhotoId) -> bytes:
        """The clean copy. Damaged when its file is gone or changed."""
        _, facts, _ = self._photo(photo_id)
        key = base64.b64decode(facts["clean_key"])
        return BlobFolder(self._folder).read(photo_id, CLEAN, key, facts["clean_sha256"])

    @in_words
    def original_bytes(self, photo_id: PhotoId) -> bytes:
        """The file as it came from the camera. Refused when it was not kept."""
        row, facts, _ = self._photo(photo_id)
        if not row[5]:
            raise no_such("original")
        key = base64.b64decode(facts["original_key"])
        return BlobFolder(self._folder).read(photo_id, ORIGINAL, key, facts["original_sha256"])

    @in_words
    def set_photo_verdict(self, photo_id: PhotoId, verdict: Json) -> None:
        """Keep what the policy says about a photograph. Allowed in every state: a held one may be cleared later."""
        with transaction(self._connection):
            row, facts, record = self._photo(photo_id)
            facts["verdict"] = verdict
            counter = row[6] + 1
            sealed = self._seal_photo(row[:6], counter, facts, record)
            self._connection.execute(
                "UPDATE photo SET counter = ?, facts = ? WHERE id = ?", (counter, sealed, photo_id)
            )
            self._note(record, AuditKind.PHOTO_JUDGED, {"photo": photo_id, "verdict": verdict})

    @in_words
    def remove_photo(self, photo_id: PhotoId, *, actor: str, reason: str) -> None:
        """Take a photograph out of a referral that is not sealed, because a named person says so."""
        with transaction(self._connection):
            _, facts, record = self._photo(photo_id)
            self._edit(record)
            self._connection.execute("DELETE FROM photo WHERE id = ?", (photo_id,))
            said = {"photo": photo_id, "clean_sha256": facts["clean_sha256"], "actor": actor, "reason": reason}
            self._note(record, AuditKind.PHOTO_REMOVED, {**said, "state": str(record.state)})
        BlobFolder(self._folder).remove(photo_id)

    # --- inside

    def _insert(
        self, referral_id: ReferralId, photo_id: PhotoId, size: int, original_size: int, said: dict[str, Json]
    ) -> None:
        with transaction(self._connection):
            record = self._load(referral_id)
            self._edit(record)
            number = self._connection.execute(
                "SELECT coalesce(max(number), 0) + 1 FROM photo WHERE referral_id = ?", (referral_id,)
            ).fetchone()[0]
            clear = (str(photo_id), str(referral_id), number, to_rfc3339(self._clock.now()), size, original_size)
            sealed = self._seal_photo(clear, 1, said, record)
            self._connection.execute("INSERT INTO photo VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*clear, 1, sealed))
            noted = {
                "photo": photo_id,
                "clean_sha256": said["clean_sha256"],
                "original_sha256": said["original_sha256"],
                "facts": said["facts"],
                "state": str(record.state),
            }
            self._note(record, AuditKind.PHOTO_ADDED, noted)

    def _edit(self, record: Record) -> None:
        record.state = next_referral(record.state, ReferralEvent.EDIT)
        self._write(record)

    def _photo(self, photo_id: PhotoId) -> tuple[_Row, dict[str, Json], Record]:
        row: _Row | None = self._connection.execute(f"{_SELECT} WHERE id = ?", (photo_id,)).fetchone()
        if row is None:
            raise no_such("photograph")
        record = self._load(ReferralId(row[1]))
        return row, self._photo_facts(row, record), record

    def _seal_photo(
        self, clear: tuple[str, str, int, str, int, int], counter: int, said: dict[str, Json], record: Record
    ) -> bytes:
        place = cell("photo", "facts", clear[0], counter)
        return self._keys.seal(record.key, place, {**said, "clear": list(clear)})

    def _photo_facts(self, row: _Row, record: Record) -> dict[str, Json]:
        try:
            facts = self._keys.open(record.key, cell("photo", "facts", row[0], row[6]), row[7])
        except CannotOpen:
            facts = {}
        if facts.pop("clear", None) != list(row[:6]):
            raise Damaged("What the vault knows about a photograph is damaged.")
        return facts


def blob_names(rows: list[tuple[str, int]]) -> set[str]:
    """The files that photograph rows (id, original_size) name."""
    names = {f"{photo_id}.{CLEAN}" for photo_id, _ in rows}
    return names | {f"{photo_id}.{ORIGINAL}" for photo_id, original_size in rows if original_size}


def _photo(row: _Row, facts: dict[str, Json]) -> StoredPhoto:
    return StoredPhoto(
        id=PhotoId(row[0]),
        referral_id=ReferralId(row[1]),
        media_type=facts["media_type"],
        facts=facts["facts"],
        verdict=facts["verdict"],
        clean_sha256=facts["clean_sha256"],
        original_sha256=facts["original_sha256"],
        original_name=facts["original_name"],
        size=row[4],
        original_size=row[5],
        added_at=from_rfc3339(row[3]),
    )
