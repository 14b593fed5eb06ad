"""Every report that a command prints with --json has a published schema, and real reports fit it."""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import report_schemas
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from report_schemas import COMMANDS, FOLDER
from running import Computer

from referral_client.base.clock import SystemClock, to_rfc3339
from referral_client.base.home import Home
from referral_client.base.ids import SubmissionId, system_random
from referral_client.base.shipped import shipped
from referral_client.cli.main import NOUNS
from referral_client.practice import Council, sample_answers, sample_photographs, sample_policy
from referral_client.referral import DeliveryEvent
from referral_client.sealing.atrest import Cost
from referral_client.services.people import queues_of, vault_of

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
# Goes on until it is told to end, so it has no report.
WITHOUT_REPORT = {"intake serve"}
FILES = sorted(FOLDER.glob("*.schema.json"))


def _registry() -> Registry[Any]:
    resources = [(path.name, Resource.from_contents(json.loads(path.read_text("utf-8")))) for path in FILES]
    return Registry().with_resources(resources)


REGISTRY = _registry()


def fits(name: str, report: Any) -> None:
    """Fails with every fault when a report is not what its schema says."""
    schema = {"$ref": f"{name}.schema.json"}
    faults = [
        f"{fault.json_path}: {fault.message[:300]}"
        for fault in Draft202012Validator(schema, registry=REGISTRY).iter_errors(report)
    ]
    assert not faults, f"{name}: {faults}"


@pytest.mark.parametrize("name", report_schemas.schemas())
def test_the_file_is_what_the_table_would_write(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert text == report_schemas.text_of(report_schemas.schemas()[name]), "run: python -m tests.report_schemas"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.partition(".")[0])
def test_the_file_is_a_schema_of_the_2020_dialect(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def _commands() -> set[str]:
    parser = argparse.ArgumentParser()
    nouns = parser.add_subparsers()
    for noun in NOUNS:
        importlib.import_module(f"referral_client.cli.{noun}").add_commands(nouns, [])
    found = set()
    for noun, below in nouns.choices.items():
        verbs = [action for action in below._actions if isinstance(action, argparse._SubParsersAction)]
        found |= {f"{noun} {verb}" for action in verbs for verb in action.choices} if verbs else {noun}
    return found


def test_every_command_has_its_schema() -> None:
    assert set(COMMANDS) == _commands() - WITHOUT_REPORT
    assert {name for names in COMMANDS.values() for name in names} <= {path.name.partition(".")[0] for path in FILES}


@dataclass
class Checked:
    """Runs commands with --json and checks each report; `used` are the schemas that a real report was held against."""

    computer: Computer
    used: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, *words: str | Path, schema: str = "", code: int = 0) -> Any:
        """Outside the home; `schema` where a command has more than one."""
        return self._checked(words, self.computer.here(*words, "--json"), schema, code)

    def mine(self, *words: str | Path, schema: str = "", code: int = 0) -> Any:
        """In the home, with the passphrase."""
        return self._checked(words, self.computer.mine_here(*words, "--json"), schema, code)

    def _checked(self, words: tuple[str | Path, ...], done: Any, schema: str, code: int) -> Any:
        assert done.code == code, done
        command = str(words[0]) if str(words[0]) in COMMANDS else f"{words[0]} {words[1]}"
        name = schema or COMMANDS[command][0]
        assert name in COMMANDS[command]
        fits(name, done.json)
        self.used.add((command, name))
        return done.json


@pytest.fixture
def checked(tmp_path: Path) -> Iterator[tuple[Checked, Council]]:
    council = Council(tmp_path / "council", SystemClock(), system_random)
    council.begin()
    computer = Computer(tmp_path / "computer", tmp_path / "watch" / "trail", passphrase="four words of mine")
    yield Checked(computer), council
    council.stop()


@pytest.mark.timeout(300)
@pytest.mark.journey
def test_every_report_of_a_whole_main_job_fits_its_schema(checked: tuple[Checked, Council], tmp_path: Path) -> None:
    run, council = checked
    _files_that_it_checks(run, tmp_path)
    _settings(run, council, tmp_path)
    _referrals(run, council, tmp_path)
    demo = run("demo", "--out", tmp_path / "demo")
    assert json.loads((tmp_path / "demo" / "report.json").read_bytes()) == demo
    assert run.used == {(command, name) for command, names in COMMANDS.items() for name in names}


def _files_that_it_checks(run: Checked, folder: Path) -> None:
    forms, policies = shipped("forms"), shipped("policies")
    run("form", "check", forms / "marf.yaml", forms / "shropshire.yaml")
    run("form", "check", policies / "police.toml", code=1)
    run("form", "show", schema="form-list")
    run("form", "show", "shropshire", schema="form-show")
    run("form", "diff", "marf", "shropshire")
    run("policy", "check", *policies.glob("*.toml"))
    run("policy", "check", forms / "marf.yaml", code=1)
    for verb in ("explain", "test", "matrix"):
        run("policy", verb, policies / "school-dsl-approval.toml")
    run("policy", "diff", policies / "police.toml", policies / "nursery.toml")
    for picture in sample_photographs():
        run("photo", "inspect", picture.path)
    run("photo", "strip", picture.path, folder / "clean.png")
    (folder / "facts.json").write_text(json.dumps(picture.facts), encoding="utf-8")
    run("photo", "check", picture.path, "--policy", sample_policy(), "--facts", folder / "facts.json")


def _settings(run: Checked, council: Council, folder: Path) -> None:
    """An organisation by single commands, one by `init`, and a council's profile signed anew."""
    assert council.root is not None
    enrolment = run.mine("person", "new", "--name", "Ruth Sample", "--role", "Lead", "--practice")
    assert run.mine("person", "enrolment") == enrolment
    vault = vault_of(Home(run.computer.home), run.computer.passphrase, clock=SystemClock(), random=system_random)
    with vault as opened:  # so that each of the many commands below does not take its full second
        opened.change_passphrase(run.computer.passphrase, run.computer.passphrase, cost=CHEAP)
    run.mine("organisation", "keygen", "--out", folder / "root.key")
    run.mine("authority", "keygen", "--out", folder / "council.key")
    now = SystemClock().now()
    times = {"issued_at": to_rfc3339(now), "expires_at": to_rfc3339(now + timedelta(days=300))}
    draft = {
        "org_id": "brook-lane", "name": "Brook Lane (sample)", "sector": "school", "practice": True, "seq": 1, **times,
        "people": [{
            **enrolment["person"], "may_approve": True,
            "keys": enrolment["person_keys"], "reading": enrolment["reading"],
        }],
        "workstations": [{
            "id": enrolment["workstation"]["id"], "keys": enrolment["workstation"]["keys"],
            "not_after": times["expires_at"],
        }],
        "photo_policies": [{"toml": sample_policy().read_text(encoding="utf-8")}],
        "accepts_authority_roots": [council.root.thumbprint], "review_required": True,
    }  # fmt: skip
    (folder / "draft.json").write_text(json.dumps(draft), encoding="utf-8")
    signed, entry = folder / "organisation.dsse.json", folder / "for-council.json"
    run.mine("organisation", "sign", folder / "draft.json", "--root-key", folder / "root.key", "--out", signed)
    shown = run("organisation", "show", signed)
    run("organisation", "for-council", signed, "--out", entry)
    fits("organisation-for-council", json.loads(entry.read_bytes()))
    run("organisation", "diff", signed, signed)
    run.mine("organisation", "install", signed, "--root", shown["fingerprint"], "--practice")
    profile = run("authority", "show", council.authority_file)["statement"]
    unsigned = {key: value for key, value in profile.items() if key not in ("type", "v", "root")}
    (folder / "profile.json").write_text(json.dumps(unsigned), encoding="utf-8")
    run.mine(
        "authority", "sign", folder / "profile.json", "--root-key", folder / "council.key", "--out", folder / "other"
    )
    run.mine("authority", "install", council.authority_file)
    run("intake", "register", entry, "--bundle", signed, "--config", council.intake_folder)
    council.register(entry, signed)
    run("intake", "keygen", "--out", folder / "other-intake")
    run("casework", "keygen", "--out", folder / "other-office")
    given = f"{run.computer.passphrase}\n"
    other = ("--home", folder / "other-home", "--passphrase-file", "-", "--json")
    about = ("--id", "other", "--name", "Other", "--sector", "health", "--person", "A. Sample", "--role", "Nurse")
    begun = run.computer.here("organisation", "init", *about, "--out", folder / "org", *other, given=given)
    run._checked(("organisation", "init"), begun, "", 0)


def _referrals(run: Checked, council: Council, folder: Path) -> None:
    pictures: list[str | Path] = []
    for number, picture in enumerate(sample_photographs()):
        (folder / f"facts-{number}.json").write_text(json.dumps(picture.facts), encoding="utf-8")
        pictures += ["--photo", picture.path, "--facts", folder / f"facts-{number}.json"]
    begun = ("referral", "new", "--form", "shropshire", "--answers", sample_answers())
    referral = run.mine(*begun, *pictures[:4])["referral"]
    run.mine("referral", "attach", referral, *pictures[4:], code=1)
    run.mine("referral", "attach", referral, "--photo", folder, "--facts", folder / "facts-0.json", code=1)
    run.mine("referral", "check", referral)
    run.mine("referral", "list")
    submission = run.mine("referral", "send", referral)["submission"]
    second = run.mine("referral", "send", run.mine(*begun)["referral"])["submission"]
    run.mine("queue", "list")
    with queues_of(Home(run.computer.home), clock=SystemClock(), random=system_random) as queues:
        queues.open[0].move(SubmissionId(second), DeliveryEvent.NEEDS_A_PERSON)
    run.mine("queue", "release", second)
    run.mine("queue", "withdraw", second)
    council.start()
    run.mine("queue", "run", "--once")
    office = ("--keys", council.casework_folder)
    (row,) = run("intake", "list", "--config", council.intake_folder)["received"]
    package = Path(row["path"])
    identity = council.casework_folder / "identity.txt"
    run("package", "verify", package, "--identity", identity, "--keys", folder / "organisation.dsse.json")
    opened = run("casework", "open", package, *office, "--identity", identity, "--out", folder / "opened")
    inside = json.loads((folder / "opened" / "opened.json").read_bytes())
    assert {**inside, "out": opened["out"], "receipt": opened["receipt"]} == opened
    registered = run("casework", "register", package, *office, "--ref", "PRACTICE-1")
    for each in (opened, registered):
        shutil.copy(each["receipt"], council.intake_folder / "incoming")
    run("receipt", "verify", Path(registered["receipt"]), "--keys", council.authority_file)
    run.mine("queue", "run", "--once")
    decided = run("casework", "decide", package, *office, "--outcome", "section-47")
    shutil.copy(decided["receipt"], council.intake_folder / "incoming")
    run.mine("queue", "run", "--once")
    shown = run.mine("referral", "show", referral)
    assert [receipt["status"] for receipt in shown["deliveries"][0]["receipts"]][-1] == "decided"
    assert shown["deliveries"][0]["submission"] == submission
    _cannot_open(run, council, folder, package)


def _cannot_open(run: Checked, council: Council, folder: Path, package: Path) -> None:
    """Another office, which has not said yet that it opened it."""
    office = folder / "office"
    shutil.copytree(council.casework_folder, office)
    shutil.rmtree(office / "book")
    shutil.rmtree(office / "log")
    run("casework", "cannot-open", package, "--keys", office, "--reason", "unreadable")
