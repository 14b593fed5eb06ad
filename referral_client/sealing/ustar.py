"""A deterministic POSIX ustar archive, and a reader that accepts nothing else.

For a name and a size there is exactly one header, and the reader rebuilds it and compares: owners, times, links,
devices, pax, GNU and sparse entries, prefixes and stray bytes all fail the same comparison
(docs/package-format.md, Archive). No compression. Imports base and its neighbours in this room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from referral_client.base.errors import Refused

BLOCK = 512
END = bytes(2 * BLOCK)
NAME_BYTES = 100
SIZE_LIMIT = 8**11 - 1

ReadAt = Callable[[int, int], bytes]


class ArchiveRefused(Refused):
    """The archive inside a package breaks a rule. Nothing of it was used."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(
            "SEALING-ARCHIVE-REFUSED",
            "What is inside this package is not packed the way this program packs.",
            meaning="Nothing in it was used, and nothing was written.",
            next_step="Ask the sender to send it again, and tell IT about this package.",
            reasons=reasons,
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in an archive: its full name, where its bytes start, and how many there are."""

    name: str
    offset: int
    size: int


def header(name: str, size: int) -> bytes:
    """The one header for this name and size: an ordinary file, mode 0600, owner 0, time 0."""
    raw_name = name.encode("ascii")
    if not 1 <= len(raw_name) <= NAME_BYTES or not 0 <= size <= SIZE_LIMIT:
        raise ValueError("name or size does not fit a plain ustar header")
    before = raw_name.ljust(NAME_BYTES, b"\0") + b"0000600\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"00000000000\0"
    after = b"0" + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2 + bytes(167)
    checksum = sum(before) + 8 * ord(" ") + sum(after)
    return before + b"%06o\0 " % checksum + after


def filler(size: int) -> bytes:
    """The zero bytes between the end of a file and the next header."""
    return bytes(-size % BLOCK)


def space(size: int) -> int:
    """Bytes that a file of this size takes in an archive, header included."""
    return BLOCK + size + (-size % BLOCK)


def read_entries(read_at: ReadAt, archive_size: int, *, most: int) -> tuple[Entry, ...]:
    """Every file, in order. ArchiveRefused unless every byte outside the files' content is as `header` makes it."""
    if archive_size % BLOCK or archive_size < len(END):
        raise ArchiveRefused("its length is not that of an archive")
    entries: list[Entry] = []
    offset = 0
    end_at = archive_size - len(END)
    while offset < end_at:
        if len(entries) == most:
            raise ArchiveRefused(f"it holds more than {most} files")
        entry = _entry(read_at(offset, BLOCK), offset)
        after = offset + space(entry.size)
        if after > end_at:
            raise ArchiveRefused("a file reaches beyond the end")
        stray = -entry.size % BLOCK
        if read_at(after - stray, stray).strip(b"\0"):
            raise ArchiveRefused("stray bytes between two files")
        entries.append(entry)
        offset = after
    if read_at(end_at, len(END)) != END:
        raise ArchiveRefused("it does not end where it should")
    return tuple(entries)


def _entry(block: bytes, offset: int) -> Entry:
    untrusted_name = block[:NAME_BYTES].rstrip(b"\0")
    untrusted_size = block[124:135]
    if not untrusted_name or not untrusted_name.isascii() or set(untrusted_size) - set(b"01234567"):
        raise ArchiveRefused("an entry that is not a plain file")
    name, size = untrusted_name.decode("ascii"), int(untrusted_size, 8)
    if header(name, size) != block:
        raise ArchiveRefused("an entry that is not a plain file with the one header it may have")
    return Entry(name, offset + BLOCK, size)
