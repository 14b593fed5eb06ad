"""The package vectors of version 1 still mean what they meant: a change here is a change of the format."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from referral_client.sealing.age_read import open_bytes
from referral_client.sealing.opening import open_package
from referral_client.sealing.receipt import ReceiptRole, ReceiptStatus, verify_receipt
from referral_client.sealing.recipients import identities_in
from referral_client.sealing.signing import PublicKeys
from referral_client.sealing.ticket import verify_ticket
from sealing.sample import SUBMISSION

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "package"


def public(name: str) -> PublicKeys:
    return PublicKeys.from_json(json.loads((VECTORS / f"{name}.public.json").read_bytes())["keys"])


def test_the_vector_package_opens_and_fits_its_ticket() -> None:
    identities = identities_in((VECTORS / "identity.txt").read_bytes())
    ticket = verify_ticket((VECTORS / f"{SUBMISSION}.ticket.json").read_bytes(), public("sender"))
    with open_package(VECTORS / f"{SUBMISSION}.age", identities, lookup=lambda *_: public("sender")) as package:
        package.check_ticket(ticket)
        assert package.parts["manifest.json"] == (VECTORS / "manifest.json").read_bytes()
        assert package.manifest.as_bytes() == package.parts["manifest.json"]


@pytest.mark.parametrize("status", [ReceiptStatus.STORED, ReceiptStatus.REGISTERED, ReceiptStatus.DECIDED])
def test_the_vector_receipts_verify_with_the_key_of_their_role(status: ReceiptStatus) -> None:
    pinned = {ReceiptRole.INTAKE: [public("intake")], ReceiptRole.CASEWORK: [public("casework")]}
    receipt = verify_receipt((VECTORS / f"receipt-{status}.json").read_bytes(), pinned)
    assert (receipt.status, receipt.submission_id) == (status, SUBMISSION)
    if status is ReceiptStatus.REGISTERED:
        sealed = base64.b64decode(receipt.case_ref_sealed)
        reply = identities_in((VECTORS / "reply-identity.txt").read_bytes())
        assert open_bytes(sealed, reply, 1000) == b"CAS-2026-0001"


def test_key_ids_and_fingerprints_are_those_of_the_format() -> None:
    sender = public("sender")
    said = json.loads((VECTORS / "sender.public.json").read_bytes())
    assert sender.fingerprint == said["fingerprint"]
    assert sender.ed25519_id.startswith("ed25519:")
    assert len(sender.mldsa65_id) == len("mldsa65:") + 43
