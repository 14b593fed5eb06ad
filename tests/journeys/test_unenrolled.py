"""A computer that the organisation's settings do not know yet, on the day it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from referral_client.practice import Council
from tests.journeys.place import Member, Ran, School, answers, connected_school, only, run, sealed

pytestmark = pytest.mark.journey


@pytest.fixture
def new_member(tmp_path: Path, council: Council) -> tuple[School, Member]:
    """Dana's vault was made today; neither the bundle nor the council knows its keys."""
    school, _ = connected_school(tmp_path / "school", council)
    dana = school.enter("Dana Sample", "Deputy lead")
    council.start()
    return school, dana


def draft(school: School, member: Member) -> str:
    words = ("referral", "new", "--form", "shropshire", "--answers", answers(school.folder, "Ada"))
    return str(school.done(member, *words)["referral"])


def quarantined(school: School, dana: Member, council: Council) -> Any:
    """Sent as urgent and kept apart; what the intake says of it."""
    sealed(school, dana, "Ben", "--urgent", "rang 09:20, spoke to the duty worker")
    (row,) = school.queue("run", "--once")
    assert row["state"] == "quarantined"
    received = only(council)
    assert (received["sender_known"], received["status"]) == (False, "quarantined")
    return received


def opening(council: Council, package: str, out: Path, *more: str) -> Ran:
    keys = council.casework_folder
    return run(
        "casework", "open", package, "--keys", keys, "--identity", keys / "identity.txt", "--out", out, "--json", *more
    )


def test_the_normal_way_asks_for_enrolment_and_an_urgent_referral_arrives_marked(
    tmp_path: Path, council: Council, new_member: tuple[School, Member]
) -> None:
    school, dana = new_member
    refused = school.run(dana, "referral", "send", draft(school, dana))
    assert (refused.code, refused.error) == (1, "SEND-NEEDS-CHECKING")
    school.issue(but_not=[dana], review_required=False)
    refused = school.run(dana, "referral", "send", draft(school, dana))
    assert (refused.code, refused.error) == (1, "SEND-NOT-ENROLLED")

    received = quarantined(school, dana, council)
    said = school.words_of_queue()
    assert "Arrived, sender not recognised: ring the front door." in said
    assert "Ring Practice front door" in said
    assert "01632 960777" in said

    closed = opening(council, received["path"], tmp_path / "closed")
    assert (closed.code, closed.error) == (1, "SEALING-SENDER-UNKNOWN")
    assert not (tmp_path / "closed").exists()


def test_after_enrolment_the_same_bytes_count_as_stored_and_everything_goes_on(
    tmp_path: Path, council: Council, new_member: tuple[School, Member]
) -> None:
    school, dana = new_member
    before = quarantined(school, dana, council)
    school.tell_council(school.issue())
    (row,) = school.queue("run", "--once")
    assert (row["state"], row["receipts"]) == ("stored", 2)
    known = [each for each in council.received() if each["sender_known"]]
    assert [each["parcel_sha256"] for each in known] == [before["parcel_sha256"]]
    assert council.open(Path(known[0]["path"]), tmp_path / "opened")["sender_known"] is True
    council.write_reference(Path(known[0]["path"]), "EX-2026-0002")
    (row,) = school.queue("run", "--once")
    assert (row["state"], row["words"]) == (
        "registered",
        "Practice: nobody received this. (Registered at the front door.)",
    )


def test_receipts_of_a_package_that_was_opened_unrecognised_still_count_after_enrolment(
    tmp_path: Path, council: Council, new_member: tuple[School, Member]
) -> None:
    school, dana = new_member
    received = quarantined(school, dana, council)
    opened = opening(council, received["path"], tmp_path / "opened", "--unrecognised-sender", "rang the school")
    assert opened.code == 0, opened.out
    assert opened.json["sender_known"] is False
    assert "SENDER NOT RECOGNISED" in (tmp_path / "opened" / "SENDER-NOT-RECOGNISED.txt").read_text()
    Path(opened.json["receipt"]).rename(council.intake_folder / "incoming" / "opened.json")
    (row,) = school.queue("run", "--once")
    assert row["state"] == "opened"

    school.tell_council(school.issue())
    (row,) = school.queue("run", "--once")
    assert row["state"] == "opened"  # a later `stored` never hides `opened`
    council.write_reference(Path(received["path"]), "EX-2026-0003")
    (row,) = school.queue("run", "--once")
    assert row["state"] == "registered"
    (listed,) = school.done(dana, "referral", "list")
    (delivery,) = school.done(dana, "referral", "show", listed["referral"])["deliveries"]
    assert delivery["case_reference"] == "EX-2026-0003"
