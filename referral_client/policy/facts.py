"""What a person states about a picture (F.json), and what the program itself found in the file.

Promises: every field but `source` may be missing; a missing one is asked about, never guessed. Reading names all
faults at once and repeats no value, because a fact may be about a child. Imports base and the room's own modules.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from referral_client.base.canonical import Json, NotStrictJson, strict_json
from referral_client.base.errors import WrongUse
from referral_client.policy.codes import ConsentForm, Device, Exemption, Region, Said, Side, Source, View
from referral_client.policy.faults import fault_of, field_names

FACTS_LIMIT = 64 * 1024


class FactsFaults(WrongUse):
    """The facts about a picture do not fit. `reasons`: every fault, `file: key: reason`."""


_TIME = re.compile(r"^(19|20)\d\d-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$")


def moment_of(text: str) -> datetime:
    """A time with or without a zone, or a date alone. ValueError for anything else."""
    return datetime.fromisoformat(text)


def _a_time(text: str) -> str:
    with contextlib.suppress(ValueError):
        if _TIME.match(text) and moment_of(text):
            return text
    raise ValueError("must be a time like 2026-11-20T15:40:00Z or 2026-11-20 15:40")


Short = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Long = Annotated[str, Field(min_length=1, max_length=2000)]
Time = Annotated[str, Field(max_length=40), AfterValidator(_a_time)]


def _blank_is_silence(written: object) -> object:
    return None if written == "" else written


class _Facts(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class TakenBy(_Facts):
    name: Short | None = None
    role: Code | None = None


class Consents(_Facts):
    """Who agreed, how, and why somebody was not asked."""

    child: Said | None = None
    parent_pr: Said | None = None
    placing_authority: Said | None = None
    form: ConsentForm | None = None
    exempt_because: Annotated[Exemption | None, BeforeValidator(_blank_is_silence)] = None


class Agreed(_Facts):
    """A yes from somebody entitled to give it."""

    by_role: Code | None = None
    by: Short | None = None
    at: Time | None = None
    reference: Short | None = None


class AttestedFacts(_Facts):
    """What a named person says about one picture. `None` is silence, which is asked about once."""

    source: Source
    how_obtained: Long | None = None
    taken_at: Time | None = None
    taken_by: TakenBy = TakenBy()
    training: tuple[Code, ...] = ()
    device: Device | None = None
    device_id: Short | None = None
    place: Code | None = None
    second_adult: bool | None = None
    others_present: Long | None = None
    consent: Consents = Consents()
    preauthorised: Agreed | None = None
    requested_by_role: Code | None = None
    approval: Agreed | None = None
    child: Short | None = None
    child_mobile: bool | None = None
    injury: Short | None = None
    region: Region | None = None
    side: Side | None = None
    view: View | None = None
    scale_in_view: bool | None = None
    colour_chart_in_view: bool | None = None
    intimate: bool | None = None
    clothing_moved: bool | None = None
    child_distressed: bool | None = None
    child_refused: bool | None = None
    edited: bool | None = None
    filtered: bool | None = None
    record_number: Short | None = None
    exhibit_ref: Short | None = None
    reason: Long | None = None
    written_description: bool | None = None
    body_map_done: bool | None = None

    @property
    def ours(self) -> bool:
        """True for a picture that our own people took."""
        return self.source in (Source.SELF, Source.COLLEAGUE)


@dataclass(frozen=True, slots=True)
class FoundFacts:
    """What the program read in the file. `size` in bytes; `captured_at`: the camera's own time, "" for none."""

    media_type: str
    size: int
    captured_at: str = ""
    looks_forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """What is attached already, without this picture: for its injury, in the whole referral, and which views."""

    for_injury: int = 0
    total: int = 0
    views: frozenset[View] = frozenset()


def attested_from_json(untrusted: bytes | Json, *, file_name: str = "facts") -> AttestedFacts:
    """Read F.json (bytes, or a document parsed already). FactsFaults names every fault."""
    try:
        document = strict_json(untrusted, limit=FACTS_LIMIT) if isinstance(untrusted, bytes) else untrusted
    except NotStrictJson as error:
        raise _faults((f"{file_name}: {error}",)) from error
    if not isinstance(document, dict):
        raise _faults((f"{file_name}: must be one object with the facts of one picture",))
    try:
        return AttestedFacts.model_validate_json(json.dumps(document))
    except ValidationError as error:
        names = field_names(AttestedFacts)
        raise _faults(
            tuple(
                f"{file_name}: {'.'.join(str(step)[:60] for step in fault.path) or 'file'}: {fault.reason}"
                for fault in (fault_of(detail, names) for detail in error.errors(include_url=False))
            )
        ) from None


def _faults(reasons: tuple[str, ...]) -> FactsFaults:
    return FactsFaults(
        "POLICY-FACTS",
        "The facts about the picture do not fit.",
        meaning="The picture was not looked at. The referral goes on without it.",
        next_step="Correct each line below and try again, or leave the picture out.",
        reasons=tuple(dict.fromkeys(reasons)),
    )
