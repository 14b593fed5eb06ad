"""Receipts of the offline side: picked up from the `incoming` folder, checked, and put with their record.

A receipt is served only if a casework key from this intake's own settings signed it and it names a record held here
with the same bytes. What is not ours is moved to `incoming/refused` and never served; what is still being copied
stays for ten minutes. No file there stops another, nor an answer. Imports base and sealing.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from referral_client.base import log
from referral_client.base.canonical import NotStrictJson, strict_json
from referral_client.base.errors import Refused
from referral_client.base.files import make_private_folder, read_file
from referral_client.intake.config import IntakeConfig
from referral_client.intake.ledger import Ledger
from referral_client.intake.store import STORAGE_FAULTS
from referral_client.sealing.receipt import RECEIPT_LIMIT, ReceiptRole, verify_receipt

_STILL_COPIED = timedelta(minutes=10)
_one_at_a_time = threading.Lock()


def take_incoming(config: IntakeConfig, ledger: Ledger, now: datetime) -> int:
    """Take in every receipt that waits. Returns how many counted. Never raises for what lies in the folder."""
    with _one_at_a_time:
        try:
            waiting = sorted(path for path in config.incoming.iterdir() if path.name.endswith(".json"))
        except OSError:
            log.trouble("intake-incoming-not-readable")
            return 0
        return sum(_take(path, config, ledger, now) for path in waiting)


def _take(path: Path, config: IntakeConfig, ledger: Ledger, now: datetime) -> bool:
    try:
        untrusted = _whole(path)
        if untrusted is not None:
            return _judge(path, untrusted, config, ledger)
        if _last_touched(path) < now - _STILL_COPIED:
            _refuse(path, config, "INTAKE-RECEIPT-NOT-READABLE")
    except STORAGE_FAULTS:
        log.trouble("intake-receipt-storage")  # it stays, and the next one who comes tries again
    return False


def _whole(path: Path) -> bytes | None:
    """The file, or None while it cannot be read or is no whole JSON, as when somebody is copying it just now."""
    try:
        untrusted = read_file(path, limit=RECEIPT_LIMIT, what="the receipt", code="INTAKE-RECEIPT")
        strict_json(untrusted, limit=RECEIPT_LIMIT)
    except (Refused, NotStrictJson):
        return None
    return untrusted


def _last_touched(path: Path) -> datetime:
    """Also when it came here: a copy may carry the time of its source."""
    found = path.lstat()
    return datetime.fromtimestamp(max(found.st_mtime, found.st_ctime), UTC)


def _judge(path: Path, untrusted: bytes, config: IntakeConfig, ledger: Ledger) -> bool:
    try:
        receipt = verify_receipt(
            untrusted, {ReceiptRole.CASEWORK: config.casework_keys}, accept_practice=config.practice
        )
    except Refused as fault:
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
