"""One folder holds what the offline side has: two key sets kept apart, settings, senders, its book and its receipts.

FOLDER/identity.txt           opens packages; may be kept elsewhere and named when opening
FOLDER/casework.keys.json     signs receipts
FOLDER/public.json            the public halves of both, for the authority profile and the intake
FOLDER/casework.json          destination, practice or real, name of this chain of receipts
FOLDER/organisations/         the organisations registered (organisation.registered)
FOLDER/book/, FOLDER/log/     what was opened; the chain of receipts
FOLDER/outgoing/              signed receipts, to be carried to the intake's `incoming`
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from referral_client.base.canonical import NotStrictJson, canonical_bytes, strict_json
from referral_client.base.errors import Refused, WrongUse
from referral_client.base.files import create_file, make_private_folder, read_file, write_file
from referral_client.base.ids import RandomBytes, is_plain_name
from referral_client.organisation.registered import (
    RegisteredOrganisation,
    accept_bundle,
    register_organisation,
    registered_organisation,
)
from referral_client.sealing.keyfile import create_key_file, read_key_file
from referral_client.sealing.receipt import ReceiptRole
from referral_client.sealing.recipients import make_identity, recipient_of
from referral_client.sealing.signing import PublicKeys, SigningKeys

_FILE_LIMIT = 64_000
_SECRET = "AGE-SECRET-KEY-PQ-1"


def _plain(value: str) -> str:
    if not is_plain_name(value):
        raise ValueError("must be 1 to 63 of a-z, 0-9 and hyphen")
    return value


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Literal[1]
    destination_id: Annotated[str, AfterValidator(_plain)]
    replica: Annotated[str, AfterValidator(_plain)] = "casework-1"
    practice: bool = False


@dataclass(frozen=True, slots=True)
class MadeKeys:
    """The public halves of a new office: who it seals for, and whose receipts count."""

    recipient: str
    keys: PublicKeys


@dataclass(frozen=True, slots=True)
class Office:
    """The settings and the receipt keys of one offline side. Holds no identity: that is named when opening."""

    folder: Path
    destination_id: str
    replica: str
    practice: bool
    keys: SigningKeys

    @property
    def organisations(self) -> Path:
        return self.folder / "organisations"

    @property
    def outgoing(self) -> Path:
        return self.folder / "outgoing"

    def workstation_keys(self, org_id: str, workstation_id: str, at: datetime) -> PublicKeys | None:
        """The registered keys of a sender; None when nobody registered them, or at this time past their date."""
        found = registered_organisation(self.organisations, org_id)
        return found.workstation_keys(workstation_id, at) if found else None


def keygen(out: Path, random: RandomBytes) -> MadeKeys:
    """Make both key sets in `out`; refused when there are keys already."""
    make_private_folder(out)
    keys = SigningKeys.make(random)
    create_key_file(out / "casework.keys.json", keys)
    identity = make_identity(random)
    recipient = recipient_of(identity)
    if not create_file(out / "identity.txt", f"# public key: {recipient}\n{identity}\n".encode()):
        raise Refused(
            "CASEWORK-IDENTITY-THERE",
            "There is a key that opens packages in that place already, and keys are never overwritten.",
            meaning="That key was not changed.",
            next_step="Choose an empty folder.",
        )
    document = {
        "role": ReceiptRole.CASEWORK.value,
        "keys": keys.public.as_json(),
        "fingerprint": keys.public.fingerprint,
        "recipient": recipient,
    }
    write_file(out / "public.json", canonical_bytes(document))
    return MadeKeys(recipient, keys.public)


def set_up(folder: Path, *, destination_id: str, practice: bool, replica: str = "casework-1") -> None:
    """Write the settings of an office."""
    document = canonical_bytes({"v": 1, "destination_id": destination_id, "practice": practice, "replica": replica})
    _settings(document)
    make_private_folder(folder)
    write_file(folder / "casework.json", document)


def load_office(folder: Path) -> Office:
    """Read the folder. WrongUse names every fault of the settings; Refused for missing or damaged keys."""
    settings = _settings(
        read_file(folder / "casework.json", limit=_FILE_LIMIT, what="the casework settings", code="CASEWORK-SETTINGS")
    )
    keys = read_key_file(folder / "casework.keys.json")
    for name in ("organisations", "outgoing", "book", "log"):
        make_private_folder(folder / name)
    return Office(folder, settings.destination_id, settings.replica, settings.practice, keys)


def know_organisation(
    folder: Path, untrusted_entry: bytes, untrusted_bundle: bytes | None = None
) -> RegisteredOrganisation:
    """Register a sender on the offline side too: it never takes the online side's word for who somebody is."""
    office = load_office(folder)
    entry = register_organisation(office.organisations, untrusted_entry)
    if untrusted_bundle is None:
        return entry
    return accept_bundle(office.organisations, untrusted_bundle, practice=office.practice)


def read_identities(path: Path) -> tuple[str, ...]:
    """The secret keys in a file as `age-keygen` writes it: one a line, lines of # passed over."""
    untrusted = read_file(path, limit=_FILE_LIMIT, what="the key that opens packages", code="CASEWORK-IDENTITY")
    lines = [line.strip() for line in untrusted.decode("utf-8", errors="replace").splitlines()]
    found = tuple(line for line in lines if line.startswith(_SECRET))
    if not found:
        raise Refused(
            "CASEWORK-IDENTITY-NONE",
            "That file holds no key that opens packages.",
            meaning="Nothing was opened.",
            next_step=f"Use the file whose line starts with {_SECRET}.",
        )
    return found


def _settings(untrusted: bytes) -> _Settings:
    try:
        return _Settings.model_validate(strict_json(untrusted, limit=_FILE_LIMIT))
    except NotStrictJson as error:
        reasons: tuple[str, ...] = (f"casework.json: {error}",)
    except ValidationError as error:
        reasons = tuple(
            f"casework.json: {'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_url=False, include_input=False)
        )
    raise WrongUse(
        "CASEWORK-SETTINGS-NOT-FITTING",
        "The casework settings do not say what they must.",
        next_step="Correct each line below and try again.",
        reasons=reasons,
    )
