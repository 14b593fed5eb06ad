"""A practice council and a school in folders of their own, and the program's commands as other computers run them.

Setting up uses the services directly, with a cheap passphrase; whatever a journey is about runs as a process.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.base.clock import SystemClock, to_rfc3339
from referral_client.base.home import Home
from referral_client.base.ids import system_random
from referral_client.organisation import sign_authority, sign_organisation, untrusted_authority
from referral_client.practice import Council
from referral_client.practice.commands import command, environment
from referral_client.sealing.atrest import Cost
from referral_client.sealing.keyfile import read_key_file
from referral_client.sealing.signing import SigningKeys
from referral_client.services.organisations import (
    install_authority_file,
    install_organisation_file,
    one_person_bundle,
    show_organisation,
)
from referral_client.services.people import Enrolment, new_person

CLOCK = SystemClock()
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
A_YEAR = timedelta(days=365)
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The code of the error that --json printed."""
        return str(self.json["error"]["code"])


def run(*words: str | Path, passphrase: str | None = None) -> Ran:
    """Run one command of the program as a process of its own. Its standard input holds the passphrase, or nothing."""
    given = () if passphrase is None else ("--passphrase-file", "-")
    done = subprocess.run(
        command(*words, *given),
        input="" if passphrase is None else f"{passphrase}\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def done(*words: str | Path, passphrase: str | None = None) -> Any:
    """Run a command that must end well, with --json, and give what it said."""
    ran = run(*words, "--json", passphrase=passphrase)
    assert ran.code == 0, ran.out + ran.err
    return ran.json


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the school: their enrolment, and the passphrase of their vault."""

    enrolment: Enrolment
    passphrase: str


@dataclass(slots=True)
class School:
    """One organisation on one computer."""

    folder: Path
    council: Council
    home: Home
    root: SigningKeys
    members: list[Member] = field(default_factory=list)
    seq: int = 0

    def enter(self, name: str, role: str) -> Member:
        """Make a vault for somebody. The bundle does not know them before `issue` is called again."""
        passphrase = f"a long sentence of {name}"
        enrolment = new_person(
            self.home,
            name=name,
            role=role,
            passphrase=passphrase,
            practice=True,
            clock=CLOCK,
            random=system_random,
            cost=CHEAP,
        )
        member = Member(enrolment, passphrase)
        self.members.append(member)
        return member

    def issue(
        self, *, may_approve: bool = True, policies: Sequence[str] = (), but_not: Sequence[Member] = (), **changes: Json
    ) -> Path:
        """Sign a newer bundle that knows the members (`but_not` these) and install it here; its file."""
        assert self.council.root is not None
        self.seq += 1
        drafts = [
            one_person_bundle(
                member.enrolment,
                org_id="brook-lane",
                name="Brook Lane School (sample)",
                sector="school",
                policies=tuple(policies),
                accepts=(self.council.root.thumbprint,),
                seq=self.seq,
                practice=True,
                clock=CLOCK,
            )
            for member in self.members
            if member not in but_not
        ]
        people = [{**person, "may_approve": may_approve} for draft in drafts for person in draft["people"]]
        workstations = [workstation for draft in drafts for workstation in draft["workstations"]]
        draft = {**drafts[0], "people": people, "workstations": workstations, **changes}
        path = self.folder / f"bundle-{self.seq}.dsse.json"
        path.write_bytes(sign_organisation(draft, self.root))
        install_organisation_file(self.home, path, show_organisation(path).fingerprint, practice=True)
        return path

    def tell_council(self, bundle: Path) -> None:
        """The council registers the school and this bundle on both its sides."""
        entry = self.folder / "for-council.json"
        content = {"org_id": "brook-lane", "name": "Brook Lane", "root": self.root.public.as_json()}
        entry.write_bytes(canonical_bytes(content))
        self.council.register(entry, bundle)

    def run(self, member: Member, *words: str | Path) -> Ran:
        """A command in this home, with the member's passphrase."""
        return run(*words, "--home", self.home.root, "--json", passphrase=member.passphrase)

    def done(self, member: Member, *words: str | Path) -> Any:
        return done(*words, "--home", self.home.root, passphrase=member.passphrase)

    def queue(self, *words: str) -> Any:
        """A queue command: without anybody's passphrase."""
        return done("queue", *words, "--home", self.home.root)

    def words_of_queue(self) -> str:
        """`queue run --once` as a person reads it."""
        ran = run("queue", "run", "--once", "--home", self.home.root)
        assert ran.code == 0, ran.err
        return ran.out


def make_council(folder: Path) -> Council:
    council = Council(folder, CLOCK, system_random)
    council.begin()
    return council


def make_school(folder: Path, council: Council) -> School:
    """A home with nobody in it yet."""
    folder.mkdir(parents=True)
    return School(folder, council, Home(folder / "home").create(), SigningKeys.make(system_random))


def connected_school(folder: Path, council: Council) -> tuple[School, Member]:
    """A school whose lead is known to the council: everything is in place but the intake."""
    school = make_school(folder, council)
    lead = school.enter("Ruth Sample", "Designated safeguarding lead")
    school.tell_council(school.issue())
    install_authority_file(school.home, council.authority_file)
    return school, lead


def change_profile(council: Council, home: Home, **changes: Json) -> None:
    """The council signs a newer profile with these changes, and it is installed in the home."""
    statement = untrusted_authority(council.authority_file.read_bytes()).model_dump(mode="json")
    draft = {key: value for key, value in statement.items() if key not in ("type", "v", "root")}
    draft |= {"seq": draft["seq"] + 1, **changes}
    keys = read_key_file(council.folder / "root.keys.json")
    council.authority_file.write_bytes(sign_authority(draft, keys))
    install_authority_file(home, council.authority_file)


def address_of(council: Council, base_url: str, tls_ca: str) -> Json:
    """The destinations of the council's profile, reached at another address."""
    statement = untrusted_authority(council.authority_file.read_bytes()).model_dump(mode="json")
    transport = {"kind": "native", "base_url": base_url, "tls_ca": tls_ca}
    return [{**statement["destinations"][0], "transports": [transport]}]


def answers(folder: Path, name: str) -> Path:
    """A small referral about one made-up child."""
    path = folder / f"{name}.json"
    child = {"id": "child-1", "answers": {"child.first_name": name, "child.last_name": "Sample"}}
    path.write_bytes(canonical_bytes({"answers": {"danger.now": "no"}, "items": {"child": [child]}}))
    return path


def sealed(school: School, member: Member, name: str, *ways: str) -> str:
    """Write and send a small referral by commands; its submission id."""
    draft = school.done(member, "referral", "new", "--form", "shropshire", "--answers", answers(school.folder, name))
    return str(school.done(member, "referral", "send", draft["referral"], *ways)["submission"])


def expired() -> dict[str, Json]:
    """The times of a statement that is past its date by a year."""
    now = CLOCK.now()
    return {"issued_at": to_rfc3339(now - 2 * A_YEAR), "expires_at": to_rfc3339(now - A_YEAR)}


def only(council: Council) -> Json:
    """The one package that the council's intake holds."""
    (received,) = council.received()
    return received
