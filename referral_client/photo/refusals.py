"""Why a photograph is not taken, in sentences a shaken teacher can act on.

Promises: every refusal has a stable code, says that the referral goes on without it, and never advises taking
another photograph of a child. Imports base.errors and the values of this room.
"""

from __future__ import annotations

from referral_client.base.errors import Refused
from referral_client.photo.values import MAX_FILE_BYTES, MAX_PIXELS, Kind

_MEANING = "The referral can go without this photograph. The original file was not changed."
_WORDS = "Describe what you saw in words or on the body map, and tell your safeguarding lead that the file exists."


class PhotoRefused(Refused):
    """This photograph is not taken; nothing was written and the original is as it was."""


def not_a_picture(kind: Kind) -> PhotoRefused:
    found = {
        Kind.PDF: "This is a PDF document, not a photograph.",
        Kind.SVG: "This is a drawing made of instructions (SVG), not a photograph.",
        Kind.WEB_PAGE: "This is a web page, not a photograph.",
        Kind.ARCHIVE: "This is a document or an archive (a ZIP file or similar), not a photograph.",
        Kind.PROGRAM: "This is a program, not a photograph.",
        Kind.VIDEO: "This is a video, not a photograph.",
        Kind.EMPTY: "This file is empty, so there is no photograph in it.",
    }.get(kind, "This file is not a photograph that the program knows, whatever its name says.")
    return PhotoRefused(
        "PHOTO-NOT-A-PICTURE",
        found,
        meaning=_MEANING,
        next_step="Check that you chose the right file. " + _WORDS,
    )


_NOT_YET = {
    Kind.HEIC: "This is a HEIC photograph, the kind an iPhone or iPad takes.",
    Kind.AVIF: "This is an AVIF picture.",
    Kind.WEBP: "This is a WebP picture, the kind a website or a messaging app makes.",
    Kind.GIF: "This is a GIF picture.",
    Kind.TIFF: "This is a TIFF picture or a camera's raw file.",
    Kind.BMP: "This is a BMP picture.",
    Kind.JXL: "This is a JPEG XL picture.",
    Kind.JPEG2000: "This is a JPEG 2000 picture.",
    Kind.PSD: "This is a Photoshop document.",
}


def kind_not_yet(kind: Kind) -> PhotoRefused:
    return not_yet(_NOT_YET[kind])


def not_yet(what: str) -> PhotoRefused:
    return PhotoRefused(
        "PHOTO-KIND-NOT-YET",
        f"{what} This version takes only JPEG and PNG, because it cannot yet clean the others without harm.",
        meaning=_MEANING,
        next_step="Keep the file where it is; do not send it to a website or another app to convert it. " + _WORDS,
    )


def cut_short() -> PhotoRefused:
    return PhotoRefused(
        "PHOTO-CUT-SHORT",
        "This photograph is cut short: its end is missing, usually because copying it was interrupted.",
        meaning=_MEANING,
        next_step="Copy it again from the device that took it. If it is cut short there too: " + _lower(_WORDS),
    )


def not_readable(cause: Refused) -> PhotoRefused:
    """A file that could not be read at all, with what its reader said."""
    return PhotoRefused(
        cause.code,
        cause.what,
        meaning=_MEANING,
        next_step="Check that you chose the right file, and that the device it is on is still connected.",
    )


def damaged(reason: str) -> PhotoRefused:
    """`reason` names the fault in the file's structure and holds nothing out of the picture."""
    return PhotoRefused(
        "PHOTO-DAMAGED",
        "This photograph is damaged, so the program cannot be sure what would be sent.",
        meaning=_MEANING,
        next_step="Copy it again from the device that took it. If it is damaged there too: " + _lower(_WORDS),
        reasons=(reason,),
    )


def too_large() -> PhotoRefused:
    return PhotoRefused(
        "PHOTO-TOO-LARGE",
        f"This file is larger than {MAX_FILE_BYTES // 1_000_000} MB, the most this program takes for one photograph.",
        meaning=_MEANING,
        next_step="Check that you chose the right file. " + _WORDS,
    )


def too_many_pixels() -> PhotoRefused:
    return PhotoRefused(
        "PHOTO-TOO-MANY-PIXELS",
        f"This file says it has more than {MAX_PIXELS // 1_000_000} million dots, more than any camera this program"
        " knows takes in one photograph.",
        meaning=_MEANING,
        next_step="Check that you chose the right file. " + _WORDS,
    )


def does_not_open(code: str = "PHOTO-DOES-NOT-OPEN") -> PhotoRefused:
    sentence = {
        "PHOTO-TOO-SLOW": "This photograph took too long to open, so the program stopped trying.",
        "PHOTO-TOO-MUCH-MEMORY": "This photograph needs more memory to open than the program allows.",
    }.get(code, "This photograph does not open, so nobody at the council could look at it.")
    return PhotoRefused(
        code,
        sentence,
        meaning=_MEANING,
        next_step="Copy it again from the device that took it. If that does not help: " + _lower(_WORDS),
    )


def not_clean(reason: str) -> PhotoRefused:
    """The second look found something that the cleaning should have left out: a fault of this program."""
    return PhotoRefused(
        "PHOTO-NOT-CLEAN",
        "The program cleaned this photograph, looked again, and found something left in it. It was not kept.",
        meaning=_MEANING,
        next_step="Tell the person who looks after this program, with this code. " + _WORDS,
        reasons=(reason,),
    )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
