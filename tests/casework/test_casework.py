"""A front door's people: open, register, decide, or say that it cannot be opened."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from referral_client import casework
from referral_client.app import main
from referral_client.base.clock import SystemClock
from referral_client.base.errors import KnownError, Refused, WrongUse
from referral_client.base.ids import new_uuid, system_random
from referral_client.sealing.age_read import open_bytes
from referral_client.sealing.package import BuiltPackage
from referral_client.sealing.receipt import Outcome, Receipt, ReceiptStatus, verify_receipt
from referral_client.sealing.recipients import make_identity, recipient_of
from referral_client.sealing.signing import NotGenuine, SigningKeys
from tests.casework.conftest import ANSWERS, Desk
from tests.intake.rig import SCHOOL, chain_faults, make_school

Seal = Callable[..., BuiltPackage]


def _open(desk: Desk, package: Path, out: Path, *, reason: str = "") -> casework.Opened:
    return casework.open_package_file(
        desk.office,
        package,
        identity=desk.identity,
        out=out,
        clock=SystemClock(),
        random=system_random,
        unrecognised_reason=reason,
    )


def _register(desk: Desk, package: Path, reference: str) -> casework.Signed:
    return casework.register(desk.office, package, reference, clock=SystemClock(), random=system_random)


def _decide(desk: Desk, package: Path, outcome: Outcome, reason: str = "") -> casework.Signed:
    return casework.decide(desk.office, package, outcome, reason=reason, clock=SystemClock(), random=system_random)


def _cannot_open(desk: Desk, package: Path, reason: str) -> casework.Signed:
    return casework.cannot_open(desk.office, package, reason, clock=SystemClock(), random=system_random)


def _verified(desk: Desk, envelope: bytes) -> Receipt:
    return verify_receipt(envelope, {"casework": [desk.office.keys.public]}, accept_practice=True)


def test_a_package_of_a_known_sender_is_opened_for_reading_with_its_bag_and_a_receipt(
    desk: Desk, seal: Seal, tmp_path: Path
) -> None:
    built = seal()
    opened = _open(desk, built.path, tmp_path / "out")
    assert (opened.out / "answers.json").read_bytes() == ANSWERS
    assert (opened.out / "referral.pdf").read_bytes().startswith(b"%PDF")
    assert (opened.out / "custody.jsonl").is_file()
    assert (opened.out / "attachments" / "0001.jpg").read_bytes() == b"\xff\xd8first\xff\xd9"
    assert bagit.Bag(str(opened.out / "bag" / built.submission_id)).is_valid()
    receipt = _verified(desk, opened.receipt)
    assert (receipt.status, receipt.parcel_sha256) == (ReceiptStatus.OPENED, built.sha256)
    assert (receipt.manifest_sha256, receipt.org_id) == (built.manifest_sha256, SCHOOL)
    assert opened.receipt_path.read_bytes() == opened.receipt
    assert not (opened.out / "SENDER-NOT-RECOGNISED.txt").exists()


def test_opening_the_same_package_again_gives_the_same_receipt(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    built = seal()
    first = _open(desk, built.path, tmp_path / "one")
    assert _open(desk, built.path, tmp_path / "two").receipt == first.receipt


def test_the_reference_leaves_sealed_to_the_sender_alone(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    built = seal()
    _open(desk, built.path, tmp_path / "out")
    signed = _register(desk, built.path, "EX-2026-0042")
    receipt = _verified(desk, signed.receipt)
    assert receipt.status is ReceiptStatus.REGISTERED
    assert b"EX-2026-0042" not in base64.b64decode(json.loads(signed.receipt)["payload"])
    assert open_bytes(base64.b64decode(receipt.case_ref_sealed), [desk.reading], 1000) == b"EX-2026-0042"


def test_a_sender_who_left_no_reading_key_gets_no_reference(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    built = seal(reply=False)
    _open(desk, built.path, tmp_path / "out")
    assert _verified(desk, _register(desk, built.path, "EX-1").receipt).case_ref_sealed == ""


def test_a_decision_carries_its_outcome_and_every_receipt_is_in_one_chain(
    desk: Desk, seal: Seal, tmp_path: Path
) -> None:
    for number in range(2):
        built = seal()
        _open(desk, built.path, tmp_path / f"out-{number}")
        _register(desk, built.path, f"EX-{number}")
        signed = _decide(desk, built.path, Outcome.EARLY_HELP, "step-down-agreed")
        receipt = _verified(desk, signed.receipt)
        assert (receipt.status, receipt.outcome, receipt.reason) == (
            ReceiptStatus.DECIDED,
            "early-help",
            "step-down-agreed",
        )
    log = [path.read_bytes() for path in sorted((desk.folder / "log").glob("*.json"))]
    assert len(log) == 6
    assert chain_faults(log) == []


def test_nothing_can_be_said_about_a_package_that_was_not_opened(desk: Desk, seal: Seal) -> None:
    with pytest.raises(Refused) as fault:
        _register(desk, seal().path, "EX-1")
    assert fault.value.code == "CASEWORK-NOT-OPENED"


def test_what_was_said_is_not_said_twice(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    built = seal()
    _open(desk, built.path, tmp_path / "out")
    _decide(desk, built.path, Outcome.ADVICE)
    for again in (lambda: _decide(desk, built.path, Outcome.SECTION_47), lambda: _register(desk, built.path, "EX-1")):
        with pytest.raises(Refused) as fault:
            again()
        assert fault.value.code == "CASEWORK-SAID-ALREADY"


def test_a_reason_in_prose_is_refused_because_it_would_travel_unsealed(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    built = seal()
    _open(desk, built.path, tmp_path / "out")
    with pytest.raises(WrongUse):
        _decide(desk, built.path, Outcome.ADVICE, "The mother said that")


def test_an_unknown_sender_is_opened_only_with_a_reason_and_everything_says_so(
    desk: Desk, seal: Seal, tmp_path: Path
) -> None:
    built = seal(keys=SigningKeys.make(system_random))
    with pytest.raises(Refused) as fault:
        _open(desk, built.path, tmp_path / "out")
    assert fault.value.code == "SEALING-SENDER-UNKNOWN"
    assert not (tmp_path / "out").exists()
    opened = _open(desk, built.path, tmp_path / "out", reason="rang the school, new computer")
    assert "rang the school" in (opened.out / "SENDER-NOT-RECOGNISED.txt").read_text()
    assert json.loads((opened.out / "opened.json").read_text())["sender_known"] is False
    assert _verified(desk, opened.receipt).reason == "sender-unknown"
    top = {path.name for path in opened.out.iterdir()}
    labelled = {name for name in top if name.startswith("SENDER-NOT-RECOGNISED")}
    assert top - labelled == {"opened.json", "opened.receipt.json"}
    assert opened.read_first.name == "SENDER-NOT-RECOGNISED-referral.pdf"
    assert opened.read_first.read_bytes().startswith(b"%PDF")
    assert (opened.out / "SENDER-NOT-RECOGNISED" / "answers.json").read_bytes() == ANSWERS
    assert bagit.Bag(str(opened.out / "SENDER-NOT-RECOGNISED" / "bag" / built.submission_id)).is_valid()
    assert json.loads((opened.out / "opened.json").read_text())["label"] == "SENDER-NOT-RECOGNISED"
    assert not _register(desk, built.path, "EX-1").entry.sender_known


def test_a_package_larger_than_front_doors_take_is_not_built(seal: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referral_client.sealing.package.BUILT_PACKAGE", 10_000)
    with pytest.raises(Refused) as fault:
        seal()
    assert fault.value.code == "SEALING-TOO-LARGE"


def test_a_package_whose_sender_is_registered_later_is_still_one_package_and_is_registered_once(
    desk: Desk, seal: Seal, tmp_path: Path
) -> None:
    newcomer = make_school(seq=2, root=desk.school.root)
    built = seal(keys=newcomer.workstation)
    first = _open(desk, built.path, tmp_path / "out", reason="rang the school, new computer")
    _register(desk, built.path, "EX-1")
    casework.know_organisation(desk.folder, newcomer.entry, newcomer.bundle)
    again = _open(desk, built.path, tmp_path / "again")
    assert (again.receipt, again.entry.sender_known) == (first.receipt, True)
    with pytest.raises(Refused) as fault:
        _register(desk, built.path, "EX-2")
    assert fault.value.code == "CASEWORK-SAID-ALREADY"
    assert _decide(desk, built.path, Outcome.ADVICE).entry.sender_known


def test_a_workstation_past_its_date_is_not_recognised(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    past = make_school(
        seq=2, root=desk.school.root, workstation=desk.school.workstation, not_after="2020-01-01T00:00:00Z"
    )
    casework.know_organisation(desk.folder, past.entry, past.bundle)
    with pytest.raises(Refused) as fault:
        _open(desk, seal().path, tmp_path / "out")
    assert fault.value.code == "SEALING-SENDER-UNKNOWN"


@pytest.mark.parametrize("position", [50, 2000, -20])
def test_a_damaged_package_gives_nothing_at_all(desk: Desk, seal: Seal, tmp_path: Path, position: int) -> None:
    built = seal()
    content = bytearray(built.path.read_bytes())
    content[position] ^= 1
    built.path.write_bytes(content)
    with pytest.raises(KnownError):
        _open(desk, built.path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert list((desk.folder / "log").iterdir()) == []
    assert list(tmp_path.glob(".out*")) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"destination": "another-council"}, "CASEWORK-NOT-FOR-US"),
        ({"practice": False}, "CASEWORK-PRACTICE-MIXED"),
        ({"recipient": recipient_of(make_identity(system_random))}, ""),
    ],
)
def test_what_is_not_for_this_office_is_refused_with_nothing_written(
    desk: Desk, seal: Seal, tmp_path: Path, facts: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as fault:
        _open(desk, seal(**facts).path, tmp_path / "out")
    assert code in fault.value.code
    assert not (tmp_path / "out").exists()
    assert list((desk.folder / "log").iterdir()) == []


def test_a_real_office_refuses_a_practice_package(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    built = seal()
    casework.set_up(desk.folder, destination_id=desk.office.destination_id, practice=False)
    with pytest.raises(Refused) as fault:
        _open(desk, built.path, tmp_path / "out")
    assert fault.value.code == "SEALING-ONLY-PRACTICE"


def test_the_same_id_with_other_content_is_refused(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    submission_id = new_uuid()
    _open(desk, seal(submission_id=submission_id).path, tmp_path / "one")
    with pytest.raises(Refused) as fault:
        _open(desk, seal(submission_id=submission_id, answers=b'{"x":"other"}').path, tmp_path / "two")
    assert fault.value.code == "CASEWORK-OTHER-CONTENT"
    assert not (tmp_path / "two").exists()


def test_a_ticket_beside_it_that_is_about_another_file_is_refused(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    built, other = seal(), seal()
    built.path.with_name(f"{built.submission_id}.ticket.json").write_bytes(other.ticket)
    with pytest.raises(NotGenuine):
        _open(desk, built.path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_ticket_of_an_unknown_sender_must_be_about_the_file_too(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    keys = SigningKeys.make(system_random)
    built, other = seal(keys=keys), seal(keys=keys)
    built.path.with_name(f"{built.submission_id}.ticket.json").write_bytes(other.ticket)
    with pytest.raises(NotGenuine):
        _open(desk, built.path, tmp_path / "out", reason="rang the school")
    assert not (tmp_path / "out").exists()


def test_it_can_be_opened_into_the_folder_one_is_in(
    desk: Desk, seal: Seal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    opened = _open(desk, seal().path, Path())
    assert opened.read_first == tmp_path / "here" / "referral.pdf"
    assert opened.read_first.is_file()


def test_what_a_killed_opening_left_readable_is_gone_after_the_next_one_in_that_place(
    desk: Desk, seal: Seal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    with monkeypatch.context() as killed:
        killed.setattr("referral_client.casework.opening.shutil.rmtree", lambda *_, **__: None)
        killed.setattr("referral_client.casework.opening.canonical_bytes", _killed)
        with pytest.raises(OSError, match="killed"):
            _open(desk, seal().path, place / "one")
    assert list(place.rglob("referral.pdf")) != []
    (place / ".one.another-office.tmp").mkdir()
    with pytest.raises(Refused):
        _open(desk, seal(destination="another-council").path, place / "two")
    assert [path.name for path in place.iterdir()] == [".one.another-office.tmp"]


def _killed(*_: object) -> bytes:
    raise OSError("killed")


def test_a_package_that_was_said_not_to_open_is_opened_before_anything_else_is_said(
    desk: Desk, seal: Seal, tmp_path: Path
) -> None:
    built = seal()
    _cannot_open(desk, built.path, "unreadable")
    for step in (lambda: _register(desk, built.path, "EX-1"), lambda: _decide(desk, built.path, Outcome.ADVICE)):
        with pytest.raises(Refused) as fault:
            step()
        assert fault.value.code == "CASEWORK-SAID-CANNOT-OPEN"
    _open(desk, built.path, tmp_path / "out")
    assert _register(desk, built.path, "EX-1").entry.has(ReceiptStatus.CANNOT_OPEN)


def test_a_ticket_with_key_ids_that_are_no_text_is_refused_in_words(desk: Desk, seal: Seal) -> None:
    built = seal()
    ticket = json.loads(built.ticket)
    ticket["signatures"][0]["keyid"] = "\ud800"
    built.path.with_name(f"{built.submission_id}.ticket.json").write_text(json.dumps(ticket))
    with pytest.raises(NotGenuine):
        _cannot_open(desk, built.path, "unreadable")


def test_a_folder_with_something_in_it_is_not_written_into(desk: Desk, seal: Seal, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "another.pdf").write_bytes(b"another child's")
    with pytest.raises(Refused) as fault:
        _open(desk, seal().path, tmp_path / "out")
    assert fault.value.code == "CASEWORK-OUT-NOT-EMPTY"


def test_what_cannot_be_opened_is_told_from_its_ticket(desk: Desk, seal: Seal) -> None:
    built = seal()
    built.path.write_bytes(built.path.read_bytes()[:-1])
    with pytest.raises(Refused) as fault:
        _cannot_open(desk, built.path, "unreadable")
    assert fault.value.code == "CASEWORK-TICKET-OTHER-FILE"
    receipt = _verified(desk, _cannot_open(desk, built.path, "damaged").receipt)
    assert (receipt.status, receipt.reason) == (ReceiptStatus.CANNOT_OPEN, "damaged")
    assert receipt.parcel_sha256 == built.sha256


def test_keys_are_never_overwritten(desk: Desk) -> None:
    before = {path.name: path.read_bytes() for path in desk.folder.iterdir() if path.is_file()}
    with pytest.raises(Refused):
        casework.keygen(desk.folder, system_random)
    assert before == {path.name: path.read_bytes() for path in desk.folder.iterdir() if path.is_file()}


def test_the_commands_open_register_and_decide_without_a_passphrase(
    desk: Desk, seal: Seal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built = seal()
    keys = ["--keys", str(desk.folder), "--json"]
    opening = ["casework", "open", str(built.path), "--identity", str(desk.identity), "--out", str(tmp_path / "out")]
    assert main([*opening, *keys]) == 0
    assert json.loads(capsys.readouterr().out)["submission_id"] == built.submission_id
    assert main(["casework", "register", str(built.path), "--ref", "EX-1", *keys]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "registered"
    assert main(["casework", "decide", str(built.path), "--outcome", "section-47", *keys]) == 0
    signed = Path(json.loads(capsys.readouterr().out)["receipt"])
    assert _verified(desk, signed.read_bytes()).outcome == "section-47"
    assert main([*opening, *keys]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CASEWORK-OUT-NOT-EMPTY"


def test_keys_made_by_command_open_what_is_sealed_for_their_public_half(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made"
    assert main(["casework", "keygen", "--out", str(folder), "--destination", "x", "--practice", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    public = json.loads((folder / "public.json").read_text())
    assert printed["recipient"] == public["recipient"]
    assert printed["keys"] == public["keys"]
    assert (folder / "identity.txt").stat().st_mode & 0o077 == 0
    assert (folder / "casework.keys.json").stat().st_mode & 0o077 == 0
    assert hashlib.sha256((folder / "identity.txt").read_bytes()).hexdigest() not in json.dumps(printed)
