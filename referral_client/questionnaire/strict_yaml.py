"""The part of YAML that a form may use, read so that no two people can understand one file differently.

Promises: maps, lists, text, whole numbers, true and false, nothing else; no anchors, aliases, tags, merges or second
document; a key once; `yes`, `no`, `on` and `off` stay text; a bare date is refused; every node keeps its line and
column. The size is checked before parsing, the number and depth of nodes while parsing, and every fault is kept.
Pure: takes bytes. Imports base.canonical (the type of parsed data) and PyYAML's event stream, never its constructors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from referral_client.base.canonical import Json

MAX_BYTES = 1024 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 24
MAX_SCALAR = 20_000

Path = tuple[str | int, ...]

# libyaml is in every PyYAML wheel; where PyYAML was built without it the slower parser reads the same subset.
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE_NUMBER = re.compile(r"^(0|-?[1-9][0-9]{0,14})$")
_DATE = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$")
_MERGE = "<<"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file, counted from 1 as editors do."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one file. `path` is dotted, and "" for the file as a whole."""

    file: str
    mark: Mark
    path: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.mark.line}:{self.mark.column}: "
        return f"{place}{self.path}: {self.reason}" if self.path else f"{place}{self.reason}"


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file: plain data, where each value and each key stands, and what was wrong with it."""

    file: str
    data: Json
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def fault(self, path: Path, reason: str, *, at_key: bool = False) -> Fault:
        """A fault at the nearest place that the file has for `path`."""
        marks = self.keys if at_key else self.values
        known = path
        while known and known not in marks:
            known = known[:-1]
        mark = marks.get(known) or self.values.get(known, Mark(1, 1))
        return Fault(self.file, mark, self.words(path), reason)

    def words(self, path: Path) -> str:
        """A path in words: list entries are named by their id or code when they have one."""
        words: list[str] = []
        here = self.data
        for step in path:
            try:
                here = here[step]
            except (KeyError, IndexError, TypeError):
                here = None
            if isinstance(step, int):
                name = here.get("id", here.get("code")) if isinstance(here, dict) else None
                words.append(name if isinstance(name, str) else f"[{step + 1}]")
            else:
                words.append(step)
        return ".".join(words)


def read_document(file: str, untrusted: bytes) -> Document:
    """Parse one file. Never raises for what is in it: the faults say what is wrong, and then `data` may be partial."""
    if len(untrusted) > MAX_BYTES:
        return _failed(file, Mark(1, 1), f"is larger than {MAX_BYTES // 1024} KiB, the most a form may be")
    try:
        text = untrusted.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = untrusted[: error.start].count(b"\n") + 1
        return _failed(file, Mark(line, 1), "is not UTF-8 text: save the file as UTF-8")
    reader = _Reader(file)
    try:
        reader.read(yaml.parse(text, Loader=_PARSER))
    except _TooMuchError:
        pass
    except yaml.YAMLError as error:
        reader.faults.append(_syntax_fault(file, error))
    return Document(file, reader.root, reader.values, reader.keys, tuple(reader.faults))


def _failed(file: str, mark: Mark, reason: str) -> Document:
    return Document(file, {}, faults=(Fault(file, mark, "", reason),))


def _syntax_fault(file: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", "") or getattr(error, "reason", "") or "").strip()
    where = Mark(mark.line + 1, mark.column + 1) if mark is not None else Mark(1, 1)
    hint = "check the spaces at the start of the line, and put text that holds “: ” or a comma in quotes"
    return Fault(
        file, where, "", f"cannot be read as YAML ({problem}): {hint}" if problem else f"cannot be read: {hint}"
    )


class _TooMuchError(Exception):
    """The file passed a limit; the fault is already noted."""


@dataclass(slots=True)
class _Open:
    """A map or list that is being filled. `key` is the pending key of a map; None while one is awaited."""

    container: dict[str, Json] | list[Json]
    path: Path
    key: str | None = None
    drop: bool = False  # the pending key was already there: its value is read and left out


class _Reader:
    """Builds data and marks out of the parser's events, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Json = {}
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self.faults: list[Fault] = []
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def read(self, events: Iterator[yaml.Event]) -> None:
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._open.pop()
            elif isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    self._stop(event, "holds a second document after “---”: one form a file")
                if event.tags or event.version:
                    self._note(event, "a form may not use % directives")
        if self._documents == 0:
            self.faults.append(Fault(self.file, Mark(1, 1), "", "is empty"))

    def _node(self, event: yaml.NodeEvent) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop(event, f"holds more than {MAX_NODES} values, the most a form may have")
        if isinstance(event, yaml.AliasEvent):
            self._note(event, "may not use * aliases: write the text again")
            self._place(event, "")
            return
        if event.anchor is not None:
            self._note(event, "may not use & anchors")
        if getattr(event, "tag", None) is not None:
            self._note(event, "may not use ! tags")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        else:
            if len(self._open) >= MAX_DEPTH:
                self._stop(event, f"is nested more than {MAX_DEPTH} deep")
            self._container(event, {} if isinstance(event, yaml.MappingStartEvent) else [])

    def _container(self, event: yaml.NodeEvent, container: dict[str, Json] | list[Json]) -> None:
        if self._awaits_key():
            self._note(event, "a key must be text")
            self._open[-1].key, self._open[-1].drop = "", True
            self._open.append(_Open(container, (*self._open[-1].path, "")))
            return
        self._open.append(_Open(container, self._place(event, container)))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if len(event.value) > MAX_SCALAR:
            self._note(event, f"is longer than {MAX_SCALAR} characters")
        if self._awaits_key():
            self._take_key(event)
        else:
            self._place(event, self._value(event))

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].container, dict) and self._open[-1].key is None

    def _take_key(self, event: yaml.ScalarEvent) -> None:
        top = self._open[-1]
        top.key = event.value
        if event.value == _MERGE:
            self._note(event, "may not use << merges")
        top.drop = event.value in top.container
        if top.drop:
            self._note(event, f"“{event.value}” stands here twice")
        else:
            self.keys[(*top.path, event.value)] = _mark(event)

    def _value(self, event: yaml.ScalarEvent) -> Json:
        text = event.value
        if event.style not in (None, ""):
            return text
        if text in ("", "~", "null", "Null", "NULL"):
            self._no_value(event)
            return ""
        if text in ("true", "false"):
            return text == "true"
        if _DATE.match(text):
            self._note(event, f'a date must be in quotes: "{text[:10]}"')
            return text
        return int(text) if _WHOLE_NUMBER.match(text) else text

    def _no_value(self, event: yaml.ScalarEvent) -> None:
        """Said at the key: a comma in running text inside braces begins a key that nobody meant."""
        top = self._open[-1] if self._open else None
        mark = self.keys.get((*top.path, top.key)) if top is not None and top.key is not None else None
        hint = "" if event.value else " (inside braces, text that holds a comma goes in quotes)"
        self._note(event, f"has no value{hint}", mark)

    def _place(self, event: yaml.NodeEvent, value: Json) -> Path:
        """Put a value where it belongs; answers its path."""
        if not self._open:
            self.root = value
            self.values[()] = _mark(event)
            return ()
        top = self._open[-1]
        if isinstance(top.container, list):
            path: Path = (*top.path, len(top.container))
            top.container.append(value)
        elif top.key is None:  # an alias where a key belongs: already a fault
            top.key, top.drop = "", True
            return top.path
        else:
            path = (*top.path, top.key)
            if not top.drop:
                top.container[top.key] = value
            top.key = None
        self.values.setdefault(path, _mark(event))
        return path

    def _note(self, event: yaml.Event, reason: str, mark: Mark | None = None) -> None:
        path = ""
        if self._open:
            top = self._open[-1]
            step: Path = (top.key,) if isinstance(top.container, dict) and top.key else ()
            path = Document(self.file, self.root).words((*top.path, *step))
        self.faults.append(Fault(self.file, mark or _mark(event), path, reason))

    def _stop(self, event: yaml.Event, reason: str) -> None:
        self._note(event, reason)
        raise _TooMuchError


def _mark(event: yaml.Event) -> Mark:
    if event.start_mark is None:  # the parsers always give one
        return Mark(1, 1)
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)
