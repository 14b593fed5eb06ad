"""age files: what was sealed comes back, and no bit, byte or chunk can change, move or go missing unnoticed."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from referral_client.base.errors import Refused
from referral_client.sealing.age_format import (
    CHUNK,
    SEALED_CHUNK,
    VERSION_LINE,
    bare_base64,
    header_mac,
    payload_cipher,
)
from referral_client.sealing.age_read import (
    HeaderDamaged,
    NoMatch,
    PayloadDamaged,
    SealedFile,
    open_bytes,
    open_to,
    read_header,
    unwrap,
)
from referral_client.sealing.age_write import seal, seal_bytes, sealed_size
from referral_client.sealing.recipients import INFO, NotARecipient, make_identity, public_key, recipient_of, suite

IDENTITY = make_identity(lambda size: bytes(range(size)))
OTHER = make_identity(lambda size: bytes(range(1, size + 1)))
RECIPIENT = recipient_of(IDENTITY)
LIMIT = 1 << 24
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 16 * CHUNK, 16 * CHUNK + 1, 35 * CHUNK + 77]


def data(size: int) -> bytes:
    return hashlib.shake_256(b"age test").digest(size)


@pytest.fixture(scope="module")
def small() -> bytes:
    return seal_bytes(data(300), [RECIPIENT])


@pytest.fixture(scope="module")
def large() -> bytes:
    return seal_bytes(data(3 * CHUNK + 100), [RECIPIENT])


def header_length(sealed: bytes) -> int:
    return sealed.index(b"\n--- ") + len(b"\n--- ") + 43 + 1


@pytest.mark.parametrize("size", SIZES)
def test_every_size_comes_back_and_its_sealed_size_was_known(size: int) -> None:
    out = io.BytesIO()
    digest = seal(io.BytesIO(data(size)), size, [recipient_of(OTHER), RECIPIENT], out)
    sealed = out.getvalue()
    assert hashlib.sha256(sealed).hexdigest() == digest
    assert len(sealed) == sealed_size(size, 2)
    assert open_bytes(sealed, [IDENTITY], LIMIT) == data(size)
    assert open_bytes(sealed, [OTHER], LIMIT) == data(size)


@pytest.mark.parametrize("size", SIZES)
def test_any_part_of_a_verified_file_can_be_read_in_place(size: int) -> None:
    sealed = seal_bytes(data(size), [RECIPIENT])
    file = SealedFile(io.BytesIO(sealed), [OTHER, IDENTITY])
    assert file.verify() == hashlib.sha256(sealed).hexdigest()
    assert (file.size, file.identity) == (size, IDENTITY)
    for start, length in [(0, size), (size, 0), (size // 2, size - size // 2), (max(0, CHUNK - 3), min(6, size) // 2)]:
        if start + length <= size:
            assert file.read_at(start, length) == data(size)[start : start + length]
    with pytest.raises(PayloadDamaged):
        file.read_at(0, size + 1)


def test_a_file_that_changes_after_it_was_verified_is_noticed_when_read(large: bytes) -> None:
    stream = io.BytesIO(large)
    file = SealedFile(stream, [IDENTITY])
    file.verify()
    place = header_length(large) + 16 + SEALED_CHUNK + 5
    stream.getbuffer()[place] ^= 1
    assert file.read_at(0, 10) == data(10)
    with pytest.raises(PayloadDamaged):
        file.read_at(CHUNK, 10)


def test_two_sealings_of_the_same_bytes_are_never_alike() -> None:
    assert seal_bytes(b"same", [RECIPIENT]) != seal_bytes(b"same", [RECIPIENT])


def test_a_key_it_was_not_sealed_for_does_not_open_it(small: bytes) -> None:
    for identities in ([OTHER], []):
        with pytest.raises(NoMatch):
            open_bytes(small, identities, LIMIT)


def test_every_byte_of_the_header_counts(small: bytes) -> None:
    for place in range(header_length(small)):
        damaged = bytearray(small)
        damaged[place] ^= 1 << (place % 8)
        with pytest.raises((HeaderDamaged, NoMatch)):
            open_bytes(bytes(damaged), [IDENTITY], LIMIT)


def test_every_byte_after_the_header_counts(small: bytes) -> None:
    for place in range(header_length(small), len(small)):
        damaged = bytearray(small)
        damaged[place] ^= 1 << (place % 8)
        with pytest.raises(PayloadDamaged):
            open_bytes(bytes(damaged), [IDENTITY], LIMIT)


def test_a_file_cut_short_anywhere_is_refused(small: bytes) -> None:
    for length in range(len(small)):
        with pytest.raises((HeaderDamaged, PayloadDamaged)):
            open_bytes(small[:length], [IDENTITY], LIMIT)


@pytest.mark.parametrize("chunk", range(4))
def test_a_chunk_left_out_doubled_or_moved_is_refused(large: bytes, chunk: int) -> None:
    start = header_length(large) + 16
    chunks = [large[place : place + SEALED_CHUNK] for place in range(start, len(large), SEALED_CHUNK)]
    assert len(chunks) == 4
    left_out = chunks[:chunk] + chunks[chunk + 1 :]
    doubled = chunks[: chunk + 1] + chunks[chunk:]
    moved = chunks[1:] + chunks[:1]
    for hostile in (left_out, doubled, moved):
        with pytest.raises(PayloadDamaged):
            open_bytes(large[:start] + b"".join(hostile), [IDENTITY], LIMIT)


def test_nothing_may_follow_the_last_chunk(small: bytes, large: bytes) -> None:
    whole = seal_bytes(data(CHUNK), [RECIPIENT])
    for sealed in (small, large, whole):
        with pytest.raises(PayloadDamaged):
            open_bytes(sealed + b"\n", [IDENTITY], LIMIT)


def test_a_stream_that_gives_few_bytes_at_a_time_reads_the_same(large: bytes) -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 1000) if size and size > 0 else size)

    out = io.BytesIO()
    open_to(Trickle(large), [IDENTITY], out)
    assert out.getvalue() == data(3 * CHUNK + 100)


def forged(stanza: bytes, file_key: bytes = bytes(16), plain: bytes = b"hello") -> bytes:
    """An age file with this recipient stanza and a right MAC for the file key."""
    covered = VERSION_LINE + stanza + b"---"
    mac = header_mac(file_key)
    mac.update(covered)
    nonce = bytes(16)
    payload = payload_cipher(file_key, nonce).encrypt(bytes(11) + b"\x01", plain, None)
    return covered + b" " + bare_base64(mac.finalize()) + b"\n" + nonce + payload


def stanza_of(wrapped: bytes, extra: bytes = b"") -> bytes:
    body = bare_base64(wrapped[1120:])
    lines = b"".join(body[place : place + 64] + b"\n" for place in range(0, len(body), 64))
    return b"-> mlkem768x25519 " + bare_base64(wrapped[:1120]) + extra + b"\n" + (lines or b"\n")


def test_a_body_of_another_length_is_refused_even_if_it_opens() -> None:
    """Two checks that back each other up: the length of the body here, the length of the file key below."""
    wrapped = suite().encrypt(bytes(15), public_key(RECIPIENT), INFO)
    with pytest.raises(HeaderDamaged) as refused:
        open_bytes(forged(stanza_of(wrapped), bytes(15)), [IDENTITY], LIMIT)
    assert refused.value.reasons == ("a recipient line of the wrong size",)


def test_a_file_key_of_another_length_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped = suite().encrypt(bytes(17), public_key(RECIPIENT), INFO)
    monkeypatch.setattr("referral_client.sealing.age_read.WRAPPED_KEY_BYTES", 33)
    with pytest.raises(HeaderDamaged) as refused:
        open_bytes(forged(stanza_of(wrapped), bytes(17)), [IDENTITY], LIMIT)
    assert refused.value.reasons == ("its file key is not 16 bytes",)


def test_a_share_of_low_order_is_a_damaged_header_and_not_a_wrong_key() -> None:
    wrapped = suite().encrypt(bytes(16), public_key(RECIPIENT), INFO)
    hostile = wrapped[:1088] + bytes(32) + wrapped[1120:]
    with pytest.raises(HeaderDamaged):
        open_bytes(forged(stanza_of(hostile)), [IDENTITY], LIMIT)


def test_the_wrong_number_of_arguments_is_a_damaged_header() -> None:
    wrapped = suite().encrypt(bytes(16), public_key(RECIPIENT), INFO)
    assert open_bytes(forged(stanza_of(wrapped)), [IDENTITY], LIMIT) == b"hello"
    with pytest.raises(HeaderDamaged):
        open_bytes(forged(stanza_of(wrapped, b" extra")), [IDENTITY], LIMIT)


def test_stanzas_of_unknown_types_are_passed_over() -> None:
    wrapped = suite().encrypt(bytes(16), public_key(RECIPIENT), INFO)
    grease = b"-> x7-grease one two\n" + b"A" * 64 + b"\n\n"
    assert open_bytes(forged(grease + stanza_of(wrapped) + b"-> another\nAAAA\n"), [IDENTITY], LIMIT) == b"hello"


@pytest.mark.parametrize(
    "stanza",
    [
        b"",
        b"-> \n\n",
        b"->  x\n\n",
        b"-> x \n\n",
        b"-> x\r\n\n",
        b"-> \xc3\xa9\n\n",
        b"-> x\n" + b"A" * 65 + b"\n\n",
        b"-> x\n" + b"A" * 64 + b"\n",
        b"-> x\nAB\n",
        b"-> x\nAA==\n",
        b"-> x\n A\n",
        b"-> x\nAAA=\n",
        b"x\n",
        b"-> x\n" + (b"A" * 64 + b"\n") * 2000 + b"\n",
        b"-> x\n\n" * 65,
        b"-> " + b"x" * 20_000 + b"\n\n",
    ],
)
def test_a_header_that_breaks_a_rule_of_the_format_is_refused(stanza: bytes) -> None:
    with pytest.raises(HeaderDamaged):
        read_header(io.BytesIO(forged(stanza)))


def test_an_empty_last_chunk_after_a_full_one_is_refused() -> None:
    wrapped = suite().encrypt(bytes(16), public_key(RECIPIENT), INFO)
    start = forged(stanza_of(wrapped))
    cipher = payload_cipher(bytes(16), bytes(16))
    full = cipher.encrypt(bytes(12), bytes(CHUNK), None)
    empty = cipher.encrypt((1).to_bytes(11, "big") + b"\x01", b"", None)
    head = start[: header_length(start) + 16]
    with pytest.raises(PayloadDamaged):
        open_bytes(head + full + empty, [IDENTITY], LIMIT)


def test_one_recipient_of_the_older_kind_stops_the_sealing() -> None:
    classic = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    for recipients in ([classic], [RECIPIENT, classic], [], [RECIPIENT, RECIPIENT], [RECIPIENT] * 9):
        with pytest.raises(NotARecipient):
            seal_bytes(b"x", recipients)


@pytest.mark.parametrize("actual", [0, 9, 11, 3 * CHUNK])
def test_a_source_of_another_size_than_announced_is_refused(actual: int) -> None:
    with pytest.raises(Refused) as refused:
        seal(io.BytesIO(bytes(actual)), 10, [RECIPIENT], io.BytesIO())
    assert refused.value.code == "SEALING-SOURCE-CHANGED"


def test_a_disk_that_fills_up_while_sealing_is_an_error_and_never_a_short_file(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def write(self, piece: object, /) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        seal(io.BytesIO(bytes(40 * CHUNK)), 40 * CHUNK, [RECIPIENT], Full())


def test_a_small_reader_does_not_take_a_large_file(large: bytes) -> None:
    with pytest.raises(PayloadDamaged):
        open_bytes(large, [IDENTITY], 1000)
    with pytest.raises(PayloadDamaged):
        open_bytes(seal_bytes(bytes(1001), [RECIPIENT]), [IDENTITY], 1000)


def test_unwrapping_says_which_key_opened_it(small: bytes) -> None:
    header = read_header(io.BytesIO(small))
    assert unwrap(header, [OTHER, IDENTITY])[1] == IDENTITY
