"""Promise 8: no picture, however made, stops the program, exceeds its memory or its time.

Every outcome is a clean file that passes both looks, or a refusal with a code; nothing else may escape.
"""

from __future__ import annotations

import random
import struct
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_client.photo import PhotoRefused, facts_of, rescan, strip
from referral_client.photo.values import MAX_FILE_BYTES

from .builders import (
    big_header_png,
    chunk,
    chunks,
    exif_block,
    jpeg,
    planted_jpeg,
    planted_png,
    png,
    rebuilt_png,
    scene,
    segment,
)
from .scanner import leftovers

SEEDS = {
    "jpeg": planted_jpeg(jpeg(scene(33, 25)), trailer=b"tail"),
    "progressive": planted_jpeg(jpeg(scene(33, 25), progressive=True)),
    "cmyk": jpeg(scene(17, 9, "CMYK")),
    "png": planted_png(png(scene(33, 25))),
    "palette": png(scene(33, 25, "P"), transparency=1),
}
CODES = {
    code: code
    for code in (
        "PHOTO-CUT-SHORT",
        "PHOTO-DAMAGED",
        "PHOTO-TOO-MANY-PIXELS",
        "PHOTO-KIND-NOT-YET",
        "PHOTO-NOT-A-PICTURE",
    )
}


def clean_or_refused(data: bytes) -> str:
    """Strip and judge: "" for a clean file, or the code of the refusal. Anything else escapes and fails the test."""
    try:
        clean = strip(data)
    except PhotoRefused as refused:
        return CODES[refused.code]  # a KeyError here is a code nobody announced
    rescan(clean.data)
    assert strip(clean.data).data == clean.data
    assert leftovers(clean.data) == []
    return ""


def refusal_within(data: bytes, megabytes: int, act: Callable[[bytes], object] = strip) -> str:
    """The code of the refusal, and that refusing it took no more memory than allowed."""
    tracemalloc.start()
    try:
        with pytest.raises(PhotoRefused) as refused:
            act(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < megabytes * 1_000_000
    return refused.value.code


@pytest.mark.parametrize("name", ["jpeg", "progressive", "cmyk"])
def test_a_jpeg_cut_anywhere_before_its_end_is_refused_as_cut_short(name: str) -> None:
    whole = SEEDS[name]
    end = whole.rindex(b"\xff\xd9")
    for length in range(2, end + 2, 7):
        with pytest.raises(PhotoRefused) as refused:
            strip(whole[:length])
        assert refused.value.code in {"PHOTO-CUT-SHORT", "PHOTO-NOT-A-PICTURE"}, length


def test_a_png_cut_anywhere_before_its_end_is_refused_as_cut_short() -> None:
    whole = png()
    for length in range(8, len(whole), 3):
        with pytest.raises(PhotoRefused) as refused:
            strip(whole[:length])
        assert refused.value.code == "PHOTO-CUT-SHORT", length


def test_any_flipped_bit_in_a_png_that_would_be_kept_is_refused() -> None:
    whole = png()
    for at in range(16, len(whole), 5):
        flipped = whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]
        assert clean_or_refused(flipped) != "", at


@pytest.mark.parametrize("name", SEEDS)
def test_any_changed_byte_gives_a_clean_file_or_a_refusal(name: str) -> None:
    whole = SEEDS[name]
    dice = random.Random(name)
    for at in dice.sample(range(len(whole)), min(400, len(whole))):
        clean_or_refused(whole[:at] + bytes([dice.randrange(256)]) + whole[at + 1 :])


@settings(max_examples=150, deadline=None)
@given(data=st.data(), name=st.sampled_from(sorted(SEEDS)))
def test_pieces_moved_lost_or_doubled_give_a_clean_file_or_a_refusal(data: st.DataObject, name: str) -> None:
    picture = bytearray(SEEDS[name])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(picture)))
        stop = data.draw(st.integers(start, min(len(picture), start + 400)))
        piece = data.draw(st.one_of(st.just(b""), st.just(bytes(picture[start:stop]) * 2), st.binary(max_size=12)))
        picture[start:stop] = piece
    clean_or_refused(bytes(picture))


@settings(max_examples=150, deadline=None)
@given(tail=st.binary(max_size=300), start=st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]))
def test_noise_behind_a_good_start_is_refused(start: bytes, tail: bytes) -> None:
    clean_or_refused(start + tail)


@settings(max_examples=200, deadline=None)
@given(block=st.binary(max_size=200), order=st.sampled_from([b"II*\0", b"MM\0*"]))
def test_no_exif_block_stops_the_reading_of_facts(block: bytes, order: bytes) -> None:
    made = jpeg(scene(9, 9))
    facts = facts_of(made[:2] + segment(0xE1, b"Exif\0\0" + order + block) + made[2:])
    assert 1 <= facts.orientation <= 8


def test_an_exif_block_that_points_at_itself_ends() -> None:
    block = bytearray(exif_block())
    at = block.index(struct.pack("<HHI", 0x8769, 4, 1))
    block[at + 8 : at + 12] = struct.pack("<I", 8)
    made = jpeg()
    assert facts_of(made[:2] + segment(0xE1, b"Exif\0\0" + bytes(block)) + made[2:]).orientation == 6


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1)])
def test_a_png_that_claims_too_many_dots_is_refused_from_its_header(width: int, height: int) -> None:
    assert refusal_within(big_header_png(width, height), 1) == "PHOTO-TOO-MANY-PIXELS"


def test_a_jpeg_that_claims_too_many_dots_is_refused_from_its_header() -> None:
    made = bytearray(jpeg())
    at = made.index(b"\xff\xc0") + 5
    made[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    assert refusal_within(bytes(made), 1) == "PHOTO-TOO-MANY-PIXELS"


def test_a_png_that_inflates_beyond_its_size_is_refused_in_little_memory() -> None:
    header = struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, 0)
    bomb = rebuilt_png([(b"IHDR", header), (b"IDAT", zlib.compress(bytes(200_000_000), 9)), (b"IEND", b"")])
    assert refusal_within(bomb, 6) == "PHOTO-DAMAGED"
    endless = rebuilt_png([(b"IHDR", header), (b"IDAT", zlib.compress(bytes(9_000_000), 9)[:-9]), (b"IEND", b"")])
    assert refusal_within(endless, 6) == "PHOTO-DAMAGED"  # given up at the picture's size, not at the stream's end


def test_a_png_whose_picture_is_shorter_than_its_header_says_is_refused() -> None:
    header = struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, 0)
    short = rebuilt_png([(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")])
    assert clean_or_refused(short) == "PHOTO-DAMAGED"


def test_a_long_tail_inside_one_data_chunk_is_cut_off() -> None:
    made = png()
    parts = [(name, payload + bytes(3_000_000) if name == b"IDAT" else payload) for name, payload in chunks(made)]
    assert strip(rebuilt_png(parts)).data == made


def test_twenty_thousand_scans_are_refused() -> None:
    made = jpeg(progressive=True)
    scan = made[made.rindex(b"\xff\xda") : -2]
    assert refusal_within(made[:-2] + scan * 20_000 + b"\xff\xd9", 3) == "PHOTO-DAMAGED"


def test_millions_of_empty_segments_and_chunks_are_refused() -> None:
    made = jpeg()
    assert refusal_within(made[:2] + segment(0xFE, b"") * 100_000 + made[2:], 3) == "PHOTO-DAMAGED"
    pictured = png()
    assert refusal_within(pictured[:33] + chunk(b"prVt", b"") * 200_000 + pictured[33:], 3) == "PHOTO-DAMAGED"


def test_a_file_over_the_limit_is_refused_before_it_is_parsed() -> None:
    assert refusal_within(b"\xff\xd8\xff".ljust(MAX_FILE_BYTES + 1, b"\0"), 1) == "PHOTO-TOO-LARGE"


@pytest.mark.parametrize("frame", [0xC3, 0xC5, 0xC7, 0xCB, 0xCF])
def test_rare_kinds_of_jpeg_are_refused_in_words(frame: int) -> None:
    assert clean_or_refused(jpeg().replace(b"\xff\xc0", bytes([0xFF, frame]), 1)) == "PHOTO-KIND-NOT-YET"


def test_tables_with_room_for_something_else_are_refused() -> None:
    made = jpeg()
    at = made.index(b"\xff\xdb")
    length = struct.unpack_from(">H", made, at + 2)[0]
    stuffed = (
        made[: at + 2]
        + struct.pack(">H", length + 9)
        + made[at + 4 : at + 2 + length]
        + b"something"
        + made[at + 2 + length :]
    )
    assert clean_or_refused(stuffed) == "PHOTO-DAMAGED"


def test_two_frames_and_a_picture_inside_a_picture_are_refused() -> None:
    made = jpeg()
    at = made.index(b"\xff\xc0")
    frame = made[at : at + 19]
    assert clean_or_refused(made[:at] + frame + made[at:]) == "PHOTO-DAMAGED"
    assert clean_or_refused(made[:at] + made + made[at:]) == "PHOTO-DAMAGED"
