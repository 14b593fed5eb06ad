"""Bech32 (BIP 173) as age uses it: the original checksum, and no limit of 90 characters.

A post-quantum recipient is 1 959 characters long. Pure functions; imports the standard library alone.
"""

from __future__ import annotations

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# The five conditional terms of the checksum, precomputed for each of the 32 values that can leave the register.
_TERMS = tuple(
    (_GENERATOR[0] * (top & 1))
    ^ (_GENERATOR[1] * (top >> 1 & 1))
    ^ (_GENERATOR[2] * (top >> 2 & 1))
    ^ (_GENERATOR[3] * (top >> 3 & 1))
    ^ (_GENERATOR[4] * (top >> 4 & 1))
    for top in range(32)
)
_LIMIT = 4096


def encode(prefix: str, raw: bytes) -> str:
    """`prefix`1`data``checksum`, all in the case of the prefix (which must be of one case)."""
    lower = prefix.lower()
    values = _regroup(raw, 8, 5, pad=True)
    checksum = _polymod(_expanded(lower) + values + [0] * 6) ^ 1
    values += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    text = lower + "1" + "".join(_ALPHABET[value] for value in values)
    return text.upper() if prefix.isupper() else text


def decode(untrusted_text: str) -> tuple[str, bytes]:
    """The prefix in lower case, and the bytes. ValueError for anything but exactly what `encode` writes."""
    if len(untrusted_text) > _LIMIT or not untrusted_text.isascii():
        raise ValueError("not bech32 text")
    if untrusted_text.lower() != untrusted_text and untrusted_text.upper() != untrusted_text:
        raise ValueError("upper and lower case mixed")
    prefix, separator, data = untrusted_text.lower().rpartition("1")
    if not prefix or not separator or len(data) < 6 or not all(33 <= ord(character) <= 126 for character in prefix):
        raise ValueError("not bech32 text")
    try:
        values = [_VALUES[character] for character in data]
    except KeyError as error:
        raise ValueError("a character that bech32 does not use") from error
    if _polymod(_expanded(prefix) + values) != 1:
        raise ValueError("the checksum does not fit: a character was changed or lost")
    return prefix, bytes(_regroup(bytes(values[:-6]), 5, 8, pad=False))


def _polymod(values: list[int]) -> int:
    register = 1
    terms = _TERMS
    for value in values:
        register = (register & 0x1FFFFFF) << 5 ^ value ^ terms[register >> 25]
    return register


def _expanded(prefix: str) -> list[int]:
    return [ord(character) >> 5 for character in prefix] + [0] + [ord(character) & 31 for character in prefix]


def _regroup(values: bytes, bits_in: int, bits_out: int, *, pad: bool) -> list[int]:
    held = held_bits = 0
    mask = (1 << bits_out) - 1
    result = []
    for value in values:
        held = (held << bits_in | value) & 0xFFFF
        held_bits += bits_in
        while held_bits >= bits_out:
            held_bits -= bits_out
            result.append(held >> held_bits & mask)
    if pad and held_bits:
        result.append(held << (bits_out - held_bits) & mask)
    elif not pad and (held_bits >= bits_in or held & ((1 << held_bits) - 1)):
        raise ValueError("left-over bits")
    return result
