"""A line between client and intake that loses answers: everything reaches the intake, not every answer comes back.

It ends TLS with a certificate of its own and speaks TLS to the intake. It holds no rule of the protocol.
"""

from __future__ import annotations

import http.client
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from referral_client.base.clock import SystemClock
from referral_client.practice import Council
from referral_client.sealing.certificates import issue, make_authority

_HOST = "127.0.0.1"


class Step(StrEnum):
    ANNOUNCE = "announce"
    PART = "part"
    COMPLETE = "complete"


class Loss(StrEnum):
    """What becomes of the answer to one request, which the intake has carried out."""

    WHOLE = "nothing comes back"
    HALF = "half of it comes back"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that reached the intake, and the status of the intake's answer."""

    step: Step
    status: int


@dataclass(slots=True)
class Line:
    """`lose`: for each step, what is lost of its next answers, in order; afterwards everything comes back.

    `instead`: what is answered to every announcement and completion in place of the intake's answer, when not empty.
    """

    council: Council
    base_url: str
    tls_ca: str
    lose: dict[Step, list[Loss]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    instead: bytes = b""

    def count(self, step: Step, *statuses: int) -> int:
        return sum(each.step is step and each.status in statuses for each in self.asked)


@contextmanager
def line_to(council: Council, folder: Path) -> Iterator[Line]:
    """A line that is open for the length of the block."""
    now = SystemClock().now()
    authority, authority_key = make_authority(now)
    certificate, key = issue(authority, authority_key, _HOST, now)
    folder.mkdir()
    (folder / "line.pem").write_bytes(certificate)
    (folder / "line.key").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "line.pem", folder / "line.key")
    server = ThreadingHTTPServer((_HOST, 0), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    line = Line(council, f"https://{_HOST}:{server.server_address[1]}", authority.decode())
    _Handler.line = line
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    line: Line
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._forward()

    def do_PUT(self) -> None:
        self._forward()

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        trusted = ssl.create_default_context(cafile=self.line.council.folder / "tls" / "authority.pem")
        onward = http.client.HTTPSConnection(_HOST, self.line.council.port, context=trusted, timeout=60)
        try:
            onward.request(self.command, self.path, body, dict(self.headers))
            answer = onward.getresponse()
            content = answer.read()
        finally:
            onward.close()
        step = _step(self.path)
        self.line.asked.append(Asked(step, answer.status))
        self.line.answers.append(content)
        self.close_connection = True
        losses = self.line.lose.get(step, [])
        loss = losses.pop(0) if losses else None
        if loss is Loss.WHOLE:
            return
        if self.line.instead and step is not Step.PART:
            content = self.line.instead
        self.send_response(200 if self.line.instead else answer.status)
        for name in ("Content-Type", "Retry-After"):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if loss is Loss.HALF else content)

    def log_message(self, *_details: object) -> None:
        """Nothing is written: what went through is in `asked`."""


def _step(path: str) -> Step:
    if path == "/submissions":
        return Step.ANNOUNCE
    return Step.PART if re.fullmatch(r"/uploads/[0-9a-f]+/parts/\d+", path) else Step.COMPLETE
