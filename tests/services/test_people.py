"""People on one computer: what a name may be, whose vault a passphrase opens, what a cut-off start leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_client.base.clock import SystemClock
from referral_client.base.errors import WrongUse
from referral_client.base.home import Home
from referral_client.base.ids import system_random
from referral_client.sealing.atrest import Cost
from referral_client.services.people import NAME_LIMIT, Enrolment, new_person

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
