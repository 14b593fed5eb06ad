"""A real organisation and a real council from empty folders, by the program's commands alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from referral_client.base.canonical import canonical_bytes
from referral_client.practice import Council, sample_answers, sample_photographs
from tests.journeys.place import (
    answers,
    change_profile,
    connected_school,
    done,
    run,
    sealed,
)
from tests.journeys.real import DESTINATION, ORGANISATION, SCHOOL_WORDS, Real, real_world

pytestmark = pytest.mark.journey
FINGERPRINT = 12 * 4 + 11  # twelve groups of four digits, a space between


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Real]:
    with real_world(tmp_path / "real") as made:
        yield made


def pictures(folder: Path, *numbers: int) -> list[str | Path]:
    words: list[str | Path] = []
    for number in numbers:
        picture = sample_photographs()[number]
        facts = folder / f"facts-{number}.json"
        facts.write_text(json.dumps(picture.facts))
        words += ["--photo", picture.path, "--facts", facts]
    return words


def _check_set_up(said: dict[str, Any]) -> None:
    assert set(said["casework keygen"]) == {"recipient", "keys", "fingerprint"}
    assert said["casework keygen"]["recipient"].startswith("age1pq1")
    assert set(said["intake keygen"]) == {"keys", "fingerprint"}
    assert set(said["intake serve"]) == {"listening", "host", "port"}
    assert set(said["authority keygen"]) == {"fingerprint", "thumbprint"}
    assert said["authority sign"] == {"authority_id": "example", "seq": 1} == said["authority install"]
    assert set(said["authority show"]) == {"fingerprint", "thumbprint", "statement"}
    assert said["authority show"]["thumbprint"] == said["authority keygen"]["thumbprint"]
    begun = said["organisation init"]
    assert set(begun) == {"org_id", "fingerprint", "root_key", "bundle", "for_council", "seq"}
    assert (begun["org_id"], begun["seq"], len(begun["fingerprint"])) == (ORGANISATION, 1, FINGERPRINT)
    assert said["intake register"] == {
        "org_id": ORGANISATION,
        "fingerprint": begun["fingerprint"],
        "bundle_seq": 1,
        "workstations": 1,
    }


def test_the_whole_way_from_empty_folders_by_single_commands(tmp_path: Path, real: Real) -> None:
    _check_set_up(real.said)

    draft = real.mine("referral", "new", "--form", "shropshire", "--answers", sample_answers(), *pictures(tmp_path, 0))
    assert (set(draft), draft["state"]) == ({"referral", "state", "photographs"}, "draft")
    referral = draft["referral"]
    added = real.mine("referral", "attach", referral, *pictures(tmp_path, 1))
    assert [each["kept"] for each in added["photographs"]] == [True]
    kept_out = run(
        "referral", "attach", referral, *pictures(tmp_path, 3), "--home", real.home, "--json", passphrase=SCHOOL_WORDS
    )
    assert (kept_out.code, [each["kept"] for each in kept_out.json["photographs"]]) == (1, [False])
    checked = real.mine("referral", "check", referral)
    assert {"silent", "cannot_be_true", "look_again", "notices"} <= set(checked)
    assert checked["notices"]
    (listed,) = real.mine("referral", "list")
    assert set(listed) >= {"referral", "state", "title", "changed_at"}

    sent = real.mine("referral", "send", referral)
    assert (sent["state"], len(sent["photographs_going"]), sent["photographs_held"]) == ("queued", 2, [])
    (waiting,) = done("queue", "list", "--home", real.home)
    assert (waiting["state"], waiting["not_sent"], waiting["destination"]) == ("queued", True, DESTINATION)
    (stored,) = done("queue", "run", "--once", "--home", real.home)
    assert (stored["state"], stored["not_sent"], stored["words"]) == ("stored", False, "Delivered, not opened yet.")

    (received,) = real.received()
    assert received["parcel_sha256"] == sent["parcel_sha256"]
    assert (received["org_id"], received["sender_known"], received["status"]) == (ORGANISATION, True, "stored")
    package = Path(received["path"])
    _check_package(real, package, sent["submission"])
    for status in _casework(tmp_path, real, package, sent["submission"]):
        (row,) = done("queue", "run", "--once", "--home", real.home)
        assert row["state"] == status

    shown = real.mine("referral", "show", referral)
    assert set(shown) >= {"referral", "state", "form", "sections", "deliveries"}
    (delivery,) = shown["deliveries"]
    assert (delivery["state"], delivery["case_reference"]) == ("decided", "EX-2026-0007")


def _check_package(real: Real, package: Path, submission: str) -> None:
    outside = done("package", "verify", package, "--home", real.home)
    assert (outside["practice"], outside["inside"]) == (False, None)
    assert (outside["ticket"]["submission_id"], outside["ticket"]["signatures"]) == (submission, "verified")
    inside = done("package", "verify", package, "--identity", real.office / "identity.txt", "--home", real.home)
    assert (inside["inside"]["submission_id"], inside["inside"]["sender_known"]) == (submission, True)
    assert {part["name"] for part in inside["inside"]["parts"]} >= {"data/answers.json", "data/referral.pdf"}
    damaged = real.folder / "damaged.age"
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    words = ("package", "verify", damaged, "--ticket", package.with_suffix(".ticket.json"), "--home", real.home)
    refused = run(*words, "--json")
    assert (refused.code, refused.error) == (1, "PACKAGE-OTHER-BYTES")


def _casework(tmp_path: Path, real: Real, package: Path, submission: str) -> Iterator[str]:
    """Open, register and decide; each receipt verifies with the council's profile and is carried to the intake."""
    early = run("casework", "register", package, "--ref", "X", "--keys", real.office, "--json")
    assert (early.code, early.error) == (1, "CASEWORK-NOT-OPENED")
    begun = real.said["organisation init"]
    steps = (
        (
            ("open", package, "--identity", real.office / "identity.txt", "--out", tmp_path / "opened",
             "--sender", begun["for_council"], "--bundle", begun["bundle"]),
            "opened",
        ),
        (("register", package, "--ref", "EX-2026-0007"), "registered"),
        (("decide", package, "--outcome", "section-47"), "decided"),
    )  # fmt: skip
    for words, status in steps:
        said = done("casework", *words, "--keys", real.office)
        assert (said["submission_id"], said["sender_known"]) == (submission, True)
        receipt = Path(said["receipt"])
        checked = done("receipt", "verify", receipt, "--keys", real.authority)
        assert (checked["status"], checked["signed_by"], checked["practice"]) == (status, "casework", False)
        receipt.rename(real.online / "incoming" / receipt.name)
        yield status
    assert (tmp_path / "opened" / "referral.pdf").read_bytes().startswith(b"%PDF")


def test_a_second_person_is_enrolled_and_a_package_that_cannot_be_opened_is_said_so(tmp_path: Path, real: Real) -> None:
    words = "another long sentence of Dana"
    enrolment = real.mine("person", "new", "--name", "Dana Sample", "--role", "Deputy lead", passphrase=words)
    assert enrolment == real.mine("person", "enrolment", passphrase=words)
    assert len(enrolment["workstation"]["fingerprint"]) == FINGERPRINT

    begun = real.said["organisation init"]
    statement = done("organisation", "show", begun["bundle"])["statement"]
    draft = {key: value for key, value in statement.items() if key not in ("type", "v", "root")}
    person, workstation = enrolment["person"], enrolment["workstation"]
    draft["people"].append(
        {**person, "may_approve": True, "keys": enrolment["person_keys"], "reading": enrolment["reading"]}
    )
    not_after = draft["workstations"][0]["not_after"]
    draft["workstations"].append({"id": workstation["id"], "keys": workstation["keys"], "not_after": not_after})
    newer = tmp_path / "newer.dsse.json"
    (tmp_path / "newer.json").write_bytes(canonical_bytes({**draft, "seq": 2}))
    sign = ("organisation", "sign", tmp_path / "newer.json", "--root-key", begun["root_key"], "--out", newer)
    assert real.mine(*sign) == {"org_id": ORGANISATION, "seq": 2}
    differences = done("organisation", "diff", begun["bundle"], newer)
    assert {line.partition(":")[0] for line in differences} == {"people[2]", "seq", "workstations[2]"}
    install = ("organisation", "install", newer, "--root", begun["fingerprint"], "--home", real.home)
    assert done(*install) == {"org_id": ORGANISATION, "seq": 2}
    again = run(*install, "--json")
    assert (again.code, again.error) == (1, "STATEMENT-NOT-NEWER")
    done("intake", "register", begun["for_council"], "--bundle", newer, "--config", real.online)

    new = ("referral", "new", "--form", "shropshire", "--answers", answers(tmp_path, "Ada"))
    referral = real.mine(*new, passphrase=words)["referral"]
    real.mine("referral", "send", referral, passphrase=words)
    done("queue", "run", "--once", "--home", real.home)
    (received,) = real.received()
    assert received["sender_known"] is True
    said = done("casework", "cannot-open", received["path"], "--reason", "unreadable", "--keys", real.office)
    receipt = Path(said["receipt"])
    receipt.rename(real.online / "incoming" / receipt.name)
    ran = run("queue", "run", "--once", "--home", real.home)
    assert ran.code == 0
    assert "It arrived and cannot be opened: ring the front door." in ran.out
    assert "01632 960555" in ran.out


def test_practice_and_real_refuse_each_other_both_ways(tmp_path: Path, council: Council) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    assert council.root is not None
    with real_world(tmp_path / "real", accept_too=(council.root.thumbprint,)) as real:
        _statements_are_refused(tmp_path, real, school.folder / "bundle-1.dsse.json", council)
        council.start()
        practice_destinations = done("authority", "show", council.authority_file)["statement"]["destinations"]

        # A practice school whose profile names the real front door: keys, address and all.
        change_profile(council, school.home, destinations=real.destinations())
        practice = sealed(school, lead, "Ada")
        (row,) = school.queue("run", "--once")
        assert (row["state"], row["last_outcome"]) == ("held", "TRANSPORT-REFUSED")
        assert real.received() == []
        package = school.home.people / lead.enrolment.person.id / "outbox" / f"{practice}.age"
        identity = ("--identity", real.office / "identity.txt", "--out", tmp_path / "opened")
        for reason in ((), ("--unrecognised-sender", "rang the school")):
            opened = run("casework", "open", package, "--keys", real.office, *identity, "--json", *reason)
            assert (opened.code, opened.error) == (1, "SEALING-ONLY-PRACTICE")
        assert not (tmp_path / "opened").exists()

        # A real school whose profile names the practice front door.
        newer = real.sign_profile("newer", seq=2, destinations=practice_destinations)
        real.mine("authority", "install", newer)
        referral = real.mine("referral", "new", "--form", "shropshire", "--answers", answers(tmp_path, "Ben"))
        submission = real.mine("referral", "send", referral["referral"])["submission"]
        (row,) = done("queue", "run", "--once", "--home", real.home)
        assert (row["state"], row["last_outcome"]) == ("held", "TRANSPORT-REFUSED")
        assert council.received() == []
        (package,) = real.home.rglob(f"{submission}.age")
        identity = ("--identity", council.casework_folder / "identity.txt", "--out", tmp_path / "opened")
        opened = run(
            "casework", "open", package, "--keys", council.casework_folder, *identity,
            "--unrecognised-sender", "rang the school", "--json",
        )  # fmt: skip
        assert (opened.code, opened.error) == (1, "CASEWORK-PRACTICE-MIXED")
        assert not (tmp_path / "opened").exists()


def _statements_are_refused(tmp_path: Path, real: Real, practice_bundle: Path, council: Council) -> None:
    assert real.refused("authority", "install", council.authority_file).error == "STATEMENT-PRACTICE"
    for bundle, practice, home in (
        (practice_bundle, (), tmp_path / "empty-real"),
        (Path(real.said["organisation init"]["bundle"]), ("--practice",), tmp_path / "empty-practice"),
    ):
        fingerprint = done("organisation", "show", bundle)["fingerprint"]
        ran = run("organisation", "install", bundle, "--root", fingerprint, *practice, "--home", home, "--json")
        assert (ran.code, ran.error) == (1, "STATEMENT-PRACTICE")
