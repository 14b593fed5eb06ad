"""HTTP for the desk: three routes, bounded bodies, JSON answers. No unauthenticated question is answered.

POST /submissions                    body: the signed ticket
PUT  /uploads/<token>/parts/<n>      body: one part
POST /uploads/<token>/complete       no body

A body that is too long is refused before it is read; one that comes too slowly is given up. Faults of storage are
"try later"; a bug is a code in the log and an empty 500. Imports starlette and this room.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from referral_client.base import log
from referral_client.base.clock import Clock, SystemClock
from referral_client.base.errors import KnownError, bug_code
from referral_client.base.ids import RandomBytes, system_random
from referral_client.intake.config import IntakeConfig, Limits
from referral_client.intake.desk import Desk, Reply, problem
from referral_client.intake.store import STORAGE_FAULTS
from referral_client.sealing.ticket import TICKET_LIMIT

_SWEEP_SECONDS = 3600
_STORAGE_WAIT = 60
_CONTENT_DIGEST = re.compile(r"^sha-256=:([A-Za-z0-9+/]{43}=):$")

Handler = Callable[[Request], Awaitable[Reply]]


class _BodyRefused(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def create_app(config: IntakeConfig, clock: Clock | None = None, random: RandomBytes = system_random) -> Starlette:
    """The whole intake as one ASGI application. Opens the storage and finishes what a kill interrupted."""
    desk = Desk(config, clock or SystemClock(), random)

    async def announce(request: Request) -> Reply:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return problem(415, "not-json")
        ticket = await _body(request, TICKET_LIMIT, config.limits)
        return await run_in_threadpool(desk.announce, ticket)

    async def put_part(request: Request) -> Reply:
        token, n = request.path_params["token"], request.path_params["n"]
        digest = _content_digest(request)
        if digest is None or request.headers.get("if-none-match") != "*":
            return problem(428, "part-headers")
        size = await run_in_threadpool(desk.part_size, token, n)
        if not size:
            return problem(404, "upload-gone")
        content = await _body(request, size, config.limits)
        if len(content) != size:
            return problem(400, "part-size")
        return await run_in_threadpool(desk.put_part, token, n, content, digest)

    async def complete(request: Request) -> Reply:
        await _body(request, 0, config.limits)
        return await run_in_threadpool(desk.complete, request.path_params["token"])

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(_sweep_for_ever(desk))
        yield
        sweeper.cancel()

    return Starlette(
        routes=[
            Route("/submissions", _answering(announce), methods=["POST"]),
            Route("/uploads/{token}/parts/{n:int}", _answering(put_part), methods=["PUT"]),
            Route("/uploads/{token}/complete", _answering(complete), methods=["POST"]),
        ],
        exception_handlers={HTTPException: _no_such_thing},
        lifespan=lifespan,
    )


def _answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return _response(await handler(request))
        except _BodyRefused as refusal:
            return _response(refusal.reply)
        except ClientDisconnect:
            return _response(problem(400, "broken-off"))
        except STORAGE_FAULTS:
            log.trouble("intake-storage")
            return _response(problem(503, "storage", retry_after=_STORAGE_WAIT))
        except KnownError as fault:
            log.trouble("intake-fault", code=fault.code)
            return _response(problem(503, "not-ready", retry_after=_STORAGE_WAIT))
        except Exception as error:  # noqa: BLE001  (a bug must not end the server, nor tell its inside)
            log.trouble("intake-bug", code=bug_code(error))
            return _response(problem(500, "bug"))

    return answer


async def _no_such_thing(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _response(problem(status, "no-such-thing"))


def _response(reply: Reply) -> Response:
    media_type = "application/problem+json" if "code" in reply.body else "application/json"
    headers = {"Cache-Control": "no-store", **reply.headers}
    return JSONResponse(dict(reply.body), reply.status, headers, media_type)


async def _body(request: Request, limit: int, limits: Limits) -> bytes:
    """At most `limit` bytes, in the time that such a body may take."""
    length = request.headers.get("content-length", "")
    if length and (not length.isdecimal() or int(length[:12]) > limit):
        raise _BodyRefused(problem(413, "body-too-large"))
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds + limit / limits.body_bytes_per_second):
            async for piece in request.stream():
                body += piece
                if len(body) > limit:
                    raise _BodyRefused(problem(413, "body-too-large"))
    except TimeoutError:
        raise _BodyRefused(problem(408, "body-too-slow")) from None
    return bytes(body)


def _content_digest(request: Request) -> bytes | None:
    found = _CONTENT_DIGEST.match(request.headers.get("content-digest", ""))
    try:
        return base64.b64decode(found.group(1), validate=True) if found else None
    except binascii.Error:
        return None


async def _sweep_for_ever(desk: Desk) -> None:
    while True:
        try:
            await run_in_threadpool(desk.sweep)
        except (*STORAGE_FAULTS, KnownError):
            log.trouble("intake-sweep")
        await asyncio.sleep(_SWEEP_SECONDS)
