"""Promise 7: a stripped picture decodes to the same pixels, the same way up, and holds nothing an independent
scanner can name. Shown on made pictures of every kind and on the real sample photographs."""

from __future__ import annotations

import io
import tracemalloc
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from referral_client.base.shipped import shipped
from referral_client.photo import Metadata, PhotoRefused, facts_of, rescan, strip

from .builders import (
    MARK,
    chunk,
    chunks,
    deep_scene,
    exif_block,
    jpeg,
    planted_jpeg,
    planted_png,
    png,
    rebuilt_png,
    same_picture,
    scene,
    segment,
)
from .scanner import EXIFTOOL, leftovers, named_by_exiftool

SAMPLES = sorted(path for path in shipped("resources").joinpath("sample-photographs").iterdir() if path.suffix != ".md")
needs_exiftool = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed (libimage-exiftool-perl)")

JPEG_KINDS = {
    "4:2:0": {"subsampling": "4:2:0"},
    "4:2:2": {"subsampling": "4:2:2"},
    "4:4:4": {"subsampling": "4:4:4"},
    "progressive": {"progressive": True},
    "optimised": {"optimize": True},
    "restart markers": {"restart_marker_blocks": 3},
    "RGB by Adobe": {"keep_rgb": True},
}


def assert_clean_and_exact(dirty: bytes) -> bytes:
    clean = strip(dirty)
    assert leftovers(clean.data, MARK) == []
    assert same_picture(dirty, clean.data)
    seen = rescan(clean.data)
    assert (seen.width, seen.height, seen.orientation) == (clean.width, clean.height, clean.orientation)
    again = strip(clean.data)
    assert again.data == clean.data
    assert again.removed == ()
    return clean.data


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", JPEG_KINDS)
def test_a_jpeg_keeps_its_pixels_and_its_way_up_and_loses_the_rest(kind: str, orientation: int) -> None:
    dirty = planted_jpeg(jpeg(**JPEG_KINDS[kind]), orientation=orientation, trailer=MARK * 9)
    assert_clean_and_exact(dirty)
    assert strip(dirty).orientation == orientation


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("mode", ["L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_grey_and_cmyk_jpegs_too(mode: str, orientation: int, progressive: bool) -> None:
    assert_clean_and_exact(planted_jpeg(jpeg(scene(mode=mode), progressive=progressive), orientation=orientation))


def test_cmyk_that_adobe_marks_as_turned_over_is_not_turned_back() -> None:
    made = jpeg(scene(mode="CMYK"))
    assert b"Adobe" in made
    for transform in (0, 2, 9):
        at = made.index(b"Adobe") + 11
        dirty = planted_jpeg(made[:at] + bytes([transform]) + made[at + 1 :], orientation=1)
        assert_clean_and_exact(dirty)


def test_a_jfif_header_stays_where_it_alone_says_which_colours_are_meant() -> None:
    made = bytearray(jpeg())
    frame, scan = made.index(b"\xff\xc0") + 10, made.index(b"\xff\xda") + 5
    for number, letter in enumerate(b"RGB"):  # without JFIF these names would mean red, green, blue
        made[frame + 3 * number] = made[scan + 2 * number] = letter
    clean = assert_clean_and_exact(planted_jpeg(bytes(made)))
    assert not same_picture(clean, clean.replace(clean[2:20], b"", 1))
    bare = bytes(made[:2] + made[20:])
    assert b"JFIF" not in assert_clean_and_exact(bare)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_a_png_keeps_its_pixels_and_its_way_up_and_loses_the_rest(mode: str, orientation: int) -> None:
    picture = deep_scene() if mode == "I;16" else scene(mode=mode)
    dirty = planted_png(png(picture), orientation=orientation)
    assert_clean_and_exact(dirty)
    assert strip(dirty).orientation == orientation


def test_a_png_with_see_through_parts_and_small_pieces_stays_as_it_was() -> None:
    picture = scene(mode="P")
    made = png(picture, transparency=3, bits=8)
    parts = []
    for name, payload in chunks(made):
        if name == b"IDAT":
            parts += [(name, payload[at : at + 50]) for at in range(0, len(payload), 50)] + [(name, b"")]
        else:
            parts.append((name, payload))
    assert_clean_and_exact(planted_png(rebuilt_png(parts), orientation=None))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_real_photograph_keeps_its_pixels_and_loses_the_rest(sample: Path) -> None:
    dirty = sample.read_bytes()
    clean = assert_clean_and_exact(dirty)
    picture = clean[clean.rindex(b"\xff\xda") :] if sample.suffix == ".jpg" else clean[clean.index(b"IDAT") : -12]
    assert picture in dirty  # the compressed picture itself is the same bytes


@needs_exiftool
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_exiftool_finds_nothing_in_a_clean_real_photograph(sample: Path, tmp_path: Path) -> None:
    file = tmp_path / f"clean{sample.suffix}"
    file.write_bytes(strip(sample.read_bytes()).data)
    assert named_by_exiftool(file) == []


@needs_exiftool
@pytest.mark.parametrize(
    "dirty",
    [planted_jpeg(jpeg(), trailer=MARK), planted_jpeg(jpeg(scene(mode="CMYK"))), planted_png(png())],
    ids=["jpeg", "cmyk", "png"],
)
def test_exiftool_finds_nothing_in_a_cleaned_planted_picture(dirty: bytes, tmp_path: Path) -> None:
    file = tmp_path / "picture"
    file.write_bytes(dirty)
    assert named_by_exiftool(file) != []
    file.write_bytes(strip(dirty).data)
    assert named_by_exiftool(file) == []


def test_what_was_planted_is_counted_by_kind() -> None:
    removed = {entry.kind: entry.count for entry in strip(planted_jpeg(jpeg(), trailer=b"zip")).removed}
    assert removed == {
        Metadata.CAMERA: 1,
        Metadata.POSITION: 4,
        Metadata.SERIAL: 1,
        Metadata.PERSON: 1,
        Metadata.MAKER_NOTE: 1,
        Metadata.THUMBNAIL: 2,
        Metadata.XMP: 2,
        Metadata.IPTC: 1,
        Metadata.COMMENT: 3,
        Metadata.MORE_PICTURES: 1,
        Metadata.PROVENANCE: 1,
        Metadata.PRIVATE: 5,
        Metadata.PADDING: 1,
        Metadata.TRAILER: 1,
    }


def test_facts_hold_the_camera_and_the_time_and_never_the_place() -> None:
    facts = facts_of(planted_jpeg(jpeg(), trailer=b"12345"))
    assert (facts.make, facts.model, facts.captured_at) == ("Acme", "Snap 3", "2026-11-20T15:40:07+00:00")
    assert (facts.width, facts.height, facts.orientation, facts.trailing_bytes) == (61, 43, 6, 5)
    assert not facts.looks_forwarded
    shown = repr(facts) + repr(facts.as_json())
    assert MARK.decode() not in shown
    assert "52" not in str(facts.as_json()["metadata"])


def test_a_picture_without_a_camera_looks_forwarded() -> None:
    assert facts_of(jpeg()).looks_forwarded
    assert facts_of(png(scene(3000, 20))).looks_forwarded
    assert not facts_of(jpeg(scene(3000, 20))).looks_forwarded


def test_colours_stay_the_same_when_the_profile_is_rewritten() -> None:
    original = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for dirty in (jpeg(icc_profile=original), png(icc_profile=original)):
        clean = assert_clean_and_exact(dirty)
        with Image.open(io.BytesIO(clean)) as picture:
            kept = picture.info["icc_profile"]
        assert kept != original
        assert b"sRGB" not in kept


def test_a_profile_for_other_colours_than_the_picture_has_is_left_out() -> None:
    original = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clean = strip(jpeg(scene(mode="L"), icc_profile=original))
    assert b"ICC_PROFILE" not in clean.data
    assert Metadata.COLOUR_PROFILE in {entry.kind for entry in clean.removed}


def test_junk_between_markers_and_comments_between_scans_are_left_out() -> None:
    made = jpeg(progressive=True)
    second = made.index(b"\xff\xda", made.index(b"\xff\xda") + 2)
    before = made.rindex(b"\xff\xc4", 0, second)
    dirty = made[:20] + MARK + made[20:before] + segment(0xFE, MARK) + segment(0xE5, MARK) + made[before:]
    assert_clean_and_exact(dirty)


def test_of_two_orientations_the_first_valid_one_counts() -> None:
    made = jpeg()

    def with_both(first: int | None, second: int) -> bytes:
        blocks = [segment(0xE1, b"Exif\0\0" + exif_block(value)) for value in (first, second)]
        return made[:2] + b"".join(blocks) + made[2:]

    assert strip(with_both(3, 6)).orientation == 3
    assert strip(with_both(0, 6)).orientation == 6
    assert strip(with_both(9, 77)).orientation == 1


def test_what_a_cropped_screenshot_kept_behind_its_end_is_gone() -> None:
    cropped, whole = png(scene(20, 20)), png(scene(400, 300))
    dirty = cropped + whole[len(cropped) :]
    clean = strip(dirty)
    assert len(clean.data) <= len(cropped)
    assert leftovers(clean.data) == []


@pytest.mark.parametrize("trailer", [jpeg(), b"PK\x03\x04" + MARK, b"\0\0\0\x18ftypmp42" + MARK, b"<script>" + MARK])
def test_a_second_file_behind_the_first_is_gone(trailer: bytes) -> None:
    assert_clean_and_exact(jpeg() + trailer)
    assert_clean_and_exact(png() + trailer)


def test_moving_pictures_are_refused_rather_than_cut_to_one() -> None:
    dirty = png(save_all=True, append_images=[scene(mode="RGB").rotate(90).resize((61, 43))])
    with pytest.raises(PhotoRefused) as refused:
        strip(dirty)
    assert refused.value.code == "PHOTO-KIND-NOT-YET"


def test_a_profile_bomb_and_a_text_bomb_are_never_blown_up() -> None:
    blown = zlib.compress(bytes(60_000_000))
    made = png()
    dirty = made[:33] + chunk(b"zTXt", b"x\0\0" + blown) + chunk(b"iCCP", b"x\0\0" + blown) + made[33:]
    tracemalloc.start()
    try:
        clean = strip(dirty)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert clean.data == strip(made).data
    assert peak < 20_000_000
