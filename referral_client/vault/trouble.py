"""What can go wrong with the vault, in words. An error of SQLite or of the disk never leaves this room as it is.

The messages of SQLite, of JSON and of the file system may hold content or paths. `in_words` therefore raises the
known error after the old one is forgotten: no cause, no context, no frame with content in its variables.
"""

from __future__ import annotations

import errno
import functools
import sqlite3
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from referral_client.base.canonical import NotStrictJson
from referral_client.base.errors import KnownError, MachineLacks, Refused
from referral_client.sealing.atrest import CannotOpen

P = ParamSpec("P")
T = TypeVar("T")

_KEPT = "What was saved before is still there."


class Damaged(Refused):
    """The vault, or a part of it, is not what was written."""

    def __init__(self, what: str = "The encrypted store is damaged.", reasons: tuple[str, ...] = ()) -> None:
        super().__init__(
            "VAULT-DAMAGED",
            what,
            meaning="Nothing was changed. A referral that a receipt confirmed has arrived all the same.",
            next_step="Keep the folder as it is, bring back the last backup of it, or ask for help. "
            "To make a referral now, ring the front door.",
            reasons=reasons,
        )


class WrongPassphrase(Refused):
    """The passphrase opens no slot of this vault."""

    def __init__(self) -> None:
        super().__init__(
            "VAULT-WRONG-PASSPHRASE",
            "That passphrase does not open this vault.",
            meaning="Nothing was changed.",
            next_step="Check Caps Lock and the keyboard language, and type it again.",
        )


class TooNew(Refused):
    """A later version of the program wrote this vault."""

    def __init__(self) -> None:
        super().__init__(
            "VAULT-TOO-NEW",
            "A newer version of this program wrote this vault.",
            meaning="This version left it untouched, so that nothing is lost.",
            next_step="Install the newer version, and open the vault with it.",
        )


class NoKey(MachineLacks):
    """Neither a passphrase nor a keyring that may be used."""

    def __init__(self) -> None:
        super().__init__(
            "VAULT-NO-KEY",
            "There is no passphrase, and this computer has no safe place for keys that may be used.",
            meaning="The vault stays shut. What already waits in the queue can still be sent.",
            next_step="Give the passphrase: type it, or use --passphrase-file.",
        )


def no_such(thing: str) -> Refused:
    """For an id that the vault does not know."""
    return Refused(
        f"VAULT-NO-SUCH-{thing.upper()}",
        f"The vault has no {thing} with that id.",
        meaning="Nothing was changed.",
        next_step="Look at the list, and use an id from it.",
    )


def disk_full() -> MachineLacks:
    return MachineLacks(
        "VAULT-DISK-FULL",
        "The disk is full, so this could not be saved.",
        meaning=_KEPT,
        next_step="Free some space on this computer, at least 100 MB, and save again.",
    )


def read_only() -> MachineLacks:
    return MachineLacks(
        "VAULT-READ-ONLY",
        "This account cannot write to the folder of the vault.",
        meaning=_KEPT,
        next_step="Ask the person who looks after this computer to give this account the right to write there.",
    )


def _disk_trouble() -> MachineLacks:
    return MachineLacks(
        "VAULT-DISK-TROUBLE",
        "The disk did not take what was written: it is full, or it is failing.",
        meaning=_KEPT,
        next_step="Free some space, and save again. If it stays, use another computer, and ring the front door.",
    )


def _busy() -> Refused:
    return Refused(
        "VAULT-BUSY",
        "Another part of the program is writing to the vault.",
        meaning="Nothing was changed.",
        next_step="Wait a moment, and try again.",
    )


def _not_taken() -> Refused:
    return Refused(
        "VAULT-NOT-TAKEN",
        "The vault already has something with that id, or lacks what it refers to.",
        meaning="Nothing was changed.",
        next_step="Look at the list, and start again from there.",
    )


def in_words(function: Callable[P, T]) -> Callable[P, T]:
    """Every public step of the room wears this: what escapes is a known error without a past, or a bug."""

    @functools.wraps(function)
    def step(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except sqlite3.Error as error:
            known = _of_sqlite(error)
        except OSError as error:
            known = _of_disk(error)
        except (CannotOpen, NotStrictJson, UnicodeError):
            known = Damaged()
        raise known

    return step


def _of_sqlite(error: sqlite3.Error) -> KnownError:
    primary = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    by_code: dict[int, Callable[[], KnownError]] = {
        sqlite3.SQLITE_FULL: disk_full,
        sqlite3.SQLITE_IOERR: _disk_trouble,
        sqlite3.SQLITE_READONLY: read_only,
        sqlite3.SQLITE_PERM: read_only,
        sqlite3.SQLITE_CANTOPEN: read_only,
        sqlite3.SQLITE_BUSY: _busy,
        sqlite3.SQLITE_LOCKED: _busy,
        sqlite3.SQLITE_CONSTRAINT: _not_taken,
    }
    return by_code.get(primary, Damaged)()


def _of_disk(error: OSError) -> KnownError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return disk_full()
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return read_only()
    return _disk_trouble()
