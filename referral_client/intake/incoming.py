"""Receipts of the offline side: picked up from the `incoming` folder, checked, and put with their record.

A receipt is served only if a casework key from this intake's own settings signed it and it names a record held here
with the same bytes. What does not count is moved to `incoming/refused` and never served. Imports base and sealing.
"""

from __future__ import annotations

import threading
from pathlib import Path

from referral_client.base import log
from referral_client.base.errors import KnownError
from referral_client.base.files import make_private_folder, read_file
from referral_client.intake.config import IntakeConfig
from referral_client.intake.ledger import Ledger
from referral_client.sealing.receipt import RECEIPT_LIMIT, ReceiptRole, verify_receipt

_one_at_a_time = threading.Lock()


def take_incoming(config: IntakeConfig, ledger: Ledger) -> int:
    """Take in every receipt that waits. Returns how many counted."""
    with _one_at_a_time:
        waiting = sorted(path for path in config.incoming.iterdir() if path.name.endswith(".json"))
        return sum(_take(path, config, ledger) for path in waiting)


def _take(path: Path, config: IntakeConfig, ledger: Ledger) -> bool:
    try:
        untrusted = read_file(path, limit=RECEIPT_LIMIT, what="the receipt", code="INTAKE-RECEIPT")
        receipt = verify_receipt(
            untrusted, {ReceiptRole.CASEWORK: config.casework_keys}, accept_practice=config.practice
        )
    except KnownError as fault:
        return _refuse(path, config, fault.code)
    record = ledger.find(receipt.org_id, receipt.submission_id, receipt.parcel_sha256)
    if record is None or receipt.destination_id != config.destination_id or receipt.practice != config.practice:
        return _refuse(path, config, "INTAKE-RECEIPT-NOT-OURS")
    ledger.add_receipt(record, receipt, untrusted)
    path.unlink(missing_ok=True)
    log.event("intake-receipt-taken", submission=receipt.submission_id, status=receipt.status)
    return True


def _refuse(path: Path, config: IntakeConfig, code: str) -> bool:
    log.trouble("intake-receipt-refused", code=code)
    refused = make_private_folder(config.incoming / "refused")
    path.replace(refused / path.name)
    return False
