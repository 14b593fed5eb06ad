"""Proof that a clean photograph opens, from a child process that is not trusted with anything else.

Promises: only bytes that pass the second look are sent; memory, processor time and wall time are bounded by the
picture's own size; every number in the reply is checked against what this side read itself; the preview is raw
pixels that this side wraps, so no file made by a decoder is ever kept. Imports this room.
"""

from __future__ import annotations

import importlib.util
import struct
import sys
import zlib
from functools import cache
from pathlib import Path

from referral_client.base.errors import MachineLacks
from referral_client.base.log import trouble
from referral_client.photo import refusals
from referral_client.photo.looking_again import rescan
from referral_client.photo.supervising import Conversation, Ending, converse
from referral_client.photo.values import MAX_PIXELS, PREVIEW_SIDE, Kind, Preview, Rescanned

_HELLO = struct.Struct(">8sI")
_ASKED = struct.Struct(">8sIIIQQ")
_REPLY = struct.Struct(">8sIIIIIQ")
_KIND_NUMBERS = {Kind.JPEG: 1, Kind.PNG: 2}
_FENCES = {1: "limits", 2: "no-new-privileges", 4: "no-files", 8: "few-system-calls"}
_REPLY_LIMIT = _HELLO.size + _REPLY.size + 3 * PREVIEW_SIDE * PREVIEW_SIDE
_REFUSALS = {1: "PHOTO-DOES-NOT-OPEN", 2: "PHOTO-DOES-NOT-OPEN", 3: "PHOTO-TOO-MUCH-MEMORY"}


def prove_opens(clean: bytes) -> Preview:
    """Open the clean bytes in a confined child process. PhotoRefused when they do not open within the limits."""
    seen = rescan(clean)
    seconds = 15 + seen.width * seen.height // 4_000_000
    command = child_command(_memory_for(seen, len(clean)), seconds)
    asked = _ASKED.pack(b"RCASKED1", _KIND_NUMBERS[seen.kind], seen.orientation, PREVIEW_SIDE, MAX_PIXELS, len(clean))
    return judge(converse(command, [asked, clean], limit=_REPLY_LIMIT, seconds=seconds), seen)


def child_command(memory: int, seconds: int) -> list[str]:
    """How the child is started: isolated, without site packages but Pillow's own folder."""
    here = Path(__file__).with_name("child.py")
    return [sys.executable, "-I", "-S", "-B", str(here), _folder_of_pillow(), str(memory), str(seconds)]


def judge(said: Conversation, seen: Rescanned) -> Preview:
    """Turn an untrusted reply into a preview, or into the refusal it deserves."""
    if said.ending is Ending.TOO_SLOW:
        raise refusals.does_not_open("PHOTO-TOO-SLOW")
    fences, reply = _read_reply(said)
    if reply is None:
        trouble("photo-child-reply", ending=said.ending, length=len(said.untrusted_reply))
        raise refusals.does_not_open()
    status, width, height, across, down, pixels = reply
    if status in _REFUSALS:
        raise refusals.does_not_open(_REFUSALS[status])
    upright = (seen.height, seen.width) if seen.orientation >= 5 else (seen.width, seen.height)
    if (width, height) != (seen.width, seen.height) or not _fits(across, down, upright):
        trouble("photo-child-lied", length=len(said.untrusted_reply))
        raise refusals.does_not_open()
    return Preview(width, height, _as_png(across, down, pixels), fences)


def _read_reply(said: Conversation) -> tuple[tuple[str, ...], tuple[int, int, int, int, int, bytes] | None]:
    """The fences and the numbers; None when the shape of the reply is wrong in any way."""
    untrusted = said.untrusted_reply
    if said.ending is not Ending.FINISHED or len(untrusted) < _HELLO.size + _REPLY.size:
        return (), None
    hello, standing = _HELLO.unpack_from(untrusted)
    magic, status, width, height, across, down, length = _REPLY.unpack_from(untrusted, _HELLO.size)
    pixels = untrusted[_HELLO.size + _REPLY.size :]
    if hello != b"RCHELLO1" or magic != b"RCREPLY1" or standing > 15 or status > 3:
        return (), None
    if length != len(pixels) or length != 3 * across * down or (status != 0 and length):
        return (), None
    fences = tuple(name for bit, name in _FENCES.items() if standing & bit)
    return fences, (status, width, height, across, down, pixels)


def _fits(across: int, down: int, upright: tuple[int, int]) -> bool:
    """The preview is at least a dot, at most the asked side, and of the picture's own shape within two dots."""
    if not (1 <= across <= PREVIEW_SIDE and 1 <= down <= PREVIEW_SIDE):
        return False
    scale = max(across, down) / max(upright)
    return abs(across - upright[0] * scale) <= 2 and abs(down - upright[1] * scale) <= 2


def _memory_for(seen: Rescanned, size: int) -> int:
    """Address space for Python, Pillow and this picture. A JPEG in one scan is decoded small, row by row."""
    per_pixel = 0
    if seen.kind is Kind.PNG:
        per_pixel = 5
    elif seen.whole_in_memory:
        per_pixel = 2 * seen.components + 1
    return 320 * 1024 * 1024 + 2 * size + per_pixel * seen.width * seen.height


def _as_png(across: int, down: int, pixels: bytes) -> bytes:
    row = 3 * across
    rows = b"".join(b"\x00" + pixels[at : at + row] for at in range(0, len(pixels), row))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", across, down, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 1)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


@cache
def _folder_of_pillow() -> str:
    spec = importlib.util.find_spec("PIL")
    if spec is None or spec.origin is None:
        raise MachineLacks(
            "PHOTO-NO-PILLOW",
            "This installation lacks Pillow, the part that opens photographs.",
            meaning="Photographs cannot be added here. The referral can go without them.",
            next_step="Install the program again.",
        )
    return str(Path(spec.origin).parent.parent)
