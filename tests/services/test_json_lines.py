"""A value's line is found wherever it stands."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from referral_client.services.json_lines import line_of, lines_of

TEXT = """{
  "a": "one, {two} \\" [three]",
  "b": [
    1, {"c": true,
        "d": []},
    {}
  ], "e": null
}"""


def test_every_value_has_the_line_it_stands_on() -> None:
    assert lines_of(TEXT) == {"": 1, "a": 2, "b": 3, "b.0": 4, "b.1": 4, "b.1.c": 4, "b.1.d": 5, "b.2": 6, "e": 7}


def test_what_is_missing_has_the_line_of_what_it_is_missing_from() -> None:
    lines = lines_of(TEXT)
    assert [line_of(lines, path) for path in ("b.1.x", "b.9", "z", "z.y.x", "")] == [4, 3, 1, 1, 1]


def _paths(value: Any, path: tuple[str, ...] = ()) -> set[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {".".join(path)}.union(*(_paths(each, (*path, str(key))) for key, each in inner))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('abc"\\{}[],: \n', min_size=1), inner),
)


@given(VALUES)
def test_no_value_of_any_document_is_passed_over(value: Any) -> None:
    assert set(lines_of(json.dumps(value, indent=1))) == _paths(value)
