"""The reviewer is away, the photo policy is past its review date, and the settings are past theirs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from referral_client.practice import Council, sample_answers, sample_photographs, sample_policy
from referral_client.services.organisations import install_authority_file
from tests.journeys.place import Member, School, change_profile, expired, make_school

pytestmark = pytest.mark.journey


@pytest.fixture
def late(tmp_path: Path, council: Council) -> tuple[School, Member]:
    """A teacher who may approve nothing, a policy overdue for review, a bundle and a profile past their dates."""
    school = make_school(tmp_path / "school", council)
    teacher = school.enter("Tess Sample", "Class teacher")
    policy = sample_policy().read_text(encoding="utf-8").replace("review_by = 2027-08-31", "review_by = 2026-01-31")
    assert "2026-01-31" in policy
    bundle = school.issue(may_approve=False, policies=[policy], review_required=True, **expired())
    school.tell_council(bundle)
    install_authority_file(school.home, council.authority_file)
    change_profile(council, school.home, **expired())
    council.start()
    return school, teacher


def written(school: School, teacher: Member) -> Any:
    """The sample referral with its five photographs."""
    pictures: list[str | Path] = []
    for number, picture in enumerate(sample_photographs(), 1):
        facts = school.folder / f"facts-{number}.json"
        facts.write_text(json.dumps(picture.facts))
        pictures += ["--photo", picture.path, "--facts", facts]
    return school.done(teacher, "referral", "new", "--form", "shropshire", "--answers", sample_answers(), *pictures)


def delivered(school: School, council: Council, submission: str, out: Path) -> Any:
    """What the caseworker gets."""
    rows = {row["submission"]: row for row in school.queue("run", "--once")}
    assert rows[submission]["state"] == "stored"
    (received,) = [each for each in council.received() if each["submission_id"] == submission]
    return council.open(Path(received["path"]), out)


def words_in(pdf: Path) -> str:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed")
    said = subprocess.run([tool, pdf, "-"], capture_output=True, text=True, check=True, encoding="utf-8").stdout
    return " ".join(said.split())


def test_the_normal_way_asks_for_the_reviewer_and_neither_of_the_other_two_is_closed(
    tmp_path: Path, council: Council, late: tuple[School, Member]
) -> None:
    school, teacher = late
    first = written(school, teacher)
    refused = school.run(teacher, "referral", "send", first["referral"])
    assert (refused.code, refused.error) == (1, "SEND-NEEDS-CHECKING")
    assert "Neither is ever refused" in refused.json["error"]["next_step"]

    tried = "rang Ruth Sample at 15:10 and 15:25, 22 November"
    sent = school.done(teacher, "referral", "send", first["referral"], "--lead-not-reachable", tried)
    opened = delivered(school, council, sent["submission"], tmp_path / "first")
    assert opened["review_waived"] == f"lead not reachable: {tried}"
    assert "Sent without review: lead not reachable" in words_in(tmp_path / "first" / "referral.pdf")

    second = written(school, teacher)
    rang = "rang 09:20, spoke to the duty worker"
    sent = school.done(teacher, "referral", "send", second["referral"], "--urgent", rang)
    opened = delivered(school, council, sent["submission"], tmp_path / "second")
    assert opened["review_waived"] == f"urgent: {rang}"
    pdf = words_in(tmp_path / "second" / "referral.pdf")
    assert "Sent as urgent, not reviewed" in pdf
    assert rang in pdf


def test_an_overdue_policy_decides_each_photograph_as_before_and_only_says_that_it_is_overdue(
    tmp_path: Path, council: Council, late: tuple[School, Member]
) -> None:
    school, teacher = late
    draft = written(school, teacher)
    says = [each["policy"] for each in draft["photographs"]]
    assert [each["outcome"] for each in says] == [
        "attach-with-warnings",
        "attach-with-warnings",
        "needs-approval",
        "blocked-use-body-map",
        "attach-with-warnings",
    ]
    overdue = [
        finding["severity"]
        for each, picture in zip(says, draft["photographs"], strict=True)
        if picture["kept"]
        for finding in each["findings"]
        if finding["rule"] == "review_by"
    ]
    assert len(overdue) == 4
    assert "block" not in overdue

    sent = school.done(teacher, "referral", "send", draft["referral"], "--urgent", "could not get through at 15:40")
    kept = [each["photo"] for each in draft["photographs"] if each["kept"]]
    assert sent["photographs_going"] == [kept[0], kept[1], kept[3]]
    assert sent["photographs_held"] == [kept[2]]  # urgent passes over the reviewer, never over the policy
    opened = delivered(school, council, sent["submission"], tmp_path / "opened")
    names = sorted(Path(part["name"]).name for part in opened["parts"] if "attachments" in part["name"])
    assert [Path(name).stem for name in names] == ["0001", "0002", "0003"]


def test_without_any_policy_the_photographs_stay_and_the_referral_goes(
    tmp_path: Path, council: Council, late: tuple[School, Member]
) -> None:
    school, teacher = late
    school.issue(may_approve=False, policies=[], **expired())
    draft = written(school, teacher)
    assert {each["kept"] for each in draft["photographs"]} == {False}
    sent = school.done(teacher, "referral", "send", draft["referral"], "--urgent", "rang 09:20")
    opened = delivered(school, council, sent["submission"], tmp_path / "opened")
    assert not [part for part in opened["parts"] if "attachments" in part["name"]]
