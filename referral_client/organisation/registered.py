"""The organisations a front door knows: their roots, learnt out of band, and their newest signed bundles.

FOLDER/<org id>.json               {org_id, name, root}, entered by a person who compared the fingerprint
FOLDER/<org id>.bundle.dsse.json   the organisation's own signed bundle, checked against that root

A root never changes by itself, a bundle's sequence never falls, and one number stands for one content. Keys of a
sender come from here and never from a message. Used by both sides of a front door. Imports base and sealing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from referral_client.base.canonical import Json, NotStrictJson, canonical_bytes, strict_json, text_of
from referral_client.base.errors import Refused
from referral_client.base.files import make_private_folder, read_file, write_file
from referral_client.base.ids import is_plain_name
from referral_client.organisation.models import OrganisationBundle
from referral_client.organisation.statements import MAX_STATEMENT, parse_organisation, untrusted_organisation
from referral_client.sealing.signing import KeysNotUnderstood, PublicKeys

_ENTRY_LIMIT = 16_000
_BUNDLE = ".bundle.dsse.json"


class RegistryRefused(Refused):
    """The register of organisations was not changed."""

    def __init__(self, code: str, what: str, *reasons: str) -> None:
        super().__init__(
            code,
            what,
            meaning="The register was not changed. What they send goes to quarantine until they are registered.",
            next_step="Ring the organisation on a number you already know and compare the fingerprint.",
            reasons=reasons,
        )


@dataclass(frozen=True, slots=True)
class RegisteredOrganisation:
    """One organisation a front door knows. `bundle` is None until it has sent its first one."""

    org_id: str
    name: str
    root: PublicKeys
    bundle: OrganisationBundle | None

    def workstation_keys(self, workstation_id: str, at: datetime | None = None) -> PublicKeys | None:
        """The keys of an enrolled workstation; None when unknown, revoked or (if `at` is given) past its date."""
        return self.bundle.workstation_keys(workstation_id, at) if self.bundle else None


def register_organisation(folder: Path, untrusted_entry: bytes) -> RegisteredOrganisation:
    """Enter an organisation from {org_id, name, root}. The same again changes nothing; another root is refused."""
    org_id, name, root = _entry(untrusted_entry)
    there = registered_organisation(folder, org_id)
    if there is not None and there.root != root:
        raise RegistryRefused(
            "REGISTRY-OTHER-ROOT", "This organisation is registered already, with another root key than in this file."
        )
    make_private_folder(folder)
    content = canonical_bytes({"org_id": org_id, "name": name, "root": root.as_json()})
    write_file(folder / f"{org_id}.json", content)
    return RegisteredOrganisation(org_id, name, root, there.bundle if there else None)


def accept_bundle(folder: Path, untrusted_bundle: bytes, *, practice: bool) -> RegisteredOrganisation:
    """Take an organisation's bundle if its registered root signed it and it is not older than the one held."""
    org_id = untrusted_organisation(untrusted_bundle).org_id
    there = registered_organisation(folder, org_id)
    if there is None:
        raise RegistryRefused("REGISTRY-UNKNOWN", "This organisation is not registered, so its bundle was not taken.")
    bundle = parse_organisation(untrusted_bundle, there.root)
    if bundle.org_id != there.org_id:
        raise RegistryRefused("REGISTRY-UNKNOWN", "The bundle is for another organisation than it seemed.")
    if bundle.practice != practice:
        raise RegistryRefused("REGISTRY-PRACTICE", "Practice and real organisations are never mixed.")
    if there.bundle is not None and bundle.seq < there.bundle.seq:
        raise RegistryRefused(
            "REGISTRY-OLDER",
            "This bundle is older than the one in force.",
            f"seq: {bundle.seq}, in force: {there.bundle.seq}",
        )
    path = folder / f"{org_id}{_BUNDLE}"
    if there.bundle is not None and bundle.seq == there.bundle.seq and _held_bundle(path) != untrusted_bundle:
        raise RegistryRefused(
            "REGISTRY-SAME-NUMBER",
            "This bundle has the number of the one in force, and its content is not the same.",
            f"seq: {bundle.seq}",
        )
    write_file(path, untrusted_bundle)
    return RegisteredOrganisation(org_id, there.name, there.root, bundle)


def registered_organisation(folder: Path, org_id: str) -> RegisteredOrganisation | None:
    """The entry, its bundle verified again on every reading; None for an organisation nobody registered."""
    path = folder / f"{org_id}.json"
    if not is_plain_name(org_id) or not path.is_file():
        return None
    entry_id, name, root = _entry(
        read_file(path, limit=_ENTRY_LIMIT, what="the register's entry", code="REGISTRY-ENTRY")
    )
    if entry_id != org_id:
        raise RegistryRefused("REGISTRY-ENTRY-OTHER", "A file of the register names another organisation than its own.")
    bundle_path = folder / f"{org_id}{_BUNDLE}"
    bundle = None
    if bundle_path.is_file():
        bundle = parse_organisation(_held_bundle(bundle_path), root)
    return RegisteredOrganisation(org_id, name, root, bundle)


def _held_bundle(path: Path) -> bytes:
    return read_file(path, limit=MAX_STATEMENT, what="the bundle", code="REGISTRY-BUNDLE")


def registered_organisations(folder: Path) -> tuple[RegisteredOrganisation, ...]:
    """Every organisation registered, by id."""
    ids = sorted(path.name.removesuffix(".json") for path in folder.glob("*.json") if not path.name.endswith(_BUNDLE))
    found = (registered_organisation(folder, org_id) for org_id in ids)
    return tuple(entry for entry in found if entry is not None)


def _entry(untrusted: bytes) -> tuple[str, str, PublicKeys]:
    try:
        document = strict_json(untrusted, limit=_ENTRY_LIMIT)
        return _fields(document)
    except (NotStrictJson, KeysNotUnderstood) as error:
        reasons = error.reasons if isinstance(error, KeysNotUnderstood) else (str(error),)
        raise RegistryRefused(
            "REGISTRY-ENTRY-NOT-FITTING", "This is not a registration of an organisation.", *reasons
        ) from error


def _fields(untrusted: Json) -> tuple[str, str, PublicKeys]:
    if not isinstance(untrusted, dict):
        raise NotStrictJson("must be an object with org_id, name and root")
    org_id = text_of(untrusted, "org_id", limit=63)
    if not is_plain_name(org_id):
        raise NotStrictJson("org_id: must be 1 to 63 of a-z, 0-9 and hyphen")
    return org_id, text_of(untrusted, "name", limit=200), PublicKeys.from_json(untrusted.get("root"))
