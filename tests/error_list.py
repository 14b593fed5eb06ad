"""Every code a help desk may be told, read out of the source: where KnownError or a class below it is made.

A code is the first argument as it is written. What the one reader of files says stands in a table of its own.
    python -m tests.error_list     writes docs/errors.md anew
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import referral_client
from referral_client.base.errors import KnownError, MachineLacks, WrongUse

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "errors.md"
SOURCE = ROOT / "referral_client"
CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+(-…)?$")
GAP = "…"

HEADER = """# Every code

What a command says with a code, for the person at a help desk. Made from the source: `python -m tests.error_list`.
The code says which room of the program spoke and what about; the same code always means the same. Exit: 1 refused,
2 wrong use, 3 this computer lacks something, - only said beside a report. `…` stands for what differs each time.
A code `BUG-XXXX-XXXX` is a fault of the program: it names the place in the program and holds nothing about a child.
"""

READING = """
## Files that are read

A file that somebody names is read in one way, and every such file has the same seven ways of being of no use. The
code is the first words of the file, from the second table, with one of these endings.
"""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One thing that is said under a code. `exits`: "-" where it is only said and stops nothing."""

    code: str
    what: str
    exits: str
    place: str


def _kinds() -> dict[str, type[KnownError]]:
    """Every class of known error by name."""
    for module in pkgutil.walk_packages(referral_client.__path__, "referral_client."):
        if "__main__" not in module.name and ".desktop" not in module.name:
            importlib.import_module(module.name)
    found: dict[str, type[KnownError]] = {}
    waiting = [KnownError]
    while waiting:
        kind = waiting.pop()
        found[kind.__name__] = kind
        waiting += kind.__subclasses__()
    return found


def _text(node: ast.expr | None, known: dict[str, str]) -> str | None:
    """A text as it stands in the source, with a gap for what differs; None when it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.IfExp):
        return _text(node.body, known)
    if isinstance(node, ast.JoinedStr):
        parts = [_text(part, known) if isinstance(part, ast.Constant) else GAP for part in node.values]
        return "".join(part or GAP for part in parts)
    return None


def entries() -> list[Entry]:
    """Everything that the source can say under a code, sorted, but for what `base.files.read_file` says."""
    kinds = _kinds()
    found: set[Entry] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found |= set(_of_call(node, kinds, place))
            elif isinstance(node, ast.ClassDef) and node.name in kinds and node.name != "KnownError":
                found |= set(_of_class(node, kinds[node.name], place))
            elif isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "StrEnum" for base in node.bases):
                found |= set(_of_outcomes(node, place))
            elif isinstance(node, ast.Dict):
                found |= set(_of_table(node, place))
            elif isinstance(node, ast.FunctionDef):
                found |= set(_of_default(node, place))
    return sorted(entry for entry in found if not entry.code.startswith(GAP))


def _of_call(call: ast.Call, kinds: dict[str, type[KnownError]], place: str) -> Iterator[Entry]:
    """`Refused("A-CODE", "What.")`, and the same through a helper that makes one."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    said = [_text(argument, {}) for argument in call.args]
    if name == "get" and said[:1] == ["code"] and len(said) > 1 and said[1]:
        yield Entry(said[1], GAP, "1", place)
    elif (
        name != "__init__" and said and said[0] and CODE.match(said[0]) and len(said) > 1 and (name in kinds or said[1])
    ):
        exits = "-" if name == "Trouble" else _exit(kinds.get(name, KnownError))
        yield Entry(str(said[0]), said[1] or GAP, exits, place)


def _of_class(kind: ast.ClassDef, made_of: type[KnownError], place: str) -> Iterator[Entry]:
    """A class that says its own code to the one above it, or changes what that one said."""
    made = next((node for node in kind.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"), None)
    if made is None:
        return
    named = [*made.args.args, *made.args.kwonlyargs]
    defaults = [*made.args.defaults, *(each for each in made.args.kw_defaults if each)]
    known = {
        argument.arg: text
        for argument, default in zip(reversed(named), reversed(defaults), strict=False)
        if (text := _text(default, {})) is not None
    }
    changed: dict[str, str] = {}
    for node in ast.walk(made):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "__init__" and len(node.args) > 1:
            code = _text(node.args[0], {})
            if code:
                yield Entry(code, _text(node.args[1], known) or GAP, _exit(made_of), place)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            changed[node.targets[0].attr] = _text(node.value, {}) or GAP
    if "code" in changed and CODE.match(changed["code"]):
        yield Entry(changed["code"], changed.get("what", GAP), _exit(made_of), place)


def _of_outcomes(kind: ast.ClassDef, place: str) -> Iterator[Entry]:
    """How a try to send ended, as `queue list` shows it beside the delivery."""
    if kind.name != "Outcome" or not place.startswith("referral_client/outbox/"):
        return
    for node in kind.body:
        code = _text(node.value, {}) if isinstance(node, ast.Assign) else None
        if code and CODE.match(code):
            yield Entry(code, f"Beside a delivery: {code.lower().replace('-', ' ')}.", "-", place)


def _of_table(table: ast.Dict, place: str) -> Iterator[Entry]:
    """{"A-CODE": "What.", ...}"""
    for key, value in zip(table.keys, table.values, strict=True):
        code, said = _text(key, {}), _text(value, {})
        if code and said and CODE.match(code) and said.endswith("."):
            yield Entry(code, said, "1", place)


def _of_default(function: ast.FunctionDef, place: str) -> Iterator[Entry]:
    """A helper with a code of its own for when none is given, and the sentence that goes with it."""
    for argument, default in zip(reversed(function.args.args), reversed(function.args.defaults), strict=False):
        code = _text(default, {})
        if argument.arg == "code" and code and CODE.match(code):
            said = [
                _text(call.args[1], {})
                for call in ast.walk(function)
                if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "get" and len(call.args) > 1
            ]
            yield Entry(code, next((text for text in said if text), GAP), "1", place)


def _exit(kind: type[KnownError]) -> str:
    return "2" if issubclass(kind, WrongUse) else "3" if issubclass(kind, MachineLacks) else "1"


def read_files() -> list[tuple[str, str]]:
    """The first words of the codes about files that are read, and which file each is about."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            named = {each.arg: _text(each.value, {}) for each in call.keywords}
            if getattr(call.func, "id", "") == "read_file" and named.get("code"):
                found.add((str(named["code"]), named.get("what") or GAP))
    return sorted(found)


def endings() -> list[tuple[str, str]]:
    """What `read_file` says under the last words of its codes."""
    tree = ast.parse((SOURCE / "base" / "files.py").read_text("utf-8"))
    return sorted(
        (str(_text(call.args[0], {})), str(_text(call.args[1], {})).replace(GAP + GAP, GAP))
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and len(call.args) > 1 and str(_text(call.args[0], {})).startswith(GAP)
    )


def literals() -> set[str]:
    """Every text of the source that has the shape of a code and the first word of one."""
    rooms = {entry.code.partition("-")[0] for entry in entries()}
    trees = (ast.parse(path.read_text("utf-8")) for path in SOURCE.rglob("*.py"))
    texts = (
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in texts if CODE.match(text) and text.partition("-")[0] in rooms}


def text() -> str:
    """The whole list as it is published."""
    rows = dict.fromkeys((entry.code, entry.exits, entry.what) for entry in entries())
    lines = [f"| `{code}` | {exits} | {_cell(what)} |" for code, exits, what in rows]
    files = [f"| `{word}` | {what} |" for word, what in read_files()]
    ends = [f"| `{ending}` | 1 | {_cell(what)} |" for ending, what in endings()]
    table = ["| Code | Exit | What it says |", "| --- | --- | --- |"]
    words = ["| First words | The file |", "| --- | --- |"]
    return "\n".join([HEADER, *table, *lines, READING, *table, *ends, "", *words, *files]) + "\n"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    LIST.write_text(text(), encoding="utf-8", newline="\n")
