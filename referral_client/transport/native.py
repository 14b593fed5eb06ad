"""The native HTTPS profile: announce the ticket, send parts, complete. `docs/package-format.md` is the contract.

Announcing is asking: the same signed ticket is posted again after any doubt, and the answer says what is held.
Every part is checked by its own digest on arrival and the whole by the ticket's. Imports base and this room.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin

from referral_client.base.canonical import Json, NotStrictJson, canonical_bytes, integer_of, strict_json, text_of
from referral_client.base.clock import Clock, SystemClock
from referral_client.transport.carrier import Announced, AnnouncedState, HeldPart, Progress, Stop
from referral_client.transport.http import (
    MAX_ANSWER,
    Answer,
    Endpoint,
    Http,
    Proxies,
    Timeouts,
    origin_of,
    system_proxies,
)
from referral_client.transport.outcomes import (
    AnswerNotUnderstood,
    Conflict,
    PortalInTheWay,
    RedirectedAway,
    RefusedByServer,
    Stopped,
    TryLater,
    Unreachable,
    UploadGone,
)

LONGEST_WAIT = 3600
SMALLEST_PART, LARGEST_PART, MOST_PARTS = 64 * 1024, 16 * 1024 * 1024, 10_000
_JSON = {"Content-Type": "application/json"}
_DIGEST = re.compile(r"^[0-9a-f]{64}$")
_CODE = re.compile(r"^[a-z0-9-]{1,60}$")


def never() -> bool:
    """The stop signal of a caller that does not stop."""
    return False


def untold(_there: int, _in_all: int) -> None:
    """The progress of a caller that does not watch."""


class NativeTransport:
    """A Carrier over HTTPS to one endpoint. Made cheaply; holds at most one connection."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeouts: Timeouts = Timeouts(),  # noqa: B008  (frozen)
        clock: Clock | None = None,
        proxies: Proxies = system_proxies,
    ) -> None:
        self._base = endpoint.base_url.rstrip("/") + "/"
        self._http = Http(endpoint, timeouts, proxies)
        self._clock = clock or SystemClock()

    def close(self) -> None:
        self._http.close()

    def announce(self, ticket: bytes, *, stop: Stop = never) -> Announced:
        """Post the signed ticket. Faults: every TransportFault; Conflict carries the receipt of the bytes held."""
        answer = self._http.ask("POST", urljoin(self._base, "submissions"), ticket, _JSON, stop=stop)
        return self._announced(self._understood(answer, upload=False), answer)

    def send_parts(
        self, announced: Announced, package: Path, *, progress: Progress = untold, stop: Stop = never
    ) -> None:
        """Send what the destination lacks. Memory holds one part. OSError when the file cannot be read."""
        held = {part.n: part.sha256 for part in announced.parts}
        with package.open("rb") as stream:
            size = package.stat().st_size
            there = 0
            n = 0
            while untrusted := stream.read(announced.part_size):
                n += 1
                digest = hashlib.sha256(untrusted)
                if n not in held:
                    self._put(announced.upload_url, n, untrusted, digest.digest(), there, size, progress, stop)
                elif held[n] != digest.hexdigest():
                    raise UploadGone
                there += len(untrusted)
                progress(there, size)
                if stop():
                    raise Stopped

    def complete(self, announced: Announced, *, size: int, stop: Stop = never) -> Announced:
        """Ask for the receipt. `size` of the package: the destination reads it all before it answers."""
        answer = self._http.ask("POST", f"{announced.upload_url}/complete", b"", _JSON, stop=stop, work=size)
        return self._announced(self._understood(answer, upload=True), answer)

    def _put(
        self,
        upload_url: str,
        n: int,
        content: bytes,
        digest: bytes,
        there: int,
        size: int,
        progress: Progress,
        stop: Stop,
    ) -> None:
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
            "If-None-Match": "*",
        }
        answer = self._http.ask(
            "PUT",
            f"{upload_url}/parts/{n}",
            content,
            headers,
            stop=stop,
            moved=lambda count: progress(there + count, size),
        )
        if answer.status == 412 and not answer.is_web_page:
            if _json(answer).get("sha256") != digest.hex():
                raise UploadGone(status=412)
            return
        self._understood(answer, upload=True)

    def _understood(self, answer: Answer, *, upload: bool) -> Mapping[str, Json]:
        """The JSON object of a 2xx answer; every other answer becomes its outcome."""
        status = answer.status
        if 300 <= status < 400:
            raise RedirectedAway
        if status == 511:
            raise PortalInTheWay
        if status == 407:
            raise Unreachable("proxy")
        if status in (408, 425, 429) or status >= 500:
            raise TryLater(self._retry_after(answer), status=status)
        if answer.is_web_page and status != 413:
            raise PortalInTheWay
        if 200 <= status < 300:
            return _json(answer)
        if upload and status in (404, 410):
            raise UploadGone(status=status)
        problem = _json(answer) if status in (409, 422) else _json_or_nothing(answer)
        code = problem.get("code")
        code = code if isinstance(code, str) and _CODE.match(code) else ""
        if status == 409 and "receipt" in problem:
            raise Conflict(_envelope(problem, status))
        if status == 422 and code == "digest-mismatch":
            # Either side may hold the damaged copy. The queue checks ours before each attempt.
            raise TryLater(None, status=status)
        raise RefusedByServer(status, code)

    def _announced(self, untrusted: Mapping[str, Json], answer: Answer) -> Announced:
        try:
            state = AnnouncedState(text_of(untrusted, "state", limit=20))
            if state is AnnouncedState.HELD:
                return Announced(state, receipt=_envelope(untrusted, answer.status))
            if state is AnnouncedState.PROCESSING:
                return Announced(state, retry_after=self._retry_after(answer))
            upload = _object(untrusted.get("upload"))
            url = urljoin(self._base, text_of(upload, "url", limit=500))
            part_size = integer_of(upload, "part_size", least=SMALLEST_PART, most=LARGEST_PART)
            parts = _parts(untrusted.get("parts", []))
        except (NotStrictJson, ValueError) as error:
            raise AnswerNotUnderstood("not-the-protocol", status=answer.status) from error
        if origin_of(url) != self._http.origin:
            raise RedirectedAway
        return Announced(state, upload_url=url, part_size=part_size, parts=parts)

    def _retry_after(self, answer: Answer) -> int | None:
        """Seconds asked for, 0 to an hour; None when the header is absent or rubbish."""
        text = answer.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdecimal():
            return min(int(text[:9]), LONGEST_WAIT)
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(int(_seconds(moment, self._clock.now())), 0), LONGEST_WAIT)


def _seconds(later: datetime, now: datetime) -> float:
    return (later - now).total_seconds()


def _json(answer: Answer) -> Mapping[str, Json]:
    try:
        value = strict_json(answer.body, limit=MAX_ANSWER)
    except NotStrictJson as error:
        raise AnswerNotUnderstood("not-json", status=answer.status) from error
    if not isinstance(value, dict):
        raise AnswerNotUnderstood("not-an-object", status=answer.status)
    return value


def _object(untrusted: Json) -> Mapping[str, Json]:
    if not isinstance(untrusted, dict):
        raise NotStrictJson("must be an object")
    return untrusted


def _json_or_nothing(answer: Answer) -> Mapping[str, Json]:
    try:
        return _json(answer)
    except AnswerNotUnderstood:
        return {}


def _envelope(untrusted: Mapping[str, Json], status: int) -> bytes:
    """The receipt as bytes again. What is signed is inside its payload, so writing it anew changes nothing."""
    receipt = untrusted.get("receipt")
    if not isinstance(receipt, dict):
        raise AnswerNotUnderstood("no-receipt", status=status)
    return canonical_bytes(receipt)


def _parts(untrusted: Json) -> tuple[HeldPart, ...]:
    if not isinstance(untrusted, list) or len(untrusted) > MOST_PARTS:
        raise NotStrictJson("parts: must be a list")
    parts = []
    for entry in untrusted:
        if not isinstance(entry, dict) or not _DIGEST.match(text_of(entry, "sha256", limit=64)):
            raise NotStrictJson("parts: not a digest")
        parts.append(HeldPart(integer_of(entry, "n", least=1, most=MOST_PARTS), entry["sha256"]))
    return tuple(parts)
