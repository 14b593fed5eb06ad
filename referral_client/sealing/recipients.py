"""Who a package can be read by: age keys of the one type this program writes, `mlkem768x25519` (X-Wing).

Text in, checked keys out. Classic `age1...` (X25519) recipients are refused by name, because one of them beside a
post-quantum one would undo it. `works` finds out by doing whether this computer can seal at all.
Making an identity is deterministic given its random source; encapsulating to one is not (the library's own source).
Imports base and `cryptography`.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from referral_client.base.errors import MachineLacks, Refused
from referral_client.base.ids import RandomBytes, system_random
from referral_client.sealing import bech32
from referral_client.sealing.signing import no_post_quantum

INFO = b"age-encryption.org/mlkem768x25519"
SEED_BYTES = 32
MLKEM_PUBLIC_BYTES = 1184
PUBLIC_BYTES = MLKEM_PUBLIC_BYTES + 32
ENCAPSULATION_BYTES = 1120

_RECIPIENT_PREFIX = "age1pq"
_IDENTITY_PREFIX = "AGE-SECRET-KEY-PQ-"


class NotARecipient(Refused):
    """The text is not a post-quantum age recipient."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(
            "SEALING-NOT-A-RECIPIENT",
            "One of the keys to lock this for cannot be used.",
            meaning="Nothing was sent. A referral is locked only for keys that this program can check.",
            next_step="Ask the council for their published key again: it starts with age1pq1.",
            reasons=reasons,
        )


class NotAnIdentity(Refused):
    """The text is not a post-quantum age identity."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(
            "SEALING-NOT-AN-IDENTITY",
            "That is not a key that opens packages.",
            meaning="Nothing was opened.",
            next_step="Use the key file that was made for opening: its line starts with AGE-SECRET-KEY-PQ-1.",
            reasons=reasons,
        )


def suite() -> Suite:
    """The HPKE of age's `mlkem768x25519`: X-Wing, HKDF-SHA256, ChaCha20-Poly1305, no extra data."""
    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def make_identity(random: RandomBytes) -> str:
    """A new secret key, "AGE-SECRET-KEY-PQ-1...", from 32 bytes of the given source."""
    return bech32.encode(_IDENTITY_PREFIX, random(SEED_BYTES))


def recipient_of(identity: str) -> str:
    """The public "age1pq1..." of a secret key; the same string that `age-keygen -y` prints."""
    mlkem_key, x25519_key = _halves(identity)
    raw = mlkem_key.public_key().public_bytes_raw() + x25519_key.public_key().public_bytes_raw()
    return bech32.encode(_RECIPIENT_PREFIX, raw)


def identities_in(untrusted_file: bytes) -> tuple[str, ...]:
    """The identities in an age key file: one a line, with empty lines and `#` comments passed over."""
    try:
        lines = [line.strip() for line in untrusted_file.decode("ascii").splitlines()]
    except UnicodeDecodeError as error:
        raise NotAnIdentity("it is not plain text") from error
    found = tuple(line for line in lines if line and not line.startswith("#"))
    if not found:
        raise NotAnIdentity("the file holds no key")
    for identity in found:
        _halves(identity)
    return found


def check_recipient(text: str) -> bytes:
    """The 1 216 public bytes of an "age1pq1..." string; NotARecipient says what is wrong with any other text."""
    if text.lower().startswith("age1") and not text.lower().startswith("age1pq1"):
        raise NotARecipient("it is a key of the older kind, which a quantum computer could undo")
    try:
        prefix, raw = bech32.decode(text)
    except ValueError as error:
        raise NotARecipient(str(error)) from error
    if prefix != _RECIPIENT_PREFIX or text != text.lower() or len(raw) != PUBLIC_BYTES:
        raise NotARecipient("it is not a key that starts with age1pq1 and has 1 959 characters")
    _public_key(raw)
    return raw


def rid(recipient: str) -> str:
    """The recipient's short id in tickets and manifests: 32 hex digits of the SHA-256 of its text."""
    return hashlib.sha256(recipient.encode("ascii")).hexdigest()[:32]


def public_key(recipient: str) -> MLKEM768X25519PublicKey:
    """The recipient as a key to wrap for."""
    return _public_key(check_recipient(recipient))


def private_key(identity: str) -> MLKEM768X25519PrivateKey:
    """The identity as a key to unwrap with; NotAnIdentity for any other text."""
    return MLKEM768X25519PrivateKey(*_halves(identity))


def works() -> None:
    """Wrap and unwrap once; MachineLacks if this computer's library cannot. A version number would not tell."""
    try:
        identity = make_identity(system_random)
        wrapped = suite().encrypt(bytes(16), public_key(recipient_of(identity)), INFO)
        opened = suite().decrypt(wrapped, private_key(identity), INFO)
    except (UnsupportedAlgorithm, InvalidTag, MachineLacks) as error:
        raise no_post_quantum() from error
    if opened != bytes(16):
        raise no_post_quantum()


def _halves(identity: str) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
    try:
        prefix, seed = bech32.decode(identity)
    except ValueError as error:
        raise NotAnIdentity(str(error)) from error
    if prefix != _IDENTITY_PREFIX.lower() or identity != identity.upper() or len(seed) != SEED_BYTES:
        raise NotAnIdentity("it is not a key that starts with AGE-SECRET-KEY-PQ-1")
    expanded = hashlib.shake_256(seed).digest(96)
    try:
        return (
            mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
            x25519.X25519PrivateKey.from_private_bytes(expanded[64:]),
        )
    except UnsupportedAlgorithm as error:
        raise no_post_quantum() from error


def _public_key(raw: bytes) -> MLKEM768X25519PublicKey:
    try:
        x25519_half = x25519.X25519PublicKey.from_public_bytes(raw[MLKEM_PUBLIC_BYTES:])
        # A share of low order agrees on zero with everyone; the library finds that only by doing it.
        x25519.X25519PrivateKey.from_private_bytes(bytes(32)).exchange(x25519_half)
        return MLKEM768X25519PublicKey(mlkem.MLKEM768PublicKey.from_public_bytes(raw[:MLKEM_PUBLIC_BYTES]), x25519_half)
    except UnsupportedAlgorithm as error:
        raise no_post_quantum() from error
    except ValueError as error:
        raise NotARecipient("its bytes are not a usable key") from error
