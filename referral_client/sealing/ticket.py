"""The ticket: a small signed statement about the sealed file, holding nothing about a child.

The council's online side checks it without any key that opens anything. It travels as the body of the announcement
or as `<submission id>.ticket.json` beside the package (docs/package-format.md, Ticket). Imports base and `signing`.
"""

from __future__ import annotations

from dataclasses import dataclass

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.sealing.signing import PayloadType, PublicKeys, SigningKeys, peek, sign, verify
from referral_client.sealing.statements import PRACTICE, is_rid, is_sha256, open_statement

TICKET_LIMIT = 64_000
RECIPIENTS_LIMIT = 8
_KIND = "referral-ticket"
_PAYLOAD_LIMIT = 32_000
_EARLIER_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Ticket:
    """Digest and size of one sealed file, and between whom it passes. Times are RFC 3339 UTC, sizes bytes."""

    submission_id: str
    destination_id: str
    org_id: str
    workstation: str
    parcel_sha256: str
    parcel_size: int
    rids: tuple[str, ...]
    created_at: str
    bundle_seq: int
    earlier_digests: tuple[str, ...] = ()
    practice: bool = False

    def as_json(self) -> dict[str, Json]:
        document: dict[str, Json] = {
            "type": _KIND,
            "v": 1,
            "submission_id": self.submission_id,
            "destination_id": self.destination_id,
            "org_id": self.org_id,
            "workstation": self.workstation,
            "parcel_sha256": self.parcel_sha256,
            "parcel_size": self.parcel_size,
            "rids": list(self.rids),
            "created_at": self.created_at,
            "bundle_seq": self.bundle_seq,
            "earlier_digests": list(self.earlier_digests),
        }
        if self.practice:
            document["crit"] = [PRACTICE]
        return document


def sign_ticket(ticket: Ticket, keys: SigningKeys) -> bytes:
    """The signed ticket, about 5.3 kB. NotUnderstood if a field does not have its shape: nothing odd is signed."""
    payload = canonical_bytes(ticket.as_json())
    _parse(payload, accept_practice=True)
    return sign(payload, PayloadType.TICKET, keys)


def peek_ticket(untrusted: bytes, *, accept_practice: bool = False) -> Ticket:
    """What the ticket claims, UNVERIFIED: only for finding the sender's keys."""
    return _parse(peek(untrusted, PayloadType.TICKET, TICKET_LIMIT), accept_practice=accept_practice)


def verify_ticket(untrusted: bytes, public: PublicKeys, *, accept_practice: bool = False) -> Ticket:
    """The ticket, after both signatures verified with the sender's registered keys; NotGenuine otherwise."""
    peek(untrusted, PayloadType.TICKET, TICKET_LIMIT)
    return _parse(verify(untrusted, PayloadType.TICKET, public), accept_practice=accept_practice)


def _parse(payload: bytes, *, accept_practice: bool) -> Ticket:
    fields, practice = open_statement(
        payload, kind=_KIND, what="ticket", limit=_PAYLOAD_LIMIT, accept_practice=accept_practice
    )
    ticket = Ticket(
        submission_id=fields.uuid("submission_id"),
        destination_id=fields.name("destination_id"),
        org_id=fields.name("org_id"),
        workstation=fields.name("workstation"),
        parcel_sha256=fields.sha256("parcel_sha256"),
        parcel_size=fields.integer("parcel_size"),
        rids=fields.texts("rids", is_rid, "32 hex digits", least=1, most=RECIPIENTS_LIMIT),
        created_at=fields.time("created_at"),
        bundle_seq=fields.integer("bundle_seq"),
        earlier_digests=fields.texts("earlier_digests", is_sha256, "a SHA-256 in hex", most=_EARLIER_LIMIT),
        practice=practice,
    )
    fields.finish()
    return ticket
