"""One folder holds an intake's keys, settings and data. This file draws it, makes it and reads it.

FOLDER/intake.json              destination, practice or real, replica name, limits
FOLDER/intake.keys.json         the online signing keys, for this account alone
FOLDER/public.json              their public half, for the authority profile
FOLDER/casework/*.json          public halves of the offline keys whose receipts are served
FOLDER/organisations/           the organisations registered (organisation.registered)
FOLDER/incoming/                signed receipts of the offline side are put here
FOLDER/data/                    packages, records, receipts and the log
FOLDER/log/                     codes and counts
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from referral_client.base.canonical import Json, NotStrictJson, canonical_bytes, strict_json
from referral_client.base.errors import Refused, WrongUse
from referral_client.base.files import make_private_folder, read_file, write_file
from referral_client.base.ids import RandomBytes, is_plain_name
from referral_client.sealing.keyfile import create_key_file, read_key_file
from referral_client.sealing.receipt import ReceiptRole
from referral_client.sealing.signing import PublicKeys, SigningKeys

MIB = 1024 * 1024
_FILE_LIMIT = 64_000


def _plain(value: str) -> str:
    if not is_plain_name(value):
        raise ValueError("must be 1 to 63 of a-z, 0-9 and hyphen")
    return value


Plain = Annotated[str, AfterValidator(_plain)]
Count = Annotated[int, Field(ge=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Model):
    """What the intake takes at most. Sizes are bytes, times seconds; quarantine has budgets of its own."""

    max_package: Count = 512 * MIB
    part_size: Annotated[int, Field(ge=65_536, le=16 * MIB)] = 4 * MIB
    connections: Count = 128
    header_seconds: Count = 10
    body_seconds: Count = 30
    body_bytes_per_second: Count = 5_000
    abandoned_after_seconds: Count = 7 * 24 * 3600
    quarantine_bytes: Count = 4096 * MIB
    quarantine_bytes_per_key: Count = 600 * MIB
    quarantine_empty_seconds: Count = 15 * 60
    quarantine_uploads_per_hour: Count = 200
    quarantine_uploads_per_hour_per_key: Count = 20


class _Settings(_Model):
    v: Literal[1]
    destination_id: Plain
    replica: Plain = "intake-1"
    practice: bool = False
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class IntakeConfig:
    """Everything one running intake knows. Its private keys sign `stored` and `quarantined` and open nothing."""

    folder: Path
    destination_id: str
    replica: str
    practice: bool
    limits: Limits
    keys: SigningKeys
    casework_keys: tuple[PublicKeys, ...]

    @property
    def organisations(self) -> Path:
        return self.folder / "organisations"

    @property
    def incoming(self) -> Path:
        return self.folder / "incoming"

    @property
    def data(self) -> Path:
        return self.folder / "data"


def keygen(out: Path, random: RandomBytes) -> PublicKeys:
    """Make the online keys in `out`; refused when there are keys already."""
    make_private_folder(out)
    keys = SigningKeys.make(random)
    create_key_file(out / "intake.keys.json", keys)
    document = {"role": ReceiptRole.INTAKE.value, "keys": keys.public.as_json(), "fingerprint": keys.public.fingerprint}
    write_file(out / "public.json", canonical_bytes(document))
    return keys.public


def set_up(
    folder: Path,
    *,
    destination_id: str,
    practice: bool,
    casework_public: bytes = b"",
    replica: str = "intake-1",
    limits: Json = None,
) -> None:
    """Write the settings, and the offline side's public keys from its own public.json if given."""
    settings = {"v": 1, "destination_id": destination_id, "practice": practice, "replica": replica}
    document = {**settings, "limits": limits} if limits else settings
    _settings(canonical_bytes(document))
    make_private_folder(folder / "organisations")
    make_private_folder(folder / "incoming")
    make_private_folder(folder / "casework")
    write_file(folder / "intake.json", canonical_bytes(document))
    if casework_public:
        public = _casework_keys(casework_public)
        write_file(folder / "casework" / f"{public.thumbprint[:16]}.json", casework_public)


def load_config(folder: Path) -> IntakeConfig:
    """Read the folder. WrongUse names every fault of the settings; Refused for missing or damaged keys."""
    settings = _settings(_read(folder / "intake.json", "the intake settings"))
    casework = tuple(
        _casework_keys(_read(path, "a casework key file")) for path in sorted((folder / "casework").glob("*.json"))
    )
    make_private_folder(folder / "incoming")
    return IntakeConfig(
        folder=folder,
        destination_id=settings.destination_id,
        replica=settings.replica,
        practice=settings.practice,
        limits=settings.limits,
        keys=read_key_file(folder / "intake.keys.json"),
        casework_keys=casework,
    )


def _read(path: Path, what: str) -> bytes:
    return read_file(path, limit=_FILE_LIMIT, what=what, code="INTAKE-CONFIG")


def _settings(untrusted: bytes) -> _Settings:
    try:
        return _Settings.model_validate(strict_json(untrusted, limit=_FILE_LIMIT))
    except NotStrictJson as error:
        reasons: tuple[str, ...] = (f"intake.json: {error}",)
    except ValidationError as error:
        reasons = tuple(
            f"intake.json: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_url=False, include_input=False)
        )
    raise WrongUse(
        "INTAKE-SETTINGS",
        "The intake settings do not say what they must.",
        next_step="Correct each line below and start again.",
        reasons=reasons,
    )


def _casework_keys(untrusted: bytes) -> PublicKeys:
    try:
        document = strict_json(untrusted, limit=_FILE_LIMIT)
    except NotStrictJson:
        document = None
    if not isinstance(document, dict) or document.get("role") != ReceiptRole.CASEWORK:
        raise Refused(
            "INTAKE-CASEWORK-KEYS",
            "A casework key file is not one that `casework keygen` made.",
            meaning="Receipts of the offline side could not be checked.",
            next_step="Copy public.json of the offline side again.",
        )
    return PublicKeys.from_json(document.get("keys"))
