"""Who sent a ticket: a registered workstation, or somebody not recognised. Keys come from the register alone.

A shelf is where a sender's packages stand: `known/<organisation>` only when the signature verified with that
organisation's registered workstation key, before its date; otherwise `unknown/<digest of the key ids on the ticket>`,
never under the organisation that the ticket claims. Imports base, sealing and organisation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from referral_client.base.errors import Refused
from referral_client.organisation.registered import registered_organisation
from referral_client.sealing.signing import NotGenuine, PayloadType, peek_key_ids
from referral_client.sealing.ticket import Ticket, peek_ticket, verify_ticket

KNOWN, UNKNOWN = "known", "unknown"


class TicketRefused(Refused):
    """The ticket is not taken. `status` and `reason_code` are for the answer."""

    def __init__(self, status: int, reason_code: str) -> None:
        super().__init__("INTAKE-TICKET-REFUSED", "This ticket is not taken here.", reasons=(reason_code,))
        self.status = status
        self.reason_code = reason_code


@dataclass(frozen=True, slots=True)
class Sender:
    """The ticket, whether its sender is known, and the shelf for what it announces.

    `other_shelf` is where packages of the same keys may stand from another time, or "": for a known sender from before
    the organisation was registered, for one past its date (whose signature verified) from while it was known.
    """

    ticket: Ticket
    known: bool
    shelf: str
    other_shelf: str = ""
    names_registered: bool = False
    """The ticket claims, perhaps falsely, to be of an organisation that is registered."""


def judge_sender(
    untrusted_ticket: bytes,
    organisations: Path,
    *,
    destination_id: str,
    practice: bool,
    max_package: int,
    at: datetime,
) -> Sender:
    """Whose ticket this is; TicketRefused for every fault of the ticket. Any other Refused is one of our register."""
    untrusted, key_ids = _peeked(untrusted_ticket)
    if untrusted.practice != practice:
        raise TicketRefused(403, "practice-ticket" if untrusted.practice else "real-ticket")
    if untrusted.destination_id != destination_id:
        raise TicketRefused(403, "not-for-us")
    if not 0 < untrusted.parcel_size <= max_package:
        raise TicketRefused(413, "package-too-large")
    quarantine = f"{UNKNOWN}/{hashlib.sha256(chr(10).join(key_ids).encode()).hexdigest()}"
    organisation = registered_organisation(organisations, untrusted.org_id)
    public = organisation.workstation_keys(untrusted.workstation) if organisation else None
    if organisation is None or public is None or (public.ed25519_id, public.mldsa65_id) != key_ids:
        return Sender(untrusted, known=False, shelf=quarantine, names_registered=organisation is not None)
    try:
        ticket = verify_ticket(untrusted_ticket, public, accept_practice=True)
    except NotGenuine as error:
        # It names a key that we know and that key did not sign it: damaged on the way, or made up.
        raise TicketRefused(401, "signature") from error
    shelf = f"{KNOWN}/{ticket.org_id}"
    if organisation.workstation_keys(ticket.workstation, at) is None:
        return Sender(ticket, known=False, shelf=quarantine, other_shelf=shelf, names_registered=True)
    return Sender(ticket, known=True, shelf=shelf, other_shelf=quarantine)


def _peeked(untrusted_ticket: bytes) -> tuple[Ticket, tuple[str, ...]]:
    try:
        untrusted = peek_ticket(untrusted_ticket, accept_practice=True)
        key_ids = peek_key_ids(untrusted_ticket, PayloadType.TICKET)
    except Refused as error:
        raise TicketRefused(400, "not-a-ticket") from error
    if not all(key_id.isascii() for key_id in key_ids):
        raise TicketRefused(400, "not-a-ticket")
    return untrusted, key_ids
