"""A picture is wrapped whole, at its own size, or refused."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image

from referral_client.document.picture import as_svg


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_size_and_bytes_are_the_pictures_own(kind: str) -> None:
    out = BytesIO()
    Image.effect_noise((31, 17), 20).save(out, kind)
    svg = as_svg(out.getvalue())
    assert b'viewBox="0 0 31 17"' in svg
    assert b64encode(out.getvalue()) in svg


def test_a_progressive_jpeg_with_a_comment_has_its_size() -> None:
    out = BytesIO()
    Image.effect_noise((64, 48), 20).save(out, "JPEG", progressive=True, comment=b"x" * 500)
    assert b'width="64" height="48"' in as_svg(out.getvalue())


@pytest.mark.parametrize(
    "junk", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xc0", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\xff\xff" * 3]
)
def test_anything_else_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError, match="PNG"):
        as_svg(junk)
