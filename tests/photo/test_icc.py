"""A rewritten colour profile gives exactly the same colours and names no device, maker, serial number or day."""

from __future__ import annotations

import io
import random
import struct

import pytest
from PIL import Image, ImageCms

from referral_client.base.shipped import shipped
from referral_client.photo.icc import clean_profile, colour_space

from .builders import MARK

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def camera_profile(name: str) -> bytes:
    with Image.open(shipped("resources") / "sample-photographs" / name) as picture:
        return bytes(picture.info["icc_profile"])


def with_tags(profile: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """The profile with further tags, its own offsets moved along."""
    (number,) = struct.unpack_from(">I", profile, 128)
    shift = 12 * len(more)
    table, body = b"", profile[132 + 12 * number :]
    for at in range(132, 132 + 12 * number, 12):
        name, where, size = struct.unpack_from(">4sII", profile, at)
        table += struct.pack(">4sII", name, where + shift, size)
    for name, data in more:
        table += struct.pack(">4sII", name, 132 + 12 * number + shift + len(body), len(data))
        body += data
    whole = profile[:128] + struct.pack(">I", number + len(more)) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def lookup_profile(kind: bytes) -> bytes:
    """A profile that colours by table (as printers' and scanners' do), made from the header of another."""
    dice = random.Random(4)
    if kind == b"mft1":
        table = b"mft1" + bytes(4) + bytes([3, 3, 5, 0]) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
        table += bytes(range(256)) * 3 + dice.randbytes(5**3 * 3) + bytes(range(256)) * 3
    else:
        table = b"mft2" + bytes(4) + bytes([3, 3, 4, 0]) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
        table += struct.pack(">HH", 2, 2) + b"\0\0\xff\xff" * 3 + dice.randbytes(4**3 * 3 * 2) + b"\0\0\xff\xff" * 3
    head = SRGB[:8] + b"\x02\x10\0\0" + b"scnrRGB Lab " + SRGB[24:128] + struct.pack(">I", 0)
    white = b"XYZ " + bytes(4) + struct.pack(">III", 0xF6D6, 0x10000, 0xD32D)
    return with_tags(head, (b"wtpt", white), (b"A2B0", table + MARK))


def colours(profile: bytes, intent: ImageCms.Intent) -> bytes:
    dice = random.Random(11)
    dots = Image.frombytes("RGB", (64, 64), dice.randbytes(64 * 64 * 3))
    source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.ImageCmsProfile(io.BytesIO(SRGB))
    turned = ImageCms.profileToProfile(dots, source, target, renderingIntent=intent)
    assert turned is not None
    return turned.tobytes()


@pytest.mark.parametrize("intent", [ImageCms.Intent.PERCEPTUAL, ImageCms.Intent.RELATIVE_COLORIMETRIC])
@pytest.mark.parametrize(
    "profile",
    [
        SRGB,
        camera_profile("coloured-cups.jpg"),
        camera_profile("kite.jpg"),
        lookup_profile(b"mft1"),
        lookup_profile(b"mft2"),
    ],
    ids=["sRGB", "Sony", "Olympus", "8-bit table", "16-bit table"],
)
def test_colours_are_exactly_the_same(profile: bytes, intent: ImageCms.Intent) -> None:
    cleaned = clean_profile(profile)
    assert cleaned is not None
    assert colours(cleaned, intent) == colours(profile, intent)
    assert MARK not in cleaned
    assert clean_profile(cleaned) == cleaned


def test_a_monitors_serial_number_a_dictionary_and_a_description_are_left_out() -> None:
    dirty = with_tags(
        SRGB,
        (b"mmod", b"mmod" + bytes(4) + MARK),
        (b"vcgt", b"vcgt" + MARK),
        (b"meta", b"dict" + bytes(12) + MARK),
        (b"lumi", b"XYZ " + bytes(16) + MARK),
    )
    dirty = dirty[:48] + b"DELLU27 " + dirty[56:80] + b"lcms" + MARK[:11].ljust(16, b"7") + dirty[100:]
    cleaned = clean_profile(dirty)
    assert cleaned is not None
    for secret in (MARK, b"DELL", b"lcms", b"mmod", b"vcgt", b"meta", b"sRGB"):
        assert secret not in cleaned
    assert colour_space(cleaned) == b"RGB "


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        bytes(200),
        SRGB[:131],
        SRGB[:36] + b"none" + SRGB[40:],
        SRGB[:16] + b"5CLR" + SRGB[20:],
        SRGB[:12] + b"link" + SRGB[16:],
        SRGB[:8] + b"\x09" + SRGB[9:],
        SRGB[:128] + b"\xff\xff\xff\xff" + SRGB[132:],
        SRGB[:300],
    ],
)
def test_what_colours_no_picture_is_left_out_whole(untrusted: bytes) -> None:
    assert clean_profile(untrusted) is None


def test_no_changed_byte_stops_the_rewriting() -> None:
    dice = random.Random(5)
    for profile in (SRGB, lookup_profile(b"mft2")):
        for at in range(0, len(profile), 3):
            changed = profile[:at] + bytes([dice.randrange(256)]) + profile[at + 1 :]
            cleaned = clean_profile(changed)
            assert cleaned is None or clean_profile(cleaned) == cleaned
