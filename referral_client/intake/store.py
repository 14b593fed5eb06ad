"""Where the intake keeps bytes: objects by name, with one atomic promise, an exclusive create.

`create` is what makes a submission unique: of any number of callers, in any number of processes, one gets True.
What `create` and `write` return from is on durable storage. Locally an object is written under a staging name,
synced, and then linked to its name without replacing, so that a name never appears before its bytes are safe; an
object store does the same with one conditional put. Imports base and obstore.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore

from referral_client.base.files import make_private_folder, sync_folder
from referral_client.base.ids import RandomBytes

STAGING = "staging"
STORAGE_FAULTS = (OSError, BaseError)
_PIECE = 4 * 1024 * 1024
# Left free for records and receipts: accepting bytes that cannot be receipted would help nobody.
_KEPT_FREE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """One object in a listing."""

    name: str
    size: int
    changed_at: datetime


class Objects(Protocol):
    """What the intake asks of storage. Names are of our own making and never come from a message unchecked."""

    def create(self, name: str, content: bytes, *, durable: bool = True) -> bool:
        """True, and the object is there; or False, and another one is there already."""

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Put the object in place, whole and durable, replacing an older one. An exception leaves nothing."""

    def read(self, name: str) -> bytes | None:
        """The whole object, or None."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """The object in pieces of at most 4 MiB; FileNotFoundError when it is not there."""

    def listing(self, prefix: str) -> list[Found]:
        """Every object below the prefix, by name."""

    def folders(self, prefix: str) -> list[str]:
        """The names directly below the prefix that have objects below them."""

    def delete(self, names: Iterable[str]) -> None:
        """Remove what is there of these."""

    def copy(self, source: str, target: str) -> None:
        """Put the same bytes under another name, durable."""

    def room_for(self, size: int) -> bool:
        """False when so many bytes would not fit."""

    def where(self, name: str) -> str:
        """Where a person finds the object."""


class LocalObjects:
    """Objects in a folder of this machine."""

    def __init__(self, root: Path, random: RandomBytes) -> None:
        self._root = make_private_folder(root).resolve()
        self._random = random
        self._store = LocalStore(prefix=self._root)

    def create(self, name: str, content: bytes, *, durable: bool = True) -> bool:
        if not durable:
            try:
                self._store.put(name, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True
        staged = self._stage([content])
        try:
            self._store.copy(staged, name, overwrite=False)
        except AlreadyExistsError:
            return False
        finally:
            self._store.delete(staged)
        self._sync_folders(name)
        return True

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        self._store.rename(self._stage(pieces), name, overwrite=True)
        self._sync_folders(name)

    def read(self, name: str) -> bytes | None:
        try:
            return bytes(self._store.get(name).bytes())
        except FileNotFoundError:
            return None

    def pieces(self, name: str) -> Iterator[bytes]:
        for piece in self._store.get(name).stream(min_chunk_size=_PIECE):
            yield bytes(piece)

    def listing(self, prefix: str) -> list[Found]:
        found = [
            Found(entry["path"], entry["size"], entry["last_modified"])
            for batch in self._store.list(prefix)
            for entry in batch
        ]
        return sorted(found, key=lambda entry: entry.name)

    def folders(self, prefix: str) -> list[str]:
        return sorted(path.rpartition("/")[2] for path in self._store.list_with_delimiter(prefix)["common_prefixes"])

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                self._store.delete(name)
            except FileNotFoundError:
                continue
            if name.count("/") > 1:
                # A folder per upload would otherwise stay for ever. One that is not empty stays.
                with suppress(OSError):
                    (self._root / name).parent.rmdir()

    def copy(self, source: str, target: str) -> None:
        self.write(target, self.pieces(source))

    def room_for(self, size: int) -> bool:
        # Twice: the parts, and the whole that is made from them.
        return shutil.disk_usage(self._root).free > 2 * size + _KEPT_FREE

    def where(self, name: str) -> str:
        return str(self._root / name)

    def _stage(self, pieces: Iterable[bytes]) -> str:
        name = self._random(16).hex()
        path = make_private_folder(self._root / STAGING) / name
        # Written here and not by the store: the store would not sync it before it gets its name.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                for piece in pieces:
                    stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return f"{STAGING}/{name}"

    def _sync_folders(self, name: str) -> None:
        """From the object's own folder up to the root: any of them may be new."""
        folder = (self._root / name).parent
        while True:
            sync_folder(folder)
            if folder == self._root:
                return
            folder = folder.parent
