"""A signing key set in a file of its own: for keys that a machine or a safe holds, not a person's vault.

The file is JSON with the two seeds, readable by its owner alone, and is never replaced: a key set is made once.
Imports base and `signing`.
"""

from __future__ import annotations

import base64
from pathlib import Path

from referral_client.base.canonical import Json, NotStrictJson, canonical_bytes, strict_json, text_of
from referral_client.base.errors import Refused
from referral_client.base.files import create_file, read_file
from referral_client.sealing.signing import SigningKeys

_LIMIT = 4000
_KIND = "signing-keys"


def create_key_file(path: Path, keys: SigningKeys) -> None:
    """Write the seeds for this account alone; Refused when there is a file already."""
    ed25519_seed, mldsa65_seed = keys.seeds
    content = canonical_bytes(
        {
            "type": _KIND,
            "v": 1,
            "ed25519_seed": base64.b64encode(ed25519_seed).decode(),
            "mldsa65_seed": base64.b64encode(mldsa65_seed).decode(),
        }
    )
    if not create_file(path, content):
        raise Refused(
            "KEYS-THERE-ALREADY",
            "There are keys in that place already, and keys are never overwritten.",
            meaning="Nothing was changed.",
            next_step="Choose an empty folder.",
        )


def read_key_file(path: Path) -> SigningKeys:
    """The key set in the file; Refused when it is gone, not readable or not a key file."""
    untrusted = read_file(path, limit=_LIMIT, what="the signing key file", code="KEYS")
    try:
        document = strict_json(untrusted, limit=_LIMIT)
        return _keys(document)
    except (NotStrictJson, ValueError) as error:
        raise Refused(
            "KEYS-NOT-UNDERSTOOD",
            "That file is not a signing key file of this program.",
            meaning="Nothing was signed.",
            next_step="Use the file that was made with the keys, unchanged.",
        ) from error


def _keys(untrusted: Json) -> SigningKeys:
    if not isinstance(untrusted, dict) or untrusted.get("type") != _KIND or untrusted.get("v") != 1:
        raise NotStrictJson("not a key file")
    seeds = [base64.b64decode(text_of(untrusted, name), validate=True) for name in ("ed25519_seed", "mldsa65_seed")]
    return SigningKeys.from_seeds(*seeds)
