"""A file is what its first bytes say, whatever its name says; what is no JPEG or PNG is refused in useful words."""

from __future__ import annotations

import io

import pytest

from referral_client.photo import Kind, PhotoRefused, facts_of, sniff, strip

from .builders import jpeg, png, scene


def saved_as(name: str) -> bytes:
    out = io.BytesIO()
    scene().save(out, name)
    return out.getvalue()


NOT_YET = {
    Kind.HEIC: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40),
    Kind.AVIF: saved_as("AVIF"),
    Kind.WEBP: saved_as("WEBP"),
    Kind.GIF: saved_as("GIF"),
    Kind.TIFF: saved_as("TIFF"),
    Kind.BMP: saved_as("BMP"),
    Kind.JXL: b"\xff\x0a" + bytes(40),
    Kind.JPEG2000: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40),
    Kind.PSD: b"8BPS\0\1" + bytes(40),
}
NEVER = {
    Kind.PDF: b"%PDF-1.7\n%\xe2\xe3",
    Kind.SVG: b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    Kind.WEB_PAGE: b"\xef\xbb\xbf<!DOCTYPE html><title>photo</title>",
    Kind.ARCHIVE: b"PK\x03\x04" + bytes(40),
    Kind.PROGRAM: b"MZ" + bytes(40),
    Kind.VIDEO: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(40),
    Kind.EMPTY: b"",
    Kind.UNKNOWN: b"GIF8",
}


def test_jpeg_and_png_are_known() -> None:
    assert sniff(jpeg()) is Kind.JPEG
    assert sniff(png()) is Kind.PNG


@pytest.mark.parametrize(("kind", "data"), NOT_YET.items(), ids=lambda value: getattr(value, "value", ""))
def test_other_pictures_are_named_and_refused_for_now(kind: Kind, data: bytes) -> None:
    assert sniff(data) is kind
    for question in (facts_of, strip):
        with pytest.raises(PhotoRefused) as refused:
            question(data)
        assert refused.value.code == "PHOTO-KIND-NOT-YET"
        assert "JPEG and PNG" in refused.value.what
        assert "body map" in refused.value.next_step


@pytest.mark.parametrize(("kind", "data"), NEVER.items(), ids=lambda value: getattr(value, "value", ""))
def test_what_is_no_picture_is_refused(kind: Kind, data: bytes) -> None:
    assert sniff(data) is kind
    with pytest.raises(PhotoRefused) as refused:
        strip(data)
    assert refused.value.code == "PHOTO-NOT-A-PICTURE"
    assert "The referral can go without" in refused.value.meaning


@pytest.mark.parametrize("data", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xd9", jpeg()[:4]])
def test_four_bytes_of_a_picture_are_a_picture_cut_short(data: bytes) -> None:
    with pytest.raises(PhotoRefused) as refused:
        strip(data)
    assert refused.value.code == "PHOTO-CUT-SHORT"
