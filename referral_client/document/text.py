"""Makes any text printable without losing a letter silently.

In PDF/UA a glyph that no font has is an error, so what our fonts cannot print is found beforehand and replaced by a
note that names it: "[character not printable: U+1F621 POUTING FACE, see answers.json]". The coverage of the shipped
fonts is a generated table (resources/document/coverage.json); a test keeps it equal to the fonts.
Pure but for reading that table once. Imports base and the standard library.
"""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby

from referral_client.base.shipped import shipped

# A run of unprintable characters longer than this is counted, not spelled out.
SPELLED_OUT = 12

# They choose or hint a shape and carry no letter: printed when a font has them, left out when none has.
_SHAPE_ONLY = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")
# They reorder what follows, so a reader could be shown another sentence than the one that was written.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Line ends of every kind become one; a byte order mark, which PDF/UA forbids, is no letter.
_PLAIN = str.maketrans(
    {"\ufeff": "", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\t": "    "}
)

Covers = Callable[[str], bool]


class Coverage:
    """Which code points each shipped font can print, as sorted ranges."""

    def __init__(self, ranges_by_font: dict[str, list[list[int]]]) -> None:
        self._fonts = [
            ([first for first, _ in ranges], [last for _, last in ranges]) for ranges in ranges_by_font.values()
        ]

    def prints(self, cluster: str) -> bool:
        """True when one and the same font has every character of the cluster."""
        return any(all(_inside(ord(character), *font) for character in cluster) for font in self._fonts)


def _inside(point: int, firsts: list[int], lasts: list[int]) -> bool:
    index = bisect_right(firsts, point) - 1
    return index >= 0 and point <= lasts[index]


@lru_cache(maxsize=1)
def shipped_coverage() -> Coverage:
    """The coverage of the fonts that came with the program."""
    table = json.loads((shipped("resources") / "document" / "coverage.json").read_text("utf-8"))
    return Coverage(table["fonts"])


def printable(text: str, covers: Covers | None = None) -> str:
    """The text with every unprintable run replaced by a note that names it. Plain ASCII comes back untouched."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN)
    if text.isascii() and text.replace("\n", " ").isprintable():
        return text
    known = covers or shipped_coverage().prints
    cache: dict[str, str | None] = {}
    pieces: list[tuple[str | None, str]] = []
    for cluster in _clusters(text):
        if cluster not in cache:
            cache[cluster] = _shown(cluster, known)
        pieces.append((cache[cluster], cluster))
    result: list[str] = []
    for lost, run in groupby(pieces, key=lambda piece: piece[0] is None):
        if lost:
            result.append(_note("".join(cluster for _, cluster in run)))
        else:
            result.extend(shown for shown, _ in run if shown)
    return "".join(result)


def plain_only(character: str) -> bool:
    """The narrowest coverage, for the second try when a shaper refuses what the tables allow: Latin letters."""
    return all(" " <= part <= "~" or "\u00a0" <= part <= "\u017f" or part in "‘’“”–—…" for part in character)


def _clusters(text: str) -> Iterator[str]:
    """A letter with the marks and joiners that follow it: what must come from one font."""
    start = 0
    for index in range(1, len(text) + 1):
        if index < len(text) and _continues(text[index]) and text[start] != "\n" and text[start] not in _REORDERING:
            continue
        yield text[start:index]
        start = index


def _continues(character: str) -> bool:
    if character < "\u0300":
        return False
    return character in _SHAPE_ONLY or unicodedata.category(character) in ("Mn", "Mc", "Me")


def _shown(cluster: str, covers: Covers) -> str | None:
    """What to print for a cluster; None when it cannot be printed."""
    if cluster == "\n":
        return cluster
    if cluster[0] in _REORDERING or unicodedata.category(cluster[0]) in ("Cc", "Cn", "Co", "Cs"):
        return None
    for form in (cluster, unicodedata.normalize("NFC", cluster)):
        if covers(form):
            return form
        bare = "".join(character for character in form if character not in _SHAPE_ONLY)
        if not bare or covers(bare):
            return bare
    return None


def _note(run: str) -> str:
    letters = [character for character in run if character not in _SHAPE_ONLY]
    named = [_named(character) for character in letters[:SPELLED_OUT]]
    if len(letters) > SPELLED_OUT:
        named.append(f"and {len(letters) - SPELLED_OUT} more")
    return f"[character{'s' if len(letters) > 1 else ''} not printable: {', '.join(named)}, see answers.json]"


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()
