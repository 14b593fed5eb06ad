"""Servers that misbehave: a TLS server that sends any bytes it is told to, and a relay that can swallow answers."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.sealing.certificates import issue, make_authority
from referral_client.transport import Endpoint

Behaviour = Callable[[ssl.SSLSocket], None]


@contextmanager
def evil_server(behaviour: Behaviour, folder: Path, *, host: str = "127.0.0.1") -> Iterator[Endpoint]:
    """Answers each connection with the behaviour, after reading the one request that came."""
    now = SystemClock().now()
    authority = make_authority(now)
    certificate, key = issue(*authority, host, now)
    (folder / "evil.pem").write_bytes(certificate)
    (folder / "evil.key").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "evil.pem", folder / "evil.key")

    def handle(line: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), context.wrap_socket(line, server_side=True) as secured:
            _read_request(secured)
            behaviour(secured)

    with _listening(handle) as port:
        yield Endpoint(f"https://127.0.0.1:{port}", authority[0].decode())


def _read_request(line: ssl.SSLSocket) -> None:
    """To the end of its body: what is left unread would be answered with a reset."""
    untrusted = b""
    while b"\r\n\r\n" not in untrusted:
        untrusted += _some(line)
    headers, _, body = untrusted.partition(b"\r\n\r\n")
    length = int(headers.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _some(line)


def _some(line: ssl.SSLSocket) -> bytes:
    piece = line.recv(65_536)
    if not piece:
        raise ConnectionResetError
    return piece


def says(status: str, body: bytes = b"", **headers: str) -> Behaviour:
    """One well-formed answer, then the end."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return sends(("\r\n".join(lines) + "\r\n\r\n").encode() + body)


def sends(*pieces: bytes) -> Behaviour:
    """These bytes, whatever they are, then the end."""

    def behave(line: ssl.SSLSocket) -> None:
        for piece in pieces:
            line.sendall(piece)

    return behave


@contextmanager
def relay(port: int, *, swallow: threading.Event) -> Iterator[int]:
    """Passes bytes on to `port` and back; while `swallow` is set, the first answer that comes is dropped and cut."""

    def pump(source: socket.socket, target: socket.socket, *, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                # A TLS record of type 23 carries the answer; handshakes go through.
                if answers and swallow.is_set() and piece[0] == 23:
                    break
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def handle(line: socket.socket) -> None:
        with line, socket.create_connection(("127.0.0.1", port)) as onward:
            back = threading.Thread(target=pump, args=(onward, line), kwargs={"answers": True})
            back.start()
            pump(line, onward, answers=False)
            back.join()

    with _listening(handle) as relay_port:
        yield relay_port


@contextmanager
def _listening(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    handlers: list[threading.Thread] = []

    def accept() -> None:
        while True:
            line, _ = listener.accept()
            if ended.is_set():
                line.close()
                return
            handlers.append(threading.Thread(target=handle, args=(line,)))
            handlers[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        socket.create_connection(listener.getsockname()).close()
        acceptor.join()
        for handler in handlers:
            handler.join()
        listener.close()
