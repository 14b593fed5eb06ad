"""Statements for these tests: small, whole, signed by keys made here."""

from __future__ import annotations

from datetime import UTC, datetime

from referral_client.base.ids import system_random
from referral_client.sealing.recipients import make_identity, recipient_of
from referral_client.sealing.signing import SigningKeys

NOW = datetime(2026, 11, 22, 15, 40, tzinfo=UTC)
RECIPIENT = recipient_of(make_identity(system_random))


def keys() -> SigningKeys:
    return SigningKeys.make(system_random)


def authority(**changes: object) -> dict[str, object]:
    made: dict[str, object] = {
        "seq": 1,
        "issued_at": "2026-11-01T00:00:00Z",
        "expires_at": "2027-11-01T00:00:00Z",
        "authority_id": "sample-council",
        "name": "Sample council",
        "front_door": {"name": "Front door", "numbers": [{"label": "day", "number": "01632 960777"}]},
        "destinations": [
            {
                "id": "front-door",
                "transports": [{"kind": "native", "base_url": "https://intake.example"}],
                "recipients": [{"recipient": RECIPIENT, "role": "operational"}],
                "receipt_keys": [{"role": "intake", "keys": keys().public.as_json()}],
            }
        ],
        "forms": ["shropshire"],
    }
    return {**made, **changes}


def organisation(accepts: tuple[str, ...] = (), **changes: object) -> dict[str, object]:
    made: dict[str, object] = {
        "seq": 1,
        "issued_at": "2026-11-01T00:00:00Z",
        "expires_at": "2027-11-01T00:00:00Z",
        "org_id": "brook-lane",
        "name": "Brook Lane (sample)",
        "sector": "school",
        "accepts_authority_roots": list(accepts),
    }
    return {**made, **changes}
