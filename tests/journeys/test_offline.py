"""Written without a network, sent by another process later."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_client.practice import Council
from tests.journeys.place import connected_school, done, only, sealed

pytestmark = pytest.mark.journey


def test_a_referral_written_offline_is_delivered_by_a_later_process_and_the_reference_comes_back(
    tmp_path: Path, council: Council
) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = sealed(school, lead, "Ada")

    assert "NOT SENT" in school.words_of_queue()
    (waiting,) = school.queue("list")
    assert (waiting["state"], waiting["not_sent"], waiting["receipts"]) == ("waiting", True, 0)
    assert waiting["last_outcome"] == "TRANSPORT-UNREACHABLE"

    council.start()
    said = school.words_of_queue()
    assert "NOT SENT" not in said
    assert "Delivered, not opened yet." in said
    (stored,) = school.queue("list")
    assert (stored["submission"], stored["state"], stored["receipts"]) == (submission, "stored", 1)

    received = only(council)
    assert (received["submission_id"], received["parcel_sha256"]) == (submission, stored["parcel_sha256"])
    opened = council.open(Path(received["path"]), tmp_path / "opened")
    registered = council.write_reference(Path(received["path"]), "EX-2026-0001")
    for said_by, signed_by in ((opened, "casework"), (registered, "casework")):
        checked = done("receipt", "verify", said_by["receipt"], "--keys", council.authority_file)
        assert (checked["submission_id"], checked["signed_by"]) == (submission, signed_by)

    assert "Registered at the front door." in school.words_of_queue()
    shown = school.done(lead, "referral", "show", waiting["referral"])
    (delivery,) = shown["deliveries"]
    assert delivery["case_reference"] == "EX-2026-0001"
    assert [receipt["status"] for receipt in delivery["receipts"]] == ["stored", "registered"]
    assert (tmp_path / "opened" / "referral.pdf").read_bytes().startswith(b"%PDF")


def test_the_receipt_that_the_sender_keeps_verifies_with_the_councils_profile_alone(
    tmp_path: Path, council: Council
) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = sealed(school, lead, "Ada")
    council.start()
    school.queue("run", "--once")
    (receipt,) = (council.intake_folder / "data" / "receipts").rglob("*.json")

    checked = done("receipt", "verify", receipt, "--keys", council.authority_file)
    assert (checked["submission_id"], checked["status"], checked["signed_by"]) == (submission, "stored", "intake")
    (row,) = school.queue("list")
    assert checked["parcel_sha256"] == row["parcel_sha256"]


def test_an_intake_that_comes_back_after_a_power_cut_answers_with_the_same_receipt(
    tmp_path: Path, council: Council
) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    sealed(school, lead, "Ada")
    council.start()
    school.queue("run", "--once")
    council.kill()
    assert "Delivered, not opened yet." in school.words_of_queue()  # what was proved stays proved
    council.start()
    school.queue("run", "--once")
    (row,) = school.queue("list")
    assert (row["state"], row["receipts"]) == ("stored", 1)
    assert len(council.received()) == 1


def test_a_computer_that_was_off_until_the_council_had_decided_still_learns_the_reference(
    tmp_path: Path, council: Council
) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    sealed(school, lead, "Ada")
    council.start()
    school.queue("run", "--once")
    package = Path(only(council)["path"])
    council.open(package, tmp_path / "opened")
    council.write_reference(package, "EX-2026-0001")
    council.decide(package, "section-47")
    (row,) = school.queue("run", "--once")
    assert row["state"] == "decided"
    (delivery,) = school.done(lead, "referral", "show", row["referral"])["deliveries"]
    assert delivery["case_reference"] == "EX-2026-0001"
