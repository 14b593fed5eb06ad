"""JPEG: reading the layout of a file without decoding it, and copying what makes the picture.

An allow-list: frame, tables, scans and the end are copied byte for byte; JFIF, Adobe, colour profile and
orientation are written afresh; everything else stays behind, also whatever follows the first end marker.
Promises: linear time, no copy of the file beyond the clean one, PhotoRefused and nothing else on hostile bytes.
Rules: ITU-T T.81 annex B; JFIF 1.02; Adobe technical note 5116. Imports this room's exif, icc, refusals, values.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from dataclasses import dataclass, field

from referral_client.photo import refusals
from referral_client.photo.exif import ExifFacts, orientation_block, read_exif
from referral_client.photo.icc import clean_profile, colour_space
from referral_client.photo.values import MAX_ICC_BYTES, MAX_PIXELS, MAX_SCANS, MAX_SEGMENTS, Metadata

_SOI, _EOI, _SOS, _DHT, _DQT, _DRI, _DAC, _DNL, _COM = 0xD8, 0xD9, 0xDA, 0xC4, 0xDB, 0xDD, 0xCC, 0xDC, 0xFE
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC8, 0xCB, 0xCD, 0xCE, 0xCF}
_PROGRESSIVE = {0xC2, 0xCA}
_SCAN_END = re.compile(rb"\xff(?![\x00\xd0-\xd7])")
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ICC_NAME = b"ICC_PROFILE\x00"
_ICC_ROOM = 65519
_SPACE_OF = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}


@dataclass(slots=True)
class JpegLayout:
    """Where everything lies. `kept` are the slices to copy, in order, from after SOI up to and without EOI."""

    width: int = 0
    height: int = 0
    components: int = 0
    progressive: bool = False
    scans: int = 0
    jfif: bool = False
    adobe: int | None = None
    exif: list[tuple[int, int]] = field(default_factory=list)
    icc: dict[int, tuple[int, int]] = field(default_factory=dict)
    icc_total: int = 0
    kept: list[tuple[int, int]] = field(default_factory=list)
    dropped: Counter[Metadata] = field(default_factory=Counter)
    end: int = 0

    def keep(self, start: int, stop: int) -> None:
        if self.kept and self.kept[-1][1] == start:
            self.kept[-1] = (self.kept[-1][0], stop)
        else:
            self.kept.append((start, stop))


def read_layout(untrusted: bytes) -> JpegLayout:
    """Walk the markers up to the first EOI. PhotoRefused: cut short, damaged, too many pixels or scans."""
    layout = JpegLayout()
    at = 2
    for _ in range(MAX_SEGMENTS):
        at, marker = _next_marker(untrusted, at, layout)
        if marker == _EOI:
            return _finish(untrusted, layout, at)
        if marker == _SOI:
            raise refusals.damaged("a second picture starts inside the first")
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            layout.dropped[Metadata.PADDING] += 1
            at += 2
            continue
        stop = _segment_end(untrusted, at)
        _one_segment(untrusted, layout, marker, at, stop)
        at = stop
        if marker == _SOS:
            at = _scan_end(untrusted, stop)
            layout.keep(stop, at)
    raise refusals.damaged("more segments than any camera writes")


def exif_facts(untrusted: bytes, layout: JpegLayout) -> list[ExifFacts]:
    """One entry per EXIF segment that stands before the picture, in file order."""
    return [read_exif(untrusted[start:stop]) for start, stop in layout.exif]


def strip_jpeg(untrusted: bytes, layout: JpegLayout, orientation: int) -> bytes:
    """The clean file. The same bytes for the same picture, always."""
    view = memoryview(untrusted)
    pieces: list[bytes | memoryview] = [b"\xff\xd8"]
    if layout.jfif:
        pieces.append(_JFIF)
    if orientation != 1:
        pieces.append(_segment(0xE1, b"Exif\x00\x00" + orientation_block(orientation)))
    profile = _clean_colours(untrusted, layout)
    if profile is not None:
        parts = [profile[start : start + _ICC_ROOM] for start in range(0, len(profile), _ICC_ROOM)]
        pieces += [
            _segment(0xE2, _ICC_NAME + bytes([index, len(parts)]) + part) for index, part in enumerate(parts, start=1)
        ]
    if layout.adobe is not None:
        transform = layout.adobe if layout.adobe <= 2 else layout.components // 2  # what decoders assume: 1 or 2
        pieces.append(_segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform)))
    pieces += [view[start:stop] for start, stop in layout.kept]
    pieces.append(b"\xff\xd9")
    return b"".join(pieces)


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def colour_profile(untrusted: bytes, layout: JpegLayout) -> bytes:
    """The embedded profile put together from its parts, or b"" when parts are missing or too much."""
    if not layout.icc or sorted(layout.icc) != list(range(1, layout.icc_total + 1)):
        return b""
    if sum(stop - start for start, stop in layout.icc.values()) > MAX_ICC_BYTES:
        return b""
    return b"".join(untrusted[start:stop] for _, (start, stop) in sorted(layout.icc.items()))


def _clean_colours(untrusted: bytes, layout: JpegLayout) -> bytes | None:
    original = colour_profile(untrusted, layout)
    cleaned = clean_profile(original)
    if cleaned is not None and colour_space(cleaned) != _SPACE_OF[layout.components]:
        cleaned = None
    if layout.icc and cleaned != original:
        layout.dropped[Metadata.COLOUR_PROFILE] = 1
    return cleaned


def _next_marker(untrusted: bytes, at: int, layout: JpegLayout) -> tuple[int, int]:
    """Position and code of the next marker; junk and fill bytes before it are counted and left behind."""
    here = untrusted.find(b"\xff", at)
    while here >= 0:
        code = here + 1
        while code < len(untrusted) and untrusted[code] == 0xFF:
            code += 1
        if code >= len(untrusted):
            break
        if untrusted[code] != 0:
            if code - 1 > at:
                layout.dropped[Metadata.PADDING] += 1
            return code - 1, untrusted[code]
        here = untrusted.find(b"\xff", code + 1)
    raise refusals.cut_short()


def _segment_end(untrusted: bytes, at: int) -> int:
    if at + 4 > len(untrusted):
        raise refusals.cut_short()
    length = int.from_bytes(untrusted[at + 2 : at + 4], "big")
    if length < 2:
        raise refusals.damaged("a segment shorter than its own length field")
    if at + 2 + length > len(untrusted):
        raise refusals.cut_short()
    return at + 2 + length


def _scan_end(untrusted: bytes, start: int) -> int:
    match = _SCAN_END.search(untrusted, start)
    if match is None:
        raise refusals.cut_short()
    return match.start()


def _one_segment(untrusted: bytes, layout: JpegLayout, marker: int, at: int, stop: int) -> None:
    payload = at + 4
    if marker in _FRAMES:
        _frame(untrusted, layout, marker, payload, stop)
    elif marker in _OTHER_FRAMES:
        raise refusals.not_yet("This is a rare kind of JPEG (lossless or layered) that most programs cannot show.")
    elif marker == _SOS:
        _scan(untrusted, layout, payload, stop)
    elif marker in (_DHT, _DQT, _DAC, _DRI):
        if not _table_fits(untrusted, marker, payload, stop):
            raise refusals.damaged("a table whose length does not fit its content")
    elif marker == _DNL:
        if stop - payload != 2 or int.from_bytes(untrusted[payload:stop], "big") != layout.height:
            raise refusals.damaged("a late height that differs from the one in the frame")
    else:
        _metadata(untrusted, layout, marker, payload, stop)
        return
    layout.keep(at, stop)


def _frame(untrusted: bytes, layout: JpegLayout, marker: int, payload: int, stop: int) -> None:
    if layout.components:
        raise refusals.damaged("two frames in one picture")
    if stop - payload < 6:
        raise refusals.damaged("a frame header that is too short")
    precision, height, width, components = struct.unpack_from(">BHHB", untrusted, payload)
    if width == 0 or height == 0 or stop - payload != 6 + 3 * components:
        raise refusals.damaged("a frame header that does not fit its length")
    if precision != 8 or components not in _SPACE_OF:
        raise refusals.not_yet("This is a rare kind of JPEG (not 8 bits a colour) that most programs cannot show.")
    if width * height > MAX_PIXELS:
        raise refusals.too_many_pixels()
    layout.width, layout.height, layout.components = width, height, components
    layout.progressive = marker in _PROGRESSIVE


def _scan(untrusted: bytes, layout: JpegLayout, payload: int, stop: int) -> None:
    if not layout.components:
        raise refusals.damaged("a scan before the frame")
    if stop - payload < 6 or stop - payload != 4 + 2 * untrusted[payload]:
        raise refusals.damaged("a scan header that does not fit its length")
    layout.scans += 1
    if layout.scans > MAX_SCANS:
        raise refusals.damaged(f"more than {MAX_SCANS} scans, where a camera writes about ten")


def _table_fits(untrusted: bytes, marker: int, at: int, stop: int) -> bool:
    if marker == _DRI:
        return stop - at == 2
    if marker == _DAC:
        return (stop - at) % 2 == 0
    while at < stop:
        if marker == _DQT:
            at += 1 + (128 if untrusted[at] >> 4 else 64)
        else:
            at += 17 + sum(untrusted[at + 1 : at + 17])
    return at == stop


def _metadata(untrusted: bytes, layout: JpegLayout, marker: int, payload: int, stop: int) -> None:
    start = untrusted[payload : min(stop, payload + 40)]
    early = layout.scans == 0
    if marker == 0xE0 and start[:5] == b"JFIF\x00" and stop - payload >= 14:
        layout.jfif |= early
        if stop - payload > 14:
            layout.dropped[Metadata.THUMBNAIL] += 1
    elif marker == 0xEE and start[:5] == b"Adobe" and stop - payload >= 12 and early:
        layout.adobe = start[11]
    elif marker == 0xE1 and start[:5] == b"Exif\x00" and early:
        layout.exif.append((payload, stop))
    elif marker == 0xE2 and start[:12] == _ICC_NAME and stop - payload > 14 and early:
        layout.icc.setdefault(start[12], (payload + 14, stop))
        layout.icc_total = start[13]
    else:
        layout.dropped[_kind(marker, start)] += 1


def _kind(marker: int, start: bytes) -> Metadata:
    if marker == _COM:
        return Metadata.COMMENT
    known = (
        (0xE0, b"JFXX", Metadata.THUMBNAIL),
        (0xE1, b"http://ns.adobe.com/", Metadata.XMP),
        (0xE1, b"Exif\x00", Metadata.CAMERA),
        (0xE2, b"MPF\x00", Metadata.MORE_PICTURES),
        (0xEB, b"JP", Metadata.PROVENANCE),
        (0xED, b"Photoshop", Metadata.IPTC),
    )
    return next((kind for code, name, kind in known if code == marker and start.startswith(name)), Metadata.PRIVATE)


def _finish(untrusted: bytes, layout: JpegLayout, at: int) -> JpegLayout:
    if not layout.components or not layout.scans:
        raise refusals.cut_short()
    layout.end = at + 2
    if len(untrusted) > layout.end:
        layout.dropped[Metadata.TRAILER] += 1
    return layout
