"""The header of the vault: the slots, each of which holds the one key of the vault wrapped in another way.

A passphrase slot says how its key is derived (Argon2id, salt, cost); a keyring slot names the secret that a personal
login keeps. Each slot has a digest, so damage and a wrong passphrase are told apart. Changing the passphrase wraps
32 bytes again and touches nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import sqlite3

from referral_client.base.canonical import Json, canonical_bytes, integer_of, strict_json, text_of
from referral_client.base.errors import Refused
from referral_client.base.ids import RandomBytes
from referral_client.sealing.atrest import (
    KEY_SIZE,
    SALT_SIZE,
    CannotOpen,
    Cost,
    Place,
    cost_fits,
    key_from_passphrase,
    unwrap_key,
    wrap_key,
)
from referral_client.vault.login_keys import LoginKeys
from referral_client.vault.trouble import Damaged, WrongPassphrase

LEAST_PASSPHRASE = 12
_MOST_PASSPHRASE = 1000
_LEAST_DIFFERENT = 5
_SLOT_LIMIT = 4000
PASSPHRASE, KEYRING = "passphrase", "keyring"


def check_passphrase(passphrase: str) -> None:
    """Refused, with every reason, for a passphrase that a guesser would soon find."""
    reasons = []
    if len(passphrase) < LEAST_PASSPHRASE:
        reasons.append(f"It has {len(passphrase)} characters; it needs at least {LEAST_PASSPHRASE}.")
    if len(passphrase) > _MOST_PASSPHRASE:
        reasons.append(f"It has more than {_MOST_PASSPHRASE} characters.")
    if len(set(passphrase)) < _LEAST_DIFFERENT:
        reasons.append(f"It needs at least {_LEAST_DIFFERENT} different characters.")
    if reasons:
        raise Refused(
            "VAULT-PASSPHRASE-WEAK",
            "That passphrase would be found by guessing.",
            meaning="It is all that keeps what you write from the next person at this computer. Nothing was changed.",
            next_step="Choose three or four words that do not belong together, with a space between them.",
            reasons=tuple(reasons),
        )


def add_passphrase_slot(
    connection: sqlite3.Connection, vault_id: str, kek: bytes, passphrase: str, cost: Cost, random: RandomBytes
) -> None:
    """Write the passphrase slot, or write it anew. Inside the caller's transaction."""
    salt = random(SALT_SIZE)
    wrapping = key_from_passphrase(passphrase, salt, cost)
    _write(
        connection,
        PASSPHRASE,
        {
            "kdf": "argon2id",
            "memory_kib": cost.memory_kib,
            "passes": cost.passes,
            "lanes": cost.lanes,
            "salt": _text(salt),
            "wrapped": _text(wrap_key(wrapping, _place(vault_id, PASSPHRASE), kek, random)),
        },
    )


def add_keyring_slot(
    connection: sqlite3.Connection, vault_id: str, kek: bytes, keys: LoginKeys, random: RandomBytes
) -> None:
    """Put a fresh key in the keyring and write the slot that it opens. Inside the caller's transaction.

    The secret has a name of its own, so a transaction that is cut off leaves the slot before it working.
    """
    name, wrapping = f"referral-client {vault_id} {random(4).hex()}", random(KEY_SIZE)
    keys.store(name, _text(wrapping))
    wrapped = wrap_key(wrapping, _place(vault_id, KEYRING), kek, random)
    _write(connection, KEYRING, {"name": name, "wrapped": _text(wrapped)})


def open_passphrase_slot(connection: sqlite3.Connection, vault_id: str, passphrase: str) -> bytes:
    """The key of the vault. WrongPassphrase, or Damaged when the slot is not what was written."""
    untrusted = _read(connection, PASSPHRASE)
    if untrusted is None:
        # A vault that only a login opens has no passphrase; one with no slot at all has lost its header.
        raise WrongPassphrase if KEYRING in slot_kinds(connection) else Damaged("The header of the vault is damaged.")
    cost = Cost(
        integer_of(untrusted, "memory_kib"),
        integer_of(untrusted, "passes"),
        integer_of(untrusted, "lanes"),
    )
    salt, wrapped = _bytes(untrusted, "salt"), _bytes(untrusted, "wrapped")
    if text_of(untrusted, "kdf") != "argon2id" or not cost_fits(cost):
        raise Damaged("The header of the vault is damaged.")
    wrapping = key_from_passphrase(passphrase, salt, cost)
    try:
        return unwrap_key(wrapping, _place(vault_id, PASSPHRASE), wrapped)
    except CannotOpen:
        raise WrongPassphrase from None


def open_keyring_slot(connection: sqlite3.Connection, vault_id: str, keys: LoginKeys) -> bytes | None:
    """The key of the vault, or None when the keyring or the vault has no slot of this kind."""
    untrusted = _read(connection, KEYRING)
    secret = keys.read(text_of(untrusted, "name")) if untrusted is not None else None
    if untrusted is None or secret is None:
        return None
    try:
        wrapping = base64.b64decode(secret.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeError):
        return None
    if len(wrapping) != KEY_SIZE:
        return None
    try:
        return unwrap_key(wrapping, _place(vault_id, KEYRING), _bytes(untrusted, "wrapped"))
    except CannotOpen:
        return None  # another store's secret, or an old one: the passphrase still opens


def keyring_name(connection: sqlite3.Connection) -> str | None:
    """What the secret of the keyring slot is called in the keyring; None when there is no such slot."""
    untrusted = _read(connection, KEYRING)
    return None if untrusted is None else text_of(untrusted, "name")


def remove_keyring_slot(connection: sqlite3.Connection) -> None:
    """Take the keyring slot out. Inside the caller's transaction."""
    connection.execute("DELETE FROM slot WHERE kind = ?", (KEYRING,))


def slot_kinds(connection: sqlite3.Connection) -> frozenset[str]:
    """Which ways this vault can be opened."""
    return frozenset(kind for (kind,) in connection.execute("SELECT kind FROM slot"))


def _place(vault_id: str, kind: str) -> Place:
    return Place("slot", "wrapped", f"{vault_id}/{kind}", 1, 0)


def _write(connection: sqlite3.Connection, kind: str, body: dict[str, Json]) -> None:
    raw = canonical_bytes(body)
    connection.execute("DELETE FROM slot WHERE kind = ?", (kind,))
    connection.execute("INSERT INTO slot VALUES (?, ?, ?)", (kind, raw, _digest(kind, raw)))


def _read(connection: sqlite3.Connection, kind: str) -> dict[str, Json] | None:
    row = connection.execute("SELECT body, digest FROM slot WHERE kind = ?", (kind,)).fetchone()
    if row is None:
        return None
    raw, digest = row
    if digest != _digest(kind, raw):
        raise Damaged("The header of the vault is damaged.")
    untrusted = strict_json(raw, limit=_SLOT_LIMIT)
    if not isinstance(untrusted, dict):
        raise Damaged("The header of the vault is damaged.")
    return untrusted


def _digest(kind: str, raw: bytes) -> bytes:
    return hashlib.sha256(kind.encode("ascii") + b"|" + raw).digest()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(untrusted: dict[str, Json], key: str) -> bytes:
    try:
        return base64.b64decode(text_of(untrusted, key).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeError):
        raise Damaged("The header of the vault is damaged.") from None
