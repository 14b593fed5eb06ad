"""A signed statement is obeyed only when signature, root and every field fit; every fault is named at once."""

import base64
import json

import pytest

from referral_client.organisation import (
    StatementRefused,
    parse_authority,
    parse_organisation,
    sign_authority,
    sign_organisation,
)
from referral_client.sealing.signing import NotGenuine
from tests.organisation.statements_made import authority, keys, organisation


def test_what_was_signed_is_read_back() -> None:
    root = keys()
    profile = parse_authority(sign_authority(authority(), root), root.public)
    assert profile.authority_id == "sample-council"
    assert profile.destination("front-door") is not None
    assert profile.destination("elsewhere") is None


def test_another_root_is_not_genuine() -> None:
    with pytest.raises(NotGenuine):
        parse_authority(sign_authority(authority(), keys()), keys().public)


def test_a_changed_letter_is_not_genuine() -> None:
    root = keys()
    envelope = json.loads(sign_organisation(organisation(), root))
    payload = base64.b64decode(envelope["payload"]).replace(b"Brook Lane", b"Brook Lana")
    envelope["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(NotGenuine):
        parse_organisation(json.dumps(envelope).encode(), root.public)


def test_one_statement_is_never_taken_for_the_other() -> None:
    root = keys()
    with pytest.raises((NotGenuine, StatementRefused)):
        parse_organisation(sign_authority(authority(), root), root.public)
    with pytest.raises(StatementRefused) as refusal:
        sign_organisation(authority(), root)
    assert any("destinations: not a field here" in reason for reason in refusal.value.reasons)


def test_every_fault_is_named_with_its_place() -> None:
    broken = authority(seq=0, form=["shropshire"], authority_id="Sample Council")
    broken["destinations"][0]["transports"][0]["base_url"] = "http://intake.example"  # type: ignore[index]
    with pytest.raises(StatementRefused) as refusal:
        sign_authority(broken, keys())
    reasons = "\n".join(refusal.value.reasons)
    assert "form: not a field here; did you mean forms?" in reasons
    assert "authority_id: must be 1 to 63 of a-z, 0-9 and hyphen" in reasons
    assert "destinations.0.transports.0.base_url: must be an https address" in reasons
    assert "seq:" in reasons


@pytest.mark.parametrize(
    "recipient",
    [
        "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "age1pq1short",
        "ssh-ed25519 AAAAC3Nz",
        "",
    ],
)
def test_a_recipient_that_is_not_post_quantum_is_refused_when_the_statement_is_loaded(recipient: str) -> None:
    broken = authority()
    broken["destinations"][0]["recipients"].append({"recipient": recipient, "role": "recovery"})  # type: ignore[index]
    with pytest.raises(StatementRefused) as refusal:
        sign_authority(broken, keys())
    assert "post-quantum" in "\n".join(refusal.value.reasons)


def test_a_statement_of_five_megabytes_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(StatementRefused) as refusal:
        parse_authority(b" " * 5_000_000, keys().public)
    assert refusal.value.code == "STATEMENT-TOO-LARGE"


def test_a_number_is_one_to_ring_only_while_its_confirmation_is_fresh() -> None:
    from datetime import date

    from referral_client.organisation import Number

    confirmed = Number(label="day", number="01632 960777", confirmed_by="Front door", confirmed_on="2026-01-10")
    assert confirmed.ring_this(date(2026, 11, 22))
    assert not confirmed.ring_this(date(2027, 1, 20))
    assert not Number(label="day", number="01632 960777", confirmed_on="2026-01-10").ring_this(date(2026, 11, 22))
    assert not Number(label="day", number="01632 960777", last_seen_year=2026).ring_this(date(2026, 11, 22))
