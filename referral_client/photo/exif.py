"""Reading the few EXIF values this program uses, and writing the only EXIF block it ever writes.

Promises: never raises on hostile bytes and never loops (every directory is visited once, every count is capped);
returns positions, serial numbers and people's names as counts only. Orientation comes from IFD0 alone, as viewers
do; XMP and text profiles are not asked. Imports this room's values.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from referral_client.photo.values import Metadata

_MAX_ENTRIES = 500
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_MAKE, _MODEL, _ORIENTATION = 0x010F, 0x0110, 0x0112
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET, _MAKER_NOTE = 0x9003, 0x9011, 0x927C
_SERIALS = {0xA431, 0xA435, 0xC62F}  # body, lens, DNG camera
_NAMES = {0x013B, 0xA430, 0x9C9D, 0x8298}  # artist, owner, Windows author, copyright
_THUMBNAIL = 0x0201
_DATE = re.compile(r"^[0-9]{4}(?::[0-9]{2}){2} [0-9]{2}(?::[0-9]{2}){2}$")
_OFFSET = re.compile(r"^[+-](?:0[0-9]|1[0-4]):[0-5][0-9]$")


@dataclass(slots=True)
class ExifFacts:
    """orientation None: the block holds no valid one."""

    orientation: int | None = None
    make: str = ""
    model: str = ""
    taken: str = ""
    offset: str = ""
    kinds: Counter[Metadata] = field(default_factory=Counter)

    @property
    def captured_at(self) -> str:
        """ISO 8601 with the camera's own offset, or "" when the camera gave no plausible time."""
        try:
            moment = datetime.strptime(self.taken, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  a camera knows no zone
        except ValueError:
            return ""
        if moment.year < 1980 or not _DATE.match(self.taken):
            return ""
        return moment.isoformat() + (self.offset if _OFFSET.match(self.offset) else "")


def read_exif(untrusted_block: bytes) -> ExifFacts:
    """Facts of a TIFF block, with or without its "Exif\\0\\0" in front."""
    block = untrusted_block
    if block[:5] == b"Exif\x00":
        block = block[6:]
    facts = ExifFacts()
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(block[:4])
    if order is None or len(block) < 14:
        return facts
    facts.kinds[Metadata.CAMERA] += 1
    first = _u32(block, order, 4)
    sub_directories: list[tuple[int, int]] = []
    for tag, kind, count, at in _entries(block, order, first):
        if tag == _ORIENTATION and facts.orientation is None:
            facts.orientation = _orientation(block, order, kind, count, at)
        elif tag == _MAKE:
            facts.make = _text(block, kind, count, at)
        elif tag == _MODEL:
            facts.model = _text(block, kind, count, at)
        elif tag in (_EXIF_IFD, _GPS_IFD) and kind in (4, 13):
            sub_directories.append((tag, _u32(block, order, at)))
        else:
            _count_private(facts, tag)
    for tag, offset in sub_directories[:2]:
        if offset != first:
            _read_sub_directory(block, order, tag, offset, facts)
    second = _next_directory(block, order, first)
    if second not in (0, first) and any(tag == _THUMBNAIL for tag, *_ in _entries(block, order, second)):
        facts.kinds[Metadata.THUMBNAIL] += 1
    if facts.orientation is not None and block == orientation_block(facts.orientation):
        facts.kinds.clear()  # which way is up, as this program writes it, tells nothing about a camera
    return facts


def _read_sub_directory(block: bytes, order: str, tag: int, offset: int, facts: ExifFacts) -> None:
    for inner, kind, count, at in _entries(block, order, offset):
        if tag == _GPS_IFD:
            facts.kinds[Metadata.POSITION] += 1
        elif inner == _TAKEN:
            facts.taken = _text(block, kind, count, at)
        elif inner == _TAKEN_OFFSET:
            facts.offset = _text(block, kind, count, at)
        else:
            _count_private(facts, inner)


def _count_private(facts: ExifFacts, tag: int) -> None:
    if tag in _SERIALS:
        facts.kinds[Metadata.SERIAL] += 1
    elif tag in _NAMES:
        facts.kinds[Metadata.PERSON] += 1
    elif tag == _MAKER_NOTE:
        facts.kinds[Metadata.MAKER_NOTE] += 1


def orientation_of(facts: list[ExifFacts]) -> int:
    """The first one that an IFD0 states with 1 to 8; otherwise 1."""
    return next((fact.orientation for fact in facts if fact.orientation is not None), 1)


def orientation_block(orientation: int) -> bytes:
    """The 26-byte TIFF block that holds only tag 0x0112."""
    if not 1 <= orientation <= 8:
        raise ValueError("an orientation is 1 to 8")
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


def _entries(block: bytes, order: str, offset: int) -> Iterator[tuple[int, int, int, int]]:
    """(tag, type, count, where the value is) of each whole entry of one directory that lies in the block."""
    if not 8 <= offset <= len(block) - 2:
        return
    (number,) = struct.unpack_from(order + "H", block, offset)
    for index in range(min(number, _MAX_ENTRIES)):
        at = offset + 2 + 12 * index
        if at + 12 > len(block):
            return
        tag, kind, count = struct.unpack_from(order + "HHI", block, at)
        size = _SIZES.get(kind, 1) * count
        value = at + 8 if size <= 4 else _u32(block, order, at + 8)
        if value + size <= len(block):
            yield tag, kind, count, value


def _next_directory(block: bytes, order: str, offset: int) -> int:
    if not 8 <= offset <= len(block) - 2:
        return 0
    (number,) = struct.unpack_from(order + "H", block, offset)
    at = offset + 2 + 12 * number
    return _u32(block, order, at) if at + 4 <= len(block) else 0


def _orientation(block: bytes, order: str, kind: int, count: int, at: int) -> int | None:
    if count < 1 or kind not in (3, 4):
        return None
    (value,) = struct.unpack_from(order + ("H" if kind == 3 else "I"), block, at)
    return value if 1 <= value <= 8 else None


def _u32(block: bytes, order: str, at: int) -> int:
    if at + 4 > len(block):
        return 0
    (value,) = struct.unpack_from(order + "I", block, at)
    return int(value)


def _text(block: bytes, kind: int, count: int, at: int) -> str:
    if kind != 2:
        return ""
    raw = block[at : at + min(count, 200)].split(b"\x00", 1)[0]
    text = "".join(letter for letter in raw.decode("ascii", "ignore") if letter.isprintable())
    return " ".join(text.split())[:64]
