"""The one way to write a file that must survive, and the one way to read a file that may be hostile.

Order on disk: temporary file in the same folder (mode set before content) -> fsync -> rename -> fsync folder.
A reader therefore sees the old bytes or the new bytes. Windows has no folder sync; there the rename is all.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from referral_client.base.errors import MachineLacks, Refused

TEMPORARY_SUFFIX = ".tmp"


def write_file(path: Path, content: bytes | Iterable[bytes], *, mode: int = 0o600) -> None:
    """Replace `path` with the content, whole or not at all. OSError leaves the old file and no temporary."""

    def fill(stream: BinaryIO) -> None:
        for piece in [content] if isinstance(content, bytes) else content:
            stream.write(piece)

    write_file_with(path, fill, mode=mode)


def write_file_with(path: Path, fill: Callable[[BinaryIO], None], *, mode: int = 0o600) -> None:
    """As `write_file`, for content that is produced by writing to a stream."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}{TEMPORARY_SUFFIX}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            fill(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def create_file(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Write `path` only if it does not exist yet; False, and nothing changed, if it does.

    The content appears whole: it is synced under a temporary name and then linked without replacing. A disk without
    links (FAT, exFAT) takes the name first, empty, and then the content in its place.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}{TEMPORARY_SUFFIX}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            if os.name == "nt":
                os.rename(temporary, path)  # on Windows rename never replaces
            else:
                _link(temporary, path)
        except FileExistsError:
            return False
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def _link(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            os.replace(temporary, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through power loss, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def disk_trouble(error: OSError) -> MachineLacks | None:
    """What the system said of a disk or folder, in words and without the path; None for anything else."""
    meaning = "What was saved before is still there."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MachineLacks(
            "DISK-FULL",
            "The disk is full, so a file could not be written.",
            meaning=meaning,
            next_step="Free some space on this computer, at least 100 MB, and try again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return MachineLacks(
            "DISK-NOT-ALLOWED",
            "This account cannot write to a file or folder that the command needs.",
            meaning=meaning,
            next_step="Name another place, or ask the person who looks after this computer to give the right.",
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP):
        return MachineLacks(
            "DISK-NO-SUCH-PLACE",
            "A place that the command was to write to or read from is not there, or is of another kind.",
            meaning=meaning,
            next_step="Check the names of files and folders in the command: each file needs a folder that exists.",
        )
    return None


def make_private_folder(folder: Path) -> Path:
    """Create `folder` and its parents for this account alone; existing folders are left as they are."""
    missing = []
    while not folder.exists() and folder not in missing:
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):  # `mkdir(parents=True)` would make all but the last as the umask has it
        each.mkdir(mode=0o700, exist_ok=True)
    wanted = missing[0] if missing else folder
    wanted.mkdir(mode=0o700, exist_ok=True)
    return wanted


def read_file(path: Path, *, limit: int, what: str, code: str) -> bytes:
    """Read an ordinary file of at most `limit` bytes that may have come from anyone.

    `what` names the thing in the sentence ("the answers file"), `code` is the stable code's first word.
    Refused: missing, a folder, a device, over the limit (before a byte is read), not readable, changed meanwhile.
    """
    next_step = "Check the file and try again."
    try:
        # O_NONBLOCK: a named pipe must not hang the program before it can be refused.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError as error:
        raise Refused(
            f"{code}-GONE", f"{what[:1].upper()}{what[1:]} is not at that place.", next_step=next_step
        ) from error
    except (OSError, ValueError) as error:
        raise Refused(f"{code}-NOT-READABLE", f"This account cannot read {what}.", next_step=next_step) from error
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        os.close(descriptor)
        raise Refused(
            f"{code}-NOT-A-FILE",
            f"That is a folder or a device, not an ordinary file, so it cannot be {what}.",
            next_step=next_step,
        )
    with os.fdopen(descriptor, "rb") as stream:
        try:
            untrusted = stream.read(min(before.st_size, limit) + 1) if before.st_size <= limit else b""
            after = os.fstat(descriptor)
        except OSError as error:
            raise Refused(
                f"{code}-NOT-READABLE", f"Reading {what} failed part of the way.", next_step=next_step
            ) from error
    if before.st_size > limit or len(untrusted) > limit:
        raise Refused(
            f"{code}-TOO-LARGE",
            f"{what[:1].upper()}{what[1:]} is larger than {limit // 1_000_000 or 1} MB, the most this program takes.",
            next_step=next_step,
        )
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(untrusted) != before.st_size:
        raise Refused(
            f"{code}-CHANGED",
            f"{what[:1].upper()}{what[1:]} changed while it was being read.",
            next_step="Wait until the other program has finished with it and try again.",
        )
    return untrusted
