"""Where each table and key of a TOML text stands, so that a fault can name its line.

It reads headers and `key =` only and skips what is inside strings and lists; tomllib does the real reading. A text
that tomllib accepts is mapped exactly; for one it does not, the map is a good guess and never fails.
Imports nothing of the program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from referral_client.policy.faults import Path

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_ARRAY = re.compile(rf"^\s*\[\[\s*({_DOTTED})\s*\]\]")
_TABLE = re.compile(rf"^\s*\[\s*({_DOTTED})\s*\]")
_ASSIGNED = re.compile(rf"^\s*({_DOTTED})\s*=")
_PART = re.compile(_KEY)
# What opens or closes something that may run over several lines, longest first. A quote left open ends with its line,
# so that no text makes the walk go over a line twice.
_TOKEN = re.compile(r"\"\"\"|'''|\"(?:[^\"\\]|\\.)*(?:\"|\\?$)|'[^']*(?:'|$)|#|[\[\]{}]")


@dataclass(slots=True)
class LineMap:
    """`line_of`: 1 for the first line. `duplicates`: keys written twice, with both lines."""

    lines: dict[Path, int] = field(default_factory=dict)
    duplicates: list[tuple[Path, int, int]] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of the key, or of the nearest table around it; 1 when neither is written."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return 1

    def key_at(self, line: int) -> Path:
        """The key whose value begins at or last before this line."""
        before = [(at, path) for path, at in self.lines.items() if at <= line]
        return max(before, key=lambda each: each[0], default=(0, ()))[1]


def map_lines(text: str) -> LineMap:
    """Walk the text once."""
    found = LineMap()
    table: Path = ()
    counts: dict[Path, int] = {}
    closing = ""  # the quotes that end a string begun on an earlier line
    depth = 0  # brackets open from earlier lines
    for number, line in enumerate(text.split("\n"), start=1):
        rest = line
        if not closing and not depth:
            if header := _ARRAY.match(line):
                name = _resolve(_parts(header[1]), counts)
                counts[name] = counts.get(name, -1) + 1
                table = (*name, counts[name])
                found.lines[table] = number
                found.lines.setdefault(name, number)
                continue
            if header := _TABLE.match(line):
                table = _resolve(_parts(header[1]), counts)
                _note(found, table, number)
                continue
            if assigned := _ASSIGNED.match(line):
                _note(found, (*table, *_parts(assigned[1])), number)
                rest = line[assigned.end() :]
        closing, depth = _after(rest, closing, depth)
    return found


def _note(found: LineMap, path: Path, number: int) -> None:
    if path in found.lines:
        found.duplicates.append((path, found.lines[path], number))
    else:
        found.lines[path] = number


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _resolve(parts: Path, counts: dict[Path, int]) -> Path:
    """`[case.facts]` after the second `[[case]]` is case 1's table: put the list places in."""
    path: Path = ()
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    return (*path, *parts[-1:])


def _after(text: str, closing: str, depth: int) -> tuple[str, int]:
    """Which string and how many brackets are still open at the end of a line."""
    position = 0
    while position < len(text):
        if closing:
            end = text.find(closing, position)
            if end < 0:
                return closing, depth
            position, closing = end + 3, ""
            continue
        token = _TOKEN.search(text, position)
        if token is None or token[0] == "#":
            break
        position = token.end()
        if token[0] in ('"""', "'''"):
            closing = token[0]
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth = max(0, depth - 1)
    return closing, depth
