"""The file that holds a root key (an organisation's or a council's): sealed by a passphrase, kept off the network.

JSON with the public keys in clear, the Argon2id salt and cost, and the two seeds sealed. Whoever holds file and
passphrase can sign settings for everybody, so it belongs on a stick in a safe.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from referral_client.base.canonical import NotStrictJson, canonical_bytes, integer_of, strict_json, text_of
from referral_client.base.errors import Refused, WrongUse
from referral_client.base.files import create_file, read_file
from referral_client.base.ids import RandomBytes
from referral_client.sealing.atrest import CannotOpen, Cost, Place, key_from_passphrase, open_cell, seal_cell
from referral_client.sealing.signing import PublicKeys, SigningKeys

_PLACE = Place("root-key", "seeds", "1", schema=1, counter=1)
_SALT_BYTES = 16
LEAST_CHARACTERS = 12


def make_root_key(path: Path, passphrase: str, random: RandomBytes, *, cost: Cost | None = None) -> PublicKeys:
    """Make a root key and keep it at `path`, which must not exist yet. Returns the public half."""
    if len(passphrase) < LEAST_CHARACTERS:
        raise WrongUse(
            "ROOT-PASSPHRASE-SHORT",
            f"The passphrase of a root key must have at least {LEAST_CHARACTERS} characters.",
            next_step="Choose four or more words that do not belong together.",
        )
    cost = cost or Cost()
    keys = SigningKeys.make(random)
    salt = random(_SALT_BYTES)
    sealed = seal_cell(key_from_passphrase(passphrase, salt, cost), _PLACE, b"".join(keys.seeds), random)
    document = {
        "type": "referral-root-key",
        "v": 1,
        "public": keys.public.as_json(),
        "salt": base64.b64encode(salt).decode(),
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "sealed": base64.b64encode(sealed).decode(),
    }
    if not create_file(path, canonical_bytes(document)):
        raise Refused(
            "ROOT-KEY-EXISTS",
            "There is a root key at that place already, and it was not touched.",
            next_step="Choose another file name.",
        )
    return keys.public


def open_root_key(path: Path, passphrase: str) -> SigningKeys:
    """The root key; Refused for a wrong passphrase or a file that is not one."""
    untrusted = read_file(path, limit=20_000, what="the root key file", code="ROOT-KEY")
    try:
        document = strict_json(untrusted, limit=20_000)
        if not isinstance(document, dict) or document.get("type") != "referral-root-key" or document.get("v") != 1:
            raise NotStrictJson("type: must be referral-root-key, version 1")
        cost = Cost(integer_of(document, "memory_kib"), integer_of(document, "passes"), integer_of(document, "lanes"))
        salt = base64.b64decode(text_of(document, "salt"), validate=True)
        sealed = base64.b64decode(text_of(document, "sealed"), validate=True)
    except (NotStrictJson, binascii.Error) as fault:
        raise Refused(
            "ROOT-KEY-NOT-ONE", "That file is not a root key.", next_step="Check the file name.", reasons=(str(fault),)
        ) from None
    try:
        seeds = open_cell(key_from_passphrase(passphrase, salt, cost), _PLACE, sealed)
    except CannotOpen:
        raise Refused(
            "ROOT-KEY-WRONG-PASSPHRASE",
            "The passphrase does not open this root key.",
            next_step="Type it again; capital letters matter.",
        ) from None
    return SigningKeys.from_seeds(seeds[:32], seeds[32:])
