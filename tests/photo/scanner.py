"""An independent look for leftovers: its own container walk, a search for planted marks, and exiftool if there.

Shares no code with `referral_client.photo`, on purpose: a fault there must not hide itself here.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zlib
from pathlib import Path

EXIFTOOL = shutil.which("exiftool")

_HARMLESS_GROUPS = {"ExifTool", "System", "File", "Composite", "ICC-header"}
_HARMLESS = {
    "JFIF:JFIFVersion", "JFIF:ResolutionUnit", "JFIF:XResolution", "JFIF:YResolution", "IFD0:Orientation",
    "Adobe:DCTEncodeVersion", "Adobe:APP14Flags0", "Adobe:APP14Flags1", "Adobe:ColorTransform",
    "PNG:ImageWidth", "PNG:ImageHeight", "PNG:BitDepth", "PNG:ColorType", "PNG:Compression", "PNG:Filter",
    "PNG:Interlace", "PNG:Gamma", "PNG:SRGBRendering", "PNG:ProfileName", "PNG:Palette", "PNG:Transparency",
    "PNG-cICP:ColorPrimaries", "PNG:WhitePointX", "PNG:WhitePointY", "PNG:RedX", "PNG:RedY", "PNG:GreenX",
    "PNG:GreenY", "PNG:BlueX", "PNG:BlueY", "PNG:SignificantBits",
}  # fmt: skip
_JPEG_PIECE = re.compile(rb"\xff([\x01-\xfe])", re.DOTALL)


def leftovers(clean: bytes, *marks: bytes) -> list[str]:
    """What an outsider can still name in the file; empty means clean."""
    found = [f"mark {mark!r}" for mark in marks for form in _forms(mark) if form in clean]
    if clean[:3] == b"\xff\xd8\xff":
        found += _jpeg(clean)
    else:
        found += _png(clean, marks)
    return found


def named_by_exiftool(file: Path) -> list[str]:
    """Tags that exiftool still names, beyond what a picture and its colours need."""
    assert EXIFTOOL is not None
    run = subprocess.run(
        [EXIFTOOL, "-a", "-u", "-ee", "-G1", "-j", str(file)], capture_output=True, check=True, timeout=60
    )
    (tags,) = json.loads(run.stdout)
    kept = []
    for name in tags:
        group = name.partition(":")[0]
        if name == "SourceFile" or group in _HARMLESS_GROUPS or name in _HARMLESS:
            continue
        if group == "ICC_Profile" and not re.search(r"Serial|Make|Model|Device|Unknown", name):
            continue
        kept.append(name)
    if "ExifTool:Warning" in tags:
        kept.append(tags["ExifTool:Warning"])
    return kept


def _forms(mark: bytes) -> list[bytes]:
    text = mark.decode("ascii")
    return [mark, text.encode("utf-16-le"), text.encode("utf-16-be"), mark.hex().encode()]


def _jpeg(clean: bytes) -> list[str]:
    found, at = [], 2
    while True:
        piece = _JPEG_PIECE.match(clean, at)
        if piece is None:
            return [*found, f"no marker at {at}"]
        code = piece.group(1)[0]
        if code == 0xD9:
            return found if at + 2 == len(clean) else [*found, f"{len(clean) - at - 2} bytes behind the end"]
        length = int.from_bytes(clean[at + 2 : at + 4], "big")
        body = clean[at + 4 : at + 2 + length]
        allowed = {
            0xE0: body[:5] == b"JFIF\0" and len(body) == 14,
            0xE1: body[:6] == b"Exif\0\0" and len(body) == 32,
            0xE2: body[:12] == b"ICC_PROFILE\0",
            0xEE: body[:5] == b"Adobe" and len(body) == 12,
        }.get(code, code not in range(0xE0, 0xF0) and code != 0xFE)
        if not allowed:
            found.append(f"segment {code:02X} of {length} bytes")
        at += 2 + length
        if code == 0xDA:
            while not (clean[at] == 0xFF and clean[at + 1] != 0 and not 0xD0 <= clean[at + 1] <= 0xD7):
                at = clean.index(b"\xff", at + 1) if clean[at] != 0xFF else at + 2
                if clean[at] != 0xFF:
                    at = clean.index(b"\xff", at)


def _png(clean: bytes, marks: tuple[bytes, ...]) -> list[str]:
    found, at, packed = [], 8, b""
    allowed = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "cICP", "mDCV", "cLLI", "iCCP"}
    while at < len(clean):
        length = int.from_bytes(clean[at : at + 4], "big")
        name = clean[at + 4 : at + 8].decode("latin-1")
        body = clean[at + 8 : at + 8 + length]
        if name == "eXIf":
            found += [] if len(body) == 26 else [f"eXIf of {length} bytes"]
        elif name not in allowed:
            found.append(f"chunk {name}")
        if name == "IDAT":
            packed += body
        if name == "iCCP":
            found += [f"mark in {name}" for mark in marks if mark in zlib.decompress(body.split(b"\0\0", 1)[1])]
        at += 12 + length
        if name == "IEND" and at != len(clean):
            found.append(f"{len(clean) - at} bytes behind the end")
    stream = zlib.decompressobj()
    stream.decompress(packed)
    if stream.unused_data or not stream.eof:
        found.append("something behind the compressed picture")
    return found
