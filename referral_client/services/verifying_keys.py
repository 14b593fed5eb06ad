"""The keys to check a package or a receipt with: from files that the person names, or from what is installed here.

A file may be the `public.json` that keygen made, a bare key set, an organisation's signed bundle or a council's signed
profile. A signed file named by hand is checked against the root inside it, and the root's fingerprint is given back:
only the person can say whether that is the root they know. Imports organisation and sealing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from referral_client.base.canonical import Json, NotStrictJson, strict_json
from referral_client.base.errors import KnownError, WrongUse
from referral_client.base.files import read_file
from referral_client.base.home import Home
from referral_client.organisation import (
    AuthorityProfile,
    OrganisationBundle,
    installed,
    parse_authority,
    parse_organisation,
    untrusted_authority,
    untrusted_organisation,
)
from referral_client.organisation.statements import MAX_STATEMENT
from referral_client.sealing.receipt import ReceiptRole
from referral_client.sealing.signing import PayloadType, PublicKeys


@dataclass(slots=True)
class VerifyingKeys:
    """Keys by what they may vouch for. `roots`: fingerprints of the roots of signed files that were named by hand."""

    bundles: list[OrganisationBundle] = field(default_factory=list)
    senders: list[PublicKeys] = field(default_factory=list)
    receipts: dict[ReceiptRole, list[PublicKeys]] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)

    @property
    def any_senders(self) -> bool:
        return bool(self.bundles or self.senders)

    def lookup(self, org_id: str, workstation: str) -> tuple[PublicKeys, ...]:
        """Every key set that may have signed for this workstation."""
        enrolled = [bundle.workstation_keys(workstation) for bundle in self.bundles if bundle.org_id == org_id]
        return (*[keys for keys in enrolled if keys is not None], *self.senders)

    def add_bundle(self, bundle: OrganisationBundle) -> None:
        self.bundles.append(bundle)

    def add_profile(self, profile: AuthorityProfile) -> None:
        for destination in profile.destinations:
            for role, several in destination.receipt_keys_by_role().items():
                self.receipts.setdefault(role, []).extend(several)


def keys_from_files(paths: Sequence[Path]) -> VerifyingKeys:
    """Read every file; WrongUse if one is none of the four kinds."""
    found = VerifyingKeys()
    for path in paths:
        untrusted = read_file(path, limit=MAX_STATEMENT, what="the keys file", code="PACKAGE-KEYS")
        try:
            document = strict_json(untrusted, limit=MAX_STATEMENT)
        except NotStrictJson as error:
            raise _not_keys(str(error)) from error
        if not isinstance(document, dict):
            raise _not_keys("it is not an object")
        _take(found, document, untrusted)
    return found


def keys_installed(home: Home, now: datetime) -> VerifyingKeys:
    """The keys that the statements installed in this home vouch for; none if nothing is installed."""
    found = VerifyingKeys()
    here = installed(home.organisation, now)
    if here.organisation is not None:
        found.add_bundle(here.organisation)
    for profile in here.authorities:
        found.add_profile(profile)
    return found


def _take(found: VerifyingKeys, document: dict[str, Json], untrusted: bytes) -> None:
    kind = document.get("payloadType")
    if kind == PayloadType.ORGANISATION:
        root = untrusted_organisation(untrusted).root.public()
        found.add_bundle(parse_organisation(untrusted, root))
        found.roots.append(root.fingerprint)
    elif kind == PayloadType.AUTHORITY:
        root = untrusted_authority(untrusted).root.public()
        found.add_profile(parse_authority(untrusted, root))
        found.roots.append(root.fingerprint)
    elif document.get("role") in set(ReceiptRole):
        found.receipts.setdefault(ReceiptRole(document["role"]), []).append(_keys(document.get("keys")))
    else:
        found.senders.append(_keys(document.get("keys", document)))


def _keys(untrusted: Json) -> PublicKeys:
    try:
        return PublicKeys.from_json(untrusted)
    except KnownError as error:
        raise _not_keys(*error.reasons) from error


def _not_keys(*reasons: str) -> WrongUse:
    return WrongUse(
        "PACKAGE-KEYS-NOT-KEYS",
        "The keys file is not one that this program knows.",
        next_step="Give public.json from keygen, an organisation's signed bundle, or a council's signed profile.",
        reasons=reasons,
    )
