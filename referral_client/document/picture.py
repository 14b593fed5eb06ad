"""Wraps a clean JPEG or PNG for printing, its bytes unchanged.

The picture was proven to decode elsewhere, in a confined child process; here only its size is read, from the header,
so that the page keeps its proportions. Imports the standard library only.
"""

from __future__ import annotations

import struct
from base64 import b64encode

_PNG = b"\x89PNG\r\n\x1a\n"
# The start-of-frame markers of JPEG (ITU T.81 table B.1); C4, C8 and CC are something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})


def as_svg(image: bytes) -> bytes:
    """An SVG that shows the picture at its own size. ValueError when it is neither JPEG nor PNG."""
    media_type, (width, height) = (
        ("image/png", _png_size(image)) if image.startswith(_PNG) else ("image/jpeg", _jpeg_size(image))
    )
    if not (width and height):
        raise ValueError("a picture without a size")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:{media_type};base64,{b64encode(image).decode()}"/></svg>'
    ).encode()


def _png_size(image: bytes) -> tuple[int, int]:
    if len(image) < 24:
        raise ValueError("a PNG without a header")
    width, height = struct.unpack_from(">II", image, 16)
    return width, height


def _jpeg_size(image: bytes) -> tuple[int, int]:
    at = 2
    while image.startswith(b"\xff\xd8") and at + 9 <= len(image) and image[at] == 0xFF:
        marker = image[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _BARE_MARKERS:
            at += 2
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", image, at + 5)
            return width, height
        else:
            at += 2 + int(struct.unpack_from(">H", image, at + 2)[0])
    raise ValueError("neither a JPEG nor a PNG")
