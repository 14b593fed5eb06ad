"""Reads which characters the shipped fonts have; `python -m tests.document.fontfiles` writes the coverage table."""

from __future__ import annotations

import json
import struct
from itertools import pairwise
from pathlib import Path

from referral_client.base.shipped import shipped

TABLE = shipped("resources") / "document" / "coverage.json"


def points_of(font: Path) -> set[int]:
    """The code points of a TrueType font's Unicode cmap (formats 4 and 12) that lead to a glyph."""
    data = font.read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    cmap = next(
        struct.unpack_from(">I", data, 12 + 16 * n + 8)[0]
        for n in range(tables)
        if data[12 + 16 * n : 16 + 16 * n] == b"cmap"
    )
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * n)
        if platform in (0, 3):
            found |= _subtable(data, cmap + offset)
    return found


def _subtable(data: bytes, at: int) -> set[int]:
    kind = struct.unpack_from(">H", data, at)[0]
    if kind == 12:
        groups = struct.unpack_from(">I", data, at + 12)[0]
        return {
            point
            for n in range(groups)
            for first, last, glyph in [struct.unpack_from(">III", data, at + 16 + 12 * n)]
            for point in range(first, last + 1)
            if glyph + point - first
        }
    if kind != 4:
        return set()
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 4 * count)
    base = at + 16 + 6 * count
    found = set()
    for n in range(count):
        offset = struct.unpack_from(">H", data, base + 2 * n)[0]
        for point in range(starts[n], ends[n] + 1):
            if point == 0xFFFF:
                continue
            glyph = point
            if offset:
                glyph = struct.unpack_from(">H", data, base + 2 * n + offset + 2 * (point - starts[n]))[0]
            if (offset and not glyph) or not (glyph + deltas[n]) & 0xFFFF:
                continue
            found.add(point)
    return found


def coverage_table() -> dict[str, dict[str, list[list[int]]]]:
    """Font file -> sorted ranges of code points. Bold stands on Regular: what both have."""
    fonts = shipped("resources") / "fonts"
    points = {font.name: points_of(font) for font in sorted(fonts.glob("*.ttf"))}
    points["Inter-Regular.ttf"] &= points.pop("Inter-Bold.ttf")
    return {"fonts": {name: _ranges(sorted(found)) for name, found in points.items()}}


def _ranges(points: list[int]) -> list[list[int]]:
    cuts = [0] + [n + 1 for n, (a, b) in enumerate(pairwise(points)) if b != a + 1] + [len(points)]
    return [[points[a], points[b - 1]] for a, b in pairwise(cuts)]


def as_text() -> str:
    return json.dumps(coverage_table(), separators=(",", ":")) + "\n"


if __name__ == "__main__":
    TABLE.write_text(as_text(), "utf-8")
