"""The desk without HTTP: senders that become known, quarantine budgets, receipts of the offline side, sweeping."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from referral_client import casework, intake
from referral_client.base.canonical import canonical_bytes
from referral_client.base.clock import SystemClock
from referral_client.base.errors import Refused, WrongUse
from referral_client.base.ids import new_uuid, system_random
from referral_client.intake.desk import Desk, Reply
from referral_client.sealing.receipt import ReceiptStatus, sign_receipt
from referral_client.sealing.signing import SigningKeys
from tests.intake.rig import SCHOOL, FrontDoor, Parcel, chain_faults, make_front_door, make_parcel, make_school


class Shifted:
    """The time now, or later."""

    def __init__(self) -> None:
        self.later = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.later

    def monotonic(self) -> float:
        return self.later.total_seconds()


@pytest.fixture
def door(tmp_path: Path) -> FrontDoor:
    return make_front_door(
        tmp_path / "door",
        limits={
            "quarantine_bytes": 300_000,
            "quarantine_bytes_per_key": 120_000,
            "quarantine_uploads_per_hour": 6,
            "quarantine_uploads_per_hour_per_key": 3,
        },
    )


@pytest.fixture
def clock() -> Shifted:
    return Shifted()


@pytest.fixture
def desk(door: FrontDoor, clock: Shifted) -> Desk:
    return Desk(intake.load_config(door.folder), clock, system_random)


def _send(desk: Desk, parcel: Parcel) -> Reply:
    reply = desk.announce(parcel.ticket)
    if reply.status != 201:
        return reply
    token = reply.body["upload"]["url"].rpartition("/")[2]
    content = parcel.path.read_bytes()
    assert desk.put_part(token, 1, content, hashlib.sha256(content).digest()).status == 201
    return desk.complete(token)


def _receipt(reply: Reply) -> bytes:
    return canonical_bytes(reply.body["receipt"])


def test_what_was_quarantined_is_stored_without_a_second_upload_once_its_sender_is_registered(
    door: FrontDoor, desk: Desk, tmp_path: Path
) -> None:
    newcomer = make_school(org_id="new-school")
    parcel = make_parcel(tmp_path, 5000, newcomer.workstation, org_id="new-school")
    assert door.receipt(_receipt(_send(desk, parcel))).status is ReceiptStatus.QUARANTINED
    intake.register(door.folder, newcomer.entry, newcomer.bundle)
    reply = desk.announce(parcel.ticket)
    assert door.receipt(_receipt(reply)).status is ReceiptStatus.STORED
    known = door.received()
    assert [(row.submission_id, row.known) for row in known] == [(parcel.submission_id, True)]
    assert Path(known[0].path).read_bytes() == parcel.path.read_bytes()


def test_one_unknown_key_cannot_use_more_than_its_bytes(desk: Desk, tmp_path: Path) -> None:
    keys = SigningKeys.make(system_random)
    assert _send(desk, make_parcel(tmp_path, 80_000, keys)).status == 200
    refused = desk.announce(make_parcel(tmp_path, 80_000, keys).ticket)
    assert (refused.status, refused.body["code"]) == (429, "quarantine-full")
    assert _send(desk, make_parcel(tmp_path, 80_000, SigningKeys.make(system_random))).status == 200


def test_all_unknown_keys_together_cannot_use_more_than_their_bytes_and_known_ones_go_on(
    door: FrontDoor, desk: Desk, tmp_path: Path
) -> None:
    statuses = [_send(desk, make_parcel(tmp_path, 110_000, SigningKeys.make(system_random))).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert _send(desk, make_parcel(tmp_path, 110_000, door.school.workstation)).status == 200


def test_unknown_keys_may_begin_only_so_many_uploads_an_hour(desk: Desk, clock: Shifted, tmp_path: Path) -> None:
    keys = SigningKeys.make(system_random)
    assert [desk.announce(make_parcel(tmp_path, 10, keys).ticket).status for _ in range(4)] == [201, 201, 201, 429]
    clock.later = timedelta(hours=1, seconds=1)
    assert desk.announce(make_parcel(tmp_path, 10, keys).ticket).status == 201


def test_a_receipt_of_the_offline_side_is_served_once_it_is_there(door: FrontDoor, desk: Desk, tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    _send(desk, parcel)
    stored = Path(door.received()[0].path)
    signed = casework.cannot_open(
        casework.load_office(door.office), stored, "unreadable", clock=SystemClock(), random=system_random
    )
    shutil.copy(signed.receipt_path, door.folder / "incoming")
    assert _receipt(desk.announce(parcel.ticket)) == signed.receipt
    assert list((door.folder / "incoming").glob("*.json")) == []
    assert door.received()[0].status is ReceiptStatus.CANNOT_OPEN


@pytest.mark.parametrize("forgery", ["other-keys", "intake-keys", "other-digest", "other-json"])
def test_a_receipt_that_does_not_count_is_set_aside_and_never_served(
    door: FrontDoor, desk: Desk, tmp_path: Path, forgery: str
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    first = _send(desk, parcel)
    office = casework.load_office(door.office)
    signed = casework.cannot_open(
        office, Path(door.received()[0].path), "unreadable", clock=SystemClock(), random=system_random
    )
    genuine = door.receipt(signed.receipt)
    content = {
        "other-keys": lambda: sign_receipt(genuine, SigningKeys.make(system_random)),
        "intake-keys": lambda: sign_receipt(genuine, desk.config.keys),
        "other-digest": lambda: sign_receipt(replace(genuine, parcel_sha256="0" * 64), office.keys),
        "other-json": lambda: b"{}",
    }[forgery]()
    (door.folder / "incoming" / "forged.json").write_bytes(content)
    assert _receipt(desk.announce(parcel.ticket)) == _receipt(first)
    assert (door.folder / "incoming" / "refused" / "forged.json").is_file()


def test_an_upload_nobody_goes_on_with_is_swept_and_can_be_begun_again(
    door: FrontDoor, desk: Desk, clock: Shifted, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    token = desk.announce(parcel.ticket).body["upload"]["url"].rpartition("/")[2]
    content = parcel.path.read_bytes()
    desk.put_part(token, 1, content, hashlib.sha256(content).digest())
    desk.sweep()
    assert len(desk.announce(parcel.ticket).body["parts"]) == 1
    clock.later = timedelta(days=8)
    desk.sweep()
    assert desk.announce(parcel.ticket).body["parts"] == []
    assert desk.complete(token).status == 404
    assert _send(desk, parcel).status == 200


def test_a_kill_between_record_and_receipt_is_finished_by_the_next_announcement(
    door: FrontDoor, desk: Desk, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    _send(desk, parcel)
    shutil.rmtree(door.folder / "data" / "receipts")
    shutil.rmtree(door.folder / "data" / "log")
    again = Desk(desk.config, SystemClock(), system_random)
    receipt = door.receipt(_receipt(again.announce(parcel.ticket)))
    assert (receipt.status, receipt.log_index) == (ReceiptStatus.STORED, 0)


def test_a_kill_between_log_and_record_gives_the_receipt_that_is_in_the_log(
    door: FrontDoor, desk: Desk, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    signed = _receipt(_send(desk, parcel))
    shutil.rmtree(door.folder / "data" / "receipts")
    again = Desk(desk.config, SystemClock(), system_random)
    assert _receipt(again.announce(parcel.ticket)) == signed
    assert len(door.log()) == 1


def test_two_processes_under_one_replica_name_still_write_one_chain(
    door: FrontDoor, desk: Desk, tmp_path: Path
) -> None:
    other = Desk(desk.config, SystemClock(), system_random)
    for turn in (desk, other, desk, other):
        assert _send(turn, make_parcel(tmp_path, 100, door.school.workstation)).status == 200
    assert chain_faults(door.log()) == []
    assert len(door.log()) == 4


def test_the_stored_ticket_beside_a_package_is_the_one_that_was_announced(
    door: FrontDoor, desk: Desk, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    _send(desk, parcel)
    stored = Path(door.received()[0].path)
    assert stored.name == f"{parcel.submission_id}.age"
    assert stored.with_name(f"{parcel.submission_id}.ticket.json").read_bytes() == parcel.ticket


def test_settings_with_faults_are_refused_with_every_fault(door: FrontDoor) -> None:
    (door.folder / "intake.json").write_text(json.dumps({"v": 1, "destination_id": "Not Plain", "limitz": {}}))
    with pytest.raises(WrongUse) as fault:
        intake.load_config(door.folder)
    assert len(fault.value.reasons) == 2


def test_names_in_a_ticket_never_become_a_path(desk: Desk, door: FrontDoor, tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, 100, door.school.workstation)
    envelope = json.loads(parcel.ticket)
    payload = json.loads(base64.b64decode(envelope["payload"]))
    for field, value in (("org_id", "../../x"), ("submission_id", f"../{new_uuid()}"), ("parcel_sha256", "..")):
        changed = base64.b64encode(canonical_bytes({**payload, field: value})).decode()
        assert desk.announce(canonical_bytes({**envelope, "payload": changed})).status == 400


@pytest.mark.parametrize("file", ["{}.json", "{}.bundle.dsse.json"])
@pytest.mark.parametrize("damage", ["cut short", "of a newer version"])
def test_a_register_that_cannot_be_read_asks_the_sender_to_come_back(
    door: FrontDoor, desk: Desk, tmp_path: Path, file: str, damage: str
) -> None:
    path = door.folder / "organisations" / file.format(SCHOOL)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if damage == "cut short" else canonical_bytes({"v": 2}))
    parcel = make_parcel(tmp_path, 100, door.school.workstation)
    reply = desk.announce(parcel.ticket)
    assert (reply.status, reply.body["code"]) == (503, "register")
    assert int(reply.headers["Retry-After"]) > 0


def test_a_ticket_with_key_ids_that_are_no_text_is_not_a_ticket(door: FrontDoor, desk: Desk, tmp_path: Path) -> None:
    envelope = json.loads(make_parcel(tmp_path, 100, door.school.workstation).ticket)
    envelope["signatures"][0]["keyid"] = "\ud800"
    reply = desk.announce(json.dumps(envelope).encode())
    assert (reply.status, reply.body["code"]) == (400, "not-a-ticket")


def _opened_nowhere(door: FrontDoor) -> casework.Signed:
    office, stored = casework.load_office(door.office), Path(door.received()[0].path)
    return casework.cannot_open(office, stored, "unreadable", clock=SystemClock(), random=system_random)


@pytest.mark.parametrize("half", [lambda content: content[:1000], lambda _: b"", lambda content: b"\0" * len(content)])
def test_a_receipt_that_is_still_being_copied_waits_and_is_served_when_it_is_whole(
    door: FrontDoor, desk: Desk, tmp_path: Path, half: Callable[[bytes], bytes]
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    first = _send(desk, parcel)
    signed = _opened_nowhere(door)
    arriving = door.folder / "incoming" / signed.receipt_path.name
    with arriving.open("wb", buffering=0) as copying:
        copying.write(half(signed.receipt))
        assert _receipt(desk.announce(parcel.ticket)) == _receipt(first)
        copying.seek(0)
        copying.write(signed.receipt)
    assert _receipt(desk.announce(parcel.ticket)) == signed.receipt


def test_what_is_no_receipt_after_ten_minutes_is_set_aside(
    door: FrontDoor, desk: Desk, clock: Shifted, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    _send(desk, parcel)
    (door.folder / "incoming" / "half.json").write_bytes(b'{"payl')
    clock.later = timedelta(minutes=9)
    desk.announce(parcel.ticket)
    assert (door.folder / "incoming" / "half.json").is_file()
    clock.later = timedelta(minutes=11)
    desk.announce(parcel.ticket)
    assert (door.folder / "incoming" / "refused" / "half.json").is_file()


def test_a_file_that_can_neither_be_taken_nor_set_aside_stops_no_answer_and_no_other_receipt(
    door: FrontDoor, desk: Desk, clock: Shifted, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    _send(desk, parcel)
    (door.folder / "incoming" / "0.json" / "inside").mkdir(parents=True)
    (door.folder / "incoming" / "refused" / "0.json" / "inside").mkdir(parents=True)
    signed = _opened_nowhere(door)
    shutil.copy(signed.receipt_path, door.folder / "incoming")
    clock.later = timedelta(minutes=11)
    assert _receipt(desk.announce(parcel.ticket)) == signed.receipt


def test_an_incoming_folder_that_is_gone_stops_no_answer(door: FrontDoor, desk: Desk, tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    _send(desk, parcel)
    shutil.rmtree(door.folder / "incoming")
    assert desk.announce(parcel.ticket).status == 200


def test_what_was_said_about_a_quarantined_package_goes_with_it_once_its_sender_is_registered(
    door: FrontDoor, desk: Desk, tmp_path: Path
) -> None:
    newcomer = make_school(org_id="new-school")
    parcel = make_parcel(tmp_path, 5000, newcomer.workstation, org_id="new-school")
    _send(desk, parcel)
    signed = _opened_nowhere(door)
    shutil.copy(signed.receipt_path, door.folder / "incoming")
    assert _receipt(desk.announce(parcel.ticket)) == signed.receipt
    intake.register(door.folder, newcomer.entry, newcomer.bundle)
    assert _receipt(desk.announce(parcel.ticket)) == signed.receipt
    assert [(row.known, row.status) for row in door.received()] == [(True, ReceiptStatus.CANNOT_OPEN)]
    assert [door.receipt(entry).status for entry in door.log()] == [ReceiptStatus.QUARANTINED, ReceiptStatus.STORED]


def test_a_move_that_a_kill_broke_off_is_finished_by_the_next_announcement(
    door: FrontDoor, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer = make_school(org_id="new-school")
    parcel = make_parcel(tmp_path, 5000, newcomer.workstation, org_id="new-school")
    _send(desk, parcel)
    signed = _opened_nowhere(door)
    shutil.copy(signed.receipt_path, door.folder / "incoming")
    desk.announce(parcel.ticket)
    intake.register(door.folder, newcomer.entry, newcomer.bundle)
    with monkeypatch.context() as killed:
        killed.setattr(desk.ledger, "move", _killed)
        with pytest.raises(OSError, match="killed"):
            desk.announce(parcel.ticket)
    assert _receipt(desk.announce(parcel.ticket)) == signed.receipt
    assert [row.known for row in door.received()] == [True]


def _killed(*_: object) -> None:
    raise OSError("killed")


def test_a_workstation_past_its_date_is_kept_apart_and_still_learns_what_became_of_what_it_sent_before(
    door: FrontDoor, desk: Desk, tmp_path: Path
) -> None:
    before = make_parcel(tmp_path, 5000, door.school.workstation)
    stored = _receipt(_send(desk, before))
    past = make_school(
        seq=2, root=door.school.root, workstation=door.school.workstation, not_after="2020-01-01T00:00:00Z"
    )
    intake.register(door.folder, past.entry, past.bundle)
    reply = _send(desk, make_parcel(tmp_path, 5000, door.school.workstation))
    assert door.receipt(_receipt(reply)).status is ReceiptStatus.QUARANTINED
    assert _receipt(desk.announce(before.ticket)) == stored


def test_one_number_of_a_bundle_stands_for_one_content(door: FrontDoor) -> None:
    intake.register(door.folder, door.school.entry, door.school.bundle)
    other = make_school(root=door.school.root)
    with pytest.raises(Refused) as fault:
        intake.register(door.folder, other.entry, other.bundle)
    assert fault.value.code == "REGISTRY-SAME-NUMBER"


def _announced_by_nobody(desk: Desk, tmp_path: Path, count: int) -> list[int]:
    """Tickets with made-up keys, of whose packages no byte comes."""
    return [
        desk.announce(make_parcel(tmp_path, 110_000, SigningKeys.make(system_random), org_id="made-up").ticket).status
        for _ in range(count)
    ]


def test_announcements_of_what_never_comes_do_not_close_the_quarantine(desk: Desk, tmp_path: Path) -> None:
    assert _announced_by_nobody(desk, tmp_path, 5) == [201, 201, 201, 429, 429]  # half of the six an hour
    assert _send(desk, make_parcel(tmp_path, 90_000, SigningKeys.make(system_random))).status == 200


def test_part_of_the_quarantine_is_kept_for_those_who_name_a_registered_organisation(
    desk: Desk, tmp_path: Path
) -> None:
    made_up, new_computer = (
        make_parcel(tmp_path, 110_000, SigningKeys.make(system_random), org_id=org_id) for org_id in ("made-up", SCHOOL)
    )
    assert _send(desk, make_parcel(tmp_path, 110_000, SigningKeys.make(system_random), org_id="made-up")).status == 200
    assert _send(desk, made_up).status == 429
    assert _send(desk, new_computer).status == 200


def test_an_unknown_upload_without_a_byte_is_dropped_after_minutes(desk: Desk, clock: Shifted, tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, 5000, SigningKeys.make(system_random))
    token = desk.announce(parcel.ticket).body["upload"]["url"].rpartition("/")[2]
    clock.later = timedelta(minutes=16)
    desk.sweep()
    assert desk.part_size(token, 1) == 0
    assert _send(desk, parcel).status == 200


def test_bytes_count_when_they_come_however_many_were_announced_before(desk: Desk, tmp_path: Path) -> None:
    parcels = [make_parcel(tmp_path, 90_000, SigningKeys.make(system_random)) for _ in range(4)]
    tokens = [desk.announce(parcel.ticket).body["upload"]["url"].rpartition("/")[2] for parcel in parcels]
    statuses = []
    for token, parcel in zip(tokens, parcels, strict=True):
        content = parcel.path.read_bytes()
        statuses.append(desk.put_part(token, 1, content, hashlib.sha256(content).digest()).status)
    assert statuses == [201, 201, 201, 429]


def test_an_announcement_does_not_read_the_parts_that_are_there(
    desk: Desk, tmp_path: Path, door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    token = desk.announce(parcel.ticket).body["upload"]["url"].rpartition("/")[2]
    content = parcel.path.read_bytes()
    desk.put_part(token, 1, content, hashlib.sha256(content).digest())
    read: list[str] = []
    really = desk.objects.read
    monkeypatch.setattr(desk.objects, "read", lambda name: (read.append(name), really(name))[1])
    assert desk.announce(parcel.ticket).body["parts"] == [{"n": 1, "sha256": hashlib.sha256(content).hexdigest()}]
    assert [name for name in read if name.startswith("uploads/parts/")] == []
    monkeypatch.undo()
    assert desk.complete(token).status == 200
    assert [path for path in (door.folder / "data" / "uploads" / "digests").rglob("*") if path.is_file()] == []


def test_a_part_whose_digest_a_kill_left_out_is_digested_again(desk: Desk, tmp_path: Path, door: FrontDoor) -> None:
    parcel = make_parcel(tmp_path, 5000, door.school.workstation)
    token = desk.announce(parcel.ticket).body["upload"]["url"].rpartition("/")[2]
    content = parcel.path.read_bytes()
    desk.put_part(token, 1, content, hashlib.sha256(content).digest())
    shutil.rmtree(door.folder / "data" / "uploads" / "digests")
    assert desk.announce(parcel.ticket).body["parts"] == [{"n": 1, "sha256": hashlib.sha256(content).hexdigest()}]
