"""The statements installed on this computer, and the roots they are checked against each time they are read.

    organisation/
      trust.json                      {"organisation_root": thumbprint, "practice": bool, "highest": {name: seq},
                                       "authority_roots": {authority id: thumbprint}}
      organisation.dsse.json          the bundle in force
      authority-<id>.dsse.json        one profile for each council

The organisation's root is pinned once, by a person who compared its fingerprint. A council's root is trusted because
the organisation's bundle names it, and pinned for its id at the first install, so that one accepted council cannot
speak for another; it changes only after the bundle has dropped the old one. A statement with a sequence number below
the highest seen is never obeyed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from referral_client.base.canonical import Json, NotStrictJson, canonical_bytes, strict_json
from referral_client.base.errors import KnownError, Refused
from referral_client.base.files import make_private_folder, read_file, write_file
from referral_client.organisation.models import AuthorityProfile, Destination, OrganisationBundle, Statement
from referral_client.organisation.statements import (
    MAX_STATEMENT,
    StatementRefused,
    parse_authority,
    parse_organisation,
    untrusted_authority,
    untrusted_organisation,
)
from referral_client.policy import Policy, load_versions

_TRUST = "trust.json"
_BUNDLE = "organisation.dsse.json"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person should know about the settings that stops neither writing nor an urgent sending."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Installed:
    """What this computer obeys now. Without a bundle the screen says NOT CONNECTED and writing goes on."""

    organisation: OrganisationBundle | None
    authorities: tuple[AuthorityProfile, ...]
    policies: tuple[Policy, ...]
    troubles: tuple[Trouble, ...]
    practice: bool

    def destination(self, destination_id: str) -> tuple[AuthorityProfile, Destination] | None:
        """The destination and the profile that states it."""
        for authority in self.authorities:
            found = authority.destination(destination_id)
            if found is not None:
                return authority, found
        return None

    def authority_for(self, form_id: str) -> AuthorityProfile | None:
        """The council whose profile takes this form."""
        return next((authority for authority in self.authorities if form_id in authority.forms), None)


def install_organisation(
    folder: Path, untrusted_envelope: bytes, *, root_thumbprint: str, practice: bool
) -> OrganisationBundle:
    """Put a bundle in force. `root_thumbprint` is what a person compared; afterwards it is pinned.

    Refused: signed by another root, an older sequence number, a practice bundle on a real computer or the reverse,
    a photo policy that does not load.
    """
    bundle = untrusted_organisation(untrusted_envelope)
    trust = _trust_or_rebuilt(folder, root_thumbprint)
    pinned = trust.get("organisation_root", root_thumbprint)
    if bundle.root.public().thumbprint != root_thumbprint or pinned != root_thumbprint:
        raise StatementRefused(
            "ORGANISATION-OTHER-ROOT",
            "This file is not signed by the organisation this computer trusts.",
            meaning="The settings in force before stay in force.",
            next_step="Compare the fingerprint with the person who keeps your organisation’s key.",
        )
    bundle = parse_organisation(untrusted_envelope, bundle.root.public())
    _same_kind(bundle, practice=practice, trust=trust)
    _newer(bundle, "organisation", trust)
    policies_of(bundle)
    make_private_folder(folder)
    # The bundle first: killed in between, the old highest number still admits the new bundle.
    write_file(folder / _BUNDLE, untrusted_envelope)
    _write_trust(folder, trust, "organisation", bundle, organisation_root=root_thumbprint, practice=practice)
    return bundle


def install_authority(folder: Path, untrusted_envelope: bytes) -> AuthorityProfile:
    """Put a council's profile in force; its root must be one that the organisation's bundle accepts."""
    trust = _trust(folder)
    bundle = _load_bundle(folder, trust)
    if bundle is None:
        raise Refused(
            "AUTHORITY-NO-ORGANISATION",
            "A council’s file can be installed only after your organisation’s own file.",
            next_step="Install the organisation’s file first.",
        )
    profile = _accepted(untrusted_envelope, bundle)
    _same_kind(profile, practice=bundle.practice, trust=trust)
    _its_own_root(profile, bundle, trust)
    _overlaps_no_other(profile, folder, bundle)
    name = _counter(profile)
    _newer(profile, name, trust)
    write_file(folder / f"authority-{profile.authority_id}.dsse.json", untrusted_envelope)
    roots = {**trust.get("authority_roots", {}), profile.authority_id: profile.root.public().thumbprint}
    _write_trust(folder, trust, name, profile, authority_roots=roots)
    return profile


def installed(folder: Path, now: datetime) -> Installed:
    """Read and verify everything again. A file that does not verify is left out and named in `troubles`."""
    troubles: list[Trouble] = []
    try:
        trust = _trust(folder)
    except KnownError as error:
        return Installed(None, (), (), (Trouble(error.code, error.what),), practice=False)
    try:
        bundle = _load_bundle(folder, trust)
    except KnownError as error:
        bundle = None
        troubles.append(Trouble(error.code, "Your organisation’s settings file cannot be trusted, so it is not used."))
    authorities: list[AuthorityProfile] = []
    policies: tuple[Policy, ...] = ()
    if bundle is not None:
        _expiry(bundle, "Your organisation’s settings", now, troubles)
        for path in sorted(folder.glob("authority-*.dsse.json")):
            try:
                envelope = read_file(path, limit=MAX_STATEMENT, what="the council’s file", code="STATEMENT")
                profile = _accepted(envelope, bundle)
                _its_own_root(profile, bundle, trust)
                _not_older(profile, _counter(profile), trust)
            except KnownError as error:
                troubles.append(Trouble(error.code, "A council’s settings file cannot be trusted, so it is not used."))
                continue
            _expiry(profile, f"The settings of {profile.name}", now, troubles)
            authorities.append(profile)
        try:
            policies = policies_of(bundle)
        except KnownError as error:
            troubles.append(
                Trouble(
                    error.code, "Your organisation’s photo policy cannot be used, so no photograph can go. Tell IT."
                )
            )
    return Installed(bundle, tuple(authorities), policies, tuple(troubles), bool(trust.get("practice", False)))


def policies_of(bundle: OrganisationBundle) -> tuple[Policy, ...]:
    """The versions of the bundle's photo policy. One that does not load takes all away: an older one might let more
    through. PolicyFaults names every fault."""
    return load_versions([source.toml.encode() for source in bundle.photo_policies])


def _accepted(untrusted_envelope: bytes, bundle: OrganisationBundle) -> AuthorityProfile:
    root = untrusted_authority(untrusted_envelope).root.public()
    if root.thumbprint not in bundle.accepts_authority_roots:
        raise StatementRefused(
            "AUTHORITY-NOT-ACCEPTED",
            "This council’s key is not one that your organisation accepts.",
            meaning="The settings in force before stay in force.",
            next_step="Ask the person who keeps your organisation’s key to check the council’s fingerprint.",
        )
    return parse_authority(untrusted_envelope, root)


def _load_bundle(folder: Path, trust: Json) -> OrganisationBundle | None:
    path = folder / _BUNDLE
    if "organisation_root" not in trust or not path.exists():
        return None
    envelope = read_file(path, limit=MAX_STATEMENT, what="the organisation’s file", code="STATEMENT")
    root = untrusted_organisation(envelope).root.public()
    if root.thumbprint != trust["organisation_root"]:
        raise StatementRefused(
            "ORGANISATION-OTHER-ROOT", "The installed file is not signed by the organisation this computer trusts."
        )
    bundle = parse_organisation(envelope, root)
    _not_older(bundle, "organisation", trust)
    return bundle


def _counter(profile: AuthorityProfile) -> str:
    """Its name in `highest`: apart from the organisation's own, whatever a council calls itself."""
    return f"authority {profile.authority_id}"


def _its_own_root(profile: AuthorityProfile, bundle: OrganisationBundle, trust: Json) -> None:
    pinned = trust.get("authority_roots", {}).get(profile.authority_id)
    if pinned in (None, profile.root.public().thumbprint) or pinned not in bundle.accepts_authority_roots:
        return
    raise StatementRefused(
        "AUTHORITY-OTHER-ROOT",
        "This file speaks for a council that another key was installed for.",
        meaning="The settings in force before stay in force.",
        next_step="Compare the fingerprint with the council. If it has a new key, your organisation’s file must first "
        "drop the old one.",
    )


def _overlaps_no_other(profile: AuthorityProfile, folder: Path, bundle: OrganisationBundle) -> None:
    """Two councils never share a form or a destination: which of them gets a referral must not hang on a file name."""
    for path in sorted(folder.glob("authority-*.dsse.json")):
        try:
            other = _accepted(read_file(path, limit=MAX_STATEMENT, what="the council’s file", code="STATEMENT"), bundle)
        except KnownError:
            continue
        if other.authority_id == profile.authority_id:
            continue
        shared = set(other.forms) & set(profile.forms)
        shared |= {entry.id for entry in other.destinations} & {entry.id for entry in profile.destinations}
        if shared:
            raise StatementRefused(
                "AUTHORITY-OVERLAPS",
                "This file and another council’s file here name the same form or destination.",
                meaning="The settings in force before stay in force.",
                next_step="Ask both councils which of them takes it.",
                reasons=tuple(sorted(shared)),
            )


def _same_kind(statement: Statement, *, practice: bool, trust: Json) -> None:
    if statement.practice != practice or trust.get("practice", practice) != practice:
        raise StatementRefused(
            "STATEMENT-PRACTICE",
            "A practice file and a real computer do not go together.",
            meaning="Nothing was installed.",
            next_step="Use practice files only in practice, and the organisation’s own files here.",
        )


def _newer(statement: Statement, name: str, trust: Json) -> None:
    highest = trust.get("highest", {}).get(name, 0)
    if statement.seq <= highest:
        raise StatementRefused(
            "STATEMENT-NOT-NEWER",
            f"This settings file has number {statement.seq}; number {highest} was installed before.",
            meaning="The settings in force before stay in force.",
            next_step="Ask for the newest file.",
        )


def _not_older(statement: Statement, name: str, trust: Json) -> None:
    if statement.seq < trust.get("highest", {}).get(name, 0):
        raise StatementRefused("STATEMENT-NOT-NEWER", "The installed file is older than one installed before.")


def _expiry(statement: Statement, whose: str, now: datetime, troubles: list[Trouble]) -> None:
    if statement.expired(now):
        troubles.append(
            Trouble(
                "STATEMENT-EXPIRED",
                f"{whose} are past their date. You can write and send. Ask IT for the new file.",
            )
        )


def _trust(folder: Path) -> Json:
    path = folder / _TRUST
    if not path.exists():
        return {}
    try:
        trust = strict_json(read_file(path, limit=1_000_000, what="the trust file", code="STATEMENT"), limit=1_000_000)
    except NotStrictJson as fault:
        raise _damaged_trust() from fault
    if not _is_trust(trust):
        raise _damaged_trust()
    return trust


def _is_trust(untrusted: Json) -> bool:
    return (
        isinstance(untrusted, dict)
        and isinstance(untrusted.get("practice", False), bool)
        and isinstance(untrusted.get("organisation_root", ""), str)
        and all(
            isinstance(untrusted.get(name, {}), dict)
            and all(isinstance(value, kind) for value in untrusted.get(name, {}).values())
            for name, kind in (("highest", int), ("authority_roots", str))
        )
    )


def _trust_or_rebuilt(folder: Path, root_thumbprint: str) -> Json:
    """A damaged trust file is made anew by the one act that can: a person compares the fingerprint and installs.

    The number of the bundle in force still counts, so that an older one does not slip in with the mending.
    """
    try:
        return _trust(folder)
    except StatementRefused:
        pass
    try:
        envelope = read_file(folder / _BUNDLE, limit=MAX_STATEMENT, what="the organisation’s file", code="STATEMENT")
        root = untrusted_organisation(envelope).root.public()
        if root.thumbprint == root_thumbprint:
            return {"highest": {"organisation": parse_organisation(envelope, root).seq - 1}}
    except KnownError:
        pass
    return {}


def _damaged_trust() -> StatementRefused:
    return StatementRefused(
        "STATEMENT-TRUST-DAMAGED",
        "The file that says whom this computer trusts is damaged.",
        meaning="You can go on writing. Sending waits until it is mended.",
        next_step="Ask IT to install the organisation’s file again.",
    )


def _write_trust(folder: Path, trust: Json, name: str, statement: Statement, **changes: Json) -> None:
    highest = {**trust.get("highest", {}), name: statement.seq}
    write_file(folder / _TRUST, canonical_bytes({**trust, **changes, "highest": highest}))
