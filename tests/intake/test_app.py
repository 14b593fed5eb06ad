"""What a client sees of a real intake in its own process, over verified TLS."""

from __future__ import annotations

import base64
import hashlib
import http.client
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from referral_client.base.ids import new_uuid, system_random
from referral_client.sealing.receipt import ReceiptStatus
from referral_client.sealing.signing import SigningKeys
from referral_client.transport import AnnouncedState, Conflict, NativeTransport, RefusedByServer, UploadGone
from tests.intake.rig import SCHOOL, FrontDoor, chain_faults, make_parcel, send


def test_a_package_that_was_sent_has_a_receipt_naming_its_bytes(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 200_000, front_door.school.workstation)
    receipt = front_door.receipt(send(carrier, parcel).receipt)
    assert receipt.status is ReceiptStatus.STORED
    assert (receipt.submission_id, receipt.org_id) == (parcel.submission_id, SCHOOL)
    assert (receipt.parcel_sha256, receipt.parcel_size) == (parcel.sha256, 200_000)
    stored = next(row for row in front_door.received() if row.submission_id == parcel.submission_id)
    assert Path(stored.path).read_bytes() == parcel.path.read_bytes()
    assert stored.known


def test_announcing_again_gives_the_very_same_receipt_and_needs_no_upload(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation)
    first = send(carrier, parcel)
    again = carrier.announce(parcel.ticket)
    assert again.state is AnnouncedState.HELD
    assert again.receipt == first.receipt


def test_completing_again_gives_the_very_same_receipt(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation)
    announced = carrier.announce(parcel.ticket)
    carrier.send_parts(announced, parcel.path)
    first = carrier.complete(announced, size=parcel.size)
    assert carrier.complete(announced, size=parcel.size).receipt == first.receipt


def test_an_upload_goes_on_where_it_stopped(front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, 200_000, front_door.school.workstation)
    announced = carrier.announce(parcel.ticket)
    _put(front_door, announced.upload_url, 2, parcel.path.read_bytes()[65_536:131_072])
    resumed = carrier.announce(parcel.ticket)
    assert resumed.upload_url == announced.upload_url
    assert [part.n for part in resumed.parts] == [2]
    sent: list[int] = []
    carrier.send_parts(resumed, parcel.path, progress=lambda there, _in_all: sent.append(there))
    assert sent[-1] == 200_000
    assert front_door.receipt(carrier.complete(resumed, size=parcel.size).receipt).parcel_sha256 == parcel.sha256


def test_eight_threads_announcing_and_sending_the_same_package_make_one_record(
    front_door: FrontDoor, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 150_000, front_door.school.workstation)

    def once(_number: int) -> bytes | None:
        carrier = front_door.carrier()
        try:
            for _attempt in range(50):
                try:
                    announced = send(carrier, parcel)
                except UploadGone:
                    continue
                if announced.receipt is not None:
                    return announced.receipt
        finally:
            carrier.close()
        return None

    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(once, range(8)))
    assert len(receipts) == 1
    assert None not in receipts
    assert [row.submission_id for row in front_door.received()].count(parcel.submission_id) == 1
    assert chain_faults(front_door.log()) == []


def test_other_bytes_under_a_stored_id_are_a_conflict_with_the_receipt_of_what_is_held(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    first = make_parcel(tmp_path, 5000, front_door.school.workstation)
    held = send(carrier, first).receipt
    other = make_parcel(tmp_path, 6000, front_door.school.workstation, submission_id=first.submission_id)
    with pytest.raises(Conflict) as conflict:
        carrier.announce(other.ticket)
    assert conflict.value.receipt == held


def test_other_bytes_under_an_unfinished_id_replace_the_unfinished_upload(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    first = make_parcel(tmp_path, 150_000, front_door.school.workstation)
    begun = carrier.announce(first.ticket)
    _put(front_door, begun.upload_url, 1, first.path.read_bytes()[:65_536])
    other = make_parcel(tmp_path, 6000, front_door.school.workstation, submission_id=first.submission_id)
    receipt = front_door.receipt(send(carrier, other).receipt)
    assert receipt.parcel_sha256 == other.sha256
    with pytest.raises(UploadGone):
        carrier.complete(begun, size=first.size)


def test_two_organisations_may_use_the_same_id_without_meeting(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    ours = make_parcel(tmp_path, 5000, front_door.school.workstation)
    theirs = make_parcel(
        tmp_path, 6000, SigningKeys.make(system_random), submission_id=ours.submission_id, org_id="somebody-else"
    )
    assert front_door.receipt(send(carrier, ours).receipt).status is ReceiptStatus.STORED
    assert front_door.receipt(send(carrier, theirs).receipt).status is ReceiptStatus.QUARANTINED


def test_a_part_whose_digest_does_not_fit_is_not_kept(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation)
    url = carrier.announce(parcel.ticket).upload_url
    status, _ = _put(front_door, url, 1, parcel.path.read_bytes(), digest=hashlib.sha256(b"other").digest())
    assert status == 400
    assert carrier.announce(parcel.ticket).parts == ()


def test_the_same_part_again_is_412_and_says_what_is_held(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation)
    url = carrier.announce(parcel.ticket).upload_url
    content = parcel.path.read_bytes()
    assert _put(front_door, url, 1, content)[0] == 201
    status, body = _put(front_door, url, 1, content)
    assert status == 412
    assert hashlib.sha256(content).hexdigest().encode() in body
    assert front_door.receipt(send(carrier, parcel).receipt).parcel_sha256 == parcel.sha256


def test_another_part_under_the_same_number_ends_that_upload_and_the_next_one_succeeds(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation)
    announced = carrier.announce(parcel.ticket)
    assert _put(front_door, announced.upload_url, 1, bytes(5000))[0] == 201
    with pytest.raises(UploadGone):
        carrier.send_parts(announced, parcel.path)
    assert front_door.receipt(send(carrier, parcel).receipt).parcel_sha256 == parcel.sha256


def test_parts_that_make_other_bytes_than_the_ticket_names_are_never_signed_for(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation)
    announced = carrier.announce(parcel.ticket)
    _put(front_door, announced.upload_url, 1, bytes(5000))
    status, body = _request(front_door, "POST", f"{announced.upload_url}/complete", b"")
    assert status == 422
    assert b"digest-mismatch" in body
    assert parcel.submission_id not in {row.submission_id for row in front_door.received()}


@pytest.mark.parametrize("size", [4999, 5001])
def test_a_part_of_another_length_is_not_taken(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path, size: int
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation)
    url = carrier.announce(parcel.ticket).upload_url
    assert _put(front_door, url, 1, bytes(size))[0] in (400, 413)


def test_completing_before_every_part_is_there_does_not_take_it_in(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 200_000, front_door.school.workstation)
    announced = carrier.announce(parcel.ticket)
    with pytest.raises(UploadGone):
        carrier.complete(announced, size=parcel.size)
    assert front_door.receipt(send(carrier, parcel).receipt).parcel_sha256 == parcel.sha256


def test_an_unknown_sender_is_kept_under_its_keys_and_never_under_the_name_it_claims(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, SigningKeys.make(system_random))
    receipt = front_door.receipt(send(carrier, parcel).receipt)
    assert (receipt.status, receipt.reason) == (ReceiptStatus.QUARANTINED, "sender-unknown")
    stored = next(row for row in front_door.received() if row.submission_id == parcel.submission_id)
    assert not stored.known
    assert SCHOOL not in stored.path
    assert Path(stored.path).read_bytes() == parcel.path.read_bytes()


def test_a_ticket_changed_on_the_way_is_refused_when_it_names_a_known_key(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation)
    payload_at = parcel.ticket.index(b'"payload":"') + len(b'"payload":"')
    payload = base64.b64decode(parcel.ticket[payload_at : parcel.ticket.index(b'"', payload_at)])
    changed = payload.replace(parcel.submission_id.encode(), new_uuid().encode())
    forged = parcel.ticket.replace(base64.b64encode(payload), base64.b64encode(changed))
    assert forged != parcel.ticket
    with pytest.raises(RefusedByServer) as refusal:
        carrier.announce(forged)
    assert (refusal.value.status, refusal.value.reason_code) == (401, "signature")


def test_a_real_ticket_is_refused_by_a_practice_intake(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation, practice=False)
    with pytest.raises(RefusedByServer) as refusal:
        carrier.announce(parcel.ticket)
    assert (refusal.value.status, refusal.value.reason_code) == (403, "real-ticket")


def test_a_package_for_another_front_door_is_refused(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 5000, front_door.school.workstation, destination_id="another-council")
    with pytest.raises(RefusedByServer) as refusal:
        carrier.announce(parcel.ticket)
    assert refusal.value.reason_code == "not-for-us"


def test_a_package_over_the_limit_is_refused_before_a_byte_of_it_is_sent(
    front_door: FrontDoor, carrier: NativeTransport, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 8 * 1024 * 1024 + 1, front_door.school.workstation)
    with pytest.raises(RefusedByServer) as refusal:
        carrier.announce(parcel.ticket)
    assert (refusal.value.status, refusal.value.reason_code) == (413, "package-too-large")


def test_a_ticket_over_its_limit_is_refused(carrier: NativeTransport) -> None:
    with pytest.raises(RefusedByServer) as refusal:
        carrier.announce(b" " * 64_001)
    assert refusal.value.status == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"payloadType":"x"}', b"\xff\xfe"])
def test_what_is_no_ticket_is_refused(front_door: FrontDoor, body: bytes) -> None:
    status, answer = _request(front_door, "POST", "/submissions", body, {"Content-Type": "application/json"})
    assert status == 400
    assert b"not-a-ticket" in answer


def test_nothing_can_be_asked_without_a_signed_ticket(front_door: FrontDoor) -> None:
    for method, path, expected in (
        ("GET", "/submissions", 405),
        ("GET", f"/submissions/{new_uuid()}", 404),
        ("GET", "/", 404),
        ("POST", f"/uploads/{'0' * 64}/complete", 404),
        ("POST", "/uploads/..%2f..%2fintake.keys/complete", 404),
    ):
        assert _request(front_door, method, path, b"")[0] == expected


def _put(front_door: FrontDoor, url: str, n: int, content: bytes, *, digest: bytes | None = None) -> tuple[int, bytes]:
    stated = base64.b64encode(digest or hashlib.sha256(content).digest()).decode()
    headers = {"Content-Digest": f"sha-256=:{stated}:", "If-None-Match": "*"}
    return _request(front_door, "PUT", f"{url}/parts/{n}", content, headers)


def _request(
    front_door: FrontDoor, method: str, url: str, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """One request by the standard library: what the protocol allows a client that is not ours."""
    context = ssl.create_default_context(cadata=front_door.authority[0].decode())
    connection = http.client.HTTPSConnection("127.0.0.1", front_door.port, context=context, timeout=30)
    try:
        connection.request(method, url.removeprefix(f"https://127.0.0.1:{front_door.port}"), body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
