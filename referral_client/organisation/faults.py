"""What is wrong with a statement, in sentences for the person who writes it: where, and what was expected there.

Promises: one fault in, one sentence out, `people[1].keys: is missing` with places counted from 1; no library's English
and no value reaches the screen. Imports pydantic and policy's list of names.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from referral_client.policy.faults import Path, field_names

_EXPECTED = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "tuple_type": "must be a list in [brackets]",
    "model_type": "must be an object in {braces}",
    "model_attributes_type": "must be an object in {braces}",
    "dict_type": "must be an object in {braces}",
}
_LOOKS_LIKE = {
    r"^[0-9a-f]{64}$": "must be 64 of 0-9 and a-f",
    r"^([01]\d|2[0-3]):[0-5]\d$": "must be a time of day from 00:00 to 23:59",
}


def reasons_of(error: ValidationError, model: type[BaseModel]) -> tuple[str, ...]:
    """Every fault, in the order of the fields."""
    names = field_names(model)
    return tuple(
        f"{place_of(fault['loc'])}: {_reason(fault, names)}"
        for fault in error.errors(include_url=False, include_input=False)
    )


def place_of(path: Path) -> str:
    """`people[1].keys`: list places count from 1, as people do."""
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step[:60]}" for step in path)
    return "".join(steps).removeprefix(".") or "file"


def _reason(fault: ErrorDetails, names: Mapping[Path, tuple[str, ...]]) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        *table, written = fault["loc"]
        known = names.get(tuple(step for step in table if isinstance(step, str)), ())
        close = difflib.get_close_matches(str(written)[:100], known, 1)
        return f"not a field here; did you mean {close[0]}?" if close else "not a field here"
    if kind == "literal_error":
        return f"must be {str(context['expected']).replace(chr(39), '')}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return _LOOKS_LIKE.get(str(context["pattern"]), "does not fit here")
    return _EXPECTED.get(kind) or _size(kind, context)


def _size(kind: str, context: Mapping[str, Any]) -> str:
    for key, words in (("ge", "must be at least"), ("le", "must be at most")):
        if key in context:
            return f"{words} {context[key]}"
    if "max_length" in context:
        return f"must be no longer than {context['max_length']}{' characters' if kind == 'string_too_long' else ''}"
    return "must not be empty" if "min_length" in context else "does not fit here"
