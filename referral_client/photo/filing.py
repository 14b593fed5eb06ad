"""From one file to one clean file: reading what may be hostile, writing what is proven.

Promises: the original is opened for reading only, once, and never copied to another place; the target exists
whole and clean or not at all; a file already at the target is never touched. Imports base and this room.
"""

from __future__ import annotations

import os
from pathlib import Path

from referral_client.base.errors import Refused
from referral_client.base.files import create_file, read_file
from referral_client.photo import refusals
from referral_client.photo.looking_again import rescan
from referral_client.photo.opening import prove_opens
from referral_client.photo.stripping import strip
from referral_client.photo.values import MAX_FILE_BYTES, CleanPhoto


def read_photo(source: Path) -> bytes:
    """The bytes of an ordinary file within the size limit. Refused PHOTO-GONE, -NOT-A-FILE, -TOO-LARGE, -CHANGED..."""
    try:
        return read_file(source, limit=MAX_FILE_BYTES, what="the photograph", code="PHOTO")
    except Refused as error:
        raise refusals.not_readable(error) from error


def strip_file(source: Path, target: Path) -> CleanPhoto:
    """Read, clean, look again, prove that it opens, write, and compare what was written.

    Refused when any step fails; then there is nothing new at the target.
    """
    _check_target(target)
    clean = strip(read_photo(source))
    prove_opens(clean.data)  # and, before that, the second look
    write_clean(target, clean)
    return clean


def write_clean(target: Path, clean: CleanPhoto) -> None:
    """Put the clean bytes at the target and read them back; a difference removes them again."""
    _check_target(target)
    try:
        created = create_file(target, clean.data)
    except OSError as error:
        raise _target("PHOTO-OUT-NOT-WRITABLE", "The clean photograph cannot be written at that place.") from error
    if not created:
        raise _target("PHOTO-OUT-EXISTS", "There is already a file at the place for the clean photograph.")
    try:
        _check_written(target, clean)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _check_written(target: Path, clean: CleanPhoto) -> None:
    written = read_file(target, limit=MAX_FILE_BYTES, what="the clean photograph", code="PHOTO")
    if written != clean.data:
        raise refusals.not_clean("the file that was written is not the one that was checked")
    rescan(written)


def _check_target(target: Path) -> None:
    if os.path.lexists(target):
        raise _target("PHOTO-OUT-EXISTS", "There is already a file or folder at the place for the clean photograph.")
    if not target.parent.is_dir():
        raise _target("PHOTO-OUT-NOT-WRITABLE", "There is no folder at the place for the clean photograph.")


def _target(code: str, what: str) -> Refused:
    return Refused(
        code, what, meaning="Nothing was written and nothing was changed.", next_step="Choose a new name for it."
    )
