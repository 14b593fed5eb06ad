"""Makes the files of this folder, once for each version of the format.

`PYTHONPATH=.:tests python tests/vectors/package/make.py`.

The keys are the same in every run and therefore worthless for anything but tests. The content is fictitious.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

from sealing.sample import SUBMISSION, sample_contents, sample_keys

from referral_client.base.canonical import canonical_bytes
from referral_client.sealing.age_write import seal_bytes
from referral_client.sealing.opening import open_package
from referral_client.sealing.package import build
from referral_client.sealing.receipt import FIRST_IN_LOG, Outcome, Receipt, ReceiptStatus, sign_receipt
from referral_client.sealing.recipients import recipient_of
from referral_client.sealing.signing import PublicKeys

HERE = Path(__file__).resolve().parent


def main() -> None:
    keys = sample_keys()
    built = build(sample_contents(keys), HERE / f"{SUBMISSION}.age")
    (HERE / f"{SUBMISSION}.ticket.json").write_bytes(built.ticket)
    (HERE / "identity.txt").write_text(f"# for tests only\n{keys.identity}\n")
    (HERE / "reply-identity.txt").write_text(f"# for tests only\n{keys.reply}\n")
    for name, role, signer in [
        ("sender", "", keys.workstation),
        ("intake", "intake", keys.intake),
        ("casework", "casework", keys.casework),
    ]:
        (HERE / f"{name}.public.json").write_bytes(public_json(role, signer.public))
    with open_package(built.path, [keys.identity], lookup=keys.lookup) as package:
        (HERE / "manifest.json").write_bytes(package.parts["manifest.json"])
        first = Receipt(
            receipt_id="0b0e7a34-6a52-4f3e-8a1b-0d3c5b2f9a77",
            submission_id=SUBMISSION,
            destination_id=package.manifest.destination.id,
            org_id=package.manifest.sender.org_id,
            parcel_sha256=built.sha256,
            parcel_size=built.size,
            status=ReceiptStatus.STORED,
            received_at="2026-11-22T15:52:09Z",
            log_index=0,
            log_prev_sha256=FIRST_IN_LOG,
            replica="intake-1",
            next_check_s=900,
        )
        reference = seal_bytes(b"CAS-2026-0001", [recipient_of(keys.reply)])
        later = {"manifest_sha256": package.manifest_sha256, "replica": "casework-1", "next_check_s": 0}
        (HERE / "receipt-stored.json").write_bytes(sign_receipt(first, keys.intake))
        registered = replace(
            first,
            status=ReceiptStatus.REGISTERED,
            case_ref_sealed=base64.b64encode(reference).decode(),
            **later,
        )
        (HERE / "receipt-registered.json").write_bytes(sign_receipt(registered, keys.casework))
        decided = replace(first, status=ReceiptStatus.DECIDED, outcome=Outcome.SECTION_17.value, **later)
        (HERE / "receipt-decided.json").write_bytes(sign_receipt(decided, keys.casework))


def public_json(role: str, public: PublicKeys) -> bytes:
    document = {"keys": public.as_json(), "fingerprint": public.fingerprint}
    return canonical_bytes(document | ({"role": role} if role else {}))


if __name__ == "__main__":
    main()
