"""Canonical JSON (RFC 8785) out, strict JSON in.

Signing covers bytes, so reading never re-serialises before verifying; writing is canonical so that the same
input gives the same bytes. Reading refuses what two parsers could understand differently.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import rfc8785

# What a parsed document is made of. `Any` is allowed here and nowhere above: rooms parse it into types at once.
Json = Any

MAX_DEPTH = 40
MAX_INTEGER = 2**53 - 1


class NotStrictJson(ValueError):
    """The bytes are not JSON of the strict kind. The message names the fault and holds no value."""


def canonical_bytes(value: Json) -> bytes:
    """RFC 8785 bytes of a value of maps, lists, strings, integers and booleans."""
    return rfc8785.dumps(value)


def strict_json(untrusted_bytes: bytes, *, limit: int) -> Json:
    """Parse at most `limit` bytes of UTF-8 JSON.

    Refused: over the limit, not UTF-8, duplicate keys, floats, NaN, integers beyond 2^53, nesting over 40.
    """
    if len(untrusted_bytes) > limit:
        raise NotStrictJson(f"longer than {limit} bytes")
    try:
        text = untrusted_bytes.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictJson("not UTF-8 text") from error
    _check_depth(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
            parse_int=_bounded_int,
        )
    except NotStrictJson:
        raise
    except (ValueError, RecursionError) as error:
        place = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise NotStrictJson(f"not JSON{place}") from error


def _check_depth(text: str) -> None:
    depth = deepest = 0
    quoted = escaped = False
    for character in text:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    if deepest > MAX_DEPTH:
        raise NotStrictJson(f"nested more than {MAX_DEPTH} deep")


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotStrictJson("the same key twice in one object")
    return result


def _refuse_float(_text: str) -> Json:
    raise NotStrictJson("a number that is not a whole number")


def _bounded_int(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise NotStrictJson("a number beyond 2^53")
    return int(text)


def text_of(untrusted: Mapping[str, Json], key: str, *, limit: int = 2000) -> str:
    """The string at `key`; NotStrictJson names the key when it is missing, not text or too long."""
    value = untrusted.get(key)
    if not isinstance(value, str):
        raise NotStrictJson(f"{key}: must be text")
    if len(value) > limit:
        raise NotStrictJson(f"{key}: longer than {limit} characters")
    return value


def integer_of(untrusted: Mapping[str, Json], key: str, *, least: int = 0, most: int = MAX_INTEGER) -> int:
    """The whole number at `key`, within bounds; NotStrictJson names the key otherwise."""
    value = untrusted.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise NotStrictJson(f"{key}: must be a whole number from {least} to {most}")
    return value
