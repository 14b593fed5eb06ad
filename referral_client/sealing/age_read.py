"""Opens age v1 files sealed for post-quantum recipients. Only the council's offline side and self-checks import this.

`open_to` and `open_bytes` read from front to back; what they write is to be kept private until they return, because
damage may lie in the last chunk. `SealedFile` reads any part of a file on disk without ever writing plaintext:
`verify` first goes through all of it. Stanzas of types unknown here are passed over (age calls it grease).
Imports base and its neighbours in this room.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from referral_client.base.errors import Refused
from referral_client.sealing import recipients as keys
from referral_client.sealing.age_format import (
    BODY_COLUMNS,
    CHUNK,
    FILE_KEY_BYTES,
    NONCE_BYTES,
    SEALED_CHUNK,
    STANZA_TYPE,
    TAG,
    VERSION_LINE,
    WRAPPED_KEY_BYTES,
    bare_base64,
    chunk_nonce,
    header_mac,
    payload_cipher,
)

_STANZAS_LIMIT = 64
_LINE_LIMIT = 16_384
_BODY_LINES_LIMIT = 1024
_ARGUMENT = re.compile(rb"^[\x21-\x7e]+$")
_ASK_AGAIN = "Ask the sender to send it again."


class NoMatch(Refused):
    """None of the identities is one that the file was sealed for."""

    def __init__(self) -> None:
        super().__init__(
            "SEALING-NO-MATCH",
            "This key does not open this package.",
            meaning="The package was locked for another key. Nothing was opened.",
            next_step="Try the keys that were in use when it was sent, older ones too.",
        )


class HeaderDamaged(Refused):
    """The age header is not one, or was changed."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(
            "SEALING-HEADER-DAMAGED",
            "The beginning of this file is damaged, or it is not a locked package.",
            meaning="Nothing was opened.",
            next_step=_ASK_AGAIN,
            reasons=reasons,
        )


class PayloadDamaged(Refused):
    """A chunk was changed, moved, left out or cut short."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(
            "SEALING-PAYLOAD-DAMAGED",
            "This package was damaged or cut short on the way.",
            meaning="Nothing in it was used.",
            next_step=_ASK_AGAIN,
            reasons=reasons,
        )


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient's line in the header, unchecked beyond its shape."""

    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header: the stanzas, the bytes that the MAC covers, and the MAC itself, not yet checked."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes

    def check(self, file_key: bytes) -> None:
        """HeaderDamaged if the MAC does not fit this file key."""
        mac = header_mac(file_key)
        mac.update(self.covered)
        try:
            mac.verify(self.mac)
        except InvalidSignature as error:
            raise HeaderDamaged("its checksum does not fit") from error


def open_to(ciphertext: BinaryIO, identities: Sequence[str], out: BinaryIO) -> None:
    """Decrypt from front to back into `out`.

    NoMatch, HeaderDamaged or PayloadDamaged; in the last case `out` already holds what came before the damage.
    """
    header = read_header(ciphertext)
    file_key, _ = unwrap(header, identities)
    for chunk in plain_chunks(ciphertext, file_key):
        out.write(chunk)


def open_bytes(data: bytes, identities: Sequence[str], limit: int) -> bytes:
    """The plaintext of a small age file; PayloadDamaged if it would be longer than `limit` bytes."""
    if len(data) > limit + 4 * _LINE_LIMIT + limit // CHUNK * TAG:
        raise PayloadDamaged("longer than what belongs here")
    out = io.BytesIO()
    open_to(io.BytesIO(data), identities, out)
    if out.tell() > limit:
        raise PayloadDamaged("longer than what belongs here")
    return out.getvalue()


class SealedFile:
    """An age file on disk, read in place. Only `verify` makes `read_at` usable; no plaintext is ever written."""

    def __init__(self, ciphertext: BinaryIO, identities: Sequence[str]) -> None:
        """NoMatch or HeaderDamaged. `ciphertext` must be seekable and stay open."""
        self._stream = ciphertext
        header = read_header(ciphertext)
        self._file_key, self.identity = unwrap(header, identities)
        self._nonce_at = ciphertext.tell()
        self._first_chunk_at = self._nonce_at + NONCE_BYTES
        self._cipher: ChaCha20Poly1305 | None = None
        self._held_index = -1
        self._held = b""
        self._chunks = 0
        self.size = 0

    def verify(self) -> str:
        """Decrypt and discard every chunk; the SHA-256 of the whole file in hex. PayloadDamaged if one is not whole."""
        self._stream.seek(0)
        hashing = _Hashing(self._stream)
        hashing.read(self._nonce_at)
        for chunk in plain_chunks(hashing, self._file_key):
            self.size += len(chunk)
            self._chunks += 1
        self._stream.seek(self._nonce_at)
        nonce = self._stream.read(NONCE_BYTES)
        self._cipher = payload_cipher(self._file_key, nonce)
        return hashing.digest.hexdigest()

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly these bytes of the plaintext, authenticated again as they are read."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise PayloadDamaged("a part reaches beyond the end")
        pieces = []
        while length:
            index, within = divmod(offset, CHUNK)
            piece = self._chunk(index)[within : within + length]
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _chunk(self, index: int) -> bytes:
        if self._cipher is None:
            raise AssertionError("verify comes before read_at")
        if index != self._held_index:
            self._stream.seek(self._first_chunk_at + index * SEALED_CHUNK)
            sealed = self._stream.read(SEALED_CHUNK)
            try:
                self._held = self._cipher.decrypt(chunk_nonce(index, final=index == self._chunks - 1), sealed, None)
            except InvalidTag as error:
                raise PayloadDamaged("it changed while it was being read") from error
            self._held_index = index
        return self._held


class Reads(Protocol):
    """A stream that can be read from front to back."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class _Hashing:
    """Passes reads on and hashes what went by."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        piece = self._stream.read(size)
        self.digest.update(piece)
        return piece


def read_header(ciphertext: BinaryIO) -> Header:
    """Parse up to and including the MAC line, and leave the stream at the nonce. HeaderDamaged says what is wrong."""
    if ciphertext.read(len(VERSION_LINE)) != VERSION_LINE:
        raise HeaderDamaged("it does not start as an age file")
    covered = [VERSION_LINE]
    stanzas: list[Stanza] = []
    while True:
        line = _line(ciphertext)
        if line.startswith(b"--- "):
            covered.append(b"---")
            break
        if not line.startswith(b"-> ") or len(stanzas) == _STANZAS_LIMIT:
            raise HeaderDamaged("a line that does not belong in a header")
        covered.append(line + b"\n")
        arguments = line[3:].split(b" ")
        if not all(_ARGUMENT.match(argument) for argument in arguments):
            raise HeaderDamaged("a recipient line that is not of printed characters and single spaces")
        stanzas.append(Stanza(tuple(argument.decode() for argument in arguments), _body(ciphertext, covered)))
    if not stanzas:
        raise HeaderDamaged("it names no recipient")
    mac = unbare_base64(line[4:])
    if len(mac) != 32:
        raise HeaderDamaged("its checksum is not 32 bytes")
    return Header(tuple(stanzas), b"".join(covered), mac)


def unwrap(header: Header, identities: Sequence[str]) -> tuple[bytes, str]:
    """The file key, after the header's MAC verified with it, and the identity that opened it. NoMatch otherwise."""
    private = [(keys.private_key(identity), identity) for identity in identities]
    found: tuple[bytes, str] | None = None
    for stanza in header.stanzas:
        if stanza.arguments[0] != STANZA_TYPE:
            continue
        wrapped = _check_stanza(stanza)
        for key, identity in private:
            if found is not None:
                break
            try:
                found = keys.suite().decrypt(wrapped, key, keys.INFO), identity
            except InvalidTag:
                continue
    if found is None:
        raise NoMatch
    if len(found[0]) != FILE_KEY_BYTES:
        raise HeaderDamaged("its file key is not 16 bytes")
    header.check(found[0])
    return found


def plain_chunks(ciphertext: Reads, file_key: bytes) -> Iterator[bytes]:
    """The plaintext chunk by chunk, from the nonce on; PayloadDamaged where it stops being whole.
    The nonce counts as part of the header, so a file without it is HeaderDamaged.

    A full-size chunk is tried as one in the middle and then as the last one, and nothing may follow the last.
    """
    nonce = ciphertext.read(NONCE_BYTES)
    if len(nonce) != NONCE_BYTES:
        raise HeaderDamaged("it ends before the first chunk")
    cipher = payload_cipher(file_key, nonce)
    index = 0
    while True:
        sealed = _full_read(ciphertext, SEALED_CHUNK)
        if len(sealed) == SEALED_CHUNK:
            try:
                yield cipher.decrypt(chunk_nonce(index, final=False), sealed, None)
            except InvalidTag:
                break
            index += 1
            continue
        break
    try:
        last = cipher.decrypt(chunk_nonce(index, final=True), sealed, None)
    except InvalidTag as error:
        raise PayloadDamaged("a chunk does not fit its seal") from error
    if not last and index:
        raise PayloadDamaged("an empty last chunk")
    yield last
    if ciphertext.read(1):
        raise PayloadDamaged("something follows the last chunk")


def unbare_base64(untrusted: bytes) -> bytes:
    """Standard base64 without padding in its one canonical spelling; HeaderDamaged otherwise."""
    try:
        raw = base64.b64decode(untrusted + b"=" * (-len(untrusted) % 4), validate=True)
    except ValueError as error:
        raise HeaderDamaged("a value that is not base64") from error
    if bare_base64(raw) != untrusted:
        raise HeaderDamaged("a value that is not base64 in its canonical spelling")
    return raw


def _check_stanza(stanza: Stanza) -> bytes:
    """Encapsulation and body together, as HPKE takes them."""
    if len(stanza.arguments) != 2:
        raise HeaderDamaged("a recipient line with the wrong number of arguments")
    encapsulation = unbare_base64(stanza.arguments[1].encode())
    if len(encapsulation) != keys.ENCAPSULATION_BYTES or len(stanza.body) != WRAPPED_KEY_BYTES:
        raise HeaderDamaged("a recipient line of the wrong size")
    try:
        # The library reports a share of low order as "wrong key"; age calls it a damaged header.
        X25519PrivateKey.from_private_bytes(bytes(32)).exchange(X25519PublicKey.from_public_bytes(encapsulation[-32:]))
    except ValueError as error:
        raise HeaderDamaged("a key share that fits every key") from error
    return encapsulation + stanza.body


def _line(ciphertext: BinaryIO) -> bytes:
    line = ciphertext.readline(_LINE_LIMIT)
    if not line.endswith(b"\n"):
        raise HeaderDamaged("a line that is too long or does not end")
    return line[:-1]


def _body(ciphertext: BinaryIO, covered: list[bytes]) -> bytes:
    """Full lines of 64 columns and then one that is shorter, perhaps empty."""
    lines: list[bytes] = []
    while len(lines) < _BODY_LINES_LIMIT:
        line = _line(ciphertext)
        covered.append(line + b"\n")
        lines.append(line)
        if len(line) > BODY_COLUMNS:
            break
        if len(line) < BODY_COLUMNS:
            return unbare_base64(b"".join(lines))
    raise HeaderDamaged("a recipient's value is not wrapped at 64 columns")


def _full_read(ciphertext: Reads, wanted: int) -> bytes:
    """As many of `wanted` bytes as there are, even if they come in small pieces."""
    piece = ciphertext.read(wanted)
    while piece and len(piece) < wanted:
        more = ciphertext.read(wanted - len(piece))
        if not more:
            break
        piece += more
    return piece
