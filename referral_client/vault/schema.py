"""The database of the vault: its tables, its version, and the only way to open it.

Clear columns are ids, states, times, sizes, counts and outcome codes; every other column is a sealed cell.
`row_check` (CRC-32 over the clear columns) shows damage where no key is at hand; tampering shows in the audit chain.
Version = major * 65536 + minor, in SQLite's user_version: a newer major is refused before anything is touched.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from referral_client.base.errors import Refused
from referral_client.base.files import sync_folder
from referral_client.vault.trouble import Damaged, TooNew

DATABASE = "vault.db"
BLOBS = "blobs"
OUTBOX = "outbox"
APPLICATION_ID = 0x52464331
MAJOR, MINOR = 1, 0
VERSION = MAJOR * 65536 + MINOR

_V1 = """
CREATE TABLE vault (
  id INTEGER PRIMARY KEY CHECK (id = 1), vault_id TEXT NOT NULL, person_id TEXT NOT NULL, workstation_id TEXT NOT NULL,
  practice INTEGER NOT NULL, created_at TEXT NOT NULL, counter INTEGER NOT NULL, facts BLOB NOT NULL) STRICT;
CREATE TABLE slot (
  kind TEXT PRIMARY KEY, body BLOB NOT NULL, digest BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE referral (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL,
  revision INTEGER NOT NULL, counter INTEGER NOT NULL, wrapped_key BLOB, facts BLOB,
  row_check INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE answers (
  referral_id TEXT NOT NULL REFERENCES referral (id), revision INTEGER NOT NULL, saved_at TEXT NOT NULL,
  cell BLOB NOT NULL, PRIMARY KEY (referral_id, revision)) STRICT;
CREATE TABLE photo (
  id TEXT PRIMARY KEY, referral_id TEXT NOT NULL REFERENCES referral (id), number INTEGER NOT NULL,
  added_at TEXT NOT NULL, size INTEGER NOT NULL, original_size INTEGER NOT NULL, counter INTEGER NOT NULL,
  facts BLOB NOT NULL, UNIQUE (referral_id, number)) STRICT, WITHOUT ROWID;
CREATE TABLE delivery (
  submission_id TEXT PRIMARY KEY, referral_id TEXT NOT NULL REFERENCES referral (id), destination_id TEXT NOT NULL,
  state TEXT NOT NULL, parcel_sha256 TEXT NOT NULL, parcel_size INTEGER NOT NULL, urgent INTEGER NOT NULL,
  mode TEXT NOT NULL, attempts INTEGER NOT NULL, due_at TEXT NOT NULL, first_byte_left INTEGER NOT NULL,
  last_outcome TEXT NOT NULL, queued_at TEXT NOT NULL, changed_at TEXT NOT NULL, offset INTEGER NOT NULL,
  transport TEXT NOT NULL, receipts INTEGER NOT NULL, row_check INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (state, due_at);
CREATE INDEX delivery_referral ON delivery (referral_id);
CREATE TABLE earlier_digest (
  submission_id TEXT NOT NULL REFERENCES delivery (submission_id), number INTEGER NOT NULL, sha256 TEXT NOT NULL,
  row_check INTEGER NOT NULL, PRIMARY KEY (submission_id, number)) STRICT, WITHOUT ROWID;
CREATE TABLE receipt (
  submission_id TEXT NOT NULL REFERENCES delivery (submission_id), number INTEGER NOT NULL, received_at TEXT NOT NULL,
  digest BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (submission_id, number),
  UNIQUE (submission_id, digest)) STRICT;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, referral_id TEXT NOT NULL, sealed INTEGER NOT NULL,
  body BLOB NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE INDEX audit_referral ON audit (referral_id, seq);
CREATE TABLE witness (
  id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL, mac BLOB NOT NULL) STRICT;
"""

# Forward only: (version it leads to, statements). A later schema is a later line; no line is ever changed.
MIGRATIONS: tuple[tuple[int, str], ...] = ((VERSION, _V1),)

# Up to this size the whole database is checked at every opening (about 0.3 s per 100 MB); beyond it, by `check`.
CHECKED_AT_OPENING = 256 * 1024 * 1024


def create_database(folder: Path) -> sqlite3.Connection:
    """A new, empty database file for this account alone. Refused when the folder already holds a vault."""
    path = folder / DATABASE
    if _was_finished(folder):
        raise _already_there()
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        sync_folder(folder)
    except FileExistsError:
        pass  # a creation that was cut off leaves an empty database, which is begun again
    _refuse_newer(path)
    connection = _connect(path)
    try:
        _expect_empty(connection)
        connection.execute("PRAGMA journal_mode=WAL")
        _settle(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def write_schema(connection: sqlite3.Connection, migrations: Sequence[tuple[int, str]] = MIGRATIONS) -> None:
    """Bring the tables up to date, inside the caller's transaction."""
    have = _pragma(connection, "user_version")
    for version, statements in migrations:
        if version > have:
            for statement in filter(None, map(str.strip, statements.split(";"))):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={version}")
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")


def open_database(folder: Path) -> sqlite3.Connection:
    """The vault's database, checked, up to date, and guarded: see `guard`."""
    path = folder / DATABASE
    if not path.is_file():
        raise Damaged if _was_finished(folder) else _none_there()
    _refuse_newer(path)
    connection = _connect(path)
    try:
        _expect_version(connection, folder)
        _settle(connection)
        if path.stat().st_size <= CHECKED_AT_OPENING:
            check_database(connection)
        guard(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def check_database(connection: sqlite3.Connection) -> None:
    """Damaged when SQLite's own check of tables and indexes finds anything."""
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise Damaged
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise Damaged


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at the start, so what is read inside stays true."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def row_check(*clear: str | int) -> int:
    """CRC-32 over clear columns, to be kept beside them."""
    return zlib.crc32("\x1f".join(map(str, clear)).encode("utf-8", "surrogatepass"))


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=rw"  # never creates; a folder may be called anything
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=10.0, cached_statements=200)


def _settle(connection: sqlite3.Connection) -> None:
    for setting in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "temp_store=MEMORY",  # a sort must not spill to a temporary file
        "mmap_size=0",
        "journal_size_limit=1048576",
    ):
        connection.execute(f"PRAGMA {setting}")


_READING = {sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_RECURSIVE}
_WRITING = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
_HARMLESS_PRAGMAS = {"integrity_check", "foreign_key_check", "wal_checkpoint"}
_FUNCTIONS = {"count", "max", "min", "coalesce", "sum", "length"}


def guard(connection: sqlite3.Connection) -> None:
    """From here on: no ATTACH, no extensions, no change of pragmas or tables, no functions but a few."""

    def allow(action: int, first: str | None, second: str | None, _where: str | None, _inner: str | None) -> int:
        allowed = (
            action in _READING
            or (action in _WRITING and not (first or "").startswith("sqlite_"))
            or (action == sqlite3.SQLITE_PRAGMA and first in _HARMLESS_PRAGMAS)
            or (action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS)
        )
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_authorizer(allow)


def _expect_empty(connection: sqlite3.Connection) -> None:
    if _pragma(connection, "user_version") != 0:
        raise _already_there()


def _expect_version(connection: sqlite3.Connection, folder: Path) -> None:
    version = _pragma(connection, "user_version")
    if version // 65536 > MAJOR:
        raise TooNew
    if version == 0 and not _was_finished(folder):
        raise _none_there()
    if _pragma(connection, "application_id") != APPLICATION_ID or version < VERSION:
        raise Damaged


def _refuse_newer(path: Path) -> None:
    """Look at the version in the file's first page without SQLite, which might already recover a log."""
    with path.open("rb") as stream:
        first = stream.read(100)
    if first.startswith(b"SQLite format 3\x00") and len(first) == 100:
        version = int.from_bytes(first[60:64], "big", signed=True)
        if version // 65536 > MAJOR:
            raise TooNew


def _was_finished(folder: Path) -> bool:
    """The folder of blobs is made after the first commit: with it, an empty or missing database is a loss."""
    return (folder / BLOBS).is_dir()


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value = connection.execute(f"PRAGMA {name}").fetchone()[0]
    assert isinstance(value, int)
    return value


def _already_there() -> Refused:
    return Refused(
        "VAULT-ALREADY-THERE",
        "This person already has a vault here.",
        meaning="It was left as it is.",
        next_step="Open it with its passphrase.",
    )


def _none_there() -> Refused:
    return Refused(
        "VAULT-NONE",
        "There is no store for this person here yet.",
        meaning="Nothing was changed.",
        next_step="Make one first, and choose a passphrase for it.",
    )
