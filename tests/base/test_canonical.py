"""Strict JSON in, canonical JSON out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_client.base.canonical import NotStrictJson, canonical_bytes, strict_json

values = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_written_canonically_is_read_back_equal(value) -> None:
    written = canonical_bytes(value)
    assert strict_json(written, limit=len(written)) == value
    assert canonical_bytes(strict_json(written, limit=len(written))) == written


@pytest.mark.parametrize(
    "untrusted",
    [
        b'{"a":1,"a":2}',
        b"1.5",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"9007199254740993",
        b"1" * 5000,
        b"[" * 41 + b"]" * 41,
        b"[" * 100_000,
        b"\xff",
        b"",
        b'{"a":',
        b"{} {}",
    ],
)
def test_what_two_parsers_could_read_differently_is_refused(untrusted: bytes) -> None:
    with pytest.raises(NotStrictJson):
        strict_json(untrusted, limit=1_000_000)


def test_more_than_the_limit_is_refused_before_parsing() -> None:
    with pytest.raises(NotStrictJson, match="longer than 5 bytes"):
        strict_json(b'"aaaa"', limit=5)
    assert strict_json(b'"aaa"', limit=5) == "aaa"


def test_brackets_inside_text_are_not_depth() -> None:
    assert strict_json(b'"' + b"[" * 500 + b'"', limit=1000) == "[" * 500
