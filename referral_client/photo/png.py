"""PNG: reading the layout of a file, checking its compressed picture, and copying what makes the picture.

An allow-list of chunks; the colour profile and the orientation are written afresh; the compressed picture is cut at
the end of its own stream, so that nothing hides behind it (cropped screenshots keep what was cropped away there).
Promises: memory for inflating is bounded by one small buffer; PhotoRefused and nothing else on hostile bytes.
Rules: PNG third edition (W3C 2025), sections 5, 10 and 11. Imports this room's exif, icc, refusals, values.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from dataclasses import dataclass, field

from referral_client.photo import refusals
from referral_client.photo.exif import ExifFacts, orientation_block, read_exif
from referral_client.photo.icc import clean_profile, colour_space
from referral_client.photo.values import MAX_CHUNKS, MAX_ICC_BYTES, MAX_PIXELS, Metadata

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_EXACT = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"mDCV": 24, b"cLLI": 8}
_SBIT = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}
_MOVING = {b"acTL", b"fcTL", b"fdAT"}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_STEP = 1 << 20
_KINDS = {
    b"tEXt": Metadata.TEXT,
    b"zTXt": Metadata.TEXT,
    b"iTXt": Metadata.TEXT,
    b"tIME": Metadata.TIME,
    b"pHYs": Metadata.RESOLUTION,
    b"caBX": Metadata.PROVENANCE,
}


@dataclass(slots=True)
class PngLayout:
    """`before` are allowed small chunks and `data` the picture's chunks, whole, as slices of the file."""

    width: int = 0
    height: int = 0
    depth: int = 0
    colour: int = 0
    interlaced: bool = False
    header: tuple[int, int] = (0, 0)
    before: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    data: list[tuple[int, int]] = field(default_factory=list)
    exif: list[tuple[int, int]] = field(default_factory=list)
    icc: tuple[int, int] | None = None
    dropped: Counter[Metadata] = field(default_factory=Counter)
    end: int = 0


def read_layout(untrusted: bytes) -> PngLayout:
    """Walk the chunks up to IEND, checking each CRC. PhotoRefused: cut short, damaged, moving, too many pixels."""
    layout = PngLayout()
    view = memoryview(untrusted)
    at = len(SIGNATURE)
    for number in range(MAX_CHUNKS):
        if at + 12 > len(untrusted):
            raise refusals.cut_short()
        length, name = struct.unpack_from(">I4s", untrusted, at)
        stop = at + 12 + length
        if length > 0x7FFFFFFF:
            raise refusals.damaged("a chunk longer than the format allows")
        if stop > len(untrusted):
            raise refusals.cut_short()
        if (number == 0) != (name == b"IHDR"):
            raise refusals.damaged("the header is not the first and only one")
        if name == b"IHDR":
            _header(untrusted, layout, at, length)  # before any long checksum
        if zlib.crc32(view[at + 4 : stop - 4]) != int.from_bytes(view[stop - 4 : stop], "big"):
            raise refusals.damaged("a checksum that does not fit its chunk")
        if name == b"IEND":
            return _finish(untrusted, layout, stop)
        _one_chunk(layout, name, at, stop)
        at = stop
    raise refusals.damaged("more chunks than any program writes")


def exif_facts(untrusted: bytes, layout: PngLayout) -> list[ExifFacts]:
    """One entry per eXIf chunk, in file order."""
    return [read_exif(untrusted[start:stop]) for start, stop in layout.exif]


def strip_png(untrusted: bytes, layout: PngLayout, orientation: int) -> bytes:
    """The clean file. PhotoRefused when the compressed picture is damaged, short or too long."""
    view = memoryview(untrusted)
    pieces: list[bytes | memoryview] = [SIGNATURE, view[slice(*layout.header)]]
    profile = _clean_colours(untrusted, layout)
    if profile is not None:
        pieces.append(_chunk(b"iCCP", _profile_payload(profile)))
    for name in (b"cICP", b"mDCV", b"cLLI", b"sRGB", b"gAMA", b"cHRM", b"sBIT", b"PLTE", b"tRNS"):
        if name in layout.before and not (name == b"sRGB" and profile is not None):
            pieces.append(view[slice(*layout.before[name])])
    if orientation != 1:
        pieces.append(_chunk(b"eXIf", orientation_block(orientation)))
    pieces += _picture(view, layout)
    pieces.append(_chunk(b"IEND", b""))
    return b"".join(pieces)


def picture_bytes(width: int, height: int, bits: int, interlaced: bool) -> int:
    """How many bytes the picture inflates to: one filter byte a row, rows rounded up to whole bytes."""
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    total = 0
    for left, top, across, down in _PASSES:
        columns = (width - left + across - 1) // across
        rows = (height - top + down - 1) // down
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def _header(untrusted: bytes, layout: PngLayout, at: int, length: int) -> None:
    if length != 13:
        raise refusals.damaged("a header of the wrong length")
    width, height, depth, colour, method, filters, interlace = struct.unpack_from(">IIBBBBB", untrusted, at + 8)
    if colour not in _CHANNELS or depth not in _DEPTHS[colour] or method or filters or interlace > 1:
        raise refusals.damaged("a header that states no known kind of PNG")
    if not (0 < width <= 0x7FFFFFFF and 0 < height <= 0x7FFFFFFF):
        raise refusals.damaged("a header without a size")
    if width * height > MAX_PIXELS:
        raise refusals.too_many_pixels()
    layout.width, layout.height, layout.depth, layout.colour = width, height, depth, colour
    layout.interlaced = interlace == 1
    layout.header = (at, at + 25)


def _one_chunk(layout: PngLayout, name: bytes, at: int, stop: int) -> None:
    length = stop - at - 12
    if name == b"IHDR":
        return
    if name in _MOVING:
        raise refusals.not_yet("This is a moving picture (an animated PNG).")
    if name == b"IDAT":
        if layout.data and layout.data[-1][1] != at:
            raise refusals.damaged("the compressed picture is interrupted by something else")
        if layout.colour == 3 and b"PLTE" not in layout.before:
            raise refusals.damaged("the colour table is missing")
        layout.data.append((at, stop))
    elif name == b"eXIf":
        layout.exif.append((at + 8, stop - 4))
    elif name == b"iCCP" and not layout.data and layout.icc is None:
        layout.icc = (at + 8, stop - 4)
    elif not layout.data and name not in layout.before and _allowed(layout, name, length):
        layout.before[name] = (at, stop)
    elif not name[0] & 0x20 and name != b"PLTE":
        raise refusals.damaged("a part that the format does not know and says is essential")
    else:
        layout.dropped[_KINDS.get(name, Metadata.PRIVATE)] += 1


def _allowed(layout: PngLayout, name: bytes, length: int) -> bool:
    if name in _EXACT:
        return length == _EXACT[name]
    if name == b"sBIT":
        return length == _SBIT[layout.colour]
    if name == b"PLTE":
        return layout.colour == 3 and length % 3 == 0 and 0 < length <= 768
    if name == b"tRNS":
        return length == {0: 2, 2: 6}.get(layout.colour, -1) or (layout.colour == 3 and 0 < length <= 256)
    return False


def _clean_colours(untrusted: bytes, layout: PngLayout) -> bytes | None:
    if layout.icc is None:
        return None
    original = _inflated_profile(untrusted[slice(*layout.icc)])
    cleaned = clean_profile(original)
    if cleaned is not None and colour_space(cleaned) != (b"GRAY" if layout.colour in (0, 4) else b"RGB "):
        cleaned = None
    if cleaned is None or untrusted[slice(*layout.icc)] != _profile_payload(cleaned):
        layout.dropped[Metadata.COLOUR_PROFILE] = 1
    return cleaned


def _inflated_profile(payload: bytes) -> bytes:
    name_end = payload.find(b"\x00", 0, 80)
    if name_end < 1 or payload[name_end + 1 : name_end + 2] != b"\x00":
        return b""
    try:
        return zlib.decompressobj().decompress(payload[name_end + 2 :], MAX_ICC_BYTES + 1)
    except zlib.error:
        return b""


def _profile_payload(profile: bytes) -> bytes:
    return b"ICC\x00\x00" + zlib.compress(profile, 9)


def _picture(view: memoryview, layout: PngLayout) -> list[bytes | memoryview]:
    """The IDAT chunks as they are, the last one cut where the compressed stream ends."""
    expected = picture_bytes(
        layout.width, layout.height, layout.depth * _CHANNELS[layout.colour], interlaced=layout.interlaced
    )
    inflater = zlib.decompressobj()
    inflated = 0
    pieces: list[bytes | memoryview] = []
    for number, (start, stop) in enumerate(layout.data):
        produced, spare = _inflate(inflater, view[start + 8 : stop - 4], expected - inflated)
        inflated += produced
        if inflater.eof:
            if inflated != expected:
                raise refusals.damaged("the compressed picture is shorter than the header says")
            if spare or number + 1 < len(layout.data):
                layout.dropped[Metadata.TRAILER] += 1
            pieces.append(_chunk(b"IDAT", bytes(view[start + 8 : stop - 4 - spare])) if spare else view[start:stop])
            return pieces
        if stop - start > 12:
            pieces.append(view[start:stop])
    raise refusals.cut_short()


def _inflate(inflater: zlib._Decompress, piece: memoryview, room: int) -> tuple[int, int]:
    """Feed one chunk, throwing the pixels away a megabyte at a time.

    Returns how many bytes came out, and how many bytes of the chunk lie behind the end of the stream.
    """
    produced = 0
    for start in range(0, len(piece), _STEP):
        waiting: bytes | memoryview = piece[start : start + _STEP]
        while not inflater.eof:
            try:
                out = len(inflater.decompress(waiting, _STEP))
            except zlib.error as error:
                raise refusals.damaged("the compressed picture is broken") from error
            produced += out
            if produced > room:
                raise refusals.damaged("the compressed picture is longer than the header says")
            waiting = inflater.unconsumed_tail
            if not waiting and out < _STEP:
                break
        if inflater.eof:
            return produced, len(inflater.unused_data) + max(0, len(piece) - start - _STEP)
    return produced, 0


def _finish(untrusted: bytes, layout: PngLayout, stop: int) -> PngLayout:
    if not layout.data:
        raise refusals.cut_short()
    layout.end = stop
    if len(untrusted) > stop:
        layout.dropped[Metadata.TRAILER] += 1
    return layout
