"""Signatures: one DSSE profile for every statement of the program, and an SSHSIG copy for people with `ssh-keygen`.

A signature here is two: Ed25519 and ML-DSA-65, and both must verify from one key set (docs/package-format.md, DSSE
profile). Verifying covers the bytes as they came; nothing is parsed before they are known to be genuine, except by
`peek`, whose result may only choose the key to verify with. The key always comes from the caller, never from the
message. Ed25519 signing is deterministic; ML-DSA-65 signing is hedged with the library's own randomness.
Imports base and `cryptography`.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from referral_client.base.canonical import Json, NotStrictJson, canonical_bytes, strict_json, text_of
from referral_client.base.errors import MachineLacks, Refused
from referral_client.base.ids import RandomBytes

SEED_BYTES = 32
ED25519_PUBLIC_BYTES = 32
MLDSA65_PUBLIC_BYTES = 1952
ENVELOPE_LIMIT = 8_000_000
SIGNATURES_LIMIT = 8


class PayloadType(StrEnum):
    """What a DSSE envelope of ours may carry."""

    MANIFEST = "application/vnd.referral-client.manifest.v1+json"
    TICKET = "application/vnd.referral-client.ticket.v1+json"
    RECEIPT = "application/vnd.referral-client.receipt.v1+json"
    AUTHORITY = "application/vnd.referral-client.authority.v1+json"
    ORGANISATION = "application/vnd.referral-client.organisation.v1+json"
    REVIEW = "application/vnd.referral-client.review.v1+json"


MANIFEST_NAMESPACE = "referral-manifest@referral-client"


class NotGenuine(Refused):
    """The signatures do not verify with the keys they have to verify with."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(
            "SEALING-NOT-GENUINE",
            "The signatures on this do not match the keys of the people it claims to be from.",
            meaning="It was damaged on the way, or it is not from them. Nothing in it was used.",
            next_step="Ring them on a number you already know, and ask them to send it again.",
            reasons=reasons,
        )


class KeysNotUnderstood(Refused):
    """A public key set from outside does not have the shape of one."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(
            "SEALING-KEYS-NOT-UNDERSTOOD",
            "The public keys in this file are not complete.",
            meaning="Nothing was checked with them.",
            next_step="Ask whoever gave you the file for a new copy.",
            reasons=reasons,
        )


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """One signer's two public keys, raw. They belong together: neither is ever used alone."""

    ed25519: bytes
    mldsa65: bytes

    def __post_init__(self) -> None:
        faults = []
        if len(self.ed25519) != ED25519_PUBLIC_BYTES:
            faults.append(f"ed25519: must be {ED25519_PUBLIC_BYTES} bytes")
        if len(self.mldsa65) != MLDSA65_PUBLIC_BYTES:
            faults.append(f"mldsa65: must be {MLDSA65_PUBLIC_BYTES} bytes")
        if faults:
            raise KeysNotUnderstood(*faults)

    @property
    def ed25519_id(self) -> str:
        """Key id: "ed25519:" and the base64url SHA-256 of the SubjectPublicKeyInfo. A hint for look-up only."""
        return "ed25519:" + _spki_digest(self._ed25519_key())

    @property
    def mldsa65_id(self) -> str:
        """Key id: "mldsa65:" and the base64url SHA-256 of the SubjectPublicKeyInfo. A hint for look-up only."""
        return "mldsa65:" + _spki_digest(self._mldsa65_key())

    @property
    def thumbprint(self) -> str:
        """SHA-256, in hex, of the 32 Ed25519 bytes followed by the 1 952 ML-DSA-65 bytes."""
        return hashlib.sha256(self.ed25519 + self.mldsa65).hexdigest()

    @property
    def fingerprint(self) -> str:
        """12 groups of 4 digits to read out over the telephone: the thumbprint as a number, modulo 10^48."""
        digits = f"{int(self.thumbprint, 16) % 10**48:048d}"
        return " ".join(digits[place : place + 4] for place in range(0, 48, 4))

    def as_json(self) -> dict[str, Json]:
        return {"ed25519": _encode(self.ed25519), "mldsa65": _encode(self.mldsa65)}

    @classmethod
    def from_json(cls, untrusted: Json) -> Self:
        """From `as_json`'s shape; KeysNotUnderstood names every fault."""
        if not isinstance(untrusted, dict):
            raise KeysNotUnderstood("keys: must be an object with ed25519 and mldsa65")
        found, faults = [], []
        for name in ("ed25519", "mldsa65"):
            try:
                found.append(_decode(text_of(untrusted, name, limit=4000), name))
            except NotStrictJson as error:
                faults.append(str(error))
        if faults:
            raise KeysNotUnderstood(*faults)
        return cls(*found)

    def _ed25519_key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.ed25519)

    def _mldsa65_key(self) -> mldsa.MLDSA65PublicKey:
        try:
            return mldsa.MLDSA65PublicKey.from_public_bytes(self.mldsa65)
        except UnsupportedAlgorithm as error:
            raise no_post_quantum() from error


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """One signer's two private keys, as their 32-byte seeds. Never printed: `repr` shows nothing."""

    _ed25519_seed: bytes = field(repr=False)
    _mldsa65_seed: bytes = field(repr=False)

    @classmethod
    def make(cls, random: RandomBytes) -> Self:
        return cls.from_seeds(random(SEED_BYTES), random(SEED_BYTES))

    @classmethod
    def from_seeds(cls, ed_seed: bytes, mldsa_seed: bytes) -> Self:
        if len(ed_seed) != SEED_BYTES or len(mldsa_seed) != SEED_BYTES:
            raise KeysNotUnderstood(f"each seed must be {SEED_BYTES} bytes")
        return cls(ed_seed, mldsa_seed)

    @property
    def seeds(self) -> tuple[bytes, bytes]:
        return self._ed25519_seed, self._mldsa65_seed

    @property
    def public(self) -> PublicKeys:
        return PublicKeys(
            self.ed25519_key().public_key().public_bytes_raw(), self._mldsa65_key().public_key().public_bytes_raw()
        )

    def ed25519_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._ed25519_seed)

    def _mldsa65_key(self) -> mldsa.MLDSA65PrivateKey:
        try:
            return mldsa.MLDSA65PrivateKey.from_seed_bytes(self._mldsa65_seed)
        except UnsupportedAlgorithm as error:
            raise no_post_quantum() from error

    def sign_both(self, message: bytes) -> tuple[bytes, bytes]:
        """The Ed25519 and the ML-DSA-65 signature (pure, empty context) of exactly these bytes."""
        return self.ed25519_key().sign(message), self._mldsa65_key().sign(message)


def no_post_quantum() -> MachineLacks:
    """The one sentence for a `cryptography` that imports its post-quantum classes and cannot run them."""
    return MachineLacks(
        "SEALING-NO-POST-QUANTUM",
        "The encryption library on this computer is too old to lock or open a referral.",
        meaning="Nothing was sent.",
        next_step="Ask IT to install this program's own copy of the library (cryptography 48.0.1 or newer).",
    )


def sign(payload: bytes, payload_type: str, keys: SigningKeys) -> bytes:
    """A DSSE envelope over exactly these bytes: Ed25519 first, then ML-DSA-65. About 4.5 kB and a third more."""
    public = keys.public
    ed25519_signature, mldsa65_signature = keys.sign_both(_pae(payload_type, payload))
    return canonical_bytes(
        {
            "payload": _encode(payload),
            "payloadType": payload_type,
            "signatures": [
                {"keyid": public.ed25519_id, "sig": _encode(ed25519_signature)},
                {"keyid": public.mldsa65_id, "sig": _encode(mldsa65_signature)},
            ],
        }
    )


def verify(untrusted_envelope: bytes, payload_type: str, public: PublicKeys) -> bytes:
    """The payload, after both signatures verified with this one key set; NotGenuine otherwise.

    Signatures by other algorithms are passed over; one of ours missing, doubled or out of order is refused.
    """
    untrusted_payload, untrusted_signatures = _parse(untrusted_envelope, payload_type, ENVELOPE_LIMIT)
    ours = [pair for pair in untrusted_signatures if pair[0].startswith(("ed25519:", "mldsa65:"))]
    if [key_id for key_id, _ in ours] != [public.ed25519_id, public.mldsa65_id]:
        raise NotGenuine("signatures: must be one by the Ed25519 key and then one by the ML-DSA-65 key expected here")
    message = _pae(payload_type, untrusted_payload)
    try:
        public._ed25519_key().verify(ours[0][1], message)
    except InvalidSignature as error:
        raise NotGenuine("signatures: Ed25519 does not verify") from error
    try:
        public._mldsa65_key().verify(ours[1][1], message)
    except InvalidSignature as error:
        raise NotGenuine("signatures: ML-DSA-65 does not verify") from error
    return untrusted_payload


def peek(untrusted_envelope: bytes, payload_type: str, limit: int = ENVELOPE_LIMIT) -> bytes:
    """The payload WITHOUT verification: only for finding out whose keys to verify it with."""
    return _parse(untrusted_envelope, payload_type, limit)[0]


def peek_key_ids(untrusted_envelope: bytes, payload_type: str, limit: int = ENVELOPE_LIMIT) -> tuple[str, ...]:
    """The key ids that the envelope claims, WITHOUT verification: only for finding the keys to verify with."""
    return tuple(key_id for key_id, _ in _parse(untrusted_envelope, payload_type, limit)[1])


def sshsig(payload: bytes, keys: SigningKeys, namespace: str) -> bytes:
    """An armored SSHSIG of the payload by the Ed25519 key, byte for byte as `ssh-keygen -Y sign` makes it."""
    return _armored(_sshsig_start(keys.public, namespace) + keys.ed25519_key().sign(_sshsig_signed(payload, namespace)))


def _armored(blob: bytes) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = [text[place : place + 70] for place in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


def verify_sshsig(untrusted_armor: bytes, payload: bytes, public: PublicKeys, namespace: str) -> None:
    """NotGenuine unless this is the one SSHSIG of the payload by the Ed25519 key, as `sshsig` writes it."""
    untrusted_lines = untrusted_armor.split(b"\n")
    try:
        blob = base64.b64decode(b"".join(untrusted_lines[1:-2]), validate=True)
        public._ed25519_key().verify(blob[-64:], _sshsig_signed(payload, namespace))
    except (ValueError, InvalidSignature) as error:
        raise NotGenuine("manifest.json.sig: does not verify") from error
    if _armored(_sshsig_start(public, namespace) + blob[-64:]) != untrusted_armor:
        raise NotGenuine("manifest.json.sig: by another key, for another purpose, or written another way")


def _sshsig_signed(payload: bytes, namespace: str) -> bytes:
    purpose = _ssh_string(namespace.encode()) + _ssh_string(b"") + _ssh_string(b"sha512")
    return b"SSHSIG" + purpose + _ssh_string(hashlib.sha512(payload).digest())


def _sshsig_start(public: PublicKeys, namespace: str) -> bytes:
    """Everything in the signature's blob but its last 64 bytes, which are the Ed25519 signature."""
    blob = b"SSHSIG" + struct.pack(">I", 1) + _ssh_string(_ssh_public(public))
    blob += _ssh_string(namespace.encode()) + _ssh_string(b"") + _ssh_string(b"sha512")
    kind = _ssh_string(b"ssh-ed25519")
    return blob + struct.pack(">I", len(kind) + 4 + 64) + kind + struct.pack(">I", 64)


def ssh_public_line(public: PublicKeys, comment: str) -> str:
    """The Ed25519 key as OpenSSH writes it ("ssh-ed25519 AAAA... comment"), for an allowed_signers file."""
    return f"ssh-ed25519 {base64.b64encode(_ssh_public(public)).decode()} {comment}".rstrip()


def _pae(payload_type: str, payload: bytes) -> bytes:
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _parse(untrusted_envelope: bytes, payload_type: str, limit: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    try:
        untrusted = strict_json(untrusted_envelope, limit=limit)
        return _payload_of(untrusted, payload_type, limit), _signatures_of(untrusted)
    except NotStrictJson as error:
        raise NotGenuine(str(error)) from error


def _payload_of(untrusted: Json, payload_type: str, limit: int) -> bytes:
    if not isinstance(untrusted, dict):
        raise NotStrictJson("envelope: must be an object")
    if text_of(untrusted, "payloadType") != payload_type:
        raise NotStrictJson("payloadType: another kind of statement than the one expected here")
    return _decode(text_of(untrusted, "payload", limit=limit), "payload")


def _signatures_of(untrusted: dict[str, Json]) -> list[tuple[str, bytes]]:
    untrusted_list = untrusted.get("signatures")
    if not isinstance(untrusted_list, list) or not 1 <= len(untrusted_list) <= SIGNATURES_LIMIT:
        raise NotStrictJson(f"signatures: must be a list of 1 to {SIGNATURES_LIMIT}")
    if not all(isinstance(entry, dict) for entry in untrusted_list):
        raise NotStrictJson("signatures: each must be an object")
    return [
        (text_of(entry, "keyid", limit=200), _decode(text_of(entry, "sig", limit=8000), "sig"))
        for entry in untrusted_list
    ]


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _decode(untrusted_text: str, name: str) -> bytes:
    """Standard base64 with padding, in its one canonical spelling."""
    try:
        raw = base64.b64decode(untrusted_text, validate=True)
    except ValueError as error:
        raise NotStrictJson(f"{name}: must be base64") from error
    if _encode(raw) != untrusted_text:
        raise NotStrictJson(f"{name}: must be base64 in its canonical spelling")
    return raw


def _spki_digest(key: Ed25519PublicKey | mldsa.MLDSA65PublicKey) -> str:
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(hashlib.sha256(spki).digest()).decode("ascii").rstrip("=")


def _ssh_string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _ssh_public(public: PublicKeys) -> bytes:
    return _ssh_string(b"ssh-ed25519") + _ssh_string(public.ed25519)
