"""Looks for secrets in every byte of every file of a tree, in the spellings a program might have written them in.

Spellings: UTF-8, UTF-16 both ways, hex both ways, base64 (both alphabets) at each of its three alignments; and the
same again inside whatever unpacks: base64 text, hex text, deflated streams with or without a header, three deep.
Shares no code with the program.
"""

from __future__ import annotations

import base64
import re
import secrets
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DEPTH = 3
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX_RUN = re.compile(rb"(?:[0-9a-f]{2}){12,}|(?:[0-9A-F]{2}){12,}")
_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_ZIPPED = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
_MOST_UNPACKED = 4_000_000


class Markers:
    """Fresh random words that share a beginning nobody else knows: to find the beginning is to find any of them."""

    def __init__(self) -> None:
        letters = "abcdefghijkmnpqrstuvwxyz"
        self.family = "Q" + "".join(secrets.choice(letters) for _ in range(13)) + "x"
        self.made: dict[str, str] = {}

    def new(self, what_for: str) -> str:
        word = f"{self.family}{len(self.made):05d}z"
        self.made[word] = what_for
        return word

    def named_in(self, content: bytes) -> list[str]:
        """What the markers found in clear UTF-8 stand for."""
        found = re.findall(re.escape(self.family.encode()) + rb"(\d{5})z", content)
        whats = list(self.made.values())
        return sorted({whats[int(number)] for number in found if int(number) < len(whats)})


def spellings(secret: str | bytes) -> dict[str, bytes]:
    """Every spelling by name. Bytes have no UTF-16."""
    raw = secret.encode() if isinstance(secret, str) else secret
    found = {"as it is": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    if isinstance(secret, str):
        found |= {"UTF-16LE": secret.encode("utf-16-le"), "UTF-16BE": secret.encode("utf-16-be")}
    for shift in range(3):
        # Only the characters that no neighbour's bits can change.
        middle = base64.b64encode(bytes(shift) + raw)[4 if shift else 0 :].rstrip(b"=")
        middle = middle[: len(middle) - (1 if (shift + len(raw)) % 3 else 0)]
        found[f"base64 at {shift}"] = middle
        found[f"base64url at {shift}"] = middle.replace(b"+", b"-").replace(b"/", b"_")
    return {name: spelled for name, spelled in found.items() if len(spelled) >= 8}


@dataclass(frozen=True, slots=True)
class Hit:
    """Where: the file below the tree, or its name. How: the spelling, and what it was packed in."""

    file: str
    secret: str
    how: str


@dataclass(slots=True)
class Hunter:
    """Hunts one set of secrets. Content that was searched before and held nothing is not searched again."""

    secrets: dict[str, str | bytes]
    windows: dict[str, bytes] = field(default_factory=dict)
    """Long byte strings of which no stretch of `window` bytes may be found."""
    window: int = 24
    searched_files: int = 0
    _clean: set[bytes] = field(default_factory=set)
    _needles: list[tuple[str, str, bytes]] = field(default_factory=list)
    _pieces: frozenset[bytes] = frozenset()

    def __post_init__(self) -> None:
        self._needles = [
            (name, how, spelled) for name, secret in self.secrets.items() for how, spelled in spellings(secret).items()
        ]
        # Every stretch of `window` bytes in a file holds one whole half of it that begins at a multiple of a half.
        half = self.window // 2
        self._pieces = frozenset(
            piece
            for content in self.windows.values()
            for piece in (content[at : at + half] for at in range(len(content) - half + 1))
            if len(set(piece)) > 4  # a stretch of one colour is nobody's
        )

    def tree(self, folder: Path, *, leave_out: Iterable[Path] = ()) -> list[Hit]:
        """Every file and every name below the folder."""
        left_out = tuple(leave_out)
        found: list[Hit] = []
        for path in sorted(folder.rglob("*")):
            if any(path == each or each in path.parents for each in left_out):
                continue
            name = path.relative_to(folder).as_posix()
            found += [Hit(name, hit.secret, f"in the name, {hit.how}") for hit in self.bytes(name, path.name.encode())]
            if path.is_file():
                self.searched_files += 1
                found += self.bytes(name, path.read_bytes())
        return found

    def bytes(self, name: str, content: bytes) -> list[Hit]:
        """Everything found in one piece of content."""
        digest = zlib.crc32(content).to_bytes(4, "big") + len(content).to_bytes(8, "big") + content[-64:]
        if digest in self._clean:
            return []
        found = [Hit(name, secret, how) for secret, how in dict.fromkeys(self._search(content, "", DEPTH))]
        if not found:
            self._clean.add(digest)
        return found

    def _search(self, content: bytes, packed: str, depth: int) -> Iterator[tuple[str, str]]:
        for secret, how, needle in self._needles:
            if needle in content:
                yield secret, f"{packed}{how}"
        if self._pieces:
            pieces, half = self._pieces, self.window // 2
            if any(content[at : at + half] in pieces for at in range(0, len(content) - half + 1, half)):
                yield "a stretch of a picture", f"{packed}as it is"
        if depth:
            for how, inner in unpacked(content):
                yield from self._search(inner, f"{packed}{how} > ", depth - 1)


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Whatever in the content unpacks to other bytes."""
    for run in _BASE64_RUN.finditer(content):
        text = run[0].rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        for skipped in range(4):  # what stands before it may look like base64 too
            yield "base64", _from_base64(text[skipped:])
    for run in _HEX_RUN.finditer(content):
        yield "hex", bytes.fromhex(run[0].decode())
    for start in _STREAM.finditer(content):
        yield from _inflated("deflate", content[start.start() :], 47)
    for entry in _ZIPPED.finditer(content):
        at = entry.end() + sum(int.from_bytes(size, "little") for size in entry.groups())
        yield from _inflated("zip", content[at:], -15)
    if _ESCAPED.search(content):
        yield "\\u escapes", _ESCAPED.sub(lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), content)


def _from_base64(text: bytes) -> bytes:
    whole = text[: len(text) - (1 if len(text) % 4 == 1 else 0)]
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _inflated(how: str, content: bytes, bits: int) -> Iterator[tuple[str, bytes]]:
    try:
        inner = zlib.decompressobj(bits).decompress(content, _MOST_UNPACKED)
    except zlib.error:
        return
    if len(inner) >= 8:
        yield how, inner


def told(hits: Sequence[Hit]) -> str:
    """The hits as lines, for a failing test."""
    return "\n".join(f"{hit.file}: {hit.secret} ({hit.how})" for hit in hits[:40])
