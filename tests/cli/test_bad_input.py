"""What bad input gets: a sentence, a stable code on a line of its own, exit 1, 2 or 3, nothing lost, no traceback.

And with --json the same as one document of the published shape on standard output. Every name, file name and answer
in here that a person could have typed holds "Danny", and no error may repeat it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import REPOSITORY, Computer, Done

from referral_client.base.clock import SystemClock
from referral_client.base.home import Home
from referral_client.base.ids import system_random
from referral_client.practice import Council, sample_answers, sample_photographs, sample_policy
from referral_client.sealing.atrest import Cost
from referral_client.services.organisations import begin_organisation, install_authority_file

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
ERROR = Draft202012Validator(json.loads((REPOSITORY / "docs" / "schemas" / "error.schema.json").read_text("utf-8")))
SECRET = re.compile(r"danny", re.IGNORECASE)
WRONG_WORDS = re.compile(r"\b(please|sorry|invalid|oops|forbidden|valid)\b", re.IGNORECASE)
PICTURE = sample_photographs()[0]


@dataclass
class School:
    """One computer of the sample school, not connected to any network, and the council's folders."""

    computer: Computer
    folder: Path
    council: Council

    def mine(self, *words: str | Path) -> Done:
        """A command in this school's home, inside this process."""
        return self.computer.mine_here(*words)

    def run(self, *words: str | Path, given: str | None = None) -> Done:
        """A command without a home or passphrase but those given, inside this process."""
        return self.computer.here(*words, given=given)

    def file(self, name: str, content: bytes | str | Any) -> Path:
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8", errors="surrogatepass")
        else:
            path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def answers(self, content: Any) -> tuple[str | Path, ...]:
        return ("referral", "new", "--form", "shropshire", "--answers", self.file("Danny answers.json", content))

    def facts(self, **changes: Any) -> Path:
        return self.file("Danny facts.json", {**PICTURE.facts, **changes})

    def draft(self) -> str:
        done = self.mine("referral", "new", "--form", "shropshire", "--answers", sample_answers(), "--json")
        return str(done.json["referral"])

    def drafts(self) -> int:
        return len(self.mine("referral", "list", "--json").json)

    def sealed(self) -> tuple[str, Path]:
        """A referral that was made ready to send, and its package."""
        referral = self.draft()
        assert self.mine("referral", "send", referral).code == 0
        return referral, next(self.computer.home.rglob("*.age"))

    def opening(self, package: Path, identity: Path | None = None) -> tuple[str | Path, ...]:
        office = self.council.casework_folder
        key = identity or office / "identity.txt"
        return ("casework", "open", package, "--identity", key, "--out", self.folder / "OUT", "--keys", office)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """Set up once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("school")
    clock = SystemClock()
    council = Council(folder / "council", clock, system_random)
    council.begin()
    assert council.root is not None
    computer = Computer(folder / "computer", folder / "watch" / "trail", passphrase="four words of mine")
    home = Home(computer.home).create()
    begun = begin_organisation(
        home, folder / "organisation", computer.passphrase, org_id="brook-lane", name="Brook Lane (sample)",
        sector="school", person="Danny Sample", role="Designated safeguarding lead", policies=[sample_policy()],
        accepts=(council.root.thumbprint,), clock=clock, random=system_random, practice=True, cost=CHEAP,
    )  # fmt: skip
    install_authority_file(home, council.authority_file)
    council.register(begun.for_council, begun.signed)
    yield School(computer, folder, council)
    council.stop()


@pytest.fixture
def school(sample: School, tmp_path: Path) -> School:
    shutil.copytree(sample.computer.root, tmp_path / "computer")
    shutil.copytree(sample.council.folder, tmp_path / "council")
    shutil.copytree(sample.folder / "organisation", tmp_path / "organisation")
    computer = Computer(tmp_path / "computer", tmp_path / "watch" / "trail", passphrase=sample.computer.passphrase)
    council = Council(tmp_path / "council", SystemClock(), system_random, port=sample.council.port)
    return School(computer, tmp_path, council)


def said(done: Done, code: str, exits: int) -> str:
    """Check how a refusal is told to a person; the text they read."""
    assert done.code == exits, done
    lines = done.err.splitlines()
    assert f"Code for the help desk: {code}" in lines, done
    assert re.match(r"[A-Z“‘-].*[.:]$", lines[0]), "the first line is a sentence"
    _harmless(done)
    return done.err


def said_as_json(done: Done, code: str, exits: int) -> Any:
    """Check how a refusal is told to a program; the error document."""
    assert done.code == exits, done
    assert done.err == ""
    document = done.json
    ERROR.validate(document)
    assert document["error"]["code"] == code
    _harmless(done)
    return document["error"]


def _harmless(done: Done) -> None:
    everything = done.out + done.err
    assert "Traceback" not in everything
    assert "BUG-" not in everything
    assert not SECRET.search(everything), everything
    assert not WRONG_WORDS.search(everything), everything


# --- files that IT writes: form, policy, statement


def test_a_typo_in_a_form_is_named_by_file_line_key_and_what_was_expected(school: School) -> None:
    form = (REPOSITORY / "forms" / "shropshire.yaml").read_text("utf-8").replace("\n  title:", "\n  titel:", 1)
    path = school.file("our-form.yaml", form)
    checked = school.run("form", "check", path)
    assert checked.code == 1
    assert re.search(r"^our-form\.yaml:\d+:\d+: form\.titel: .*did you mean “title”", checked.out, re.MULTILINE)
    told = said(school.run("form", "diff", path, "shropshire"), "FORM-FAULTS", 1)
    assert re.search(r"^  our-form\.yaml:\d+:\d+: form\.titel: ", told, re.MULTILINE)
    said_as_json(school.run("form", "diff", path, "shropshire", "--json"), "FORM-FAULTS", 1)


def test_a_typo_in_a_policy_is_named_by_file_line_key_and_what_was_expected(school: School) -> None:
    text = sample_policy().read_text("utf-8").replace("\ndevices_allowed =", "\ndevice_allowed =", 1)
    path = school.file("our-policy.toml", text)
    assert school.run("policy", "check", path).code == 1
    told = said(school.run("policy", "explain", path), "POLICY-FAULTS", 1)
    assert re.search(r"^  our-policy\.toml:\d+: device_allowed: .*did you mean devices_allowed", told, re.MULTILINE)
    said_as_json(school.run("policy", "explain", path, "--json"), "POLICY-FAULTS", 1)


def test_a_typo_in_settings_to_be_signed_is_named_by_file_line_key_and_what_was_expected(school: School) -> None:
    draft = '{\n  "org_id": "brook-lane",\n  "nmae": "Brook Lane",\n  "sector": "schol",\n  "seq": "one"\n}\n'
    path = school.file("draft.json", draft)
    key = ("--root-key", school.folder / "organisation" / "root.key", "--out", school.folder / "signed.json")
    told = said(school.mine("organisation", "sign", path, *key), "STATEMENT-NOT-FITTING", 1)
    assert "  draft.json:3: nmae: not a field here; did you mean name?" in told
    assert "  draft.json:4: sector: must be school, health or both" in told
    assert "  draft.json:5: seq: must be a whole number" in told
    assert "  draft.json:1: issued_at: is missing" in told
    assert not (school.folder / "signed.json").exists()


def test_settings_that_are_not_json_are_named_by_line(school: School) -> None:
    path = school.file("draft.json", '{"org_id": "x",\n "name": }')
    key = ("--root-key", school.folder / "organisation" / "root.key", "--out", school.folder / "signed.json")
    told = said(school.mine("organisation", "sign", path, *key), "STATEMENT-NOT-JSON", 2)
    assert "draft.json: not JSON at line 2" in told


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 900, b'{"payloadType":"a","payload":"","signatures":[]}'])
def test_a_signed_file_that_is_none_leaves_what_was_in_force(school: School, content: bytes) -> None:
    before = (school.computer.home / "organisation" / "organisation.dsse.json").read_bytes()
    path = school.file("signed.json", content)
    said(school.mine("organisation", "install", path, "--root", "1" * 48), "SEALING-NOT-GENUINE", 1)
    said(school.mine("authority", "install", path), "SEALING-NOT-GENUINE", 1)
    assert (school.computer.home / "organisation" / "organisation.dsse.json").read_bytes() == before


# --- answers


def test_an_unknown_form_is_refused_and_the_known_ones_are_named(school: School) -> None:
    command = ("referral", "new", "--form", "Danny", "--answers", sample_answers())
    assert "shropshire" in said(school.computer.mine(*command), "FORM-UNKNOWN", 1)
    said_as_json(school.computer.mine(*command, "--json"), "FORM-UNKNOWN", 1)
    assert school.drafts() == 0


def test_answers_that_do_not_fit_name_every_fault_at_once_and_begin_no_draft(school: School) -> None:
    misfits = {
        "answers": {"danger.now": "Danny", "danger.nwo": "yes", "concern.why_now": 5},
        "items": {"child": [{"id": "Danny-1", "answers": {"child.dob": ["Danny"]}}], "childs": []},
        "reason": {},
    }
    told = said(school.mine(*school.answers(misfits)), "ANSWERS-NOT-FITTING", 2)
    assert "reason: not a part" in told
    del misfits["reason"]
    told = said(school.mine(*school.answers(misfits)), "ANSWERS-NOT-FITTING", 2)
    for place in (
        "answers.danger.now: must be one of yes, no, unsure",
        "answers.danger.nwo: there is no such question; did you mean “danger.now”?",
        "answers.concern.why_now: must be text",
        "items.child[1].id: must be like child-1",
        "items.childs: there is no repeat of that name",
    ):
        assert place in told
    document = said_as_json(school.mine(*school.answers(misfits), "--json"), "ANSWERS-NOT-FITTING", 2)
    assert len(document["reasons"]) >= 5
    assert school.drafts() == 0


def _one(value: str) -> str:
    return f'{{"answers": {{"danger.why": "Danny {value}"}}}}'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"answers": Danny}', id="not JSON"),
        pytest.param(_one("x").encode("utf-16"), id="UTF-16"),
        pytest.param(_one("Zoë").encode("latin-1"), id="Latin-1"),
        pytest.param(_one("\\ud800"), id="half of a pair, escaped"),
        pytest.param(_one("\\u0000"), id="NUL"),
        pytest.param({"answers": {"danger.why": "Danny" * 210_000}}, id="1 MB in one answer"),
        pytest.param({"items": {"child": [{"id": f"child-{n}"} for n in range(1, 502)]}}, id="501 items"),
        pytest.param({"items": {"child": [{"id": f"child-{n}"} for n in range(1, 22)]}}, id="21 children"),
        pytest.param('{"answers":{"danger.why":"Danny","danger.why":"no"}}', id="the same key twice"),
        pytest.param("[" * 60 + "]" * 60, id="nested deep"),
        pytest.param({"answers": {"danger.why": {"state": "Danny"}}}, id="an unknown state"),
        pytest.param(_one("x")[:-4], id="cut short"),
        pytest.param(b"", id="empty"),
    ],
)
def test_answers_of_no_use_begin_no_draft(school: School, content: Any) -> None:
    said(school.mine(*school.answers(content)), "ANSWERS-NOT-FITTING", 2)
    assert school.drafts() == 0


@pytest.mark.parametrize(("name", "code"), [("Danny is gone.json", "ANSWERS-GONE"), ("council", "ANSWERS-NOT-A-FILE")])
def test_an_answers_file_that_is_not_there_begins_no_draft(school: School, name: str, code: str) -> None:
    command = ("referral", "new", "--form", "shropshire", "--answers", school.folder / name)
    said(school.mine(*command), code, 1)
    assert school.drafts() == 0


STRANGE = "\u202eyug \u200f\u2066שלום\u2069 \U0001f469\u200d\U0001f466 e\u0301 Łódź ŵ ỳ \u2028 {{x}} #let $x$ \\ <b>"


def test_every_letter_that_is_text_is_kept_as_typed_and_prints(school: School) -> None:
    begun = school.mine(*school.answers({"answers": {"danger.why": STRANGE, "danger.now": "yes"}}), "--json")
    referral = begun.json["referral"]
    shown = school.mine("referral", "show", referral, "--json").json
    assert STRANGE in [row["words"] for section in shown["sections"] for row in section["rows"]]
    assert school.mine("referral", "send", referral).code == 0


def test_the_31st_of_february_is_kept_named_and_never_sent_but_as_urgent(school: School) -> None:
    begun = school.mine(
        *school.answers({"answers": {"early_help.done": "yes", "early_help.date": "2026-02-31"}}), "--json"
    )
    referral = begun.json["referral"]
    checked = school.mine("referral", "check", referral, "--json")
    assert checked.code == 1
    assert [each["question"] for each in checked.json["cannot_be_true"]] == ["early_help.date"]
    assert "early_help.date" in said(school.mine("referral", "send", referral), "SEND-CANNOT-BE-TRUE", 1)
    urgent = school.mine("referral", "send", referral, "--urgent", "Rang at 09:20, spoke to the duty worker")
    assert urgent.code == 0


# --- photographs


def _bomb() -> bytes:
    def chunk(name: bytes, payload: bytes) -> bytes:
        return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def _no_file(path: Path) -> None:
    """Leaves nothing there."""


PICTURES: list[Any] = [
    pytest.param(lambda path: path.write_bytes(b"Danny"), "PHOTO-NOT-A-PICTURE", id="no image"),
    pytest.param(lambda path: path.write_bytes(b"%PDF-1.7"), "PHOTO-NOT-A-PICTURE", id="a PDF"),
    pytest.param(lambda path: path.write_bytes(b""), "PHOTO-NOT-A-PICTURE", id="empty"),
    pytest.param(lambda path: path.write_bytes(PICTURE.path.read_bytes()[:-5000]), "PHOTO-CUT-SHORT", id="cut short"),
    pytest.param(lambda path: path.write_bytes(_bomb()), "PHOTO-TOO-MANY-PIXELS", id="a bomb"),
    pytest.param(_no_file, "PHOTO-GONE", id="gone"),
    pytest.param(lambda path: path.mkdir(), "PHOTO-NOT-A-FILE", id="a folder"),
    pytest.param(os.mkfifo, "PHOTO-NOT-A-FILE", id="a named pipe"),
]


@pytest.mark.parametrize(("lay", "code"), PICTURES)
def test_a_photograph_of_no_use_is_not_taken_and_the_referral_goes_on(
    school: School, lay: Callable[[Path], Any], code: str
) -> None:
    picture = school.folder / "Danny.jpg"
    lay(picture)
    good = ("--photo", PICTURE.path, "--facts", school.facts())
    begun = school.mine(
        *school.answers(json.loads(sample_answers().read_bytes())), "--photo", picture, "--facts", school.facts(), *good
    )
    told = said(begun, code, 1)
    assert "Photograph 1:" in told
    assert "Draft " in begun.out
    referral = begun.out.split()[1]
    again = school.mine("referral", "attach", referral, "--photo", picture, "--facts", school.facts(), "--json")
    assert again.code == 1
    (entry,) = again.json["photographs"]
    ERROR.validate({"error": entry["error"]})
    assert entry["error"]["code"] == code
    _harmless(again)
    sent = school.mine("referral", "send", referral, "--json").json
    assert len(sent["photographs_going"]) == 1, "the good picture was kept all the same"


@pytest.mark.parametrize(("lay", "code"), PICTURES)
def test_photo_commands_say_the_same_and_leave_no_file(school: School, lay: Callable[[Path], Any], code: str) -> None:
    picture, target = school.folder / "Danny.jpg", school.folder / "clean.jpg"
    lay(picture)
    for command in (("inspect", picture), ("strip", picture, target)):
        if code == "PHOTO-CUT-SHORT" and command[0] == "inspect":
            continue  # facts can be read although the end is missing
        said(school.run("photo", *command), code, 1)
        said_as_json(school.run("photo", *command, "--json"), code, 1)
    assert not target.exists()


def test_a_photograph_without_facts_is_wrong_use(school: School) -> None:
    referral = school.draft()
    said(school.mine("referral", "attach", referral, "--photo", PICTURE.path), "PHOTO-WITHOUT-FACTS", 2)
    said(school.mine("referral", "attach", referral), "PHOTO-NONE-NAMED", 2)
    said(school.mine(*school.answers({}), "--photo", PICTURE.path), "PHOTO-WITHOUT-FACTS", 2)  # and no draft:
    assert school.drafts() == 1


def test_facts_that_do_not_fit_name_every_fault_and_begin_nothing(school: School) -> None:
    facts = school.facts(source="Danny", regoin="hand", taken_at="2026-02-31", second_adult="Danny")
    command = (*school.answers({}), "--photo", PICTURE.path, "--facts", facts)
    told = said(school.computer.mine(*command), "POLICY-FACTS", 2)
    for place in ("facts 1: source: must be one of", "facts 1: regoin: ", "facts 1: taken_at: ", "second_adult: must"):
        assert place in told
    said_as_json(school.computer.mine(*command, "--json"), "POLICY-FACTS", 2)
    broken = school.file("Danny facts.json", "{")
    command = (*school.answers({}), "--photo", PICTURE.path, "--facts", broken)
    assert "facts 1: not JSON at line 1" in said(school.computer.mine(*command), "PHOTO-FACTS-NOT-JSON", 2)
    broken.unlink()
    said(school.computer.mine(*command), "PHOTO-FACTS-GONE", 1)
    assert school.drafts() == 0


# --- sending


def test_an_unreachable_intake_leaves_the_referral_queued_and_says_not_sent(school: School) -> None:
    school.sealed()
    for _ in range(2):
        run = school.computer.run("queue", "run", "--once", "--home", school.computer.home)
        assert (run.code, run.err) == (0, "")
        assert "NOT SENT" in run.out
        assert "Delivered" not in run.out
    (row,) = school.computer.run("queue", "list", "--home", school.computer.home, "--json").json
    assert row["not_sent"] is True
    assert (row["state"], row["last_outcome"]) == ("waiting", "TRANSPORT-UNREACHABLE")


def test_a_sealed_referral_is_not_sent_twice(school: School) -> None:
    referral, package = school.sealed()
    before = package.read_bytes()
    for more in ((), ("--urgent", "Danny"), ("--lead-not-reachable", "Danny")):
        command = ("referral", "send", referral, *more)
        said(school.mine(*command), "REFERRAL-NO-SUCH-STEP", 1)
        said_as_json(school.mine(*command, "--json"), "REFERRAL-NO-SUCH-STEP", 1)
    attach = ("referral", "attach", referral, "--photo", PICTURE.path, "--facts", school.facts())
    said(school.mine(*attach), "REFERRAL-NO-SUCH-STEP", 1)
    assert [path.read_bytes() for path in school.computer.home.rglob("*.age")] == [before]


@pytest.mark.parametrize("verb", ["attach", "check", "show", "send"])
@pytest.mark.parametrize("unknown", ["00000000-0000-4000-8000-000000000000", "../../Danny", "Danny", ""])
def test_an_unknown_referral_changes_nothing(school: School, verb: str, unknown: str) -> None:
    more = ("--photo", PICTURE.path, "--facts", school.facts()) if verb == "attach" else ()
    said(school.mine("referral", verb, unknown, *more), "VAULT-NO-SUCH-REFERRAL", 1)


def test_a_computer_that_is_not_connected_says_so_and_keeps_the_draft(school: School) -> None:
    referral = school.draft()
    shutil.rmtree(school.computer.home / "organisation")
    told = said(school.mine("referral", "send", referral), "SEND-NOT-CONNECTED", 1)
    assert "NOT SENT" in told
    assert school.drafts() == 1


# --- the vault


def test_a_wrong_passphrase_opens_nothing(school: School) -> None:
    listing = ("referral", "list", "--home", school.computer.home, "--passphrase-file")
    for typed in ("Danny wrong words\n", "", "\n", f"{school.computer.passphrase} \n"):
        said(school.run(*listing, "-", given=typed), "VAULT-WRONG-PASSPHRASE", 1)
    said_as_json(school.run(*listing, "-", "--json", given="Danny\n"), "VAULT-WRONG-PASSPHRASE", 1)
    said(school.run(*listing, school.file("Danny.txt", b"caf\xe9")), "PASSPHRASE-NOT-TEXT", 2)
    said(school.run(*listing, school.folder / "Danny gone.txt"), "PASSPHRASE-GONE", 1)


def test_the_passphrase_is_the_first_line_of_a_file_however_its_lines_end(school: School) -> None:
    listing = ("referral", "list", "--home", school.computer.home, "--passphrase-file")
    for ending in ("", "\n", "\r\n", "\r\nnotes\r\n"):
        typed = school.file("pass.txt", f"{school.computer.passphrase}{ending}".encode())
        assert school.run(*listing, typed).code == 0
    with_mark = school.file("pass.txt", b"\xef\xbb\xbf" + school.computer.passphrase.encode())
    assert school.run(*listing, with_mark).code == 0


def test_no_passphrase_and_no_keyring_is_something_the_computer_lacks(school: School) -> None:
    listing = ("referral", "list", "--home", school.computer.home)
    said(school.computer.run(*listing), "VAULT-NO-KEY", 3)
    said_as_json(school.computer.run(*listing, "--json"), "VAULT-NO-KEY", 3)


def test_the_queue_needs_no_passphrase(school: School) -> None:
    assert school.computer.run("queue", "list", "--home", school.computer.home).code == 0


def test_a_vault_of_a_newer_version_is_left_untouched(school: School) -> None:
    database = next(school.computer.home.rglob("vault.db"))
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version = 131072")
    connection.close()
    before = {path: path.read_bytes() for path in database.parent.rglob("*") if path.is_file()}
    said(school.computer.mine("referral", "list"), "VAULT-TOO-NEW", 1)
    said_as_json(school.computer.mine("referral", "list", "--json"), "VAULT-TOO-NEW", 1)
    said(school.computer.mine(*school.answers({})), "VAULT-TOO-NEW", 1)
    assert {path: path.read_bytes() for path in database.parent.rglob("*") if path.is_file()} == before


def test_a_damaged_vault_is_said_to_be_damaged(school: School) -> None:
    database = next(school.computer.home.rglob("vault.db"))
    content = bytearray(database.read_bytes())
    content[4096:9000] = os.urandom(9000 - 4096)
    database.write_bytes(content)
    said(school.mine("referral", "list"), "VAULT-DAMAGED", 1)


HOLD = (
    "import sys; from pathlib import Path; from referral_client.base.locks import only_copy\n"
    "with only_copy(Path(sys.argv[1]), what='your vault'):\n"
    "    print('held', flush=True); sys.stdin.read()"
)


def test_a_second_running_copy_is_told_at_once_and_a_dead_one_is_no_hindrance(school: School) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(school.computer.home / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=school.computer.environment,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    said(school.computer.mine("referral", "list"), "VAULT-IN-USE", 1)
    said_as_json(school.computer.mine(*school.answers({}), "--json"), "VAULT-IN-USE", 1)
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert school.drafts() == 0


def test_nobody_has_a_vault_in_a_new_home(school: School) -> None:
    command = ("referral", "list", "--home", school.folder / "new", "--passphrase-file", "-")
    said(school.run(*command, given="x\n"), "VAULT-NONE", 1)


# --- packages and receipts


def test_a_wrong_key_opens_nothing(school: School) -> None:
    _, package = school.sealed()
    assert school.computer.run("casework", "keygen", "--out", school.folder / "other").code == 0
    for identity, code, exits in (
        (school.folder / "other" / "identity.txt", "SEALING-NO-MATCH", 1),
        (school.file("Danny.txt", "Danny"), "CASEWORK-IDENTITY-NONE", 1),
        (school.folder / "Danny gone.txt", "CASEWORK-IDENTITY-GONE", 1),
    ):
        command = school.opening(package, identity)
        said(school.computer.run(*command), code, exits)
        said_as_json(school.computer.run(*command, "--json"), code, exits)
    assert not (school.folder / "OUT").exists()


def _flipped(at: Callable[[int], int]) -> Callable[[bytes], bytes]:
    def damage(content: bytes) -> bytes:
        place = at(len(content))
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    return damage


DAMAGE: list[Any] = [
    pytest.param(_flipped(lambda size: 3), id="a bit of its first line"),
    pytest.param(_flipped(lambda size: 700), id="a bit of its header"),
    pytest.param(_flipped(lambda size: size // 2), id="a bit in the middle"),
    pytest.param(_flipped(lambda size: size - 1), id="its last bit"),
    pytest.param(lambda content: content[:-1], id="a byte less"),
    pytest.param(lambda content: content[: len(content) // 2], id="half of it"),
    pytest.param(lambda content: content + b"x", id="a byte more"),
    pytest.param(lambda content: b"", id="empty"),
    pytest.param(lambda content: b"Danny" * 5000, id="something else"),
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_package_is_never_opened_and_nothing_is_written(
    school: School, damage: Callable[[bytes], bytes]
) -> None:
    _, package = school.sealed()
    ticket = next(school.computer.home.rglob("*.ticket.json"))
    damaged = school.file("damaged.age", damage(package.read_bytes()))
    opened = school.run(*school.opening(damaged))
    code = re.search(r"Code for the help desk: (\S+)", opened.err)
    assert code, opened
    assert code[1] in ("SEALING-HEADER-DAMAGED", "SEALING-PAYLOAD-DAMAGED", "SEALING-NO-MATCH")
    said(opened, code[1], 1)
    said_as_json(school.run(*school.opening(damaged), "--json"), code[1], 1)
    shutil.copyfile(ticket, school.folder / "damaged.ticket.json")
    verify = ("package", "verify", damaged, "--home", school.computer.home)
    said(school.run(*verify), "PACKAGE-OTHER-BYTES", 1)
    said_as_json(school.run(*verify, "--json"), "PACKAGE-OTHER-BYTES", 1)
    assert not (school.folder / "OUT").exists()
    assert not list(school.council.casework_folder.glob("book/entries/**/*.json"))


def test_a_package_is_not_opened_into_a_folder_that_holds_something(school: School) -> None:
    _, package = school.sealed()
    (school.folder / "OUT").mkdir()
    (school.folder / "OUT" / "Danny.txt").write_text("another child")
    said(school.run(*school.opening(package)), "CASEWORK-OUT-NOT-EMPTY", 1)
    assert [path.name for path in (school.folder / "OUT").iterdir()] == ["Danny.txt"]


@pytest.mark.parametrize("content", [b"", b"{}", b"Danny", b"[" * 100_000, b'{"payload": 5}'])
def test_a_receipt_that_is_none_shows_nothing(school: School, content: bytes) -> None:
    receipt = school.file("receipt.json", content)
    for more in (("--home", school.computer.home), ("--keys", school.council.authority_file)):
        done = school.run("receipt", "verify", receipt, *more)
        assert done.code == 1
        assert "Code for the help desk: " in done.err
        _harmless(done)
    said(school.run("receipt", "verify", school.folder / "Danny"), "RECEIPT-GONE", 1)


# --- the home folder


@pytest.mark.parametrize("name", ["with some spaces", "Tŷ Gwyn Ysgol", "家 дом", "a'b\"c%s{0}", "x" * 200])
def test_a_home_may_have_any_name(school: School, name: str) -> None:
    home = school.folder / name
    shutil.copytree(school.computer.home, home)
    ours = ("--home", home, "--passphrase-file", "-")
    begun = school.computer.run(
        "referral", "new", "--form", "shropshire", "--answers", sample_answers(), "--json", *ours,
        given=f"{school.computer.passphrase}\n",
    )  # fmt: skip
    referral = begun.json["referral"]
    given = f"{school.computer.passphrase}\n"
    assert school.computer.run("referral", "send", referral, *ours, given=given).code == 0
    assert "NOT SENT" in school.computer.run("queue", "run", "--once", "--home", home).out


def test_a_home_that_cannot_be_made_is_something_the_computer_lacks(school: School) -> None:
    for home in (school.file("Danny.txt", ""), school.file("Danny.txt", "") / "below", Path("/proc/Danny")):
        said(school.run("queue", "list", "--home", home), "HOME-NOT-WRITABLE", 3)
        said_as_json(school.run("queue", "list", "--home", home, "--json"), "HOME-NOT-WRITABLE", 3)


def test_a_home_that_may_only_be_read_is_something_the_computer_lacks(school: School) -> None:
    (school.computer.home / "lock").unlink(missing_ok=True)
    (school.computer.home / "lock").mkdir()  # no account can write to a folder, not even the one that may do all
    said(school.mine("referral", "list"), "HOME-NOT-WRITABLE", 3)


def test_a_place_to_write_to_that_is_not_there_is_said_without_its_name(school: School) -> None:
    command = ("organisation", "keygen", "--out", school.folder / "Danny" / "root.key")
    said(school.mine(*command), "DISK-NO-SUCH-PLACE", 3)


# --- the command line itself


@pytest.mark.parametrize(
    "words",
    [
        ("referral", "sned"),
        ("Danny",),
        ("referral", "new", "--from", "Danny"),
        ("referral", "send", "some-id", "Danny was hit"),
        ("casework", "decide", "x.age", "--outcome", "Danny"),
        ("queue", "list", "--Danny"),
        ("referral",),
    ],
)
def test_a_command_that_does_not_fit_is_explained_without_repeating_it(school: School, words: tuple[str, ...]) -> None:
    told = said(school.run(*words), "COMMAND-NOT-FITTING", 2)
    assert "--help" in told
    said_as_json(school.run(*words, "--json"), "COMMAND-NOT-FITTING", 2)


def test_without_a_screen_the_program_says_what_to_do(school: School) -> None:
    assert "referral-client --help" in said(school.computer.run(), "SCREEN-NONE", 3)


def test_a_fault_of_the_program_is_told_by_a_code_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from referral_client import app
    from referral_client.cli import form

    def broken(*_: object) -> None:
        raise RuntimeError("Danny was hit")

    monkeypatch.setattr(form, "list_forms", broken)
    assert app.main(["form", "show"]) == 1
    told = capsys.readouterr()
    assert re.search(r"^Code for the help desk: BUG-[0-9A-F]{4}-[0-9A-F]{4}$", told.err, re.MULTILINE)
    assert not SECRET.search(told.err)
    assert app.main(["form", "show", "--json"]) == 1
    ERROR.validate(json.loads(capsys.readouterr().out))
