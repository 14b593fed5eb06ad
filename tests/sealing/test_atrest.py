"""Cells, passphrase keys, wrapped keys and streams open in their own place, whole, and nowhere else."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_client.sealing.atrest import (
    CHUNK,
    DEFAULT_COST,
    KEY_SIZE,
    SALT_SIZE,
    CannotOpen,
    Cost,
    Place,
    cost_fits,
    derive_key,
    key_from_passphrase,
    open_cell,
    open_stream,
    seal_cell,
    seal_stream,
    sealed_stream_size,
    unwrap_key,
    wrap_key,
)

KEY = bytes(range(32))
PLACE = Place("answers", "cell", "a1", 1, 7)
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)


def sealed_stream(content: bytes, key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    seal_stream(key, io.BytesIO(content), out, os.urandom)
    return out.getvalue()


def opened_stream(stream: bytes, key: bytes = KEY) -> bytes:
    return b"".join(open_stream(key, io.BytesIO(stream)))


@given(st.binary(max_size=500))
def test_a_cell_opens_to_what_was_sealed(content: bytes) -> None:
    assert open_cell(KEY, PLACE, seal_cell(KEY, PLACE, content, os.urandom)) == content


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, table="photo"),
        replace(PLACE, column="facts"),
        replace(PLACE, row="a2"),
        replace(PLACE, schema=2),
        replace(PLACE, counter=6),
    ],
)
def test_a_cell_does_not_open_anywhere_else(elsewhere: Place) -> None:
    cell = seal_cell(KEY, PLACE, b"words", os.urandom)
    with pytest.raises(CannotOpen):
        open_cell(KEY, elsewhere, cell)


def test_a_cell_does_not_open_with_another_key_or_after_any_change() -> None:
    cell = seal_cell(KEY, PLACE, b"words", os.urandom)
    with pytest.raises(CannotOpen):
        open_cell(bytes(32), PLACE, cell)
    for place in range(len(cell)):
        with pytest.raises(CannotOpen):
            open_cell(KEY, PLACE, cell[:place] + bytes([cell[place] ^ 1]) + cell[place + 1 :])
        with pytest.raises(CannotOpen):
            open_cell(KEY, PLACE, cell[:place])


def test_the_same_words_never_give_the_same_cell() -> None:
    assert seal_cell(KEY, PLACE, b"words", os.urandom) != seal_cell(KEY, PLACE, b"words", os.urandom)


def test_a_place_cannot_pretend_to_be_another() -> None:
    with pytest.raises(ValueError, match="bar"):
        seal_cell(KEY, replace(PLACE, column="cell|a1"), b"", os.urandom)


def test_a_wrapped_key_comes_back_and_only_a_key_does() -> None:
    key = os.urandom(KEY_SIZE)
    assert unwrap_key(KEY, PLACE, wrap_key(KEY, PLACE, key, os.urandom)) == key
    with pytest.raises(CannotOpen):
        unwrap_key(KEY, PLACE, seal_cell(KEY, PLACE, b"short", os.urandom))
    with pytest.raises(ValueError, match="32"):
        wrap_key(KEY, PLACE, b"short", os.urandom)


def test_keys_for_two_purposes_differ() -> None:
    assert derive_key(KEY, "store") != derive_key(KEY, "audit witness") != KEY


def test_the_same_passphrase_typed_on_another_keyboard_gives_the_same_key() -> None:
    salt = bytes(SALT_SIZE)
    composed, apart = "café by the sluice", "cafe\u0301 by the sluice"
    assert key_from_passphrase(composed, salt, CHEAP) == key_from_passphrase(apart, salt, CHEAP)
    assert key_from_passphrase(composed, salt, CHEAP) != key_from_passphrase(composed, b"x" * SALT_SIZE, CHEAP)


def test_argon2id_agrees_with_the_reference_implementation() -> None:
    # echo -n password | argon2 somesaltsomesalt -id -t 2 -k 65536 -p 1 -l 32 -r
    key = key_from_passphrase("password", b"somesaltsomesalt", Cost(65536, 2, 1))
    assert key.hex() == "fc33b78139231d34b71626bd6245c1d72efa190ad605c3d8166a72adcedfa2c2"


def test_the_default_cost_is_that_of_the_design() -> None:
    assert (DEFAULT_COST.memory_kib, DEFAULT_COST.passes, DEFAULT_COST.lanes) == (256 * 1024, 3, 4)
    assert cost_fits(DEFAULT_COST)


@pytest.mark.parametrize(
    "cost",
    [
        Cost(1024 * 1024 + 1, 3, 4),
        Cost(2**31, 1, 1),
        Cost(256 * 1024, 17, 4),
        Cost(256 * 1024, 3, 17),
        Cost(256 * 1024, 0, 4),
        Cost(256 * 1024, 3, 0),
        Cost(31, 3, 4),
    ],
)
def test_a_cost_outside_the_bounds_is_refused_before_anything_is_derived(cost: Cost) -> None:
    with pytest.raises(CannotOpen):
        key_from_passphrase("tallow bicycle orchard", bytes(SALT_SIZE), cost)


def test_a_salt_of_another_length_is_refused() -> None:
    with pytest.raises(CannotOpen):
        key_from_passphrase("tallow bicycle orchard", b"short", CHEAP)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_a_stream_opens_to_what_was_sealed(size: int) -> None:
    content = os.urandom(size)
    stream = sealed_stream(content)
    assert len(stream) == sealed_stream_size(size)
    assert opened_stream(stream) == content


@pytest.mark.parametrize("size", [0, 5, CHUNK, CHUNK + 5, 2 * CHUNK])
def test_a_stream_cut_short_or_lengthened_anywhere_never_opens(size: int) -> None:
    stream = sealed_stream(os.urandom(size))
    tag = CHUNK + 16
    ends = {0, 1, len(stream) - 1, len(stream) - 16, len(stream) - 17, *range(42, len(stream), tag)} - {len(stream)}
    for end in ends:
        if end >= 0:
            with pytest.raises(CannotOpen):
                opened_stream(stream[:end])
    for more in (b"\x00", bytes(16), bytes(tag)):
        with pytest.raises(CannotOpen):
            opened_stream(stream + more)


def test_a_stream_with_chunks_exchanged_repeated_or_left_out_never_opens() -> None:
    stream = sealed_stream(os.urandom(3 * CHUNK))
    head = len(stream) - 3 * (CHUNK + 16)
    first, second, third = (stream[head + n * (CHUNK + 16) :][: CHUNK + 16] for n in range(3))
    for chunks in ((second, first, third), (first, first, third), (first, third), (third,), (first, second)):
        with pytest.raises(CannotOpen):
            opened_stream(stream[:head] + b"".join(chunks))


@given(st.integers(min_value=0, max_value=sealed_stream_size(300) - 1), st.integers(min_value=0, max_value=7))
def test_a_stream_with_one_bit_changed_never_opens(place: int, bit: int) -> None:
    stream = bytearray(sealed_stream(bytes(300)))
    stream[place] ^= 1 << bit
    with pytest.raises(CannotOpen):
        opened_stream(bytes(stream))


def test_a_stream_does_not_open_with_the_key_of_another() -> None:
    with pytest.raises(CannotOpen):
        opened_stream(sealed_stream(b"picture"), bytes(32))
