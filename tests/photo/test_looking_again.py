"""The second look finds what a careless stripper would leave, and shares no code with the stripper."""

from __future__ import annotations

import ast
import struct
import zlib
from pathlib import Path

import pytest

from referral_client.photo import Kind, PhotoRefused, looking_again, rescan, strip

from .builders import MARK, chunk, exif_block, jpeg, planted_jpeg, planted_png, planted_segments, png, segment

JPEG = strip(planted_jpeg(jpeg(), orientation=6)).data
PNG = strip(planted_png(png(), orientation=6)).data


def with_profile(profile: bytes) -> bytes:
    return JPEG[:2] + segment(0xE2, b"ICC_PROFILE\0\1\1" + profile) + JPEG[2:]


DIRTY = {
    **{f"segment {number}": JPEG[:2] + piece + JPEG[2:] for number, piece in enumerate(planted_segments())},
    "an untouched profile": with_profile(bytes(128) + MARK),
    "a byte behind the end": JPEG + b"\0",
    "a comment before the scan": JPEG.replace(b"\xff\xda", segment(0xFE, MARK) + b"\xff\xda", 1),
    "EXIF with more": JPEG[:2] + segment(0xE1, b"Exif\0\0" + exif_block()) + JPEG[20:],
    "a wider table": JPEG.replace(b"\xff\xdb\x00\x43", b"\xff\xdb\x00\x44", 1),
    "no end": JPEG[:-2],
    "neither kind": b"GIF89a",
    "text in a PNG": PNG[:33] + chunk(b"tEXt", b"a\0" + MARK) + PNG[33:],
    "a private chunk": PNG[:-12] + chunk(b"prVt", MARK) + PNG[-12:],
    "a byte behind IEND": PNG + b"\0",
    "a tail in IDAT": PNG[:-12] + chunk(b"IDAT", MARK) + PNG[-12:],
    "a whole EXIF in a PNG": PNG[:33] + chunk(b"eXIf", exif_block()) + PNG[33:],
    "a bad checksum": PNG[:-20] + bytes([PNG[-20] ^ 1]) + PNG[-19:],
    "a profile that is none": PNG[:33] + chunk(b"iCCP", b"ICC\0\0" + zlib.compress(MARK)) + PNG[33:],
    "a profile with a name": PNG[:33] + chunk(b"iCCP", b"Dell 1234\0\0" + zlib.compress(MARK)) + PNG[33:],
}


@pytest.mark.parametrize("name", DIRTY)
def test_what_should_not_be_there_is_found(name: str) -> None:
    with pytest.raises(PhotoRefused) as refused:
        rescan(DIRTY[name])
    assert refused.value.code == "PHOTO-NOT-CLEAN"


def test_clean_files_pass_and_are_measured() -> None:
    seen = rescan(JPEG)
    assert (seen.kind, seen.width, seen.height, seen.orientation, seen.components) == (Kind.JPEG, 61, 43, 6, 3)
    assert not seen.whole_in_memory
    assert rescan(strip(jpeg(progressive=True)).data).whole_in_memory
    assert rescan(PNG).orientation == 6


def test_every_cut_of_a_clean_file_is_found() -> None:
    for clean in (JPEG, PNG):
        for length in range(len(clean) - 1, 0, -11):
            with pytest.raises(PhotoRefused):
                rescan(clean[:length])


def test_every_changed_header_byte_of_our_own_blocks_is_found_or_harmless() -> None:
    start = JPEG.index(b"Exif")
    for at in range(start, start + 32):
        changed = JPEG[:at] + bytes([JPEG[at] ^ 0x40]) + JPEG[at + 1 :]
        with pytest.raises(PhotoRefused):
            rescan(changed)


def test_the_second_look_imports_nothing_that_cleaning_is_made_of() -> None:
    tree = ast.parse(Path(looking_again.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {name for name in imported if name and name.startswith("referral_client")}
    assert ours == {"referral_client.photo.refusals", "referral_client.photo.values"}


def test_a_size_beyond_the_limit_is_found() -> None:
    huge = PNG.replace(struct.pack(">II", 61, 43), struct.pack(">II", 60_000, 60_000), 1)
    body = huge[12:29]
    huge = huge[:29] + struct.pack(">I", zlib.crc32(body)) + huge[33:]
    with pytest.raises(PhotoRefused):
        rescan(huge)
