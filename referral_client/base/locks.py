"""One writer per folder: a second running copy is refused in words, at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from referral_client.base.errors import MachineLacks, Refused


class AlreadyOpen(Refused):
    """Another running copy holds the lock."""


@contextmanager
def only_copy(lock_file: Path, *, what: str) -> Iterator[None]:
    """Hold the lock for the length of the block; AlreadyOpen if another process has it.

    MachineLacks where this account cannot write the lock file: then nothing else can be written there either.

    The operating system frees the lock when the process dies, however it dies.
    """
    lock = FileLock(lock_file, mode=0o600)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise AlreadyOpen(
            "VAULT-IN-USE",
            f"Another running copy of this program has {what} open.",
            meaning="Nothing was changed and nothing was lost.",
            next_step="Use the copy that is already open, or close it and try again.",
        ) from error
    except OSError as error:
        raise MachineLacks(
            "HOME-NOT-WRITABLE",
            "This account cannot write to the folder that this program keeps everything in.",
            meaning="Nothing was changed and nothing was lost.",
            next_step="Ask the person who looks after this computer for the right to write there.",
        ) from error
    try:
        yield
    finally:
        lock.release()
