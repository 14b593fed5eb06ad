"""What the vault hands out: frozen values, no behaviour, nothing of SQLite.

Times are aware UTC. Ids are random and say nothing about a child. `notes`, `facts` and `verdict` are JSON objects
that belong to the caller: the vault keeps them sealed and never looks inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from referral_client.base.canonical import Json
from referral_client.base.ids import DestinationId, PersonId, PhotoId, ReferralId, SubmissionId
from referral_client.referral.answers import AnswerSet
from referral_client.referral.states import DeliveryState, ReferralState


@dataclass(frozen=True, slots=True)
class Person:
    """Whose vault it is. `role` is the word the organisation uses ("teacher", "lead")."""

    id: PersonId
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class FormRef:
    """The exact form that was answered."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """One line of the list."""

    id: ReferralId
    state: ReferralState
    created_at: datetime
    changed_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class StoredReferral:
    """One referral as last saved."""

    id: ReferralId
    state: ReferralState
    form: FormRef
    answers: AnswerSet
    revision: int
    created_at: datetime
    changed_at: datetime
    title: str
    notes: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Revision:
    """One of the last twenty saved states of the answers."""

    number: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """One photograph. `size` is of the clean copy, `original_size` 0 when the original was not kept."""

    id: PhotoId
    referral_id: ReferralId
    media_type: str
    facts: Json
    verdict: Json
    clean_sha256: str
    original_sha256: str
    original_name: str
    size: int
    original_size: int
    added_at: datetime

    @property
    def has_original(self) -> bool:
        return self.original_size > 0


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A sealed package that lies in the outbox folder with its ticket. `mode`: a code ("normal", "urgent", ...)."""

    submission_id: SubmissionId
    destination_id: DestinationId
    parcel_sha256: str
    parcel_size: int
    urgent: bool
    mode: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the queue. `last_outcome` and `transport` are codes; `offset` counts bytes taken, for the screen."""

    submission_id: SubmissionId
    referral_id: ReferralId
    destination_id: DestinationId
    state: DeliveryState
    parcel_sha256: str
    parcel_size: int
    urgent: bool
    mode: str
    attempts: int
    due_at: datetime
    first_byte_left: bool
    last_outcome: str
    queued_at: datetime
    changed_at: datetime
    offset: int
    transport: str
    receipts: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the chain. `detail` is None when its key is gone: the referral was erased."""

    seq: int
    at: datetime
    kind: str
    referral_id: str
    detail: Mapping[str, Json] | None
    hash: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What the start-up sweep removed: counts of files that no row names."""

    temporary: int = 0
    blobs: int = 0
    packages: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `Vault.check` found wrong: a stable code, and how many rows or files it is about."""

    code: str
    count: int
