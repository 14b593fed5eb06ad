"""Two people share one computer and one login."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_client.practice import Council
from referral_client.services.organisations import install_authority_file
from tests.journeys.place import make_school, run, sealed

pytestmark = pytest.mark.journey


def test_neither_sees_the_others_referrals_and_one_run_without_a_passphrase_delivers_both(
    tmp_path: Path, council: Council
) -> None:
    school = make_school(tmp_path / "school", council)
    ruth, dana = school.enter("Ruth Sample", "Lead"), school.enter("Dana Sample", "Deputy lead")
    school.tell_council(school.issue())
    install_authority_file(school.home, council.authority_file)
    ids = {"Ada": sealed(school, ruth, "Ada"), "Ben": sealed(school, dana, "Ben")}

    for member, own, other in ((ruth, "Ada", "Ben"), (dana, "Ben", "Ada")):
        listed = school.run(member, "referral", "list")
        assert len(listed.json) == 1
        assert own in listed.json[0]["title"]
        assert other not in listed.out
    (anas,) = school.done(ruth, "referral", "list")
    for verb in ("show", "check", "send"):
        theirs = school.run(dana, "referral", verb, anas["referral"])
        assert (theirs.code, theirs.error) == (1, "VAULT-NO-SUCH-REFERRAL")

    wrong = run("referral", "list", "--home", school.home.root, "--json", passphrase="nobody's sentence at all")
    assert (wrong.code, wrong.error) == (1, "VAULT-WRONG-PASSPHRASE")
    nobody = run("referral", "list", "--home", school.home.root, "--json")
    assert (nobody.code, nobody.error) == (3, "VAULT-NO-KEY")

    council.start()
    rows = school.queue("run", "--once")
    assert {row["submission"]: row["state"] for row in rows} == dict.fromkeys(ids.values(), "stored")
    assert {each["submission_id"] for each in council.received()} == set(ids.values())
    text = run("queue", "list", "--home", school.home.root).out
    assert "Ada" not in text
    assert "Ben" not in text


def test_each_gets_their_own_reference_back(tmp_path: Path, council: Council) -> None:
    school = make_school(tmp_path / "school", council)
    ruth, dana = school.enter("Ruth Sample", "Lead"), school.enter("Dana Sample", "Deputy lead")
    school.tell_council(school.issue())
    install_authority_file(school.home, council.authority_file)
    ids = [sealed(school, ruth, "Ada"), sealed(school, dana, "Ben")]
    council.start()
    school.queue("run", "--once")
    paths = {each["submission_id"]: Path(each["path"]) for each in council.received()}
    for number, submission in enumerate(ids, 1):
        council.open(paths[submission], tmp_path / f"opened-{number}")
        council.write_reference(paths[submission], f"EX-{number}")
    school.queue("run", "--once")
    for member, reference in ((ruth, "EX-1"), (dana, "EX-2")):
        (row,) = school.done(member, "referral", "list")
        (delivery,) = school.done(member, "referral", "show", row["referral"])["deliveries"]
        assert (delivery["state"], delivery["case_reference"]) == ("registered", reference)
