"""The second look: a walk over the clean bytes that shares no code with the cleaning.

It knows one grammar, much narrower than JPEG or PNG: exactly what this program writes. Anything else, one byte
after the end included, is PHOTO-NOT-CLEAN. Promises: linear time, bounded memory, never changes a byte.
Imports this room's values and refusals, and nothing that the cleaning is made of.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator

from referral_client.photo.refusals import not_clean
from referral_client.photo.values import MAX_PIXELS, Kind, Rescanned

_ORIENTATION_FRONT = bytes.fromhex("49492a000800000001001201030001000000")
_JFIF = bytes.fromhex("ffe000104a46494600010100000100010000")
_ADOBE = bytes.fromhex("ffee000e41646f6265006400000000")
_PICTURE_SEGMENTS = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA, 0xC4, 0xDB, 0xDD, 0xCC, 0xDC, 0xDA}
_PROFILE_TAGS = {"desc", "cprt", "wtpt", "bkpt", "chad", "gamt", "lumi", "cicp", "kTRC"}
_PROFILE_TAGS |= {colour + kind for colour in "rgb" for kind in ("XYZ", "TRC")}
_PROFILE_TAGS |= {way + intent for way in ("A2B", "B2A") for intent in "012"}
_PROFILE_TEXTS = {
    b"desc\0\0\0\0\0\0\0\x07Colour\0" + bytes(78),
    b"text\0\0\0\0None\0",
    b"mluc" + bytes(7) + b"\x01" + bytes(3) + b"\x0cenGB" + bytes(3) + b"\x0c" + bytes(3) + b"\x1c\0C\0o\0l\0o\0u\0r",
    b"mluc" + bytes(7) + b"\x01" + bytes(3) + b"\x0cenGB" + bytes(3) + b"\x08" + bytes(3) + b"\x1c\0N\0o\0n\0e",
}
_PNG_ORDER = (
    "IHDR", "iCCP", "cICP", "mDCV", "cLLI", "sRGB", "gAMA", "cHRM", "sBIT", "PLTE", "tRNS", "eXIf", "IDAT", "IEND",
)  # fmt: skip
_PNG_LENGTHS = {"IHDR": 13, "cICP": 4, "mDCV": 24, "cLLI": 8, "sRGB": 1, "gAMA": 4, "cHRM": 32, "eXIf": 26, "IEND": 0}
_NEITHER_STUFFING_NOR_RESTART = re.compile(rb"\xff[\x01-\xcf\xd8-\xff]")
_INFLATE_STEP = 262_144


def rescan(clean: bytes) -> Rescanned:
    """What the clean bytes are; PhotoRefused PHOTO-NOT-CLEAN when they hold anything they should not."""
    if clean[:2] == b"\xff\xd8":
        return _rescan_jpeg(clean)
    if clean[:8] == b"\x89PNG\r\n\x1a\n":
        return _rescan_png(clean)
    raise not_clean("the clean file starts like neither kind")


# JPEG: SOI [JFIF] [orientation] [profile...] [Adobe] (picture segments, scans)+ EOI, and the file ends there.


def _rescan_jpeg(clean: bytes) -> Rescanned:
    position, orientation = 2, 1
    if clean.startswith(_JFIF, position):
        position += len(_JFIF)
    if clean.startswith(b"\xff\xe1\x00\x22Exif\x00\x00", position):
        orientation = _orientation(clean[position + 10 : position + 36])
        position += 36
    profile = bytearray()
    while clean.startswith(b"\xff\xe2", position) and clean.startswith(b"ICC_PROFILE\x00", position + 4):
        size = clean[position + 2] << 8 | clean[position + 3]
        profile += clean[position + 18 : position + 2 + size]
        position += 2 + size
    if profile:
        _check_profile(bytes(profile))
    if clean.startswith(_ADOBE, position) and clean[position + 15 : position + 16] in (b"\0", b"\1", b"\2"):
        position += 16
    return _rescan_picture(clean, position, orientation)


def _rescan_picture(clean: bytes, position: int, orientation: int) -> Rescanned:
    frame, progressive, scans = b"", False, 0
    while clean[position : position + 2] != b"\xff\xd9":
        start = clean[position : position + 4]
        if len(start) < 4 or start[0] != 0xFF or start[1] not in _PICTURE_SEGMENTS:
            raise not_clean("a segment that is no part of the picture")
        code, size = start[1], start[2] << 8 | start[3]
        body = clean[position + 4 : position + 2 + size]
        if size < 2 or len(body) != size - 2 or not _fits(code, body):
            raise not_clean("a picture segment with room for something else")
        position += 2 + size
        if code in (0xC0, 0xC1, 0xC2, 0xC9, 0xCA):
            if frame:
                raise not_clean("two frames")
            frame, progressive = body, code in (0xC2, 0xCA)
        if code == 0xDA:
            scans += 1
            position = _end_of_scan(clean, position)
    if position + 2 != len(clean):
        raise not_clean("bytes after the picture's end")
    if not frame or not scans:
        raise not_clean("no picture")
    height, width = frame[1] << 8 | frame[2], frame[3] << 8 | frame[4]
    _check_size(width, height)
    return Rescanned(Kind.JPEG, width, height, orientation, frame[5], progressive or scans > 1)


def _end_of_scan(clean: bytes, position: int) -> int:
    """Where the scan's compressed bytes stop: at the first FF that is neither stuffing nor a restart."""
    stop = _NEITHER_STUFFING_NOR_RESTART.search(clean, position)
    if stop is None:
        raise not_clean("a scan without an end")
    return stop.start()


def _fits(code: int, body: bytes) -> bool:
    if code == 0xDA:
        return len(body) == 4 + 2 * body[0] if body else False
    if code in (0xDD, 0xDC):
        return len(body) == 2
    if code == 0xCC:
        return len(body) % 2 == 0
    if code == 0xDB:
        return _used_up(body, lambda rest: 129 if rest[0] & 0xF0 else 65)
    if code == 0xC4:
        return _used_up(body, lambda rest: 17 + sum(rest[1:17]))
    return len(body) >= 6 and len(body) == 6 + 3 * body[5]


def _used_up(body: bytes, measure: Callable[[bytes], int]) -> bool:
    while body:
        step = measure(body)
        if step > len(body):
            return False
        body = body[step:]
    return True


# PNG: signature, chunks in one order, the compressed picture ending with its last IDAT, IEND, and the file ends.


def _rescan_png(clean: bytes) -> Rescanned:
    last, orientation = -1, 1
    header = b""
    inflater = zlib.decompressobj()
    for name, body in _png_chunks(clean):
        place = _PNG_ORDER.index(name) if name in _PNG_ORDER else -1
        if place < last or (place == last and name != "IDAT") or (last < 0 and place != 0):
            raise not_clean("a chunk that should not be there, or not there")
        last = place
        if len(body) != _PNG_LENGTHS.get(name, len(body)):
            raise not_clean("a chunk of the wrong length")
        if name == "IHDR":
            header = bytes(body)
            _check_size(int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big"))
        elif name == "iCCP":
            _check_png_profile(bytes(body))
        elif name == "eXIf":
            orientation = _orientation(bytes(body))
        elif name in ("PLTE", "tRNS", "sBIT"):
            _check_small(name, len(body), header[9])
        elif name == "IDAT":
            if inflater.eof:
                raise not_clean("compressed data after the picture's end")
            _drain(inflater, body)
    if last != len(_PNG_ORDER) - 1 or not inflater.eof:
        raise not_clean("the picture does not end where the file does")
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    return Rescanned(Kind.PNG, width, height, orientation, 4, whole_in_memory=True)


def _png_chunks(clean: bytes) -> Iterator[tuple[str, memoryview]]:
    view, position = memoryview(clean), 8
    while position < len(clean):
        size = int.from_bytes(view[position : position + 4], "big")
        body = view[position + 8 : position + 8 + size]
        check = view[position + 8 + size : position + 12 + size]
        summed = zlib.crc32(body, zlib.crc32(view[position + 4 : position + 8]))
        if len(check) != 4 or summed != int.from_bytes(check, "big"):
            raise not_clean("a chunk whose checksum does not fit")
        yield bytes(view[position + 4 : position + 8]).decode("latin-1"), body
        position += 12 + size


def _drain(inflater: zlib._Decompress, body: memoryview) -> None:
    if not body:
        raise not_clean("an empty part of the picture")
    for at in range(0, len(body), _INFLATE_STEP):
        rest: bytes | memoryview = body[at : at + _INFLATE_STEP]
        while rest:
            try:
                inflater.decompress(rest, _INFLATE_STEP)
            except zlib.error as error:
                raise not_clean("a compressed picture that is broken") from error
            rest = inflater.unconsumed_tail
            if inflater.eof:  # the stream must end with the chunk, and the chunk be the last
                if inflater.unused_data or at + _INFLATE_STEP < len(body):
                    raise not_clean("compressed data after the picture's end")
                return
    while inflater.decompress(b"", _INFLATE_STEP):
        pass


def _check_small(name: str, length: int, colour: int) -> None:
    if name == "PLTE":
        fits = colour == 3 and 3 <= length <= 768 and length % 3 == 0
    elif name == "tRNS":
        fits = length == {0: 2, 2: 6}.get(colour) or (colour == 3 and 1 <= length <= 256)
    else:
        fits = length == {0: 1, 4: 2, 6: 4}.get(colour, 3)
    if not fits:
        raise not_clean("a small chunk with room for something else")


def _check_png_profile(body: bytes) -> None:
    inflater = zlib.decompressobj()
    if body[:5] != b"ICC\x00\x00":
        raise not_clean("a colour profile under another name")
    try:
        profile = inflater.decompress(body[5:], 16_000_000)
    except zlib.error as error:
        raise not_clean("a colour profile that is broken") from error
    if not inflater.eof or inflater.unused_data:
        raise not_clean("bytes after the colour profile")
    _check_profile(profile)


# Both kinds


def _check_size(width: int, height: int) -> None:
    if not 0 < width * height <= MAX_PIXELS:
        raise not_clean("a size out of bounds")


def _orientation(block: bytes) -> int:
    value = block[18] if len(block) == 26 else 0
    if not 2 <= value <= 8 or block != _ORIENTATION_FRONT + bytes([value]) + bytes(7):
        raise not_clean("an EXIF block that holds more than which way is up")
    return value


def _check_profile(profile: bytes) -> None:
    """Header fields blank, tags only of colour, and every byte of the file in one of them or zero padding."""
    if len(profile) < 132 or int.from_bytes(profile[:4], "big") != len(profile):
        raise not_clean("a colour profile of another length than it says")
    blank = profile[4:8] + profile[40:64] + profile[80:128]
    if any(blank) or profile[24:36] != bytes.fromhex("07d000010001000000000000"):
        raise not_clean("a colour profile that names a device or a day")
    number = int.from_bytes(profile[128:132], "big")
    spans = {(0, 132 + 12 * number)}
    for at in range(132, min(132 + 12 * number, len(profile) - 11), 12):
        name, where, size = profile[at : at + 4], profile[at + 4 : at + 8], profile[at + 8 : at + 12]
        start, stop = int.from_bytes(where, "big"), int.from_bytes(where, "big") + int.from_bytes(size, "big")
        tag = name.decode("latin-1")
        if tag not in _PROFILE_TAGS or stop > len(profile):
            raise not_clean("a colour profile with more than colours")
        if tag in ("desc", "cprt") and profile[start:stop] not in _PROFILE_TEXTS:
            raise not_clean("a colour profile with words of its own")
        spans.add((start, stop))
    reached = 0
    for start, stop in sorted(spans):
        if start - reached not in (0, 1, 2, 3) or any(profile[reached:start]):
            raise not_clean("a colour profile with room between its tags")
        reached = stop
    if len(profile) - reached not in (0, 1, 2, 3) or any(profile[reached:]):
        raise not_clean("a colour profile with room after its tags")
