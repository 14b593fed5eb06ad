"""Promise 6: no answer, file name, picture byte or key is found in clear on disk, anywhere, at any step.

The whole main job runs as real processes on a referral in which everything that takes words holds a marker of its
own. After each step every byte of every file below the account's home, the program's home, the temporary folder, the
intake and the caseworker's folder is searched, in every spelling of `hunting`. Left out are only the files a person
put in, and the folder that the caseworker asked to have the readable referral written to.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hunting import Hunter, Markers, spellings, told
from marked import MarkedReferral, lay, marked_facts, marked_jpeg, marked_png, scan_data
from running import Computer, Done, outside

from referral_client.base.clock import SystemClock, to_rfc3339
from referral_client.base.home import Home
from referral_client.base.ids import PersonId, ReferralId, system_random
from referral_client.organisation.rootkey import open_root_key
from referral_client.practice import Council, sample_policy
from referral_client.services.people import vault_of
from referral_client.services.shipped_forms import shipped_forms

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

# Where the names of staff stand by design: the organisation's signed settings, and the copies that a council keeps.
SIGNED_SETTINGS = ("organisation.dsse.json", "brook-lane.bundle.dsse.json")


@dataclass
class Journey:
    """Everything that the steps hand on, and what was found after each."""

    computer: Computer
    council: Council
    markers: Markers
    staff: Markers
    hunter: Hunter
    staff_hunter: Hunter
    inputs: Path
    out: Path
    hits: list[str] = field(default_factory=list)
    swept: list[str] = field(default_factory=list)
    quiet: list[Done] = field(default_factory=list)
    wordy: list[Done] = field(default_factory=list)
    attached: list[Any] = field(default_factory=list)
    secrets: dict[str, bytes | str] = field(default_factory=dict)
    referral: str = ""
    shown: str = ""
    queue: list[Any] = field(default_factory=list)

    def sweep(self, step: str) -> None:
        found = self.hunter.tree(self.computer.root)
        named = [hit for hit in self.staff_hunter.tree(self.computer.root) if not hit.file.endswith(SIGNED_SETTINGS)]
        if found or named:
            self.hits.append(f"after {step}:\n{told([*found, *named])}")
        self.swept.append(step)

    def quietly(self, done: Done, expected: int = 0) -> Any:
        """A command that must show no answer, in its report or beside it."""
        assert done.code == expected, done
        self.quiet.append(done)
        return done.json


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """The whole main job, with a search after each step. The tests below say what must be true of it."""
    folder = tmp_path_factory.mktemp("hunt")
    markers, staff = Markers(), Markers()
    computer = Computer(
        folder / "tree", folder / "watch" / "trail", passphrase=f"{markers.new('passphrase')} four words"
    )
    marked = MarkedReferral(shipped_forms().form("shropshire"), markers)
    pictures = {"kept.jpg": marked_jpeg(markers, "kept"), "held.png": marked_png(markers, "held")}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in computer.environment.items():
            patch.setenv(name, value)
        journey = Journey(
            computer=computer,
            council=Council(computer.root / "council", SystemClock(), system_random),
            markers=markers,
            staff=staff,
            hunter=Hunter(
                {"any marker": markers.family, **{question: value for value, question in marked.values.items()}},
                {"kept.jpg": scan_data(pictures["kept.jpg"]), "whole": pictures["kept.jpg"]},
            ),
            staff_hunter=Hunter({"name or role of staff": staff.family}),
            inputs=folder / markers.new("folder of inputs"),
            out=folder / "out",
        )
        journey.inputs.mkdir()
        try:
            _set_up(journey)
            _write(journey, marked, pictures)
            _send(journey)
            _deliver(journey)
            _erase(journey)
            yield journey
        finally:
            journey.council.stop()


def _set_up(journey: Journey) -> None:
    """The practice council, and a school whose settings are made, signed and installed by the commands."""
    computer, folder = journey.computer, journey.inputs
    journey.council.begin()
    assert journey.council.root is not None
    names = ("--name", journey.staff.new("name"), "--role", journey.staff.new("role"))
    enrolment = computer.mine("person", "new", *names, "--practice", "--json").json
    assert computer.mine("organisation", "keygen", "--out", folder / "root.key").code == 0
    now = SystemClock().now()
    draft = {
        "org_id": "brook-lane", "name": "Brook Lane (sample)", "sector": "school", "practice": True, "seq": 1,
        "issued_at": to_rfc3339(now), "expires_at": to_rfc3339(now + timedelta(days=300)),
        "people": [{
            **enrolment["person"], "may_approve": False,
            "keys": enrolment["person_keys"], "reading": enrolment["reading"],
        }],
        "workstations": [{
            "id": enrolment["workstation"]["id"], "keys": enrolment["workstation"]["keys"],
            "not_after": to_rfc3339(now + timedelta(days=300)),
        }],
        "photo_policies": [{"toml": sample_policy().read_text(encoding="utf-8")}],
        "accepts_authority_roots": [journey.council.root.thumbprint],
        "review_required": True,
    }  # fmt: skip
    (folder / "draft.json").write_text(json.dumps(draft), encoding="utf-8")
    signed, entry = folder / "organisation.dsse.json", folder / "for-council.json"
    root_key = ("--root-key", folder / "root.key")
    assert computer.mine("organisation", "sign", folder / "draft.json", *root_key, "--out", signed).code == 0
    fingerprint = computer.run("organisation", "show", signed, "--json").json["fingerprint"]
    installed = computer.mine("organisation", "install", signed, "--root", fingerprint, "--practice")
    assert installed.code == 0, installed
    assert computer.mine("authority", "install", journey.council.authority_file).code == 0
    assert computer.run("organisation", "for-council", signed, "--out", entry).code == 0
    journey.council.register(entry, signed)
    journey.sweep("set up")


def _write(journey: Journey, marked: MarkedReferral, pictures: dict[str, bytes]) -> None:
    """A draft; a picture that goes, one that waits for a yes, one that the policy refuses, and two that are none."""
    computer, markers, folder = journey.computer, journey.markers, journey.inputs

    def picture(name: str, content: bytes, **facts: Any) -> tuple[str | Path, ...]:
        kept_as = lay(folder, f"{markers.new(f'file name of {name}')}{Path(name).suffix}", content)
        stated = marked_facts(markers, name, **facts)
        beside = lay(folder, f"{kept_as.stem}-facts.json", json.dumps(stated).encode())
        return ("--photo", kept_as, "--facts", beside)

    answers = lay(folder, f"{markers.new('file name of the answers')}.json", json.dumps(marked.answers).encode())
    words = ("--form", "shropshire", "--answers", answers, "--json")
    begun = journey.quietly(
        computer.mine("referral", "new", *words, *picture("kept.jpg", pictures["kept.jpg"])),
    )
    journey.referral = begun["referral"]
    journey.attached += begun["photographs"]
    journey.sweep("new")
    held = picture("held.png", pictures["held.png"], approval=None)
    refused = picture("refused.jpg", marked_jpeg(markers, "refused"), region="abdomen", place="changing_room")
    added = computer.mine("referral", "attach", journey.referral, *held, *refused, "--json")
    journey.attached += journey.quietly(added, expected=1)["photographs"]
    for name, content in (("none.jpg", b"no picture"), ("short.jpg", marked_jpeg(markers, "short")[:-900])):
        journey.quietly(
            computer.mine("referral", "attach", journey.referral, *picture(name, content), "--json"), expected=1
        )
    journey.sweep("attach")
    for verb in ("check", "show"):
        done = computer.mine("referral", verb, journey.referral)
        journey.wordy.append(done)
        journey.shown = done.out
    journey.sweep("check and show")


def _send(journey: Journey) -> None:
    """Sealed as urgent; another one because the lead cannot be reached; and no network."""
    computer, markers = journey.computer, journey.markers
    urgent = ("--urgent", markers.new("reason for urgent"))
    journey.quietly(computer.mine("referral", "send", journey.referral, *urgent, "--json"))
    journey.sweep("send")
    answers = lay(
        journey.inputs, "second.json", json.dumps({"answers": {"concern.why_now": markers.new("2nd")}}).encode()
    )
    second = journey.quietly(computer.mine("referral", "new", "--form", "shropshire", "--answers", answers, "--json"))[
        "referral"
    ]
    tried = ("--lead-not-reachable", markers.new("whom I tried"))
    journey.quietly(computer.mine("referral", "send", second, *tried, "--json"))
    journey.quietly(computer.mine("queue", "run", "--once", "--json"))
    journey.quietly(computer.mine("queue", "list", "--json"))
    journey.sweep("no network")


def _deliver(journey: Journey) -> None:
    """The network is back; the caseworker opens, registers and decides; the receipts come back."""
    computer, council = journey.computer, journey.council
    council.start()
    journey.quietly(computer.mine("queue", "run", "--once", "--json"))
    journey.sweep("delivered")
    for number, row in enumerate(council.received()):
        package = Path(row["path"])
        council.open(package, journey.out / str(number))
        council.write_reference(package, journey.markers.new("case reference"))
    journey.sweep("opened and registered")
    journey.quietly(computer.mine("queue", "run", "--once", "--json"))
    for row in council.received():
        council.decide(Path(row["path"]), "section-47")
    journey.queue = journey.quietly(computer.mine("queue", "run", "--once", "--json"))
    shown = computer.mine("referral", "show", journey.referral)
    journey.wordy.append(shown)
    journey.shown += shown.out
    journey.sweep("receipts back")


def _erase(journey: Journey) -> None:
    """First what must never be on the disk is read out of the vault; then the referral is erased."""
    home = Home(journey.computer.home)
    with vault_of(home, journey.computer.passphrase, clock=SystemClock(), random=system_random) as vault:
        seeds = {
            "person": vault.person_keys().seeds,
            "workstation": vault.workstation_keys().seeds,
            "root": open_root_key(journey.inputs / "root.key", journey.computer.passphrase).seeds,
        }
        journey.secrets = {f"{whose} {n}": seed for whose, pair in seeds.items() for n, seed in enumerate(pair)}
        journey.secrets["age identity"] = vault.reading_identity()
        journey.secrets["passphrase"] = journey.computer.passphrase
        vault.erase(ReferralId(journey.referral), journey.markers.new("reason for erasing"), PersonId(vault.person.id))
        assert journey.referral not in [row.id for row in vault.referrals()]
    journey.sweep("erased")


def test_the_journey_was_the_real_one(journey: Journey) -> None:
    """A search of nothing finds nothing: the markers did go all the way to the caseworker."""
    assert journey.swept == [
        "set up", "new", "attach", "check and show", "send", "no network", "delivered", "opened and registered",
        "receipts back", "erased",
    ]  # fmt: skip
    assert [each["policy"]["outcome"] for each in journey.attached] == [
        "attach", "needs-approval", "blocked-use-body-map"
    ]  # fmt: skip
    assert {row["state"] for row in journey.queue} == {"decided"}
    arrived = b"".join(path.read_bytes() for path in journey.out.rglob("answers.json"))
    assert len(journey.markers.named_in(arrived)) > 200
    assert journey.markers.named_in(journey.shown.encode())
    assert "case reference" in journey.markers.named_in(journey.shown.encode())
    assert journey.hunter.searched_files > 300


def test_nothing_that_a_person_wrote_is_found_after_any_step(journey: Journey) -> None:
    assert not journey.hits, "\n".join(journey.hits)


def test_no_private_key_and_no_passphrase_is_found(journey: Journey) -> None:
    assert len(journey.secrets) == 8
    assert not (found := Hunter(dict(journey.secrets)).tree(journey.computer.root)), told(found)


def test_commands_that_need_not_show_answers_show_none(journey: Journey) -> None:
    assert len(journey.quiet) > 10
    for done in journey.quiet:
        assert not (found := journey.hunter.bytes("output", f"{done.out}\n{done.err}".encode())), told(found)


def test_no_command_says_an_answer_on_standard_error(journey: Journey) -> None:
    for done in [*journey.quiet, *journey.wordy]:
        assert done.err == "", done.err


def test_nothing_is_written_outside_the_folders_that_were_searched(journey: Journey) -> None:
    """Also what was gone again before a search could see it: a temporary file elsewhere would be in the trail."""
    written = journey.computer.written_to()
    assert any(path.name == "vault.db" for path in written)
    allowed = [journey.computer.root, journey.inputs, journey.out, Path(os.devnull)]
    assert not outside(written, allowed)


def test_nothing_is_written_to_the_temporary_folder_or_the_account(journey: Journey) -> None:
    for folder in ("temp", "account"):
        assert not list((journey.computer.root / folder).rglob("*"))
        assert not [path for path in journey.computer.written_to() if journey.computer.root / folder in path.parents]


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "deflated": zlib.compress,
    "deflated and then base64": lambda word: base64.b64encode(zlib.compress(word)),
    "base64 in base64": lambda word: base64.b64encode(b'{"payload": "' + base64.b64encode(b"12" + word) + b'"}'),
    "escaped JSON": lambda word: "".join(f"\\u{byte:04x}" for byte in word).encode(),
}


def test_the_hunter_finds_what_is_planted_in_every_spelling(tmp_path: Path) -> None:
    markers = Markers()
    word = markers.new("planted")
    hunter = Hunter({"word": markers.family, "seed": (seed := os.urandom(32))}, {"picture": (scan := os.urandom(400))})
    for number, spelled in enumerate([*spellings(word).values(), *spellings(seed).values()]):
        lay(tmp_path, f"spelled-{number}", os.urandom(500) + spelled + os.urandom(500))
    for shift in range(3):
        text = b"x" * shift + f"Ann said {word} and left".encode()
        lay(tmp_path, f"base64-{shift}", b'"' + base64.b64encode(text) + b'"')
    for name, pack in PACKED.items():
        lay(tmp_path, name, os.urandom(100) + pack(b"a few more words around " + word.encode() + b" " * 40))
    lay(tmp_path, "stretch", os.urandom(300) + scan[100:124] + os.urandom(99))
    lay(tmp_path, f"{word}.txt", b"its name alone")
    (tmp_path / f"folder {word}").mkdir()
    assert {hit.file for hit in hunter.tree(tmp_path)} == {path.name for path in tmp_path.iterdir()}


def test_the_hunter_finds_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    hunter = Hunter({"word": Markers().family}, {"picture": os.urandom(400)})
    lay(tmp_path, "noise", os.urandom(300_000))
    lay(tmp_path, "text", b"words " * 1000)
    assert not hunter.tree(tmp_path)
