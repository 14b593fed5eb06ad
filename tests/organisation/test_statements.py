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
    assert "destinations[1].transports[1].base_url: must be an https address" in reasons
    assert "seq: must be at least 1" in reasons


FAULTS = [
    ({"seq": "one"}, "seq: must be a whole number"),
    ({"name": 7}, "name: must be text in quotes"),
    ({"review_required": "yes"}, "review_required: must be true or false"),
    ({"people": {}}, "people: must be a list in [brackets]"),
    ({"people": ["Danny"]}, "people[1]: must be an object in {braces}"),
    ({"sector": "schol"}, "sector: must be school, health or both"),
    ({"accepts_authority_roots": ["AB"]}, "accepts_authority_roots[1]: must be 64 of 0-9 and a-f"),
    ({"lawful_basis": "x" * 2001}, "lawful_basis: must be no longer than 2000 characters"),
    ({"photo_policies": [{"toml": ""}] * 65}, "photo_policies: must be no longer than 64"),
    ({"issued_at": "yesterday"}, "issued_at: must be a time like 2026-11-22T15:40:00Z"),
    ({"expires_at": "2026-11-01T00:00:00Z"}, "expires_at: must be after issued_at"),
    ({"keyz": 1}, "keyz: not a field here"),
]


@pytest.mark.parametrize(("changes", "reason"), FAULTS)
def test_a_fault_says_what_was_expected(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(StatementRefused) as refusal:
        sign_organisation(organisation(**changes), keys())
    assert refusal.value.reasons == (reason,)


def test_places_count_from_one_and_suggestions_are_fields_of_that_very_place() -> None:
    person = {"id": "danny", "name": "Danny Sample", "role": "lead", "keyz": {}, "reading": "", "org_idd": "x"}
    with pytest.raises(StatementRefused) as refusal:
        sign_organisation(organisation(people=[person]), keys())
    assert set(refusal.value.reasons) == {
        "people[1].keys: is missing",
        "people[1].keyz: not a field here; did you mean keys?",
        "people[1].org_idd: not a field here",
        "people[1].reading: must be a post-quantum age recipient (age1pq1...)",
    }


@pytest.mark.parametrize("time", ["99:99", "24:00", "12:60", "9:00", "noon"])
def test_a_time_of_day_that_no_clock_shows_is_refused(time: str) -> None:
    hours = [{"day": 0, "opens": time, "closes": "17:00"}]
    with pytest.raises(StatementRefused) as refusal:
        sign_authority(authority(front_door={"name": "Front door", "numbers": [], "hours": hours}), keys())
    assert refusal.value.reasons == ("front_door.hours[1].opens: must be a time of day from 00:00 to 23:59",)


def test_an_empty_list_that_must_hold_something_is_said() -> None:
    with pytest.raises(StatementRefused) as refusal:
        sign_authority(authority(forms=[]), keys())
    assert refusal.value.reasons == ("forms: must not be empty",)


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
