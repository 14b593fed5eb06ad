"""Runs the intake over TLS: one process, one listening socket, connections bounded in number and patience.

Once it listens it prints one JSON line {"listening": URL, "host": ..., "port": ...} on standard output, so that port
0 (any free port) can be used. SIGTERM ends it after the requests in hand. Imports uvicorn and this room.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import sys
from pathlib import Path

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from referral_client.base import log
from referral_client.base.errors import Refused, WrongUse
from referral_client.intake.app import create_app
from referral_client.intake.config import IntakeConfig

_MAX_HEADERS = 32 * 1024
_KEEP_ALIVE_SECONDS = 75
_CLOSING_SECONDS = 3


def serve(config: IntakeConfig, *, host: str, port: int, tls_cert: Path, tls_key: Path) -> None:
    """Serve until the process is told to end. Refused for a certificate or an address that does not work."""
    _check_certificate(tls_cert, tls_key)
    listener = _listen(host, port)
    settings = uvicorn.Config(
        create_app(config),
        http=_protocol(config.limits.header_seconds),
        loop="asyncio",
        ws="none",
        ssl_certfile=str(tls_cert),
        ssl_keyfile=str(tls_key),
        h11_max_incomplete_event_size=_MAX_HEADERS,
        limit_concurrency=config.limits.connections,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_CLOSING_SECONDS,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
    )
    # Its own log lines could hold what a client sent; ours are codes, and the desk writes them.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    logging.getLogger("uvicorn").propagate = False
    actual = listener.getsockname()[1]
    _Server(settings, host, actual).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says where it listens as soon as it does."""

    def __init__(self, settings: uvicorn.Config, host: str, port: int) -> None:
        super().__init__(settings)
        self._host = host
        self._port = port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        shown = f"[{self._host}]" if ":" in self._host else self._host
        where = {"listening": f"https://{shown}:{self._port}", "host": self._host, "port": self._port}
        sys.stdout.write(json.dumps(where) + "\n")
        sys.stdout.flush()
        log.event("intake-listening", port=self._port)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=256)
    except (OSError, OverflowError) as error:
        raise Refused(
            "INTAKE-CANNOT-LISTEN",
            "The intake cannot listen at that address.",
            meaning="It is not running, so nothing can be received.",
            next_step="Check the address, and whether another program has that port.",
        ) from error


def _check_certificate(tls_cert: Path, tls_key: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls_cert, tls_key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise WrongUse(
            "INTAKE-CERTIFICATE",
            "The TLS certificate and key cannot be used together.",
            meaning="The intake is not running. It never runs without TLS.",
            next_step="Give the PEM file of the certificate chain and the PEM file of its key.",
        ) from error


def _protocol(header_seconds: float) -> type[asyncio.Protocol]:
    class Impatient(H11Protocol):
        """Closes a connection whose request headers are not there after some seconds, however they drip."""

        _waiting: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait_for_headers()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.conn.their_state is not h11.IDLE:
                self._stop_waiting()
            elif self._waiting is None and not self.transport.is_closing():
                self._wait_for_headers()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _wait_for_headers(self) -> None:
            self._waiting = self.loop.call_later(header_seconds, self.transport.close)

        def _stop_waiting(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

    return Impatient
