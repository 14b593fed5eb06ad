"""What is shown as delivered rests on receipts that verify, and on nothing that lies about in a folder."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from referral_client.base.ids import SubmissionId, system_random
from referral_client.outbox import Outcome, Post, deliver
from referral_client.practice import Council
from referral_client.referral import DeliveryState
from referral_client.services.delivering import standing_of
from referral_client.services.people import queues_of
from referral_client.services.settings import settings_in_force
from referral_client.transport import Announced, Carrier, RedirectedAway, RefusedByServer
from referral_client.vault import Queue
from tests.journeys.place import CLOCK, Member, School, connected_school, only, sealed

pytestmark = pytest.mark.journey


def outbox(school: School, member: Member) -> Path:
    return school.home.people / member.enrolment.person.id / "outbox"


def test_anothers_ticket_put_beside_a_package_does_not_make_it_delivered(tmp_path: Path, council: Council) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    first, second = sealed(school, lead, "Ada"), sealed(school, lead, "Ben")
    folder = outbox(school, lead)
    shutil.copyfile(folder / f"{first}.ticket.json", folder / f"{second}.ticket.json")
    council.start()
    rows = {row["submission"]: row for row in school.queue("run", "--once")}
    assert rows[first]["state"] == "stored"
    assert (rows[second]["state"], rows[second]["last_outcome"]) == ("held", "TICKET-DAMAGED")
    assert rows[second]["not_sent"]
    assert only(council)["submission_id"] == first


def test_a_row_that_says_stored_without_a_receipt_is_shown_as_not_sent(tmp_path: Path, council: Council) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = SubmissionId(sealed(school, lead, "Ada"))
    with queues_of(school.home, clock=CLOCK, random=system_random) as queues:
        queue = queues.open[0]
        queue._write(replace(queue.delivery(submission), state=DeliveryState.STORED))
        queue._connection.commit()
    (row,) = school.queue("list")
    assert row["state"] == "stored"
    assert row["not_sent"]
    assert row["ring"]
    assert "NOT SENT as far as this program can prove" in row["words"]


def test_a_council_that_lost_what_it_signed_for_is_told_of_and_gets_the_same_bytes_again(
    tmp_path: Path, council: Council
) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = sealed(school, lead, "Ada")
    council.start()
    school.queue("run", "--once")
    digest = only(council)["parcel_sha256"]
    council.stop()
    shutil.rmtree(council.intake_folder / "data")
    council.start()
    (row,) = school.queue("run", "--once")
    assert row["state"] == "stored"
    assert (only(council)["submission_id"], only(council)["parcel_sha256"]) == (submission, digest)


class _Answers(Carrier):
    """A network in which somebody else answers."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def announce(self, ticket: bytes) -> Announced:
        raise self._fault

    def close(self) -> None:
        """Nothing to let go."""


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (RedirectedAway(), DeliveryState.WAITING),
        (RefusedByServer(403), DeliveryState.WAITING),
        (RefusedByServer(404), DeliveryState.WAITING),
        (RefusedByServer(413, "too-large"), DeliveryState.HELD),
    ],
    ids=["redirected", "a filter's 403", "a filter's 404", "the front door's own words"],
)
def test_one_answer_of_a_web_filter_never_parks_a_referral(
    tmp_path: Path, council: Council, fault: Exception, state: DeliveryState
) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = SubmissionId(sealed(school, lead, "Ada", "--urgent", "rang 09:20"))
    with queues_of(school.home, clock=CLOCK, random=system_random) as queues:
        queue: Queue = queues.open[0]
        settings = settings_in_force(school.home, CLOCK)
        post = Post(queue, settings, lambda _transport: _Answers(fault), CLOCK, system_random)
        assert deliver(post, queue.delivery(submission)) == fault.code  # type: ignore[attr-defined]
        after = queue.delivery(submission)
        assert after.state is state
        assert standing_of(queue, after, settings, CLOCK.now()).ring, "the number is given at once"


def test_a_wrong_clock_neither_stops_a_delivery_nor_hides_the_number(tmp_path: Path, council: Council) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = SubmissionId(sealed(school, lead, "Ada"))
    with queues_of(school.home, clock=CLOCK, random=system_random) as queues:
        queue = queues.open[0]
        later = CLOCK.now() + timedelta(days=2000)
        queue._write(replace(queue.delivery(submission), due_at=later))
        queue._connection.commit()
        assert [each.submission_id for each in queue.due(CLOCK.now())] == [submission]
        queued_tomorrow = replace(queue.delivery(submission), queued_at=later)
        assert standing_of(queue, queued_tomorrow, settings_in_force(school.home, CLOCK), CLOCK.now()).ring


def test_a_recipient_that_the_council_no_longer_names_gets_nothing(tmp_path: Path, council: Council) -> None:
    from referral_client.sealing.recipients import make_identity, recipient_of
    from tests.journeys.place import change_profile, untrusted_authority

    school, lead = connected_school(tmp_path / "school", council)
    sealed(school, lead, "Ada")
    statement = untrusted_authority(council.authority_file.read_bytes()).model_dump(mode="json")
    other = {"recipient": recipient_of(make_identity(system_random)), "role": "operational", "state": "current"}
    change_profile(council, school.home, destinations=[{**statement["destinations"][0], "recipients": [other]}])
    council.start()
    (row,) = school.queue("run", "--once")
    assert (row["state"], row["last_outcome"]) == ("held", Outcome.RECIPIENT_REVOKED)
    assert council.received() == []
