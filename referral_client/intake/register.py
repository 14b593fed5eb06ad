"""What a person at the intake's machine does by command: register an organisation, and see what was received.

Imports base, organisation and this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from referral_client.base.clock import Clock
from referral_client.base.ids import RandomBytes
from referral_client.intake.config import load_config
from referral_client.intake.ledger import Ledger
from referral_client.intake.store import LocalObjects
from referral_client.organisation.registered import RegisteredOrganisation, accept_bundle, register_organisation
from referral_client.sealing.receipt import ReceiptStatus, peek_receipt


@dataclass(frozen=True, slots=True)
class Received:
    """One package taken in. `org_id` is only claimed when `known` is False; `path` is where it can be fetched."""

    submission_id: str
    org_id: str
    known: bool
    status: ReceiptStatus
    parcel_sha256: str
    parcel_size: int
    received_at: str
    path: str


def register(folder: Path, untrusted_entry: bytes, untrusted_bundle: bytes | None = None) -> RegisteredOrganisation:
    """Enter an organisation, and take its signed bundle if given. A running intake obeys at once."""
    config = load_config(folder)
    entry = register_organisation(config.organisations, untrusted_entry)
    if untrusted_bundle is None:
        return entry
    return accept_bundle(config.organisations, untrusted_bundle, practice=config.practice)


def list_received(folder: Path, clock: Clock, random: RandomBytes) -> tuple[Received, ...]:
    """Every package taken in, oldest first. Looks only; a running intake is not disturbed."""
    config = load_config(folder)
    objects = LocalObjects(config.data, random)
    ledger = Ledger(objects, config, clock, random)
    found = []
    for record in ledger.records():
        newest = ledger.newest_held(record)
        first = ReceiptStatus.STORED if record.known else ReceiptStatus.QUARANTINED
        found.append(
            Received(
                record.submission_id,
                record.org_id,
                record.known,
                peek_receipt(newest, accept_practice=True).status if newest else first,
                record.parcel_sha256,
                record.parcel_size,
                record.received_at,
                objects.where(record.package),
            )
        )
    return tuple(sorted(found, key=lambda received: (received.received_at, received.submission_id)))
