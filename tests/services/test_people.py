"""People on one computer: what a name may be, whose vault a passphrase opens, what a cut-off start leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_client.base.clock import SystemClock
from referral_client.base.errors import MachineLacks, Refused, WrongUse
from referral_client.base.home import Home
from referral_client.base.ids import new_uuid, system_random
from referral_client.sealing.atrest import Cost
from referral_client.services.organisations import begin_organisation
from referral_client.services.people import NAME_LIMIT, Enrolment, new_person, queues_of, vault_of

CLOCK = SystemClock()
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "four words of mine"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def made(home: Home, *, name: str = "Danny Sample", role: str = "Teacher", passphrase: str = PASSPHRASE) -> Enrolment:
    return new_person(
        home, name=name, role=role, passphrase=passphrase, practice=False, clock=CLOCK, random=system_random, cost=CHEAP
    )


@pytest.mark.parametrize("part", ["name", "role"])
def test_a_name_is_no_longer_than_a_council_reads(home: Home, part: str) -> None:
    with pytest.raises(WrongUse, match="longer than 200") as refused:
        made(home, **{part: "x" * (NAME_LIMIT + 1)})
    assert refused.value.code == "PERSON-NAME-TOO-LONG"
    assert list(home.people.iterdir()) == []
    made(home, **{part: "x" * NAME_LIMIT})


def cut_off(home: Home) -> None:
    """What a creation leaves behind that is killed before its first commit."""
    folder = home.people / new_uuid()
    folder.mkdir()
    (folder / "vault.db").touch()


def opened(home: Home, passphrase: str) -> str:
    with vault_of(home, passphrase, clock=CLOCK, random=system_random) as vault:
        return str(vault.person.id)


@pytest.mark.parametrize("times", range(3))  # the order of folders is the order of random ids
def test_a_creation_that_was_cut_off_locks_nobody_out_and_holds_up_no_queue(home: Home, times: int) -> None:
    person = made(home).person.id
    for _ in range(1 + times):
        cut_off(home)
    assert opened(home, PASSPHRASE) == person
    with pytest.raises(Refused) as refused:
        opened(home, "quite another sentence")
    assert refused.value.code == "VAULT-WRONG-PASSPHRASE"
    with queues_of(home, clock=CLOCK, random=system_random) as queues:
        assert (len(queues.open), queues.troubles) == (1, ())


def test_where_only_cut_off_creations_lie_there_is_no_vault_yet(home: Home) -> None:
    cut_off(home)
    with pytest.raises(Refused, match="Nobody has a vault here yet") as refused:
        opened(home, PASSPHRASE)
    assert refused.value.code == "VAULT-NONE"


def test_a_creation_that_fails_leaves_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("referral_client.vault.opening.make_folders", full)
    with pytest.raises(MachineLacks):
        made(home)
    assert list(home.people.iterdir()) == []


def test_two_people_of_one_home_never_share_a_passphrase(home: Home) -> None:
    first = made(home)
    with pytest.raises(Refused) as refused:
        made(home, name="Sam Sample")
    assert refused.value.code == "PERSON-PASSPHRASE-TAKEN"
    second = made(home, name="Sam Sample", passphrase="another four words")
    assert opened(home, PASSPHRASE) == first.person.id
    assert opened(home, "another four words") == second.person.id


def test_the_vault_that_the_organisation_knows_is_tried_first(tmp_path: Path) -> None:
    """Homes from before the rule may hold two vaults of one passphrase."""
    for number in range(3):
        home, other = (Home(tmp_path / f"{name}-{number}").create() for name in ("home", "other"))
        begun = begin_organisation(
            home, tmp_path / f"out-{number}", PASSPHRASE, org_id="brook-lane", name="Brook Lane (sample)",
            sector="school", person="Danny Sample", role="Lead", policies=[], accepts=(), clock=CLOCK,
            random=system_random, cost=CHEAP,
        )  # fmt: skip
        second = made(other).person.id
        (other.people / second).rename(home.people / second)
        assert opened(home, PASSPHRASE) == begun.bundle.people[0].id
