"""The audit chain: what happened, in order, so that any removal, change or reordering shows.

Each entry's hash covers everything stored of it, sealed bytes included, and the hash before it. A detail about a
referral is sealed under that referral's key: erasing the referral leaves entries that nobody can read and that still
verify. An entry and the change it records are one transaction. Entries of the queue are written without a key, so
they hold codes only. The witness, a keyed code over the head at the last keyed change, keeps somebody without
the passphrase from rewriting what came before it; an outside witness is the head inside every package.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from referral_client.base.canonical import Json, canonical_bytes, strict_json
from referral_client.base.clock import to_rfc3339
from referral_client.base.errors import Refused
from referral_client.sealing.atrest import CannotOpen
from referral_client.vault.keys import StoreKeys, cell

_START = bytes(32)
_CLEAR_LIMIT = 10_000
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}\Z|\Z")


class AuditKind(StrEnum):
    MADE = "store-made"
    PASSPHRASE = "passphrase-changed"
    KEYRING = "keyring-changed"
    STARTED = "referral-started"
    EDITED = "referral-edited"
    NOTED = "referral-noted"
    MOVED = "referral-moved"
    SEALED = "referral-sealed"
    ERASED = "referral-erased"
    PHOTO_ADDED = "photograph-added"
    PHOTO_JUDGED = "photograph-judged"
    PHOTO_REMOVED = "photograph-removed"
    QUEUED = "delivery-queued"
    DELIVERY = "delivery-moved"
    RECEIPT = "receipt-kept"


class ChainBroken(Refused):
    """The audit chain does not verify."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            "VAULT-AUDIT-BROKEN",
            "The record of what happened in this vault was changed from outside.",
            meaning="The referrals may still be whole; the record about them can no longer be relied on.",
            next_step="Keep the folder as it is, and tell your safeguarding lead and the person who looks after IT.",
            reasons=(f"The first entry that does not fit is number {seq}.",),
        )


def append(
    connection: sqlite3.Connection,
    at: datetime,
    kind: AuditKind,
    referral_id: str,
    body: bytes | Callable[[int], bytes],
    *,
    sealed: bool,
) -> int:
    """Add one entry inside the caller's transaction; its number. `body` may depend on the number."""
    last = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, prev = (last[0] + 1, last[1]) if last else (1, _START)
    raw = body if isinstance(body, bytes) else body(seq)
    when = to_rfc3339(at)
    digest = _hash(seq, when, kind, referral_id, sealed, raw, prev)
    row = (seq, when, str(kind), referral_id, int(sealed), raw, prev, digest)
    connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return seq


def is_code(text: str) -> bool:
    """True for what may stand in clear: a code, an id, a digest, or nothing."""
    return _CODE.match(text) is not None


def append_codes(
    connection: sqlite3.Connection, at: datetime, kind: AuditKind, referral_id: str, codes: Mapping[str, str | int]
) -> int:
    """Add an entry in clear. ValueError when a value is anything but a code, an id or a number."""
    for name, value in codes.items():
        if isinstance(value, str) and not is_code(value):
            raise ValueError(f"audit entry in clear: {name} is not a code")
    return append(connection, at, kind, referral_id, canonical_bytes(dict(codes)), sealed=False)


def append_sealed(
    connection: sqlite3.Connection,
    at: datetime,
    kind: AuditKind,
    referral_id: str,
    detail: Mapping[str, Json],
    keys: StoreKeys,
    key: bytes,
) -> None:
    """Add an entry whose detail is sealed under `key`, and renew the witness."""
    append(
        connection,
        at,
        kind,
        referral_id,
        lambda seq: keys.seal(key, cell("audit", "body", str(seq), 0), dict(detail)),
        sealed=True,
    )
    seq, head = head_of(connection)
    connection.execute("DELETE FROM witness")
    connection.execute("INSERT INTO witness VALUES (1, ?, ?, ?)", (seq, head, keys.witness(seq, head)))


def open_detail(keys: StoreKeys, seq: int, sealed: int, raw: bytes, key: bytes) -> dict[str, Json] | None:
    """What an entry says; None when `key` does not open it."""
    if not sealed:
        said = strict_json(raw, limit=_CLEAR_LIMIT)
        return said if isinstance(said, dict) else None
    try:
        return keys.open(key, cell("audit", "body", str(seq), 0), raw)
    except CannotOpen:
        return None


def head_of(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and hash of the last entry."""
    row = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, _START) if row is None else (row[0], row[1])


def verify(connection: sqlite3.Connection, keys: StoreKeys) -> None:
    """ChainBroken at the first entry that does not fit."""
    expected, prev = 1, _START
    witness = connection.execute("SELECT seq, hash, mac FROM witness").fetchone()
    for seq, at, kind, referral_id, sealed, raw, before, digest in connection.execute(
        "SELECT seq, at, kind, referral_id, sealed, body, prev, hash FROM audit ORDER BY seq"
    ):
        if seq != expected or before != prev or digest != _hash(seq, at, kind, referral_id, sealed, raw, prev):
            raise ChainBroken(expected)
        if witness and seq == witness[0] and digest != witness[1]:
            raise ChainBroken(seq)
        expected, prev = seq + 1, digest
    if witness is None or witness[0] >= expected:
        raise ChainBroken(expected)
    if not hmac.compare_digest(witness[2], keys.witness(witness[0], witness[1])):
        raise ChainBroken(witness[0])


def verify_witness(connection: sqlite3.Connection, keys: StoreKeys) -> None:
    """The quick look at every opening: the entry last witnessed is still there, as it was."""
    row = connection.execute(
        "SELECT w.seq, w.hash, w.mac, a.hash FROM witness w LEFT JOIN audit a USING (seq)"
    ).fetchone()
    if row is None or row[1] != row[3] or not hmac.compare_digest(row[2], keys.witness(row[0], row[1])):
        raise ChainBroken(row[0] if row else 1)


def custody_lines(
    rows: Iterator[tuple[int, str, str, str, int, bytes, bytes, bytes]], detail: Callable[[int, int, bytes], Json]
) -> Iterator[bytes]:
    """The entries of one referral as JSON lines that stand on their own.

    Each line holds what the hash covers (`body` in base64), the readable detail, and `line_before`: the SHA-256 of
    the line before it, so that the lines are a chain even where entries of other referrals lie between.
    """
    before = ""
    for seq, at, kind, referral_id, sealed, raw, prev, digest in rows:
        line = canonical_bytes(
            {
                "seq": seq,
                "at": at,
                "kind": kind,
                "referral_id": referral_id,
                "sealed": bool(sealed),
                "body": base64.b64encode(raw).decode("ascii"),
                "detail": detail(seq, sealed, raw),
                "prev": prev.hex(),
                "hash": digest.hex(),
                "line_before": before,
            }
        )
        before = hashlib.sha256(line).hexdigest()
        yield line + b"\n"


def _hash(seq: int, at: str, kind: str, referral_id: str, sealed: int, raw: bytes, prev: bytes) -> bytes:
    """SHA-256 over the canonical JSON of everything stored, with the digest of the body in its place."""
    return hashlib.sha256(
        canonical_bytes(
            {
                "v": 1,
                "seq": seq,
                "at": at,
                "kind": kind,
                "referral_id": referral_id,
                "sealed": int(sealed),
                "body_sha256": hashlib.sha256(raw).hexdigest(),
                "prev": prev.hex(),
            }
        )
    ).digest()
