"""What a file is, by its own first bytes. The name and its extension are never looked at.

Pure; imports only this room's values. Looks at no more than the first 1,024 bytes.
"""

from __future__ import annotations

from referral_client.photo.values import Kind

_LOOK = 1024

_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
    (b"IIRO", Kind.TIFF),
    (b"IIU\x00", Kind.TIFF),
    (b"\xff\x0a", Kind.JXL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Kind.JXL),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Kind.JPEG2000),
    (b"\xff\x4f\xff\x51", Kind.JPEG2000),
    (b"8BPS", Kind.PSD),
    (b"BM", Kind.BMP),
    (b"PK\x03\x04", Kind.ARCHIVE),
    (b"PK\x05\x06", Kind.ARCHIVE),
    (b"7z\xbc\xaf", Kind.ARCHIVE),
    (b"Rar!", Kind.ARCHIVE),
    (b"\x1f\x8b", Kind.ARCHIVE),
    (b"\xd0\xcf\x11\xe0", Kind.ARCHIVE),
    (b"MZ", Kind.PROGRAM),
    (b"\x7fELF", Kind.PROGRAM),
    (b"#!", Kind.PROGRAM),
    (b"\x1aE\xdf\xa3", Kind.VIDEO),
    (b"OggS", Kind.VIDEO),
)

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2"}
_AVIF_BRANDS = {b"avif", b"avis"}


def sniff(untrusted: bytes) -> Kind:
    """The kind of file these bytes start as. Being JPEG or PNG here promises nothing about the rest."""
    head = bytes(untrusted[:_LOOK])
    if not head:
        return Kind.EMPTY
    if head[:4] == b"RIFF":
        return {b"WEBP": Kind.WEBP, b"AVI ": Kind.VIDEO}.get(head[8:12], Kind.UNKNOWN)
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if b"%PDF-" in head:
        return Kind.PDF
    return _markup(head)


def _iso_media(head: bytes) -> Kind:
    length = min(int.from_bytes(head[:4], "big"), _LOOK)
    brands = [head[8:12]] + [head[at : at + 4] for at in range(16, length, 4)]
    if any(brand in _AVIF_BRANDS for brand in brands):
        return Kind.AVIF
    if any(brand in _HEIC_BRANDS for brand in brands):
        return Kind.HEIC
    return Kind.VIDEO


def _markup(head: bytes) -> Kind:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in text:
        return Kind.SVG
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return Kind.WEB_PAGE
    return Kind.UNKNOWN
