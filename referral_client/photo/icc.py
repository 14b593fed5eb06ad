"""Rewriting a colour profile: the tags that decide colour, and nothing that names a device or a person.

Real profiles carry a monitor's maker and serial number (`mmod`), device names and dates; dropping the whole profile
would change the colours of every Display P3 phone. So colour tags are copied, each cut to the length its own type
gives it, and the header and the two obligatory texts are written afresh. Same input, same bytes, on any day.
Pure; imports this room's limits.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from referral_client.photo.values import MAX_ICC_BYTES

_HEADER = 128
_CLASSES = {b"mntr", b"scnr", b"prtr", b"spac"}
_SPACES = {b"RGB ", b"GRAY", b"CMYK"}
_CONNECTION = {b"XYZ ", b"Lab "}
_KEPT = (
    b"wtpt", b"bkpt", b"chad", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC",
    b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt", b"lumi", b"cicp",
)  # fmt: skip
_D50 = struct.pack(">III", 0xF6D6, 0x10000, 0xD32D)
_DATE = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}


def clean_profile(untrusted: bytes) -> bytes | None:
    """The profile with colour tags only, or None when it is not one that colours a picture."""
    if not _HEADER + 4 <= len(untrusted) <= MAX_ICC_BYTES or untrusted[36:40] != b"acsp":
        return None
    space, connection = untrusted[16:20], untrusted[20:24]
    if untrusted[12:16] not in _CLASSES or space not in _SPACES or connection not in _CONNECTION:
        return None
    major = untrusted[8]
    if major not in (2, 4):
        return None
    tags = _colour_tags(untrusted)
    if tags is None or not _colours_a_picture(tags, space):
        return None
    return _assemble(untrusted, major, tags)


def colour_space(profile: bytes) -> bytes:
    """The four letters of the space that a profile from `clean_profile` speaks of."""
    return profile[16:20]


def _colour_tags(untrusted: bytes) -> dict[bytes, bytes] | None:
    (number,) = struct.unpack_from(">I", untrusted, _HEADER)
    if number > 100 or _HEADER + 4 + 12 * number > len(untrusted):
        return None
    tags: dict[bytes, bytes] = {}
    for index in range(number):
        name, offset, size = struct.unpack_from(">4sII", untrusted, _HEADER + 4 + 12 * index)
        if name not in _KEPT or name in tags:
            continue
        if offset < _HEADER or size < 8 or offset + size > len(untrusted):
            return None
        data = _cut(untrusted[offset : offset + size])
        if data is None:
            return None
        tags[name] = data
    return tags


def _colours_a_picture(tags: dict[bytes, bytes], space: bytes) -> bool:
    if b"A2B0" in tags:
        return True
    if space == b"RGB ":
        return all(name in tags for name in (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"))
    return space == b"GRAY" and b"kTRC" in tags


def _assemble(untrusted: bytes, major: int, tags: dict[bytes, bytes]) -> bytes:
    everything = {b"desc": _words(b"Colour", major, b"desc"), b"cprt": _words(b"None", major, b"text")}
    everything |= {name: tags[name] for name in _KEPT if name in tags}
    at = _HEADER + 4 + 12 * len(everything)
    at += -at % 4
    table, body = bytearray(), bytearray()
    placed: dict[bytes, int] = {}
    for name, data in everything.items():
        if data not in placed:
            placed[data] = at + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, placed[data], len(data))
    intent = struct.unpack_from(">I", untrusted, 64)[0]
    header = struct.pack(
        ">I4x4s4s4s4s12s4s24xI12s48x",
        at + len(body),
        bytes([major, untrusted[9] & 0xF0, 0, 0]),
        untrusted[12:16],
        untrusted[16:20],
        untrusted[20:24],
        _DATE,
        b"acsp",
        intent if intent < 4 else 0,
        _D50,
    )
    front = header + struct.pack(">I", len(everything)) + bytes(table)
    return front + bytes(-len(front) % 4) + bytes(body)


def _words(text: bytes, major: int, kind: bytes) -> bytes:
    if major == 4:
        wide = text.decode("ascii").encode("utf-16-be")
        return struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"GB", len(wide), 28) + wide
    if kind == b"text":
        return b"text\x00\x00\x00\x00" + text + b"\x00"
    return struct.pack(">4sII", b"desc", 0, len(text) + 1) + text + b"\x00" + bytes(4 + 4 + 2 + 1 + 67)


def _cut(data: bytes) -> bytes | None:
    """The tag's data cut to the length its own type gives it; None when the type or length does not fit."""
    measure = _MEASURES.get(data[:4])
    if measure is None:
        return None
    try:
        length = measure(data)
    except struct.error:
        return None
    if length > len(data):
        return None
    return data[:4] + bytes(4) + data[8:length]


def _curve(data: bytes) -> int:
    return 12 + 2 * int(struct.unpack_from(">I", data, 8)[0])


def _parametric(data: bytes) -> int:
    kind = int(struct.unpack_from(">H", data, 8)[0])
    return 12 + 4 * _PARAMETERS.get(kind, 1 << 30)


def _sides(data: bytes) -> tuple[int, int, int]:
    inputs, outputs, grid = struct.unpack_from(">BBB", data, 8)
    return int(inputs), int(outputs), int(grid)


def _power(grid: int, inputs: int) -> int:
    return int(grid**inputs) if inputs <= 4 else MAX_ICC_BYTES  # more than four inputs is no picture's profile


def _table8(data: bytes) -> int:
    inputs, outputs, grid = _sides(data)
    return 48 + 256 * inputs + _power(grid, inputs) * outputs + 256 * outputs


def _table16(data: bytes) -> int:
    inputs, outputs, grid = _sides(data)
    before, after = struct.unpack_from(">HH", data, 48)
    return 52 + 2 * (int(before) * inputs + _power(grid, inputs) * outputs + int(after) * outputs)


_MEASURES: dict[bytes, Callable[[bytes], int]] = {
    b"XYZ ": lambda _data: 20,
    b"sf32": lambda _data: 44,
    b"cicp": lambda _data: 12,
    b"curv": _curve,
    b"para": _parametric,
    b"mft1": _table8,
    b"mft2": _table16,
    b"mAB ": len,
    b"mBA ": len,
}
