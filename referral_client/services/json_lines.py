"""On which line of a JSON file each value stands, so that a fault can be named by its line. Pure; imports nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

# A string, a mark of structure, or a bare word.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(slots=True)
class _Open:
    """An object or list that is not closed yet; `step`: the key or place reached in it, None before a key."""

    is_object: bool
    step: str | None


def lines_of(text: str) -> dict[str, int]:
    """The line of each value by its path, "people.0.name"; "" for the whole. The text was parsed as JSON before."""
    lines = {"": 1}
    inside: list[_Open] = []
    line, reached = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", reached, token.start())
        reached = token.start()
        word = token[0]
        if word == ",":
            inside[-1].step = None if inside[-1].is_object else str(int(inside[-1].step or 0) + 1)
        elif word in "]}":
            inside.pop()
        elif word != ":":
            if inside and inside[-1].is_object and inside[-1].step is None:
                inside[-1].step = str(json.loads(word))
                lines[_path(inside)] = line
                continue
            lines.setdefault(_path(inside), line)
            if word in "[{":
                inside.append(_Open(word == "{", None if word == "{" else "0"))
    return lines


def line_of(lines: dict[str, int], path: str) -> int:
    """The line of a path, or of the nearest thing around it that is there."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path, 1)


def _path(inside: list[_Open]) -> str:
    return ".".join(each.step or "" for each in inside)
