"""Receipts: the council's signed word that it has exactly these bytes, and what became of them.

Two sets of keys, pinned by role: the online side (`intake`) can say `stored` and `quarantined`, and nothing else;
every later word comes from the offline side (`casework`). A case reference is sealed to the sender, so the online
side does not learn it. `reason` is a code and never prose: receipts pass through the online side in clear
(docs/package-format.md, Receipt). Imports base and its neighbours in this room.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.sealing.signing import NotGenuine, PayloadType, PublicKeys, SigningKeys, peek, sign, verify
from referral_client.sealing.statements import PRACTICE, Fields, open_statement

RECEIPT_LIMIT = 64_000
FIRST_IN_LOG = "0" * 64
_KIND = "referral-receipt"
_PAYLOAD_LIMIT = 32_000
_SEALED_LIMIT = 16_000


class ReceiptRole(StrEnum):
    """Which of the council's two sides a key belongs to."""

    INTAKE = "intake"
    CASEWORK = "casework"


class ReceiptStatus(StrEnum):
    """What happened to the package, in the order in which it can happen."""

    STORED = "stored"
    QUARANTINED = "quarantined"
    OPENED = "opened"
    REGISTERED = "registered"
    DECIDED = "decided"
    CANNOT_OPEN = "cannot-open"


class Outcome(StrEnum):
    """What a front door decides."""

    SECTION_47 = "section-47"
    SECTION_17 = "section-17"
    EARLY_HELP = "early-help"
    ADVICE = "advice"
    NO_FURTHER_ACTION = "no-further-action"


_BY_INTAKE = frozenset({ReceiptStatus.STORED, ReceiptStatus.QUARANTINED})
_AFTER_OPENING = frozenset({ReceiptStatus.OPENED, ReceiptStatus.REGISTERED, ReceiptStatus.DECIDED})
_WITH_REFERENCE = frozenset({ReceiptStatus.REGISTERED, ReceiptStatus.DECIDED})


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt. Empty text and zero mean "not said"; `log_*` place it in its replica's chain of receipts."""

    receipt_id: str
    submission_id: str
    destination_id: str
    org_id: str
    parcel_sha256: str
    parcel_size: int
    status: ReceiptStatus
    received_at: str
    log_index: int
    log_prev_sha256: str
    replica: str
    reason: str = ""
    outcome: str = ""
    case_ref_sealed: str = ""
    manifest_sha256: str = ""
    next_check_s: int = 0
    practice: bool = False

    @property
    def role(self) -> ReceiptRole:
        """The side whose key must have signed this status."""
        return ReceiptRole.INTAKE if self.status in _BY_INTAKE else ReceiptRole.CASEWORK

    def as_json(self) -> dict[str, Json]:
        document: dict[str, Json] = {
            "type": _KIND,
            "v": 1,
            "receipt_id": self.receipt_id,
            "submission_id": self.submission_id,
            "destination_id": self.destination_id,
            "org_id": self.org_id,
            "parcel_sha256": self.parcel_sha256,
            "parcel_size": self.parcel_size,
            "status": self.status.value,
            "received_at": self.received_at,
            "log": {"index": self.log_index, "prev_sha256": self.log_prev_sha256, "replica": self.replica},
        }
        for name in ("reason", "outcome", "case_ref_sealed", "manifest_sha256", "next_check_s"):
            value = getattr(self, name)
            if value:
                document[name] = value
        if self.practice:
            document["crit"] = [PRACTICE]
        return document


def sign_receipt(receipt: Receipt, keys: SigningKeys) -> bytes:
    """The signed receipt. NotUnderstood if its fields do not fit its status: nothing odd is signed."""
    payload = canonical_bytes(receipt.as_json())
    _parse(payload, accept_practice=True)
    return sign(payload, PayloadType.RECEIPT, keys)


def peek_receipt(untrusted: bytes, *, accept_practice: bool = False) -> Receipt:
    """What the receipt claims, UNVERIFIED: only for finding the delivery that it is about."""
    return _parse(peek(untrusted, PayloadType.RECEIPT, RECEIPT_LIMIT), accept_practice=accept_practice)


def verify_receipt(
    untrusted: bytes,
    public_by_role: Mapping[ReceiptRole, Sequence[PublicKeys]],
    *,
    accept_practice: bool = False,
) -> Receipt:
    """The receipt, if a pinned key of the role that may say this status signed it; NotGenuine otherwise.

    The caller still compares id, organisation, destination, digest and size with its own.
    """
    peek(untrusted, PayloadType.RECEIPT, RECEIPT_LIMIT)
    payload, roles = _verified(untrusted, public_by_role)
    receipt = _parse(payload, accept_practice=accept_practice)
    if receipt.role not in roles:
        raise NotGenuine(f"a key that may not say this signed it: it must be a key with the role {receipt.role}")
    return receipt


def _verified(
    untrusted: bytes, public_by_role: Mapping[ReceiptRole, Sequence[PublicKeys]]
) -> tuple[bytes, frozenset[ReceiptRole]]:
    """The payload, and every role that the key which signed it is pinned with."""
    for public in {public for several in public_by_role.values() for public in several}:
        try:
            payload = verify(untrusted, PayloadType.RECEIPT, public)
        except NotGenuine:
            continue
        return payload, frozenset(role for role, several in public_by_role.items() if public in several)
    raise NotGenuine("none of the council's published keys verifies it")


def _parse(payload: bytes, *, accept_practice: bool) -> Receipt:
    fields, practice = open_statement(
        payload, kind=_KIND, what="receipt", limit=_PAYLOAD_LIMIT, accept_practice=accept_practice
    )
    untrusted_status = fields.checked("status", lambda text: text in set(ReceiptStatus), "a known status")
    log = fields.inside("log")
    index, previous, replica = log.integer("index"), log.sha256("prev_sha256"), log.name("replica")
    _check_status(fields, untrusted_status)
    values = {
        "receipt_id": fields.uuid("receipt_id"),
        "submission_id": fields.uuid("submission_id"),
        "destination_id": fields.name("destination_id"),
        "org_id": fields.name("org_id"),
        "parcel_sha256": fields.sha256("parcel_sha256"),
        "received_at": fields.time("received_at"),
        "reason": fields.name("reason", default=""),
        "outcome": fields.checked("outcome", lambda text: text in set(Outcome), "a known outcome", default=""),
        "case_ref_sealed": fields.checked(
            "case_ref_sealed", _is_sealed, "base64 of an age file", limit=_SEALED_LIMIT, default=""
        ),
        "manifest_sha256": fields.sha256("manifest_sha256", default=""),
    }
    size, next_check = fields.integer("parcel_size"), fields.integer("next_check_s", default=0)
    fields.finish()
    return Receipt(
        status=ReceiptStatus(untrusted_status),
        parcel_size=size,
        next_check_s=next_check,
        log_index=index,
        log_prev_sha256=previous,
        replica=replica,
        practice=practice,
        **values,
    )


def _check_status(fields: Fields, untrusted_status: str) -> None:
    """Each status carries its own facts, and none that it cannot know."""
    if (untrusted_status == ReceiptStatus.DECIDED) != fields.has("outcome"):
        fields.fault("outcome", "goes with the status decided, and only with it")
    if untrusted_status == ReceiptStatus.CANNOT_OPEN and not fields.has("reason"):
        fields.fault("reason", "must be there when the status is cannot-open")
    if untrusted_status in _AFTER_OPENING and not fields.has("manifest_sha256"):
        fields.fault("manifest_sha256", "must be there once the package was opened")
    if untrusted_status not in _WITH_REFERENCE and fields.has("case_ref_sealed"):
        fields.fault("case_ref_sealed", "goes with registered and decided only")


def _is_sealed(text: str) -> bool:
    try:
        return base64.b64decode(text, validate=True).startswith(b"age-encryption.org/v1\n")
    except ValueError:
        return False
