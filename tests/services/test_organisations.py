"""Signing settings: nothing that this program could not obey afterwards is signed."""

import json
from pathlib import Path
from typing import Any

import pytest

from referral_client.base.clock import SystemClock
from referral_client.base.errors import Refused
from referral_client.base.home import Home
from referral_client.base.ids import system_random
from referral_client.organisation import StatementRefused, make_root_key
from referral_client.policy import PolicyFaults
from referral_client.sealing.atrest import Cost
from referral_client.services.organisations import Begun, begin_organisation, sign_organisation_draft
from tests.organisation.statements_made import organisation
from tests.policy.sample import PLAIN

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
BROKEN = PLAIN.replace("permitted_roles", "permited_roles")
REASON = "photo policy 2:7: permited_roles: there is no such setting: did you mean permitted_roles?"


@pytest.fixture
def root_key(tmp_path: Path) -> Path:
    path = tmp_path / "root.key"
    make_root_key(path, "a long sentence", system_random, cost=CHEAP)
    return path


def test_a_draft_with_a_policy_that_does_not_load_is_not_signed(tmp_path: Path, root_key: Path) -> None:
    draft, out = tmp_path / "draft.json", tmp_path / "organisation.dsse.json"
    draft.write_text(json.dumps(organisation(photo_policies=[{"toml": PLAIN}, {"toml": BROKEN}])))
    with pytest.raises(PolicyFaults) as refusal:
        sign_organisation_draft(draft, root_key, "a long sentence", out)
    assert any(reason.startswith(REASON) for reason in refusal.value.reasons)
    assert not out.exists()


def test_a_fault_in_a_draft_is_named_by_the_files_name_and_line_and_no_folder(tmp_path: Path, root_key: Path) -> None:
    person = {"id": "danny", "name": "Danny Sample", "role": "lead", "keyz": {}}
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps(organisation(people=[person]), indent=1))
    line = draft.read_text().split("\n").index('   "keyz": {}') + 1
    with pytest.raises(StatementRefused) as refusal:
        sign_organisation_draft(draft, root_key, "a long sentence", tmp_path / "out")
    assert f"draft.json:{line}: people[1].keyz: not a field here; did you mean keys?" in refusal.value.reasons


def test_an_organisation_is_not_begun_with_two_policies(tmp_path: Path) -> None:
    one, other, out = tmp_path / "one.toml", tmp_path / "other.toml", tmp_path / "out"
    one.write_text(PLAIN)
    other.write_text(PLAIN.replace('"plain"', '"another"'))
    with pytest.raises(PolicyFaults) as refusal:
        begin_organisation(
            Home(tmp_path / "home"),
            out,
            "a long sentence",
            org_id="brook-lane",
            name="Brook Lane (sample)",
            sector="school",
            person="A. Example",
            role="dsl",
            policies=[one, other],
            accepts=(),
            clock=SystemClock(),
            random=system_random,
            cost=CHEAP,
        )
    assert refusal.value.reasons[0].startswith("photo policy 2:1: policy_id: another, but photo policy 1 is plain")
    assert not out.exists()
    assert not (tmp_path / "home").exists()


def begin(home: Home, out: Path, **changed: Any) -> Begun:
    facts = {
        "org_id": "brook-lane", "name": "Brook Lane (sample)", "sector": "school", "person": "A. Example",
        "role": "dsl", "policies": [], "accepts": (), **changed,
    }  # fmt: skip
    return begin_organisation(
        home, out, "a long sentence", clock=SystemClock(), random=system_random, cost=CHEAP, **facts
    )


@pytest.mark.parametrize("changed", [{"accepts": ("not a thumbprint",)}, {"org_id": "Brook Lane"}, {"sector": "zoo"}])
def test_a_slip_in_what_was_typed_makes_nothing(tmp_path: Path, changed: dict[str, object]) -> None:
    home, out = Home(tmp_path / "home").create(), tmp_path / "out"
    with pytest.raises(StatementRefused):
        begin(home, out, **changed)
    assert not out.exists()
    assert list(home.people.iterdir()) == []
    begin(home, out)


def test_a_root_key_that_is_there_already_stays_and_no_vault_is_made(tmp_path: Path) -> None:
    home, out = Home(tmp_path / "home").create(), tmp_path / "out"
    out.mkdir()
    (out / "root.key").write_bytes(b"somebody's")
    with pytest.raises(Refused) as refused:
        begin(home, out)
    assert refused.value.code == "ROOT-KEY-EXISTS"
    assert [path.read_bytes() for path in out.iterdir()] == [b"somebody's"]
    assert list(home.people.iterdir()) == []


def test_what_fails_late_takes_away_what_it_made(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    begun = begin(home, tmp_path / "first")
    with pytest.raises(Refused):  # this home trusts the first organisation already
        begin_organisation(
            home, tmp_path / "second", "another long sentence", org_id="other", name="Other (sample)", sector="school",
            person="B. Example", role="dsl", policies=[], accepts=(), clock=SystemClock(), random=system_random,
            cost=CHEAP,
        )  # fmt: skip
    assert list((tmp_path / "second").iterdir()) == []
    assert [path.name for path in home.people.iterdir()] == [begun.bundle.people[0].id]
