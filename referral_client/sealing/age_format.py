"""The parts of age v1 (https://c2sp.org/age) that writer and reader share: sizes, key derivation, chunk nonces.

Imports the standard library and `cryptography`.
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION_LINE = b"age-encryption.org/v1\n"
STANZA_TYPE = "mlkem768x25519"
FILE_KEY_BYTES = 16
WRAPPED_KEY_BYTES = FILE_KEY_BYTES + 16
NONCE_BYTES = 16
CHUNK = 65536
TAG = 16
SEALED_CHUNK = CHUNK + TAG
BODY_COLUMNS = 64
RECIPIENTS_LIMIT = 8


def header_mac(file_key: bytes) -> HMAC:
    """HMAC-SHA-256, to be fed the header from its first byte up to and including `---`."""
    return HMAC(HKDF(SHA256(), 32, None, b"header").derive(file_key), SHA256())


def payload_cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    """The cipher of all chunks of one file."""
    return ChaCha20Poly1305(HKDF(SHA256(), 32, nonce, b"payload").derive(file_key))


def chunk_nonce(index: int, *, final: bool) -> bytes:
    """11 bytes of counter and one of "this is the last chunk": chunks cannot be moved, dropped or cut short."""
    return index.to_bytes(11, "big") + (b"\x01" if final else b"\x00")


def chunks_of(plain_size: int) -> int:
    """How many chunks hold this many bytes: one at least, and the last is never empty otherwise."""
    return max(1, -(-plain_size // CHUNK))


def bare_base64(raw: bytes) -> bytes:
    """Standard base64 without padding, as age headers use it."""
    return base64.b64encode(raw).rstrip(b"=")
