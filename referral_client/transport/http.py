"""The one HTTP session: verified TLS to one host, no redirect, no cookie, every answer bounded in size and time.

Certificates are judged by the system's own store (schools add their filter's authority there) and, for this host
alone, by the one extra authority that a signed profile names. There is no switch to turn that off.
A watchdog closes the socket when a deadline passes or the caller asks to stop, so that a server which answers one
byte a second, or never, costs no more than the time allowed. Imports base, requests, urllib3 and truststore.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from referral_client.transport.carrier import Stop
from referral_client.transport.outcomes import (
    AnswerNotUnderstood,
    NotTrusted,
    Stopped,
    TransportFault,
    Unreachable,
)

MAX_ANSWER = 1024 * 1024
_BLOCK = 64 * 1024
_LOOK_EVERY = 0.1

Proxies = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a destination is: an https address, and PEM text of one extra authority for that host (or "")."""

    base_url: str
    tls_ca: str = ""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. A body that keeps moving may take as long as it needs; a silent line may not."""

    connect: float = 10.0
    read: float = 30.0
    bytes_per_second: int = 50_000
    answer: float = 10.0

    def read_for(self, size: int) -> float:
        return self.read + size / self.bytes_per_second


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, all of it untrusted. `body` holds at most MAX_ANSWER bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_web_page(self) -> bool:
        return "html" in self.headers.get("content-type", "").lower() or self.body.lstrip()[:1] == b"<"


def origin_of(url: str) -> tuple[str, int]:
    """Host and port of an https address; NotTrusted for any other scheme, a user in the address or no host."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise NotTrusted("The front door's address is not one that can be read.") from error
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise NotTrusted("The front door's address does not begin with https, so nothing is sent to it.")
    return parts.hostname.lower(), port


def system_proxies(url: str) -> Mapping[str, str]:
    """The proxies this system or its environment names for the address."""
    return get_environ_proxies(url)


class Http:
    """One session to one host. Used by one thread at a time."""

    def __init__(self, endpoint: Endpoint, timeouts: Timeouts, proxies: Proxies = system_proxies) -> None:
        self.origin = origin_of(endpoint.base_url)
        self._timeouts = timeouts
        self._proxies = proxies
        self._adapter = _Adapter(_context(endpoint.tls_ca))
        self._session = requests.Session()
        self._session.trust_env = False  # no .netrc, no certificate bundle by environment; proxies are handed in
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.clear()
        self._session.headers.update(
            {"User-Agent": "referral-client", "Accept": "application/json", "Accept-Encoding": "identity"}
        )
        self._session.adapters.clear()
        self._session.mount("https://", self._adapter)

    def close(self) -> None:
        # The library leaves a pool's connections to the garbage collector, and a fault's traceback keeps the pool.
        for connection in list(self._adapter.connections):
            connection.close()
        self._session.close()

    def ask(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        stop: Stop,
        moved: Callable[[int], None] = lambda _count: None,
        work: int = 0,
    ) -> Answer:
        """One request, one bounded answer; TransportFault otherwise.

        moved: told how many bytes of the body have been taken so far. work: bytes the server must read before it
        can answer, when that is more than the body.
        """
        if origin_of(url) != self.origin:
            raise NotTrusted("The front door's computer named another computer to send to.")
        patience = self._timeouts.read_for(max(len(body), work))
        watch = _Watchdog(self._adapter.connections, stop, self._timeouts.connect + self._timeouts.read)
        with watch:
            try:
                response = self._session.request(
                    method,
                    url,
                    data=_Body(body, watch, moved, self._timeouts.read, patience) if body else None,
                    headers={**headers, "Content-Length": str(len(body))},
                    timeout=(self._timeouts.connect, patience),
                    proxies=dict(self._proxies(url)),
                    allow_redirects=False,
                    stream=True,
                )
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                raise _fault(error, watch) from error
            try:
                if watch.expired or watch.stopped:
                    # Cut in the middle of the headers, which the library takes for their end.
                    raise Stopped if watch.stopped else Unreachable("timed-out")
                return self._read(response, watch)
            finally:
                response.close()

    def _read(self, response: requests.Response, watch: _Watchdog) -> Answer:
        watch.allow(self._timeouts.answer)
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status_code
        if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            # Asked for plain bytes; a packed answer is how a small answer becomes a huge one.
            raise AnswerNotUnderstood("packed", status=status)
        length = headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 12 or int(length) > MAX_ANSWER):
            raise AnswerNotUnderstood("too-large", status=status)
        body = bytearray()
        try:
            while piece := response.raw.read(_BLOCK, decode_content=False):
                body += piece
                if len(body) > MAX_ANSWER:
                    raise AnswerNotUnderstood("too-large", status=status)
        except (HTTPError, OSError, ValueError, AttributeError) as error:
            if watch.stopped:
                raise Stopped from error
            raise AnswerNotUnderstood("too-slow" if watch.expired else "cut-short", status=status) from error
        if watch.expired:
            raise AnswerNotUnderstood("too-slow", status=status)
        return Answer(status, headers, bytes(body))


class _Watchdog:
    """Closes the session's sockets when time is up or the caller wants to stop."""

    def __init__(self, connections: weakref.WeakSet[HTTPSConnection], stop: Stop, seconds: float) -> None:
        self._connections = connections
        self._stop = stop
        self._done = threading.Event()
        self._deadline = time.monotonic() + seconds
        self._thread = threading.Thread(target=self._look, name="transport-watchdog", daemon=True)
        self.expired = False
        self.stopped = False

    def allow(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def check_stop(self) -> None:
        if self.stopped or self._stop():
            self.stopped = True
            raise Stopped

    def __enter__(self) -> None:
        self.check_stop()
        self._thread.start()

    def __exit__(self, *_details: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_LOOK_EVERY):
            if self._stop():
                self.stopped = True
            elif time.monotonic() > self._deadline:
                self.expired = True
            else:
                continue
            self._cut()

    def _cut(self) -> None:
        for connection in list(self._connections):
            held: Any = connection.sock
            if isinstance(held, socket.socket):
                try:
                    # Below the TLS object, which another thread is using: only the blocked call is woken.
                    socket.socket.shutdown(held, socket.SHUT_RDWR)
                except OSError:
                    continue


class _Body:
    """A request body handed out in small blocks, so that a slow line is told from a dead one."""

    def __init__(
        self, content: bytes, watch: _Watchdog, moved: Callable[[int], None], pause: float, patience: float
    ) -> None:
        self._content = memoryview(content)
        self._watch = watch
        self._moved = moved
        self._pause = pause
        self._patience = patience
        self._at = 0

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(_BLOCK):
            yield block

    def read(self, count: int = -1) -> bytes:
        self._watch.check_stop()
        end = len(self._content) if count < 0 else min(self._at + max(count, _BLOCK), len(self._content))
        block = bytes(self._content[self._at : end])
        self._at = end
        self._moved(end)
        self._watch.allow(self._pause if end < len(self._content) else self._patience)
        return block


def _context(tls_ca: str) -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls_ca:
        try:
            context.load_verify_locations(cadata=tls_ca)
        except (ssl.SSLError, ValueError) as error:
            raise NotTrusted("The extra certificate in the council's profile cannot be read.") from error
    return context


class _Adapter(HTTPAdapter):
    """Our TLS context everywhere, and a list of the connections that the watchdog may cut."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self.connections: weakref.WeakSet[HTTPSConnection] = weakref.WeakSet()
        self._pools = {"http": HTTPConnectionPool, "https": _pool_class(self.connections)}
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context decides alone: no other list of authorities is added to it, and nothing relaxes it."""
        conn.cert_reqs = "CERT_REQUIRED"
        conn.ca_certs = None
        conn.ca_cert_dir = None


def _pool_class(connections: weakref.WeakSet[HTTPSConnection]) -> type[HTTPSConnectionPool]:
    class Connection(HTTPSConnection):
        def connect(self) -> None:
            connections.add(self)
            super().connect()

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool


def _fault(error: Exception, watch: _Watchdog) -> TransportFault:
    if watch.stopped or isinstance(error, Stopped):
        return Stopped()
    if watch.expired or isinstance(error, requests.Timeout):
        return Unreachable("timed-out")
    if _caused_by(error, ssl.SSLCertVerificationError):
        return NotTrusted()
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable("proxy")
    if _caused_by(error, ConnectionRefusedError, socket.gaierror) or _caused_by(error, OSError, exact=True):
        return Unreachable("no-connection")
    return Unreachable("broken-off")


def _caused_by(error: BaseException, *kinds: type[BaseException], exact: bool = False) -> bool:
    """True when one of the kinds is anywhere in what led to the error (urllib3 wraps, and keeps causes in args)."""
    waiting, seen = [error], set()
    while waiting:
        here = waiting.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if (type(here) in kinds) if exact else isinstance(here, kinds):
            return True
        linked = (here.__cause__, here.__context__, getattr(here, "reason", None), *here.args)
        waiting += [other for other in linked if isinstance(other, BaseException)]
    return False
