"""Turns what pydantic reports into sentences a person can act on, with "did you mean".

Promises: one fault in, one fault out; no library's English reaches the screen. Imports pydantic only.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]

_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "date_type": "must be a date like 2026-09-01",
    "date_parsing": "must be a date like 2026-09-01",
    "date_from_datetime_parsing": "must be a date like 2026-09-01",
    "date_from_datetime_inexact": "must be a date like 2026-09-01",
    "json_invalid": "holds a character or a number that cannot be read",
    "string_too_short": "must not be empty",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong. `path`: keys and list places from the top; `written`: the value found, absent for a gap."""

    path: Path
    reason: str
    written: object = None
    shows_value: bool = True


def field_names(model: type[BaseModel]) -> dict[Path, tuple[str, ...]]:
    """The keys each table of a model knows, list places left out: () is the top."""
    known: dict[Path, tuple[str, ...]] = {}
    _collect(model, (), known)
    return known


def _collect(model: type[BaseModel], path: Path, known: dict[Path, tuple[str, ...]]) -> None:
    known[path] = tuple(field.alias or name for name, field in model.model_fields.items())
    for name, field in model.model_fields.items():
        for inner in _models_in(field.annotation):
            _collect(inner, (*path, field.alias or name), known)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (tuple, Union, UnionType, Annotated):
        return [model for argument in get_args(annotation) for model in _models_in(argument)]
    return []


def fault_of(detail: ErrorDetails, names: Mapping[Path, tuple[str, ...]]) -> Fault:
    """One pydantic error in our words."""
    path = detail["loc"]
    kind = detail["type"]
    if kind == "extra_forbidden":
        table = tuple(step for step in path[:-1] if isinstance(step, str))
        return Fault(
            path, f"there is no such setting{did_you_mean(str(path[-1]), names.get(table, ()))}", detail["input"]
        )
    context = detail.get("ctx", {})
    if kind in ("enum", "literal_error"):
        choices = _choices(str(context["expected"]))
        return Fault(
            path, f"must be one of {', '.join(choices)}{did_you_mean(str(detail['input']), choices)}", detail["input"]
        )
    if kind == "value_error":
        return Fault(path, str(context["error"]), detail["input"])
    if kind == "string_pattern_mismatch":
        return Fault(path, f"must look like {_example(str(context['pattern']))}", detail["input"])
    if kind in ("string_too_long", "too_long"):
        return Fault(path, f"must be no longer than {context['max_length']}", detail["input"])
    if kind == "too_short":
        return Fault(path, "must not be empty", detail["input"])
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
        return Fault(path, f"must be {bound}", detail["input"])
    return Fault(path, _PLAIN.get(kind, "does not fit here"), detail["input"], shows_value=kind != "missing")


def did_you_mean(written: str, choices: tuple[str, ...]) -> str:
    """`: did you mean X?`, or nothing when no choice is near."""
    within = [choice for choice in choices if len(written) >= 3 and written in choice][:3]
    near = within or difflib.get_close_matches(written[:100], choices, n=1, cutoff=0.65)
    return f": did you mean {' or '.join(near)}?" if near else ""


def _choices(expected: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("'") for part in expected.replace(" or ", ", ").split(", "))


def _example(pattern: str) -> str:
    return _EXAMPLES.get(pattern, "a short code")


_EXAMPLES = {
    r"^[a-z][a-z0-9_]{0,62}$": "school_nurse: small letters, digits and underscores",
    r"^[a-z0-9][a-z0-9-]{0,62}$": "school-dsl-approval: small letters, digits and hyphens",
    r"^\d{1,4}\.\d{1,4}\.\d{1,4}$": "1.0.0",
    r"^[1-9]\d{0,3}[mhd]$": "30m, 24h or 7d",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits",
    r"^https?://[^\s]+$": "https://example.org/policy",
    r"^[a-z]+/[a-z0-9.+-]+$": "image/jpeg",
}
