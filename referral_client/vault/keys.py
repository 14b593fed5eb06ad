"""The keys of an open vault, and the cells they seal.

One key of the vault (wrapped in the slots) gives, by derivation: the key of store-wide cells, the key that wraps each
referral's own random key, and the key of the audit witness. Losing a referral's wrapped key loses its content.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.base.ids import RandomBytes
from referral_client.sealing.atrest import (
    KEY_SIZE,
    Place,
    derive_key,
    open_cell,
    seal_cell,
    unwrap_key,
    wrap_key,
)
from referral_client.vault.trouble import Damaged

# The layout of what is inside cells; it is part of every cell's place.
CELLS = 1


class StoreKeys:
    """Held only while the vault is open. Never printed."""

    __slots__ = ("_store", "_witness", "_wrapping", "random")

    def __init__(self, kek: bytes, random: RandomBytes) -> None:
        self._store = derive_key(kek, "store")
        self._wrapping = derive_key(kek, "wrap referral keys")
        self._witness = derive_key(kek, "audit witness")
        self.random = random

    @property
    def store(self) -> bytes:
        """For cells that belong to no referral."""
        return self._store

    def new_referral_key(self, referral_id: str) -> tuple[bytes, bytes]:
        """A fresh key, plain and wrapped."""
        key = self.random(KEY_SIZE)
        return key, wrap_key(self._wrapping, _key_place(referral_id), key, self.random)

    def referral_key(self, referral_id: str, untrusted_wrapped: bytes) -> bytes:
        return unwrap_key(self._wrapping, _key_place(referral_id), untrusted_wrapped)

    def witness(self, seq: int, head: bytes) -> bytes:
        """A code over the head of the audit chain that only this vault's key makes."""
        return hmac.digest(self._witness, f"{seq}|".encode() + head, hashlib.sha256)

    def seal(self, key: bytes, place: Place, value: Json) -> bytes:
        return seal_cell(key, place, canonical_bytes(value), self.random)

    def open(self, key: bytes, place: Place, untrusted_cell: bytes) -> dict[str, Json]:
        """The JSON object in a cell; CannotOpen, or Damaged when it is none."""
        # A cell that opens holds what this program wrote, so the strict (and slow) reader is not needed.
        value = json.loads(open_cell(key, place, untrusted_cell))
        if not isinstance(value, dict):
            raise Damaged
        return value


def cell(table: str, column: str, row: str, counter: int) -> Place:
    return Place(table, column, row, CELLS, counter)


def _key_place(referral_id: str) -> Place:
    return cell("referral", "wrapped_key", referral_id, 0)
