"""A photograph policy as a value: the settings of one TOML file, strict, with the strictest choice as default.

Promises: every setting here changes what the policy says or adds a task; a test holds that for each one.
Imports pydantic and the room's own modules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from referral_client.policy.codes import (
    Approver,
    BodyMap,
    ChildRefusal,
    ClientDeletion,
    ConsentForm,
    ConsentFrom,
    Device,
    Exemption,
    ManifestFact,
    Metadata,
    NonMobileRule,
    Original,
    Outcome,
    Question,
    Recipient,
    Recompress,
    Region,
    Requester,
    Taking,
    ThirdPartyRule,
    View,
)
from referral_client.policy.facts import AttestedFacts, Code, Long, Short

Clause = Annotated[str, Field(min_length=1, max_length=1500)]
Duration = Annotated[str, Field(pattern=r"^[1-9]\d{0,3}[mhd]$")]
Few = Annotated[int, Field(ge=1, le=200)]

_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


def minutes_of(duration: str) -> int:
    """`30m`, `24h` or `7d` in minutes."""
    return int(duration[:-1]) * _MINUTES[duration[-1]]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


class Person(_Table):
    """Who stands behind the policy."""

    name: Short
    role: Short


class SourceDocument(_Table):
    """The written policy that people can hold in their hand."""

    title: Short
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=500)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class SourceNote(_Table):
    """Where a rule comes from: a published policy or guidance, and what was taken from it."""

    title: Short
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=500)]
    note: Long


class ThirdPartyImages(_Table):
    """Pictures that our own people did not take. A source not named is refused."""

    parent: ThirdPartyRule = ThirdPartyRule.REFUSE
    child: ThirdPartyRule = ThirdPartyRule.REFUSE
    other_agency: ThirdPartyRule = ThirdPartyRule.REFUSE
    anonymous: ThirdPartyRule = ThirdPartyRule.REFUSE
    screenshot: ThirdPartyRule = ThirdPartyRule.REFUSE


class Preauthorisation(_Table):
    """Somebody says yes before a picture is taken."""

    by: Approver
    evidence_ref: bool = True
    valid_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60


class Found(_Table):
    """What the program found in the file, for a case."""

    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")] = "image/jpeg"
    size: Annotated[int, Field(ge=0)] = 2_000_000
    captured_at: str = ""
    looks_forwarded: bool = False


class Already(_Table):
    """What is attached already, for a case."""

    for_injury: Annotated[int, Field(ge=0)] = 0
    total: Annotated[int, Field(ge=0)] = 0
    views: tuple[View, ...] = ()


class Case(_Table):
    """One worked example, run as a test: these facts give this answer because of exactly these rules."""

    name: Short
    question: Question = Question.MAY_ATTACH
    facts: AttestedFacts
    found: Found = Found()
    already: Already = Already()
    recipient: Recipient = Recipient.FRONT_DOOR
    today: date | None = None
    expect: Outcome
    because: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


class Policy(_Table):
    """One organisation's photograph policy, one version."""

    policy_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    version: Annotated[str, Field(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    organisation: Short
    effective_from: date
    review_by: date
    approved_by: Person
    source_document: SourceDocument
    sources: tuple[SourceNote, ...] = Field(default=(), alias="source")
    roles: dict[Code, Short] = {}
    places: dict[Code, Short] = {}

    taking: Taking
    permitted_roles: tuple[Code, ...] = ()
    training_required: tuple[Code, ...] = ()
    request_required_from: Requester = Requester.NONE
    preauthorisation: Preauthorisation | None = None
    devices_allowed: tuple[Device, ...] = ()
    device_register_required: bool = False
    device_register: tuple[Short, ...] = ()
    places_allowed: tuple[Code, ...] = ()
    places_forbidden: tuple[Code, ...] = ()
    second_adult_required: bool = False
    consent_from: tuple[ConsentFrom, ...] = ()
    consent_form: ConsentForm = ConsentForm.IMPLIED
    consent_exempt_when: tuple[Exemption, ...] = ()
    child_refusal: ChildRefusal = ChildRefusal.BLOCKS
    distress_stops: bool = True
    clothing_moved_allowed: bool = False

    intimate_under_18: Literal["blocked"] = "blocked"
    regions_allowed: tuple[Region, ...] = ()
    regions_forbidden: tuple[Region, ...] = ()

    views_required: tuple[View, ...] = ()
    scale_required: bool = False
    colour_chart_required: bool = False
    max_count_per_injury: Few | None = None
    max_total: Few | None = None
    formats: tuple[Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")], ...] = ()
    max_bytes: Annotated[int, Field(ge=1)] | None = None
    edits_forbidden: bool = False
    filters_forbidden: bool = False
    recompress: Recompress | None = None

    required_metadata: tuple[Metadata, ...] = ()
    written_description_required: bool = False
    body_map: BodyMap = BodyMap.OPTIONAL
    non_mobile_rule: NonMobileRule | None = None
    third_party_images: ThirdPartyImages = ThirdPartyImages()

    original: Original = Original.RETAIN_IN_ORG_RECORD
    keep_in_manifest: tuple[ManifestFact, ...] = ()
    record_system: Short | None = None
    delete_from_device_within: Duration | None = None
    deletion_attested_by: Code | None = None
    delete_from_client_after: ClientDeletion | None = None
    approval_to_attach: Approver = Approver.NONE
    recipients_allowed: Annotated[tuple[Recipient, ...], Field(min_length=1)] = (Recipient.FRONT_DOOR,)
    log_every_view: bool = False

    messages: dict[Code, Clause] = {}
    cases: tuple[Case, ...] = Field(default=(), alias="case")

    _sha256: str = PrivateAttr(default="")

    @property
    def sha256(self) -> str:
        """The digest of the file this policy was read from, in hexadecimal."""
        return self._sha256

    def clause(self, rule: str) -> str:
        """The organisation's own paragraph for a rule, or ""."""
        return self.messages.get(rule, "")


def policy_in_force(policies: Sequence[Policy], taken_on: date) -> Policy | None:
    """The version that applied on that day: the latest one already in effect, or None.

    Of two that begin on one day the higher version applies.
    """
    begun = [policy for policy in policies if policy.effective_from <= taken_on]
    return max(begun, key=lambda policy: (policy.effective_from, _version(policy.version)), default=None)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.split(r"\.", text))
