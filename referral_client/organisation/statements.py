"""Sign a statement, and read one: limits first, then signature, then shape; every fault in one refusal."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from referral_client.base.canonical import Json, NotStrictJson, canonical_bytes, strict_json
from referral_client.base.errors import Refused
from referral_client.organisation.faults import reasons_of
from referral_client.organisation.models import AuthorityProfile, OrganisationBundle, Statement
from referral_client.sealing.signing import PayloadType, PublicKeys, SigningKeys, peek, sign, verify

MAX_STATEMENT = 4 * 1024 * 1024

S = TypeVar("S", bound=Statement)


class StatementRefused(Refused):
    """A signed statement that is not obeyed."""


def sign_authority(untrusted: Json, keys: SigningKeys) -> bytes:
    """The signed envelope of an authority profile given as JSON; `root` is filled in from the keys."""
    return _sign({**untrusted, "type": "authority", "v": 1}, AuthorityProfile, PayloadType.AUTHORITY, keys)


def sign_organisation(untrusted: Json, keys: SigningKeys) -> bytes:
    """The signed envelope of an organisation bundle given as JSON; `root` is filled in from the keys."""
    return _sign({**untrusted, "type": "organisation", "v": 1}, OrganisationBundle, PayloadType.ORGANISATION, keys)


def parse_authority(untrusted_envelope: bytes, root: PublicKeys) -> AuthorityProfile:
    """Verify against the root this computer trusts, then parse. NotGenuine or StatementRefused otherwise."""
    return _parse(untrusted_envelope, AuthorityProfile, PayloadType.AUTHORITY, root)


def parse_organisation(untrusted_envelope: bytes, root: PublicKeys) -> OrganisationBundle:
    """Verify against the root this computer trusts, then parse. NotGenuine or StatementRefused otherwise."""
    return _parse(untrusted_envelope, OrganisationBundle, PayloadType.ORGANISATION, root)


def untrusted_authority(untrusted_envelope: bytes) -> AuthorityProfile:
    """Read without checking who signed: to show a person the fingerprint before they decide to trust it."""
    return _shape(peek(untrusted_envelope, PayloadType.AUTHORITY, MAX_STATEMENT), AuthorityProfile)


def untrusted_organisation(untrusted_envelope: bytes) -> OrganisationBundle:
    """Read without checking who signed: to show a person the fingerprint before they decide to trust it."""
    return _shape(peek(untrusted_envelope, PayloadType.ORGANISATION, MAX_STATEMENT), OrganisationBundle)


def _sign(statement: Json, model: type[S], payload_type: PayloadType, keys: SigningKeys) -> bytes:
    payload = canonical_bytes({**statement, "root": keys.public.as_json()})
    _shape(payload, model)
    return sign(payload, payload_type, keys)


def _parse(untrusted_envelope: bytes, model: type[S], payload_type: PayloadType, root: PublicKeys) -> S:
    if len(untrusted_envelope) > MAX_STATEMENT:
        raise StatementRefused(
            "STATEMENT-TOO-LARGE",
            "This settings file is larger than any this program takes.",
            meaning="The settings in force before stay in force.",
            next_step="Ask whoever sent it for the right file.",
        )
    statement = _shape(verify(untrusted_envelope, payload_type, root), model)
    if statement.root.public() != root:
        raise StatementRefused(
            "STATEMENT-OTHER-ROOT",
            "This settings file names another root key than the one it is signed with.",
            meaning="The settings in force before stay in force.",
            next_step="Ask whoever sent it for the right file.",
        )
    return statement


def _shape(payload: bytes, model: type[S]) -> S:
    try:
        strict_json(payload, limit=MAX_STATEMENT)
        return model.model_validate_json(payload)
    except NotStrictJson as fault:
        reasons: tuple[str, ...] = (str(fault),)
    except ValidationError as error:
        reasons = reasons_of(error, model)
    raise StatementRefused(
        "STATEMENT-NOT-FITTING",
        "This settings file does not say what it must.",
        meaning="The settings in force before stay in force. Writing a referral goes on.",
        next_step="Correct each line below and sign the file again.",
        reasons=reasons,
    )
