"""How a real intake treats connections that are slow, endless or killed."""

from __future__ import annotations

import random
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from referral_client.base.errors import Refused, WrongUse
from referral_client.intake import load_config, serve
from referral_client.sealing.receipt import ReceiptStatus
from referral_client.transport import Timeouts, TransportFault
from tests.intake.rig import FrontDoor, Parcel, chain_faults, make_front_door, make_parcel, send

PACKAGES, KILLS = 40, 12


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    door = make_front_door(
        tmp_path_factory.mktemp("impatient"),
        limits={"header_seconds": 1, "body_seconds": 1, "body_bytes_per_second": 10**9},
    )
    door.start()
    yield door
    door.kill()


def test_a_connection_that_never_finishes_its_headers_is_closed(impatient: FrontDoor) -> None:
    with _connected(impatient) as line:
        line.sendall(b"POST /submissions HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert line.recv(1000) == b""


def test_a_connection_that_says_nothing_is_closed(impatient: FrontDoor) -> None:
    with _connected(impatient) as line:
        assert line.recv(1000) == b""


def test_a_body_that_never_comes_is_given_up(impatient: FrontDoor) -> None:
    with _connected(impatient) as line:
        line.sendall(
            b"POST /submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_headers_without_end_are_not_collected(impatient: FrontDoor) -> None:
    with _connected(impatient) as line:
        line.sendall(b"POST /submissions HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 40_000)
        assert line.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_announces_more_than_may_be_is_refused_before_it_is_read(impatient: FrontDoor) -> None:
    with _connected(impatient) as line:
        line.sendall(
            b"POST /submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999999\r\n\r\n"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_chunks_is_counted_too(impatient: FrontDoor) -> None:
    with _connected(impatient) as line:
        line.sendall(
            b"POST /submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n" + b" " * 0xFFFF + b"\r\n"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_plain_http_is_not_spoken(impatient: FrontDoor) -> None:
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP/1." not in line.recv(1000)


def test_a_certificate_that_does_not_fit_its_key_is_refused_in_words(tmp_path: Path) -> None:
    door, other = make_front_door(tmp_path / "one"), make_front_door(tmp_path / "two")
    with pytest.raises(WrongUse) as fault:
        serve(
            load_config(door.folder),
            host="127.0.0.1",
            port=0,
            tls_cert=door.folder / "tls.pem",
            tls_key=other.folder / "tls.key",
        )
    assert fault.value.code == "INTAKE-CERTIFICATE"


def test_an_address_in_use_is_refused_in_words(impatient: FrontDoor) -> None:
    with pytest.raises(Refused) as fault:
        serve(
            load_config(impatient.folder),
            host="127.0.0.1",
            port=impatient.port,
            tls_cert=impatient.folder / "tls.pem",
            tls_key=impatient.folder / "tls.key",
        )
    assert fault.value.code == "INTAKE-CANNOT-LISTEN"


@pytest.mark.journey
# Python 3.11 leaves a socket to the collector when the other side resets it before the handshake begins (ssl.py,
# SSLSocket._create: recv raises and nothing closes). Nobody outside can close it; here it happens at every kill.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <truststore:pytest.PytestUnraisableExceptionWarning")
def test_every_package_is_taken_in_exactly_once_however_often_the_intake_is_killed(tmp_path: Path) -> None:
    door = make_front_door(tmp_path / "door", limits={"part_size": 65_536})
    door.start()
    chance = random.Random(20261122)
    parcels = [make_parcel(tmp_path, chance.randint(1000, 400_000), door.school.workstation) for _ in range(PACKAGES)]
    finished = threading.Event()
    kills = 0

    def keep_killing() -> None:
        nonlocal kills
        while kills < KILLS:
            finished.wait(chance.uniform(0.0, 0.4))
            door.kill()
            kills += 1
            door.start()

    killer = threading.Thread(target=keep_killing)
    killer.start()
    try:
        with ThreadPoolExecutor(6) as pool:
            first_round = list(pool.map(lambda parcel: _until_held(door, parcel), parcels))
            while killer.is_alive():
                # Everything arrived and it is still being killed: the answers must not change.
                assert list(pool.map(lambda parcel: _until_held(door, parcel), parcels)) == first_round
    finally:
        killer.join()
    last_round = [_until_held(door, parcel) for parcel in parcels]
    door.kill()

    assert kills == KILLS
    assert last_round == first_round
    for parcel, untrusted in zip(parcels, last_round, strict=True):
        receipt = door.receipt(untrusted)
        assert (receipt.status, receipt.parcel_sha256) == (ReceiptStatus.STORED, parcel.sha256)
    received = door.received()
    assert sorted(row.submission_id for row in received) == sorted(parcel.submission_id for parcel in parcels)
    by_id = {parcel.submission_id: parcel for parcel in parcels}
    assert all(Path(row.path).read_bytes() == by_id[row.submission_id].path.read_bytes() for row in received)
    assert chain_faults(door.log()) == []
    assert len(door.log()) == PACKAGES


def _until_held(door: FrontDoor, parcel: Parcel) -> bytes:
    while True:
        carrier = door.carrier(timeouts=Timeouts(connect=5, read=20))
        try:
            announced = send(carrier, parcel)
        except TransportFault:
            continue
        finally:
            carrier.close()
        if announced.receipt is not None:
            return announced.receipt


def _connected(door: FrontDoor) -> ssl.SSLSocket:
    context = ssl.create_default_context(cadata=door.authority[0].decode())
    line = socket.create_connection(("127.0.0.1", door.port), timeout=20)
    return context.wrap_socket(line, server_hostname="127.0.0.1")
