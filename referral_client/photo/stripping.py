"""Facts of a photograph, and its clean copy: the two questions the rest of the program asks.

Promises: nothing is decoded here; limits come before parsing; the clean copy holds the same compressed picture
byte for byte, so its pixels are the same; cleaning twice, or on another day, gives the same bytes.
Imports this room only.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from referral_client.photo import jpeg, png, refusals
from referral_client.photo.exif import ExifFacts, orientation_of
from referral_client.photo.sniffing import sniff
from referral_client.photo.values import (
    MAX_FILE_BYTES,
    MEDIA_TYPES,
    CleanPhoto,
    Found,
    Kind,
    Metadata,
    PhotoFacts,
    Removed,
)

_FORWARDED_SIDE = 2048  # messaging apps shrink to this or less

_NOT_PICTURES = {Kind.VIDEO, Kind.PDF, Kind.SVG, Kind.WEB_PAGE, Kind.ARCHIVE, Kind.PROGRAM, Kind.EMPTY, Kind.UNKNOWN}


def facts_of(untrusted: bytes) -> PhotoFacts:
    """Facts from headers alone. PhotoRefused when this is not a whole JPEG or PNG within the limits."""
    kind = _acceptable(untrusted)
    layout: jpeg.JpegLayout | png.PngLayout
    if kind is Kind.JPEG:
        layout = jpeg.read_layout(untrusted)
        exif = jpeg.exif_facts(untrusted, layout)
    else:
        layout = png.read_layout(untrusted)
        exif = png.exif_facts(untrusted, layout)
    found = _counted(layout.dropped, exif)
    if layout.icc:
        found[Metadata.COLOUR_PROFILE] = 1
    make = next((fact.make for fact in exif if fact.make), "")
    small = kind is Kind.PNG or max(layout.width, layout.height) <= _FORWARDED_SIDE
    return PhotoFacts(
        kind=kind,
        media_type=MEDIA_TYPES[kind],
        width=layout.width,
        height=layout.height,
        size=len(untrusted),
        sha256=hashlib.sha256(untrusted).hexdigest(),
        orientation=orientation_of(exif),
        captured_at=next((fact.captured_at for fact in exif if fact.captured_at), ""),
        make=make,
        model=next((fact.model for fact in exif if fact.model), ""),
        metadata=tuple(Found(kind, found[kind]) for kind in Metadata if found[kind]),
        trailing_bytes=len(untrusted) - layout.end,
        looks_forwarded=not make and small,
    )


def strip(untrusted: bytes) -> CleanPhoto:
    """The clean copy in memory. PhotoRefused when that cannot be made exactly."""
    kind = _acceptable(untrusted)
    layout: jpeg.JpegLayout | png.PngLayout
    if kind is Kind.JPEG:
        layout = jpeg.read_layout(untrusted)
        exif = jpeg.exif_facts(untrusted, layout)
        orientation = orientation_of(exif)
        data = jpeg.strip_jpeg(untrusted, layout, orientation)
    else:
        layout = png.read_layout(untrusted)
        exif = png.exif_facts(untrusted, layout)
        orientation = orientation_of(exif)
        data = png.strip_png(untrusted, layout, orientation)
    removed = _counted(layout.dropped, exif)
    original = hashlib.sha256(untrusted).hexdigest()
    return CleanPhoto(
        data=data,
        media_type=MEDIA_TYPES[kind],
        sha256=original if data == untrusted else hashlib.sha256(data).hexdigest(),
        original_sha256=original,
        removed=tuple(Removed(kind, removed[kind]) for kind in Metadata if removed[kind]),
        width=layout.width,
        height=layout.height,
        orientation=orientation,
    )


def _acceptable(untrusted: bytes) -> Kind:
    if len(untrusted) > MAX_FILE_BYTES:
        raise refusals.too_large()
    kind = sniff(untrusted)
    if kind in MEDIA_TYPES:
        return kind
    raise refusals.not_a_picture(kind) if kind in _NOT_PICTURES else refusals.kind_not_yet(kind)


def _counted(dropped: Counter[Metadata], exif: list[ExifFacts]) -> Counter[Metadata]:
    total = Counter(dropped)
    for fact in exif:
        total.update(fact.kinds)
    return total
