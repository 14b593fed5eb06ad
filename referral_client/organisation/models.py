"""What the two signed statements may say, field by field. Unknown fields are refused: a typo cannot pass silently."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from referral_client.base.clock import from_rfc3339
from referral_client.base.ids import is_plain_name
from referral_client.sealing.receipt import ReceiptRole
from referral_client.sealing.recipients import check_recipient, rid
from referral_client.sealing.signing import PublicKeys

# A number counts as "ring this" for this long after somebody confirmed it.
CONFIRMED_FOR_DAYS = 366


def _plain(value: str) -> str:
    if not is_plain_name(value):
        raise ValueError("must be 1 to 63 of a-z, 0-9 and hyphen")
    return value


def _moment(value: str) -> str:
    try:
        from_rfc3339(value)
    except ValueError as error:
        raise ValueError("must be a time like 2026-11-22T15:40:00Z") from error
    return value


def _day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("must be a date like 2026-11-22") from error
    return value


def _https(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be an https address without a user, query or fragment")
    return value.rstrip("/")


def _recipient(value: str) -> str:
    try:
        check_recipient(value)
    except Exception as error:
        # One classic recipient would undo the rest, so such a statement is refused when it is loaded.
        raise ValueError("must be a post-quantum age recipient (age1pq1...)") from error
    return value


def _base64_of(length: int) -> AfterValidator:
    def check(value: str) -> str:
        try:
            raw = base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error) as error:
            raise ValueError("must be base64") from error
        if len(raw) != length:
            raise ValueError(f"must be {length} bytes in base64")
        return value

    return AfterValidator(check)


Plain = Annotated[str, AfterValidator(_plain)]
Moment = Annotated[str, AfterValidator(_moment)]
Day = Annotated[str, AfterValidator(_day)]
Https = Annotated[str, AfterValidator(_https)]
Thumbprint = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Words = Annotated[str, Field(max_length=2000)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class KeyPair(Model):
    """A public signing key set: Ed25519 and ML-DSA-65, both in base64."""

    ed25519: Annotated[str, _base64_of(32)]
    mldsa65: Annotated[str, _base64_of(1952)]

    def public(self) -> PublicKeys:
        return PublicKeys(base64.b64decode(self.ed25519), base64.b64decode(self.mldsa65))

    @classmethod
    def of(cls, keys: PublicKeys) -> KeyPair:
        return cls(
            ed25519=base64.b64encode(keys.ed25519).decode(),
            mldsa65=base64.b64encode(keys.mldsa65).decode(),
        )


class Number(Model):
    """One telephone number of the front door, and who says that it is right."""

    label: Words
    number: Words
    hours: Words = ""
    confirmed_by: Words = ""
    confirmed_on: Annotated[str, AfterValidator(lambda value: value and _day(value))] = ""
    last_seen_year: int = 0

    def ring_this(self, today: date) -> bool:
        """True when a person confirmed it within twelve months of `today`."""
        if not (self.confirmed_by and self.confirmed_on):
            return False
        age = (today - date.fromisoformat(self.confirmed_on)).days
        return -1 <= age <= CONFIRMED_FOR_DAYS


class OpeningHours(Model):
    """One weekday's hours: day 0 is Monday, times are local "09:00"."""

    day: Annotated[int, Field(ge=0, le=6)]
    opens: TimeOfDay
    closes: TimeOfDay


class FrontDoor(Model):
    name: Words
    numbers: tuple[Number, ...]
    hours: tuple[OpeningHours, ...] = ()


class Transport(Model):
    """One way to move bytes to a destination. `tls_ca`: one extra authority (PEM) for that host alone."""

    kind: Literal["native"]
    base_url: Https
    tls_ca: Annotated[str, Field(max_length=20_000)] = ""


class Recipient(Model):
    recipient: Annotated[str, AfterValidator(_recipient)]
    role: Literal["operational", "recovery"]
    state: Literal["current", "retired", "revoked"] = "current"

    @property
    def rid(self) -> str:
        return rid(self.recipient)


class ReceiptKey(Model):
    """A key whose receipts count: `intake` signs stored and quarantined, `casework` signs the rest."""

    role: Literal["intake", "casework"]
    keys: KeyPair


class Destination(Model):
    id: Plain
    transports: Annotated[tuple[Transport, ...], Field(min_length=1, max_length=8)]
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=8)]
    receipt_keys: Annotated[tuple[ReceiptKey, ...], Field(min_length=1, max_length=32)]

    def current_recipients(self) -> tuple[str, ...]:
        return tuple(entry.recipient for entry in self.recipients if entry.state == "current")

    def receipt_keys_by_role(self) -> dict[ReceiptRole, tuple[PublicKeys, ...]]:
        return {
            role: tuple(entry.keys.public() for entry in self.receipt_keys if entry.role == role)
            for role in ReceiptRole
        }


class Statement(Model):
    """What both statements share."""

    v: Literal[1]
    practice: bool = False
    root: KeyPair
    seq: Annotated[int, Field(ge=1)]
    issued_at: Moment
    expires_at: Moment

    @field_validator("expires_at")
    @classmethod
    def _after_it_was_issued(cls, expires_at: str, info: ValidationInfo) -> str:
        issued_at = info.data.get("issued_at")
        if issued_at is not None and from_rfc3339(expires_at) <= from_rfc3339(issued_at):
            raise ValueError("must be after issued_at")
        return expires_at

    def expired(self, now: datetime) -> bool:
        return now > from_rfc3339(self.expires_at)


class AuthorityProfile(Statement):
    """Signed by the council."""

    type: Literal["authority"]
    authority_id: Plain
    name: Words
    front_door: FrontDoor
    destinations: Annotated[tuple[Destination, ...], Field(min_length=1, max_length=16)]
    forms: Annotated[tuple[Plain, ...], Field(min_length=1, max_length=64)]

    def destination(self, destination_id: str) -> Destination | None:
        return next((entry for entry in self.destinations if entry.id == destination_id), None)


class RegisteredPerson(Model):
    """One person of the organisation: public keys and what they may do."""

    id: Plain
    name: Words
    role: Words
    may_approve: bool = False
    keys: KeyPair
    reading: Annotated[str, AfterValidator(_recipient)]


class Workstation(Model):
    """A computer whose key may sign manifests and tickets, until `not_after` or revoked."""

    id: Plain
    keys: KeyPair
    not_after: Moment
    revoked: bool = False


class PhotoPolicySource(Model):
    """One version of the organisation's photo policy: the file, whole. The version in force decides by its dates."""

    toml: Annotated[str, Field(max_length=262_144)]


class OrganisationBundle(Statement):
    """Signed by the organisation."""

    type: Literal["organisation"]
    org_id: Plain
    name: Words
    sector: Literal["school", "health", "both"]
    people: Annotated[tuple[RegisteredPerson, ...], Field(max_length=5000)] = ()
    workstations: Annotated[tuple[Workstation, ...], Field(max_length=5000)] = ()
    photo_policies: Annotated[tuple[PhotoPolicySource, ...], Field(max_length=64)] = ()
    lawful_basis: Words = ""
    accepts_authority_roots: Annotated[tuple[Thumbprint, ...], Field(max_length=64)] = ()
    review_required: bool = True
    personal_logins: bool = False

    def workstation_keys(self, workstation_id: str, at: datetime | None = None) -> PublicKeys | None:
        """The keys of an enrolled workstation; None when unknown, revoked or (if `at` is given) past its date."""
        for entry in self.workstations:
            if entry.id == workstation_id and not entry.revoked:
                if at is not None and at > from_rfc3339(entry.not_after):
                    return None
                return entry.keys.public()
        return None

    def person(self, person_id: str) -> RegisteredPerson | None:
        return next((entry for entry in self.people if entry.id == person_id), None)
