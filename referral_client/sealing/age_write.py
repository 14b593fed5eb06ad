"""Seals bytes for post-quantum recipients as an age v1 file, in one pass and constant memory.

Each 64 KiB chunk is encrypted here; a second thread hashes and writes, so the digest costs no time of its own.
The file key and nonce come from the random source given; the encapsulation to each recipient comes from the
library's own source, so two sealings of the same bytes are never alike. Imports base and its neighbours in this room.
"""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from referral_client.base.errors import Refused
from referral_client.base.ids import RandomBytes, system_random
from referral_client.sealing import recipients as keys
from referral_client.sealing.age_format import (
    BODY_COLUMNS,
    CHUNK,
    FILE_KEY_BYTES,
    NONCE_BYTES,
    RECIPIENTS_LIMIT,
    SEALED_CHUNK,
    STANZA_TYPE,
    TAG,
    VERSION_LINE,
    WRAPPED_KEY_BYTES,
    bare_base64,
    chunk_nonce,
    chunks_of,
    header_mac,
    payload_cipher,
)

_CHUNKS_PER_BLOCK = 16
_BLOCKS_IN_FLIGHT = 4


class ReadsInto(Protocol):
    """An open file, a BytesIO, or anything else that fills a buffer."""

    def readinto(self, buffer: memoryview | bytearray, /) -> int | None:
        """How many bytes were put at the start of the buffer; none at the end."""


def seal(
    plaintext: ReadsInto,
    size: int,
    recipients: Sequence[str],
    out: BinaryIO,
    *,
    random: RandomBytes = system_random,
) -> str:
    """Write the age file of exactly `size` bytes of plaintext to `out`; the SHA-256 of what was written, in hex.

    Refused, with something unusable in `out`: no recipient, too many, one twice, one of the older kind, or a
    plaintext that is not `size` bytes long. Peak memory is about 10 MiB whatever the size.
    """
    file_key = random(FILE_KEY_BYTES)
    header = _header(file_key, recipients)
    nonce = random(NONCE_BYTES)
    digest = hashlib.sha256()

    def take(block: bytes | memoryview) -> None:
        digest.update(block)
        out.write(block)

    with ThreadPoolExecutor(1, "seal-writer") as writer:
        pending: deque[Future[None]] = deque([writer.submit(take, header + nonce)])
        for block in _sealed_blocks(plaintext, size, payload_cipher(file_key, nonce)):
            pending.append(writer.submit(take, block))
            if len(pending) > _BLOCKS_IN_FLIGHT:
                pending.popleft().result()
        for future in pending:
            future.result()
    return digest.hexdigest()


def seal_bytes(data: bytes, recipients: Sequence[str], *, random: RandomBytes = system_random) -> bytes:
    """The age file of a small piece of data."""
    out = io.BytesIO()
    seal(io.BytesIO(data), len(data), recipients, out, random=random)
    return out.getvalue()


def sealed_size(plain_size: int, recipient_count: int) -> int:
    """The exact size of the age file, known before sealing."""
    return _header_size(recipient_count) + NONCE_BYTES + plain_size + TAG * chunks_of(plain_size)


def _header_size(recipient_count: int) -> int:
    encapsulation = len(bare_base64(bytes(keys.ENCAPSULATION_BYTES)))
    body = len(bare_base64(bytes(WRAPPED_KEY_BYTES)))
    stanza = len(f"-> {STANZA_TYPE} \n") + encapsulation + body + 1
    return len(VERSION_LINE) + recipient_count * stanza + len("--- \n") + len(bare_base64(bytes(32)))


def _header(file_key: bytes, recipients: Sequence[str]) -> bytes:
    if not 1 <= len(recipients) <= RECIPIENTS_LIMIT or len(set(recipients)) != len(recipients):
        raise keys.NotARecipient(f"there must be 1 to {RECIPIENTS_LIMIT} keys to lock it for, each once")
    text = VERSION_LINE + b"".join(_stanza(file_key, recipient) for recipient in recipients) + b"---"
    mac = header_mac(file_key)
    mac.update(text)
    return text + b" " + bare_base64(mac.finalize()) + b"\n"


def _stanza(file_key: bytes, recipient: str) -> bytes:
    wrapped = keys.suite().encrypt(file_key, keys.public_key(recipient), keys.INFO)
    encapsulation, body = wrapped[: keys.ENCAPSULATION_BYTES], bare_base64(wrapped[keys.ENCAPSULATION_BYTES :])
    if len(body) >= BODY_COLUMNS:
        raise AssertionError("a wrapped file key fits on one line")
    return b"-> %s %s\n%s\n" % (STANZA_TYPE.encode(), bare_base64(encapsulation), body)


def _sealed_blocks(plaintext: ReadsInto, size: int, cipher: ChaCha20Poly1305) -> Iterator[memoryview]:
    """The chunks of the whole plaintext, up to sixteen at a time.

    Buffers are used in turn (fresh memory for each block would double the time): a block yielded stays as it is
    while `_BLOCKS_IN_FLIGHT` more are made.
    """
    chunks = chunks_of(size)
    per_block = min(chunks, _CHUNKS_PER_BLOCK)
    plain = memoryview(bytearray(min(size, per_block * CHUNK)))
    buffers = cycle([memoryview(bytearray(per_block * SEALED_CHUNK)) for _ in range(_BLOCKS_IN_FLIGHT + 2)])
    for first in range(0, chunks, _CHUNKS_PER_BLOCK):
        length = min(size - first * CHUNK, len(plain))
        _fill(plain[:length], plaintext)
        block, end = next(buffers), 0
        for index in range(first, min(first + _CHUNKS_PER_BLOCK, chunks)):
            piece = plain[(index - first) * CHUNK : min((index - first + 1) * CHUNK, length)]
            start, end = end, end + len(piece) + TAG
            cipher.encrypt_into(chunk_nonce(index, final=index == chunks - 1), piece, None, block[start:end])
        yield block[:end]
    if plaintext.readinto(bytearray(1)):
        raise _changed()


def _fill(buffer: memoryview, plaintext: ReadsInto) -> None:
    """Read until the buffer is full, however many reads it takes."""
    while buffer:
        count = plaintext.readinto(buffer)
        if not count:
            raise _changed()
        buffer = buffer[count:]


def _changed() -> Refused:
    return Refused(
        "SEALING-SOURCE-CHANGED",
        "What was being locked changed its size meanwhile.",
        meaning="Nothing was sent. The draft is as it was.",
        next_step="Try to send it again.",
    )
