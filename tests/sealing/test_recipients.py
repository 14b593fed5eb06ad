"""Keys to seal for: one type, checked letter by letter; bech32 without its limit of 90."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_client.sealing import bech32
from referral_client.sealing.recipients import (
    NotAnIdentity,
    NotARecipient,
    check_recipient,
    identities_in,
    make_identity,
    recipient_of,
    rid,
    works,
)

IDENTITY = make_identity(lambda size: bytes(range(size)))


def test_this_machine_can_seal() -> None:
    works()


def test_an_identity_has_one_recipient_of_1959_characters() -> None:
    recipient = recipient_of(IDENTITY)
    assert IDENTITY.startswith("AGE-SECRET-KEY-PQ-1")
    assert recipient.startswith("age1pq1")
    assert len(recipient) == 1959
    assert len(check_recipient(recipient)) == 1216
    assert len(rid(recipient)) == 32


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "older kind"),
        ("", "not bech32"),
        ("age1pq1", "not bech32"),
        (recipient_of(IDENTITY).upper(), "starts with age1pq1"),
        (recipient_of(IDENTITY)[:-1] + "q", "checksum"),
        (recipient_of(IDENTITY)[:-1], "checksum"),
        ("age1pq1" + "q" * 5000, "not bech32"),
        (bech32.encode("age1pq", bytes(100)), "1 959"),
        (IDENTITY, "age1pq1"),
    ],
)
def test_anything_but_a_post_quantum_recipient_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(NotARecipient) as refused:
        check_recipient(text)
    assert words in refused.value.reasons[0]


def test_a_recipient_whose_classic_half_agrees_with_everyone_is_refused() -> None:
    raw = check_recipient(recipient_of(IDENTITY))
    with pytest.raises(NotARecipient):
        check_recipient(bech32.encode("age1pq", raw[:-32] + bytes(32)))


@pytest.mark.parametrize("text", ["", "AGE-SECRET-KEY-1QQQ", recipient_of(IDENTITY), IDENTITY.lower(), IDENTITY[:-1]])
def test_anything_but_an_identity_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdentity):
        recipient_of(text)


def test_a_key_file_may_hold_comments_and_several_keys() -> None:
    assert identities_in(f"# made today\n\n{IDENTITY}\n  {IDENTITY}\n".encode()) == (IDENTITY, IDENTITY)
    for hostile in (b"", b"# nothing\n", b"\xff", b"not a key\n"):
        with pytest.raises(NotAnIdentity):
            identities_in(hostile)


@given(st.binary(max_size=1300))
def test_bech32_gives_back_what_it_was_given(raw: bytes) -> None:
    assert bech32.decode(bech32.encode("age1pq", raw)) == ("age1pq", raw)


@given(st.binary(min_size=8, max_size=100), st.data())
def test_bech32_notices_any_one_changed_letter(raw: bytes, data: st.DataObject) -> None:
    text = bech32.encode("age", raw)
    place = data.draw(st.integers(4, len(text) - 1))
    letter = data.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l").filter(lambda other: other != text[place]))
    with pytest.raises(ValueError, match="checksum"):
        bech32.decode(text[:place] + letter + text[place + 1 :])


@pytest.mark.parametrize("text", ["A12UEL5L", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"])
def test_bech32_agrees_with_the_examples_of_bip_173(text: str) -> None:
    prefix, raw = bech32.decode(text)
    assert bech32.encode(prefix, raw) == text.lower()


@pytest.mark.parametrize("text", ["a12UEL5L", "1nwldj5", "x1b4n0q5v", "li1dgmt3", "é1", "split1cheo2y9e2w"])
def test_bech32_refuses_the_bad_examples_of_bip_173(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        bech32.decode(text)
