"""Neither a dead network, nor a kill, nor another person's damaged vault stops writing or an urgent sending."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from referral_client.base.ids import system_random
from referral_client.practice import Council
from referral_client.practice.commands import command, environment
from referral_client.services.people import vault_of
from tests.journeys.place import CLOCK, address_of, change_profile, connected_school, only, run, sealed

pytestmark = pytest.mark.journey


def test_an_urgent_referral_is_written_and_sealed_while_another_process_waits_for_a_silent_network(
    tmp_path: Path, council: Council
) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        change_profile(council, school.home, destinations=address_of(council, f"https://127.0.0.1:{port}", ""))
        first = sealed(school, lead, "Ada")
        words = command("queue", "run", "--once", "--home", school.home.root)
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment()) as sender:
            line, _ = silent.accept()  # it is in the middle of an attempt, and no answer will come
            urgent = sealed(school, lead, "Ben", "--urgent", "rang 09:20, spoke to the duty worker")
            assert sender.poll() is None
            assert {row["submission"] for row in school.queue("list")} == {first, urgent}
            second = run("queue", "run", "--once", "--home", school.home.root, "--json")
            assert (second.code, second.error) == (1, "VAULT-IN-USE")  # one sender at a time
            line.close()
            said, _ = sender.communicate()
    assert sender.returncode == 0
    assert said.count("NOT SENT") == 2


def test_a_leads_own_referral_keeps_its_label_when_sealing_was_cut_off_before(tmp_path: Path, council: Council) -> None:
    """There is no step in between that a kill could leave behind: one transaction approves, seals and queues."""
    school, lead = connected_school(tmp_path / "school", council)
    sealed(school, lead, "Ada")
    with vault_of(school.home, lead.passphrase, clock=CLOCK, random=system_random) as vault:
        moves = [entry.kind for entry in vault.audit_entries() if entry.referral_id]
        assert moves == ["referral-started", "referral-sealed", "delivery-queued"]
        (row,) = vault.referrals()
        assert vault.queue.deliveries_of(row.id)[0].mode == "by-lead"


def test_sending_the_same_referral_twice_makes_one_package(tmp_path: Path, council: Council) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = sealed(school, lead, "Ada")
    (row,) = school.queue("list")
    for ways in ((), ("--urgent", "rang"), ("--lead-not-reachable", "tried twice")):
        again = school.run(lead, "referral", "send", row["referral"], *ways)
        assert (again.code, again.error) == (1, "REFERRAL-NO-SUCH-STEP")
    outbox = school.home.people / lead.enrolment.person.id / "outbox"
    assert sorted(path.name for path in outbox.iterdir()) == [f"{submission}.age", f"{submission}.ticket.json"]


def test_one_persons_damaged_vault_holds_up_nobody_elses_referral_and_is_told(tmp_path: Path, council: Council) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = sealed(school, lead, "Ada")
    colleague = school.enter("Dana Sample", "Deputy lead")
    damaged = school.home.people / colleague.enrolment.person.id / "vault.db"
    damaged.write_bytes(b"\0" * damaged.stat().st_size)
    council.start()

    ran = run("queue", "run", "--once", "--home", school.home.root)
    assert "Delivered, not opened yet." in ran.out
    assert ran.code == 1
    assert "NOT SENT: whatever waits in a vault here that cannot be used" in ran.err
    assert only(council)["submission_id"] == submission
    assert school.run(lead, "referral", "list").code == 0


def test_settings_whose_certificate_cannot_be_read_are_said_and_tried_again(tmp_path: Path, council: Council) -> None:
    """Such a route is passed over like any other that is closed; the reason is in the row."""
    school, lead = connected_school(tmp_path / "school", council)
    council.start()
    good = address_of(council, f"https://127.0.0.1:{council.port}", (council.folder / "tls/authority.pem").read_text())
    bad = address_of(council, "https://127.0.0.1:1", "not a certificate")
    change_profile(council, school.home, destinations=bad)
    submission = sealed(school, lead, "Ada")
    (row,) = school.queue("run", "--once")
    assert (row["state"], row["last_outcome"]) == ("waiting", "TRANSPORT-NOT-TRUSTED")
    both = [{**good[0], "transports": [*bad[0]["transports"], *good[0]["transports"]]}]
    change_profile(council, school.home, destinations=both)
    (row,) = school.queue("run", "--once")
    assert (row["submission"], row["state"]) == (submission, "stored")


def test_a_ticket_that_is_gone_is_said_in_the_queue(tmp_path: Path, council: Council) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    submission = sealed(school, lead, "Ada")
    (school.home.people / lead.enrolment.person.id / "outbox" / f"{submission}.ticket.json").unlink()
    (row,) = school.queue("run", "--once")
    assert (row["state"], row["last_outcome"], row["not_sent"]) == ("waiting", "VAULT-TICKET-GONE", True)
