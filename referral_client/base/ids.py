"""Identifiers. All are opaque, random and say nothing about a child."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable
from typing import NewType

ReferralId = NewType("ReferralId", str)
PhotoId = NewType("PhotoId", str)
SubmissionId = NewType("SubmissionId", str)
DestinationId = NewType("DestinationId", str)
OrganisationId = NewType("OrganisationId", str)
PersonId = NewType("PersonId", str)
WorkstationId = NewType("WorkstationId", str)

RandomBytes = Callable[[int], bytes]
system_random: RandomBytes = secrets.token_bytes

_UUID4 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")


def new_uuid(random: RandomBytes = system_random) -> str:
    """A version 4 UUID in lower case, from the given source of randomness."""
    return str(uuid.UUID(bytes=random(16), version=4))


def is_uuid(untrusted_text: str) -> bool:
    """True for a lower-case version 4 UUID and nothing else."""
    return _UUID4.fullmatch(untrusted_text) is not None


def is_plain_name(untrusted_text: str) -> bool:
    """True for 1 to 63 of a-z, 0-9 and hyphen: the shape of organisation, destination, form and policy ids.

    Such a name is safe as a file name on every system, so ids from outside never become a path unchecked.
    """
    return _NAME.fullmatch(untrusted_text) is not None
