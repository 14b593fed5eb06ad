"""The line breaks after the intake has acted and before the client has heard of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from referral_client.practice import Council
from tests.journeys.place import School, address_of, change_profile, connected_school, only, sealed
from tests.journeys.proxy import Line, Loss, Step, line_to

pytestmark = pytest.mark.journey
PART_SIZE = 65_536


def through(line: Line, school: School, council: Council) -> None:
    """The school reaches the council through the line alone, in small parts."""
    settings = council.intake_folder / "intake.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "limits": {"part_size": PART_SIZE}}))
    change_profile(council, school.home, destinations=address_of(council, line.base_url, line.tls_ca))
    council.start()


def test_answers_lost_at_every_step_make_one_submission_and_nothing_is_sent_twice(
    tmp_path: Path, council: Council
) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    with line_to(council, tmp_path / "line") as line:
        through(line, school, council)
        submission = sealed(school, lead, "Ada")
        line.lose = {
            Step.ANNOUNCE: [Loss.WHOLE, Loss.HALF],
            Step.PART: [Loss.WHOLE, Loss.HALF],
            Step.COMPLETE: [Loss.WHOLE],
        }
        tries = 0
        while line.lose[Step.COMPLETE]:
            tries += 1
            said = school.words_of_queue()
            assert "NOT SENT" in said
            assert "Delivered" not in said
        assert tries == 5  # one for each lost answer: none of them was read as anything else
        assert only(council)["status"] == "stored"  # the council has it; the client cannot know
        sent_before = line.count(Step.PART, 201)

        line.lose = {Step.ANNOUNCE: [Loss.WHOLE, Loss.HALF, Loss.WHOLE]}
        while line.lose[Step.ANNOUNCE]:
            assert "NOT SENT" in school.words_of_queue()
        assert "Delivered, not opened yet." in school.words_of_queue()

    (row,) = school.queue("list")
    assert (row["submission"], row["state"], row["receipts"]) == (submission, "stored", 1)
    received = only(council)
    assert (received["submission_id"], received["parcel_sha256"]) == (submission, row["parcel_sha256"])
    parts = -(-row["parcel_size"] // PART_SIZE)
    assert parts > 2
    assert line.count(Step.PART, 201) == sent_before == parts  # every part once, though two answers were lost
    assert sum(each.step is Step.PART for each in line.asked) == parts
    assert sum(each.step is Step.COMPLETE for each in line.asked) == 1
    assert len(list((council.intake_folder / "data" / "log").rglob("*.json"))) == 1


def test_a_receipt_for_other_bytes_is_never_read_as_delivered(tmp_path: Path, council: Council) -> None:
    """A genuine receipt of one referral comes back, again and again, for another one."""
    school, lead = connected_school(tmp_path / "school", council)
    with line_to(council, tmp_path / "line") as line:
        through(line, school, council)
        first = sealed(school, lead, "Ada")
        (row,) = school.queue("run", "--once")
        assert row["state"] == "stored"
        line.instead = line.answers[-1]
        assert b"receipt" in line.instead

        second = sealed(school, lead, "Ben")
        for _ in range(2):
            rows = {row["submission"]: row for row in school.queue("run", "--once")}
            assert (rows[first]["state"], rows[first]["receipts"]) == ("stored", 1)
            assert (rows[second]["not_sent"], rows[second]["receipts"]) == (True, 0)
            assert (rows[second]["state"], rows[second]["last_outcome"]) == ("waiting", "RECEIPT-NOT-OURS")
        assert "NOT SENT" in school.words_of_queue()

        line.instead = b""
        rows = {row["submission"]: row for row in school.queue("run", "--once")}
    assert [(each["state"], each["last_outcome"]) for each in rows.values()][-1] == ("stored", "RECEIPT")
    held = {each["submission_id"]: each["parcel_sha256"] for each in council.received()}
    assert held == {submission: row["parcel_sha256"] for submission, row in rows.items()}


def test_a_line_with_another_certificate_is_never_spoken_to(tmp_path: Path, council: Council) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    with line_to(council, tmp_path / "line") as line:
        council.start()
        known_authority = (council.folder / "tls" / "authority.pem").read_text()
        change_profile(council, school.home, destinations=address_of(council, line.base_url, known_authority))
        sealed(school, lead, "Ada")
        assert "NOT SENT" in school.words_of_queue()
        assert line.asked == []
    (row,) = school.queue("list")
    assert row["last_outcome"] == "TRANSPORT-NOT-TRUSTED"
    assert council.received() == []
