"""Sealing of what stays on this computer: cells, wrapped keys, keys from passphrases, and streams for photographs.

Promises: a cell opens only with its key and in its own place (table, column, row, schema, counter); a stream opens
whole or raises; a passphrase's cost is checked before a byte of memory is spent on it. No error holds content.
May import: base. Formats:

    cell    12-byte nonce, then ChaCha20-Poly1305 of the plaintext; associated data
            "referral-client cell v1|table|column|row|schema|counter"
    key     a cell that holds 32 bytes
    stream  the header line, 16-byte nonce, then the STREAM construction as in age's payload: chunks of 64 KiB,
            key = HKDF-SHA-256(stream key, salt = nonce, info = header line), chunk nonce = 11-byte counter + last flag
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from referral_client.base.errors import MachineLacks, Refused
from referral_client.base.ids import RandomBytes

KEY_SIZE = 32
SALT_SIZE = 16
CHUNK = 64 * 1024
_NONCE_SIZE = 12
_TAG_SIZE = 16
_CELL_WORDS = b"referral-client cell v1"
_STREAM_LINE = b"referral-client stream v1\n"
_STREAM_NONCE_SIZE = 16


class CannotOpen(Refused):
    """The key, the place or the bytes do not fit: nothing can be said about which."""

    def __init__(self, what: str = "A locked part of the vault does not open.") -> None:
        super().__init__(
            "SEALING-CANNOT-OPEN",
            what,
            meaning="It was changed or damaged, or it belongs somewhere else.",
            next_step="Tell the person who looks after this computer, and keep the folder as it is.",
        )


# --- keys from passphrases --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a passphrase costs (RFC 9106): memory in KiB, passes over it, lanes side by side."""

    memory_kib: int = 256 * 1024
    passes: int = 3
    lanes: int = 4


DEFAULT_COST = Cost()
# The lower bounds are those of the algorithm; the upper ones keep a changed header from exhausting the machine.
_MOST = Cost(memory_kib=1024 * 1024, passes=16, lanes=16)


def cost_fits(untrusted: Cost) -> bool:
    """True when a key may be derived at this cost. Asked before deriving, so that a header cannot eat the memory."""
    return (
        1 <= untrusted.lanes <= _MOST.lanes
        and 1 <= untrusted.passes <= _MOST.passes
        and 8 * untrusted.lanes <= untrusted.memory_kib <= _MOST.memory_kib
    )


def key_from_passphrase(passphrase: str, untrusted_salt: bytes, untrusted_cost: Cost) -> bytes:
    """32 bytes by Argon2id. The passphrase is taken in Unicode's composed form: keyboards differ, people do not.

    CannotOpen when salt or cost are outside the bounds; MachineLacks when the memory is not there.
    """
    if len(untrusted_salt) != SALT_SIZE or not cost_fits(untrusted_cost):
        raise CannotOpen("The header of the vault asks for something that this program never writes.")
    words = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        return Argon2id(
            salt=untrusted_salt,
            length=KEY_SIZE,
            iterations=untrusted_cost.passes,
            lanes=untrusted_cost.lanes,
            memory_cost=untrusted_cost.memory_kib,
        ).derive(words)
    except MemoryError:
        need = untrusted_cost.memory_kib // 1024
    raise MachineLacks(
        "SEALING-NO-MEMORY",
        f"Opening the vault needs {need} MB of free memory, and this computer has less.",
        meaning="Nothing was changed.",
        next_step="Close other programs and try again.",
    )


def derive_key(key: bytes, purpose: str) -> bytes:
    """A second key from a random one, for one named purpose (HKDF-SHA-256)."""
    info = b"referral-client key v1|" + purpose.encode("ascii")
    return HKDF(algorithm=hashes.SHA256(), length=KEY_SIZE, salt=None, info=info).derive(key)


# --- cells ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands. A cell moved, swapped or brought back from an earlier counter does not open.

    table, column and row are names and ids of ours; none may hold "|".
    """

    table: str
    column: str
    row: str
    schema: int
    counter: int

    def associated_data(self) -> bytes:
        words = (self.table, self.column, self.row)
        if any("|" in word for word in words):
            raise ValueError("a place may not hold a bar")
        return b"|".join([_CELL_WORDS, "|".join([*words, str(self.schema), str(self.counter)]).encode("utf-8")])


def seal_cell(key: bytes, place: Place, plaintext: bytes, random: RandomBytes) -> bytes:
    """The bytes to keep: 28 longer than the plaintext."""
    nonce = random(_NONCE_SIZE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plaintext, place.associated_data())


def open_cell(key: bytes, place: Place, untrusted_cell: bytes) -> bytes:
    """The plaintext; CannotOpen for another key, another place or changed bytes."""
    if len(untrusted_cell) < _NONCE_SIZE + _TAG_SIZE:
        raise CannotOpen
    nonce, sealed = untrusted_cell[:_NONCE_SIZE], untrusted_cell[_NONCE_SIZE:]
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, place.associated_data())
    except InvalidTag:
        raise CannotOpen from None


def wrap_key(wrapping: bytes, place: Place, key: bytes, random: RandomBytes) -> bytes:
    """A key sealed by another key."""
    if len(key) != KEY_SIZE:
        raise ValueError("a key is 32 bytes")
    return seal_cell(wrapping, place, key, random)


def unwrap_key(wrapping: bytes, place: Place, untrusted_wrapped: bytes) -> bytes:
    """The wrapped key; CannotOpen when it is not one."""
    key = open_cell(wrapping, place, untrusted_wrapped)
    if len(key) != KEY_SIZE:
        raise CannotOpen
    return key


# --- streams ----------------------------------------------------------------------------------------------------


def sealed_stream_size(size: int) -> int:
    """How long the stream of `size` bytes is."""
    chunks = max(1, -(-size // CHUNK))
    return len(_STREAM_LINE) + _STREAM_NONCE_SIZE + size + chunks * _TAG_SIZE


def seal_stream(key: bytes, plaintext: BinaryIO, out: BinaryIO, random: RandomBytes) -> None:
    """Write `plaintext`, read to its end, as a sealed stream. Use a key once."""
    nonce = random(_STREAM_NONCE_SIZE)
    cipher = ChaCha20Poly1305(_stream_key(key, nonce))
    out.write(_STREAM_LINE + nonce)
    chunk = plaintext.read(CHUNK)
    counter = 0
    while True:
        following = plaintext.read(CHUNK) if len(chunk) == CHUNK else b""
        out.write(cipher.encrypt(_chunk_nonce(counter, last=not following), chunk, None))
        if not following:
            return
        chunk, counter = following, counter + 1


def open_stream(key: bytes, untrusted_stream: BinaryIO) -> Iterator[bytes]:
    """The plaintext, chunk by chunk; CannotOpen at the first chunk that does not fit, or when the end is missing.

    A chunk handed out is genuine, but only the end of the iteration says that the whole is there.
    """
    head = untrusted_stream.read(len(_STREAM_LINE) + _STREAM_NONCE_SIZE)
    if len(head) != len(_STREAM_LINE) + _STREAM_NONCE_SIZE or not head.startswith(_STREAM_LINE):
        raise CannotOpen
    cipher = ChaCha20Poly1305(_stream_key(key, head[len(_STREAM_LINE) :]))
    sealed = untrusted_stream.read(CHUNK + _TAG_SIZE)
    counter = 0
    while True:
        following = untrusted_stream.read(CHUNK + _TAG_SIZE) if len(sealed) == CHUNK + _TAG_SIZE else b""
        last = not following
        try:
            chunk = cipher.decrypt(_chunk_nonce(counter, last=last), sealed, None)
        except InvalidTag:
            raise CannotOpen from None
        if last and counter and not chunk:
            raise CannotOpen  # only an empty plaintext ends in an empty chunk
        yield chunk
        if last:
            return
        sealed, counter = following, counter + 1


def _stream_key(key: bytes, nonce: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_SIZE, salt=nonce, info=_STREAM_LINE).derive(key)


def _chunk_nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
