"""What the queue is told when a destination, or something in between, misbehaves. Real sockets, real TLS."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from referral_client.transport import (
    Announced,
    AnnouncedState,
    AnswerNotUnderstood,
    Conflict,
    Endpoint,
    NativeTransport,
    NotTrusted,
    PortalInTheWay,
    RedirectedAway,
    RefusedByServer,
    Stopped,
    Timeouts,
    TransportFault,
    TryLater,
    Unreachable,
    UploadGone,
)
from tests.intake.rig import FrontDoor, make_front_door, make_parcel, send
from tests.transport.evil import Behaviour, evil_server, relay, says, sends

QUICK = Timeouts(connect=5, read=0.4, answer=0.4)
JSON = "application/json"
HELD = json.dumps({"state": "held", "receipt": {"payload": "x"}}).encode()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    made = make_front_door(tmp_path_factory.mktemp("door"), limits={"part_size": 65_536})
    made.start()
    yield made
    made.kill()


def _announce(behaviour: Behaviour, folder: Path, *, timeouts: Timeouts = QUICK) -> Announced:
    with evil_server(behaviour, folder) as endpoint:
        carrier = NativeTransport(endpoint, timeouts=timeouts)
        try:
            return carrier.announce(b"{}")
        finally:
            carrier.close()


def test_an_answer_lost_after_the_commit_is_got_by_asking_and_makes_no_second_record(
    door: FrontDoor, tmp_path: Path
) -> None:
    parcel = make_parcel(tmp_path, 100_000, door.school.workstation)
    swallow = threading.Event()
    with relay(door.port, swallow=swallow) as port:
        carrier = door.carrier(port=port)
        announced = carrier.announce(parcel.ticket)
        carrier.send_parts(announced, parcel.path)
        swallow.set()  # on the same connection: the request goes through, only its answer is lost
        with pytest.raises(Unreachable):
            carrier.complete(announced, size=parcel.size)
        swallow.clear()
        assert [row.submission_id for row in door.received()].count(parcel.submission_id) == 1
        again = carrier.announce(parcel.ticket)
        carrier.close()
    assert again.state is AnnouncedState.HELD
    assert door.receipt(again.receipt).parcel_sha256 == parcel.sha256
    assert [row.submission_id for row in door.received()].count(parcel.submission_id) == 1


def test_a_certificate_nobody_vouches_for_is_not_trusted(door: FrontDoor, tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, 100, door.school.workstation)
    carrier = NativeTransport(Endpoint(door.endpoint().base_url))
    with pytest.raises(NotTrusted):
        carrier.announce(parcel.ticket)
    carrier.close()


def test_a_certificate_for_another_host_is_not_trusted(tmp_path: Path) -> None:
    with evil_server(says("200 OK", HELD), tmp_path, host="127.0.0.2") as endpoint:
        carrier = NativeTransport(endpoint)
        with pytest.raises(NotTrusted):
            carrier.announce(b"{}")
        carrier.close()


def test_no_variable_of_the_environment_adds_an_authority(
    door: FrontDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(door.authority[0])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(bundle))
    carrier = NativeTransport(Endpoint(door.endpoint().base_url))
    with pytest.raises(NotTrusted):
        carrier.announce(b"{}")
    carrier.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://127.0.0.1", "https://user@127.0.0.1", "https://", "x"])
def test_an_address_that_is_not_plain_https_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(NotTrusted):
        NativeTransport(Endpoint(url))


def test_an_extra_authority_that_is_no_certificate_is_refused_in_words() -> None:
    with pytest.raises(NotTrusted):
        NativeTransport(Endpoint("https://127.0.0.1", "not a certificate"))


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_never_followed(tmp_path: Path, status: str) -> None:
    asked: list[int] = []

    def count(line: ssl.SSLSocket) -> None:
        asked.append(1)
        says(status, Location="/elsewhere")(line)

    with pytest.raises(RedirectedAway):
        _announce(count, tmp_path)
    assert len(asked) == 1


def test_an_upload_address_on_another_host_is_refused(tmp_path: Path) -> None:
    body = {"state": "send", "upload": {"url": "https://elsewhere.example/u", "part_size": 65_536}, "parts": []}
    with pytest.raises(RedirectedAway):
        _announce(says("201 Created", json.dumps(body).encode(), Content_Type=JSON), tmp_path)


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "404 Not Found", "511 Network Authentication Required"])
def test_a_web_page_in_place_of_an_answer_is_a_portal(tmp_path: Path, status: str) -> None:
    with pytest.raises(PortalInTheWay):
        _announce(says(status, b"<html>Welcome to the guest network</html>", Content_Type="text/html"), tmp_path)


def test_a_web_page_that_calls_itself_json_is_a_portal(tmp_path: Path) -> None:
    with pytest.raises(PortalInTheWay):
        _announce(says("200 OK", b"  <!doctype html>", Content_Type=JSON), tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        HELD[:-5],
        b"",
        b"[]",
        b'{"state":"held"}',
        b'{"state":"held","receipt":"text"}',
        b'{"state":"unheard-of"}',
        b'{"state":"send","upload":{"url":"u","part_size":1}}',
        b'{"state":"send","upload":{"url":"u","part_size":65536},"parts":[{"n":1,"sha256":"x"}]}',
        b'{"state":"send","state":"held","receipt":{}}',
        b'{"state":"held","receipt":{"x":1.5}}',
        b'{"state":"held","receipt":' + b"[" * 100 + b"]" * 100 + b"}",
        b"\xff",
    ],
)
def test_an_answer_outside_the_protocol_is_not_understood(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(AnswerNotUnderstood):
        _announce(says("200 OK", body, Content_Type=JSON), tmp_path)


def test_an_answer_cut_short_is_not_understood(tmp_path: Path) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n" + HELD
    with pytest.raises(AnswerNotUnderstood) as fault:
        _announce(sends(cut), tmp_path)
    assert fault.value.fault == "cut-short"


def test_an_answer_of_50_megabytes_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(AnswerNotUnderstood) as fault:
        _announce(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n{"), tmp_path)
    assert fault.value.fault == "too-large"
    endless = sends(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", *(b" " * 65_536 for _ in range(800)))
    with pytest.raises(AnswerNotUnderstood) as fault:
        _announce(endless, tmp_path, timeouts=Timeouts())
    assert fault.value.fault == "too-large"


def test_a_packed_answer_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with pytest.raises(AnswerNotUnderstood) as fault:
        _announce(says("200 OK", bomb, Content_Type=JSON, Content_Encoding="gzip"), tmp_path)
    assert fault.value.fault == "packed"


def test_a_server_that_says_nothing_is_left_after_the_time_allowed(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as fault:
        _announce(lambda line: void(line.recv(1)), tmp_path, timeouts=Timeouts(connect=0.3, read=0.3))
    assert fault.value.cause == "timed-out"


def test_headers_that_drip_are_left_after_the_time_allowed(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as fault:
        _announce(_dripping(b"HTTP/1.1 200 OK\r\nX: "), tmp_path, timeouts=Timeouts(connect=0.3, read=0.3))
    assert fault.value.cause == "timed-out"


def test_a_body_that_drips_is_left_after_the_time_allowed(tmp_path: Path) -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    with pytest.raises(AnswerNotUnderstood) as fault:
        _announce(_dripping(start), tmp_path, timeouts=Timeouts(connect=5, read=5, answer=0.3))
    assert fault.value.fault == "too-slow"


def test_stopping_wakes_a_request_that_waits(tmp_path: Path) -> None:
    stop = threading.Event()

    def behave(line: ssl.SSLSocket) -> None:
        stop.set()
        line.recv(1)

    with evil_server(behave, tmp_path) as endpoint:
        carrier = NativeTransport(endpoint)
        with pytest.raises(Stopped):
            carrier.announce(b"{}", stop=stop.is_set)
        carrier.close()


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    carrier = NativeTransport(Endpoint(f"https://127.0.0.1:{port}"))
    with pytest.raises(Unreachable) as fault:
        carrier.announce(b"{}")
    assert fault.value.cause == "no-connection"


def test_a_name_that_does_not_exist_is_unreachable() -> None:
    carrier = NativeTransport(Endpoint("https://front-door.invalid"), proxies=lambda _url: {})
    with pytest.raises(Unreachable):
        carrier.announce(b"{}")


def test_a_proxy_that_refuses_is_named_as_the_cause(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def refuse() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        proxy = threading.Thread(target=refuse)
        proxy.start()
        carrier = NativeTransport(
            Endpoint("https://front-door.example"), proxies=lambda _url: {"https": f"http://127.0.0.1:{port}"}
        )
        with pytest.raises(Unreachable) as fault:
            carrier.announce(b"{}")
        carrier.close()
        proxy.join()
    assert fault.value.cause == "proxy"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("-1", None),
        ("1000000000", 3600),
        ("99999999999999999999", 3600),
        ("soon", None),
        ("Sun, 22 Nov 2026 15:50:00 GMT", 600),
        ("Sat, 22 Nov 2036 15:40:00 GMT", 3600),
        ("Sun, 22 Nov 2016 15:40:00 GMT", 0),
    ],
)
@pytest.mark.parametrize("status", ["503 Busy", "429 Too Many"])
def test_the_time_a_server_asks_to_wait_is_understood_and_bounded(
    tmp_path: Path, status: str, text: str, seconds: int | None
) -> None:
    class Afternoon:
        def now(self) -> datetime:
            return datetime(2026, 11, 22, 15, 40, tzinfo=UTC)

        def monotonic(self) -> float:
            return 0.0

    with evil_server(says(status, Retry_After=text), tmp_path) as endpoint:
        carrier = NativeTransport(endpoint, clock=Afternoon())
        with pytest.raises(TryLater) as fault:
            carrier.announce(b"{}")
        carrier.close()
    assert fault.value.retry_after == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 426])
def test_a_refusal_carries_the_servers_own_code(tmp_path: Path, status: int) -> None:
    body = json.dumps({"code": "sender-revoked", "title": "any words"}).encode()
    with pytest.raises(RefusedByServer) as fault:
        _announce(says(f"{status} No", body, Content_Type="application/problem+json"), tmp_path)
    assert (fault.value.status, fault.value.reason_code) == (status, "sender-revoked")
    assert "any words" not in str(fault.value)


@pytest.mark.parametrize("status", [500, 502, 504, 408])
def test_a_server_in_trouble_is_tried_later(tmp_path: Path, status: int) -> None:
    with pytest.raises(TryLater):
        _announce(says(f"{status} Trouble", b"<html>", Content_Type="text/html"), tmp_path)


def test_a_conflict_without_a_receipt_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(RefusedByServer):
        _announce(says("409 Conflict", b'{"code":"digest-conflict"}', Content_Type=JSON), tmp_path)
    with pytest.raises(Conflict) as conflict:
        _announce(says("409 Conflict", HELD, Content_Type=JSON), tmp_path)
    assert conflict.value.receipt == b'{"payload":"x"}'


def test_still_processing_is_no_receipt(tmp_path: Path) -> None:
    announced = _announce(says("202 Accepted", b'{"state":"processing"}', Content_Type=JSON, Retry_After="7"), tmp_path)
    assert (announced.state, announced.receipt, announced.retry_after) == (AnnouncedState.PROCESSING, None, 7)


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_an_upload_that_is_gone_is_announced_again_at_once(tmp_path: Path, status: str) -> None:
    with evil_server(says(status, b"{}", Content_Type=JSON), tmp_path) as endpoint:
        carrier = NativeTransport(endpoint)
        started = Announced(AnnouncedState.SEND, upload_url=f"{endpoint.base_url}/uploads/x", part_size=65_536)
        with pytest.raises(UploadGone) as fault:
            carrier.complete(started, size=1)
        carrier.close()
    assert fault.value.retry_after == 0


def test_stopping_between_parts_keeps_what_was_sent(door: FrontDoor, tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, 300_000, door.school.workstation)
    carrier = door.carrier()
    announced = carrier.announce(parcel.ticket)
    there: list[int] = []
    with pytest.raises(Stopped):
        carrier.send_parts(
            announced,
            parcel.path,
            progress=lambda count, _in_all: there.append(count),
            stop=lambda: bool(there) and there[-1] >= 131_072,
        )
    resumed = carrier.announce(parcel.ticket)
    assert 1 <= len(resumed.parts) < 5
    assert door.receipt(send(carrier, parcel).receipt).parcel_sha256 == parcel.sha256
    carrier.close()


def test_progress_rises_to_the_size_of_the_file(door: FrontDoor, tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, 200_000, door.school.workstation)
    carrier = door.carrier()
    seen: list[tuple[int, int]] = []
    carrier.send_parts(
        carrier.announce(parcel.ticket), parcel.path, progress=lambda count, in_all: seen.append((count, in_all))
    )
    carrier.close()
    assert seen == sorted(seen)
    assert seen[-1] == (200_000, 200_000)


def test_closing_lets_go_of_the_line_even_while_a_fault_is_still_looked_at(tmp_path: Path) -> None:
    let_go = threading.Event()

    def keep_open(line: ssl.SSLSocket) -> None:
        line.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\n{}")
        if line.recv(1) == b"":
            let_go.set()

    with evil_server(keep_open, tmp_path) as endpoint:
        carrier = NativeTransport(endpoint)
        with pytest.raises(RefusedByServer) as held_fault:
            carrier.announce(b"{}")
        carrier.close()
        assert let_go.wait(10)
    assert held_fault.value.status == 403


def test_every_outcome_says_whether_the_referral_was_sent() -> None:
    for fault in (
        Unreachable("timed-out"),
        TryLater(),
        AnswerNotUnderstood("x"),
        UploadGone(),
        PortalInTheWay(),
        RedirectedAway(),
        NotTrusted(),
        RefusedByServer(403),
        Stopped(),
    ):
        assert isinstance(fault, TransportFault)
        assert "NOT SENT" in fault.meaning
        assert fault.next_step


def void(_value: object) -> None:
    """Drop a value: a behaviour gives none."""


def _dripping(start: bytes) -> Behaviour:
    def behave(line: ssl.SSLSocket) -> None:
        line.sendall(start)
        line.settimeout(0.05)
        while True:
            try:
                if not line.recv(1):
                    return
            except TimeoutError:
                line.sendall(b"a")

    return behave
