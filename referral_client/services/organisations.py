"""Signed settings: make a root key, sign, show, compare, install. A one-person organisation in one step.

Imports organisation and vault. Every function is one use case; the screen and the commands only print what it returns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from referral_client.base.canonical import Json, NotStrictJson, canonical_bytes, strict_json
from referral_client.base.clock import Clock, to_rfc3339
from referral_client.base.errors import WrongUse
from referral_client.base.files import make_private_folder, read_file, write_file
from referral_client.base.home import Home
from referral_client.base.ids import PersonId, RandomBytes, new_uuid
from referral_client.organisation import (
    AuthorityProfile,
    OrganisationBundle,
    install_authority,
    install_organisation,
    make_root_key,
    open_root_key,
    policies_of,
    sign_authority,
    sign_organisation,
    untrusted_authority,
    untrusted_organisation,
)
from referral_client.organisation.models import KeyPair
from referral_client.organisation.statements import MAX_STATEMENT, StatementRefused
from referral_client.policy import POLICY_LIMIT, load_versions
from referral_client.sealing.atrest import DEFAULT_COST, Cost
from referral_client.sealing.recipients import make_identity, recipient_of
from referral_client.sealing.signing import PublicKeys, SigningKeys
from referral_client.services.json_lines import line_of, lines_of
from referral_client.services.people import Enrolment, forget_new_person, new_person
from referral_client.vault import Person

VALID_FOR = timedelta(days=395)


@dataclass(frozen=True, slots=True)
class Begun:
    """What `begin_organisation` made and where."""

    bundle: OrganisationBundle
    fingerprint: str
    root_key: Path
    signed: Path
    for_council: Path


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement as read, not yet trusted: its own words and the fingerprint of the root it claims."""

    statement: AuthorityProfile | OrganisationBundle
    fingerprint: str
    thumbprint: str


def new_root_key(path: Path, passphrase: str, random: RandomBytes) -> PublicKeys:
    """Make a root key file sealed by a passphrase."""
    return make_root_key(path, passphrase, random)


def sign_organisation_draft(draft: Path, root_key: Path, passphrase: str, out: Path) -> OrganisationBundle:
    """Sign a bundle written as JSON (all fields but type, v and root). Refused: a photo policy that does not load."""
    envelope = _signed(draft, root_key, passphrase, sign_organisation)
    bundle = untrusted_organisation(envelope)
    policies_of(bundle)
    write_file(out, envelope, mode=0o644)
    return bundle


def sign_authority_draft(draft: Path, root_key: Path, passphrase: str, out: Path) -> AuthorityProfile:
    """Sign a council's profile written as JSON (all fields but type, v and root)."""
    envelope = _signed(draft, root_key, passphrase, sign_authority)
    write_file(out, envelope, mode=0o644)
    return untrusted_authority(envelope)


def show_organisation(path: Path) -> Shown:
    """Read a bundle without trusting it."""
    bundle = untrusted_organisation(_envelope(path))
    root = bundle.root.public()
    return Shown(bundle, root.fingerprint, root.thumbprint)


def show_authority(path: Path) -> Shown:
    """Read a council's profile without trusting it."""
    profile = untrusted_authority(_envelope(path))
    root = profile.root.public()
    return Shown(profile, root.fingerprint, root.thumbprint)


def install_organisation_file(
    home: Home, path: Path, fingerprint: str, *, practice: bool = False
) -> OrganisationBundle:
    """Put a bundle in force. `fingerprint`: the 48 digits that a person compared, or the 64 hex digits."""
    envelope = _envelope(path)
    root = untrusted_organisation(envelope).root.public()
    given = "".join(fingerprint.split()).lower()
    matches = given in (root.fingerprint.replace(" ", ""), root.thumbprint)
    return install_organisation(
        home.organisation, envelope, root_thumbprint=root.thumbprint if matches else given, practice=practice
    )


def install_authority_file(home: Home, path: Path) -> AuthorityProfile:
    """Put a council's profile in force."""
    return install_authority(home.organisation, _envelope(path))


def changes(before: Path, after: Path) -> tuple[str, ...]:
    """What differs between two bundles, one line each, as "place: before -> after"."""
    old = untrusted_organisation(_envelope(before)).model_dump(mode="json")
    new = untrusted_organisation(_envelope(after)).model_dump(mode="json")
    return tuple(_differences("", old, new))


def one_person_bundle(
    enrolment: Enrolment,
    *,
    org_id: str,
    name: str,
    sector: str,
    policies: tuple[str, ...],
    accepts: tuple[str, ...],
    seq: int,
    practice: bool,
    clock: Clock,
) -> Json:
    """The draft of a bundle for an organisation of one person, who may approve what they write."""
    now = clock.now()
    return {
        "org_id": org_id,
        "name": name,
        "sector": sector,
        "practice": practice,
        "seq": seq,
        "issued_at": to_rfc3339(now),
        "expires_at": to_rfc3339(now + VALID_FOR),
        "people": [
            {
                "id": enrolment.person.id,
                "name": enrolment.person.name,
                "role": enrolment.person.role,
                "may_approve": True,
                "keys": enrolment.person_keys.as_json(),
                "reading": enrolment.reading,
            }
        ],
        "workstations": [
            {
                "id": enrolment.workstation_id,
                "keys": enrolment.workstation_keys.as_json(),
                "not_after": to_rfc3339(now + VALID_FOR),
            }
        ],
        "photo_policies": [{"toml": text} for text in policies],
        "accepts_authority_roots": list(accepts),
        "review_required": True,
    }


def write_for_the_council(bundle: Path, out: Path) -> Json:
    """The small file a council registers an organisation by: who it is and its root key, to compare by fingerprint."""
    statement = untrusted_organisation(_envelope(bundle))
    entry = {
        "org_id": statement.org_id,
        "name": statement.name,
        "root": KeyPair.of(statement.root.public()).model_dump(),
    }
    write_file(out, canonical_bytes(entry), mode=0o644)
    return entry


def begin_organisation(
    home: Home,
    out: Path,
    passphrase: str,
    *,
    org_id: str,
    name: str,
    sector: str,
    person: str,
    role: str,
    policies: Sequence[Path],
    accepts: tuple[str, ...],
    clock: Clock,
    random: RandomBytes,
    practice: bool = False,
    cost: Cost = DEFAULT_COST,
) -> Begun:
    """An organisation of one person in one step: vault, root key, signed bundle, installed here.

    Everything is checked first, and what was made is taken away again when a later step fails.
    The passphrase opens both the vault and the root key; `out` gets root.key, organisation.dsse.json, for-council.json.
    """
    draft_of = partial(
        one_person_bundle,
        org_id=org_id,
        name=name,
        sector=sector,
        policies=_policy_texts(policies),
        accepts=accepts,
        seq=1,
        practice=practice,
        clock=clock,
    )
    sign_organisation(draft_of(_nobody(person, role, random)), SigningKeys.make(random))  # its faults, beforehand
    make_private_folder(out)
    root_key, signed, for_council = out / "root.key", out / "organisation.dsse.json", out / "for-council.json"
    with ExitStack() as undo:
        make_root_key(root_key, passphrase, random, cost=cost)
        undo.callback(root_key.unlink, missing_ok=True)
        enrolment = new_person(
            home,
            name=person,
            role=role,
            passphrase=passphrase,
            practice=practice,
            clock=clock,
            random=random,
            cost=cost,
        )
        undo.callback(forget_new_person, home, enrolment.person.id)
        envelope = sign_organisation(draft_of(enrolment), open_root_key(root_key, passphrase))
        undo.callback(signed.unlink, missing_ok=True)
        write_file(signed, envelope, mode=0o644)
        undo.callback(for_council.unlink, missing_ok=True)
        write_for_the_council(signed, for_council)
        shown = show_organisation(signed)
        bundle = install_organisation_file(home, signed, shown.fingerprint, practice=practice)
        undo.pop_all()
    return Begun(bundle, shown.fingerprint, root_key, signed, for_council)


def _nobody(name: str, role: str, random: RandomBytes) -> Enrolment:
    """An enrolment of keys that are thrown away, to see whether a bundle would hold together."""
    keys, reading = SigningKeys.make(random).public, recipient_of(make_identity(random))
    return Enrolment(Person(PersonId(new_uuid(random)), name, role), keys, reading, new_uuid(random), keys)


def _policy_texts(paths: Sequence[Path]) -> tuple[str, ...]:
    """The versions of one policy, checked before anything is made; faults name each file by its place."""
    untrusted = [read_file(path, limit=POLICY_LIMIT, what="the photo policy", code="POLICY") for path in paths]
    load_versions(untrusted)
    return tuple(text.decode("utf-8") for text in untrusted)


def _signed(path: Path, root_key: Path, passphrase: str, sign: Callable[[Json, SigningKeys], bytes]) -> bytes:
    """The envelope of a draft; a fault in it is named by the draft's file and line."""
    text, draft = _draft(path)
    keys = open_root_key(root_key, passphrase)
    try:
        return sign(draft, keys)
    except StatementRefused as refusal:
        lines = lines_of(text)
        reasons = [f"{path.name}:{line_of(lines, _steps(reason))}: {reason}" for reason in refusal.reasons]
        raise StatementRefused(
            refusal.code,
            refusal.what,
            meaning=refusal.meaning,
            next_step=refusal.next_step,
            reasons=tuple(sorted(reasons, key=lambda reason: int(reason[len(path.name) + 1 :].partition(":")[0]))),
        ) from None


def _steps(reason: str) -> str:
    """`people[1].keys: is missing` as the path of the value, "people.0.keys"."""
    return re.sub(r"\[(\d+)\]", lambda place: f".{int(place[1]) - 1}", reason.partition(": ")[0])


def _draft(path: Path) -> tuple[str, Json]:
    """Its text and what it says."""
    untrusted = read_file(path, limit=MAX_STATEMENT, what="the settings draft", code="STATEMENT")
    try:
        draft = strict_json(untrusted, limit=MAX_STATEMENT)
        if not isinstance(draft, dict):
            raise NotStrictJson("must be an object")
    except NotStrictJson as fault:
        raise WrongUse(
            "STATEMENT-NOT-JSON",
            "The settings draft is not JSON of the strict kind.",
            next_step="Correct the file and sign again.",
            reasons=(f"{path.name}: {fault}",),
        ) from None
    return untrusted.decode("utf-8"), draft


def _envelope(path: Path) -> bytes:
    return read_file(path, limit=MAX_STATEMENT, what="the settings file", code="STATEMENT")


def _differences(place: str, old: Json, new: Json) -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        lines = []
        for key in sorted(set(old) | set(new)):
            lines += _differences(f"{place}.{key}" if place else key, old.get(key), new.get(key))
        return lines
    if isinstance(old, list) and isinstance(new, list):
        lines = []
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            lines += _differences(f"{place}[{index + 1}]", before, after)
        return lines
    return [] if old == new else [f"{place}: {_short(old)} -> {_short(new)}"]


def _short(value: Json) -> str:
    text = "nothing" if value is None else canonical_bytes(value).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."
