"""Pictures for the tests, made with Pillow, and ways to plant things in them. Shares nothing with the program."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageOps

MARK = b"CANARY-7731"  # what every planted thing holds


def scene(width: int = 61, height: int = 43, mode: str = "RGB") -> Image.Image:
    """A picture whose eight turns all look different."""
    picture = Image.new("RGB", (width, height), (200, 180, 160))
    pen = ImageDraw.Draw(picture)
    for x in range(width):
        pen.line((x, 0, x, height // 3), fill=(x * 255 // width, 90, 255 - x * 255 // width))
    pen.rectangle((2, height // 2, width // 4, height - 3), fill=(180, 30, 30))
    pen.ellipse((width // 2, height // 2, width - 4, height - 2), fill=(20, 120, 60))
    return picture.convert(mode)


def deep_scene() -> Image.Image:
    """The same in grey, 16 bits a dot."""
    grey = scene(mode="L")
    return Image.frombytes("I;16", grey.size, bytes(level for dot in grey.tobytes() for level in (0x5A, dot)))


def jpeg(picture: Image.Image | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    (picture or scene()).save(out, "JPEG", **{"quality": 90, **options})
    return out.getvalue()


def png(picture: Image.Image | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    (picture or scene()).save(out, "PNG", **options)
    return out.getvalue()


def exif_block(orientation: int | None = 6, order: str = "<") -> bytes:
    """IFD0 with orientation, make, artist; EXIF with time, serial and maker note; GPS; IFD1 with a small copy."""
    small = jpeg(scene(16, 12)) + MARK
    out = bytearray(b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)

    def directory(at: int, entries: Sequence[tuple[int, int, bytes]], following: int = 0) -> bytes:
        table = struct.pack(order + "H", len(entries))
        extra = b""
        room = at + 2 + 12 * len(entries) + 4
        for tag, kind, value in entries:
            count = len(value) // {2: 1, 3: 2, 4: 4, 5: 8, 7: 1}[kind]
            if len(value) <= 4:
                table += struct.pack(order + "HHI", tag, kind, count) + value.ljust(4, b"\0")
            else:
                table += struct.pack(order + "HHII", tag, kind, count, room + len(extra))
                extra += value + b"\0" * (len(value) % 2)
        return table + struct.pack(order + "I", following) + extra

    number = lambda value: struct.pack(order + "I", value)  # noqa: E731
    ratios = struct.pack(order + "6I", 52, 1, 42, 1, 3031, 100)
    exif_at, gps_at, second_at = 400, 700, 900
    first = [
        (0x010F, 2, b"Acme\0"),
        (0x0110, 2, b"Snap 3\0"),
        *([(0x0112, 3, struct.pack(order + "H", orientation))] if orientation is not None else []),
        (0x013B, 2, MARK + b" artist\0"),
        (0x8769, 4, number(exif_at)),
        (0x8825, 4, number(gps_at)),
    ]
    inner = [
        (0x9003, 2, b"2026:11:20 15:40:07\0"),
        (0x9011, 2, b"+00:00\0"),
        (0x927C, 7, MARK * 3),
        (0xA431, 2, MARK + b"-serial\0"),
    ]
    place = [(1, 2, b"N\0"), (2, 5, ratios), (3, 2, b"W\0"), (4, 5, ratios)]
    second = [(0x0201, 4, number(second_at + 60)), (0x0202, 4, number(len(small)))]
    out = out + directory(8, first, second_at)
    out = out.ljust(exif_at, b"\0") + directory(exif_at, inner)
    out = out.ljust(gps_at, b"\0") + directory(gps_at, place)
    out = out.ljust(second_at, b"\0") + directory(second_at, second)
    return bytes(out.ljust(second_at + 60, b"\0") + small)


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def planted_segments(orientation: int | None = 6) -> list[bytes]:
    """One of everything that cameras and programs put into a JPEG."""
    xmp = b"<x:xmpmeta><rdf:Description dc:creator='" + MARK + b"'/></x:xmpmeta>"
    return [
        segment(0xE1, b"Exif\0\0" + exif_block(orientation)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + MARK),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x50\0\x0b" + MARK),
        segment(0xE2, b"MPF\0" + MARK),
        segment(0xE2, b"FPXR\0" + MARK),
        segment(0xE0, b"JFXX\0\x10" + MARK),
        segment(0xEB, b"JP\0\0" + MARK),
        segment(0xE3, b"Meta\0" + MARK),
        segment(0xEC, b"Ducky\0" + MARK),
        segment(0xEF, MARK),
        segment(0xFE, MARK),
        segment(0xFE, "tŷ gwyn ".encode() + MARK),
        b"\xff\xff\xff",
    ]


def planted_jpeg(picture: bytes, *, orientation: int | None = 6, trailer: bytes = b"") -> bytes:
    """Everything planted after SOI and in front of the first scan, and a trailer behind the end."""
    pieces = b"".join(planted_segments(orientation))
    scan = picture.index(b"\xff\xda")
    late = segment(0xFE, MARK + b" late") + segment(0xE9, MARK)
    return picture[:2] + pieces + picture[2:scan] + late + picture[scan:] + trailer


def chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        found.append((name, data[at + 8 : at + 8 + length]))
        at += 12 + length
        if name == b"IEND":
            break
    return found


def rebuilt_png(parts: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, payload) for name, payload in parts)


def planted_png(picture: bytes, *, orientation: int | None = 6, trailer: bytes = MARK) -> bytes:
    """Text of all kinds, EXIF, private chunks, a tail behind the compressed stream, bytes behind the end."""
    parts: list[tuple[bytes, bytes]] = []
    for name, payload in chunks(picture):
        if name == b"IDAT" and (b"IDAT", MARK) not in parts and parts[-1][0] != b"IDAT":
            parts += [
                (b"tEXt", b"Author\0" + MARK),
                (b"zTXt", b"Comment\0\0" + zlib.compress(MARK)),
                (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + MARK),
                (b"eXIf", exif_block(orientation)),
                (b"tIME", b"\x07\xea\x0b\x14\x0f\x28\x07"),
                (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
                (b"sPLT", b"x\0\x08" + MARK),
                (b"prVt", MARK),
                (b"caBX", MARK),
            ]
        if name == b"IEND":
            parts[-1] = (b"IDAT", parts[-1][1] + MARK)
            parts.append((b"IDAT", MARK * 20))
            parts.append((b"prVt", MARK))
        parts.append((name, payload))
    return rebuilt_png(parts) + trailer


def big_header_png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return rebuilt_png([(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")])


def upright(data: bytes) -> Image.Image:
    """What a viewer shows: decoded whole, turned as EXIF says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow complains of what was planted; the pixels are what matters here
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return ImageOps.exif_transpose(picture)


def same_picture(one: bytes, other: bytes) -> bool:
    before, after = upright(one), upright(other)
    if (before.size, before.mode) != (after.size, after.mode):
        return False
    if before.mode in ("P", "I;16", "LA", "RGBA"):
        return before.convert("RGBA").tobytes() == after.convert("RGBA").tobytes()
    return ImageChops.difference(before, after).getbbox() is None
