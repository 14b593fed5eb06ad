"""Two signatures or none; verified before parsed; the SSHSIG as OpenSSH makes and checks it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from referral_client.base.canonical import Json
from referral_client.sealing.signing import (
    KeysNotUnderstood,
    NotGenuine,
    PayloadType,
    PublicKeys,
    SigningKeys,
    peek,
    peek_key_ids,
    sign,
    ssh_public_line,
    sshsig,
    verify,
    verify_sshsig,
)
from sealing.stock import run, tool

PAYLOAD = b'{"type":"example","v":1}'
NAMESPACE = "referral-manifest@referral-client"


@pytest.fixture(scope="module")
def signer() -> SigningKeys:
    return SigningKeys.from_seeds(bytes(range(32)), bytes(range(32, 64)))


@pytest.fixture(scope="module")
def other() -> SigningKeys:
    return SigningKeys.from_seeds(bytes(32), bytes(32))


@pytest.fixture(scope="module")
def envelope(signer: SigningKeys) -> bytes:
    return sign(PAYLOAD, PayloadType.TICKET, signer)


def changed(envelope: bytes, change: Callable[[dict[str, Json]], None]) -> bytes:
    document = json.loads(envelope)
    change(document)
    return json.dumps(document).encode()


def test_what_was_signed_comes_back_byte_for_byte(envelope: bytes, signer: SigningKeys) -> None:
    assert verify(envelope, PayloadType.TICKET, signer.public) == PAYLOAD
    assert peek(envelope, PayloadType.TICKET) == PAYLOAD
    assert peek_key_ids(envelope, PayloadType.TICKET) == (signer.public.ed25519_id, signer.public.mldsa65_id)


def test_a_statement_of_one_kind_does_not_pass_for_another(envelope: bytes, signer: SigningKeys) -> None:
    with pytest.raises(NotGenuine):
        verify(envelope, PayloadType.RECEIPT, signer.public)

    def rename(document: dict[str, Json]) -> None:
        document["payloadType"] = PayloadType.RECEIPT.value

    with pytest.raises(NotGenuine):
        verify(changed(envelope, rename), PayloadType.RECEIPT, signer.public)


def test_another_key_set_does_not_verify(envelope: bytes, other: SigningKeys) -> None:
    with pytest.raises(NotGenuine):
        verify(envelope, PayloadType.TICKET, other.public)


def test_half_of_one_key_set_and_half_of_another_do_not_verify(signer: SigningKeys, other: SigningKeys) -> None:
    first = json.loads(sign(PAYLOAD, PayloadType.TICKET, signer))
    second = json.loads(sign(PAYLOAD, PayloadType.TICKET, other))
    first["signatures"][1] = second["signatures"][1]
    mixed = json.dumps(first).encode()
    for public in (signer.public, other.public):
        with pytest.raises(NotGenuine):
            verify(mixed, PayloadType.TICKET, public)
    # Even a key id that lies about the second signature does not help.
    first["signatures"][1]["keyid"] = signer.public.mldsa65_id
    with pytest.raises(NotGenuine):
        verify(json.dumps(first).encode(), PayloadType.TICKET, signer.public)


@pytest.mark.parametrize("place", [0, 1])
def test_a_missing_signature_is_refused(envelope: bytes, signer: SigningKeys, place: int) -> None:
    with pytest.raises(NotGenuine):
        verify(changed(envelope, lambda document: document["signatures"].pop(place)), PayloadType.TICKET, signer.public)


@pytest.mark.parametrize("place", [0, 1])
def test_one_changed_bit_in_either_signature_is_refused(envelope: bytes, signer: SigningKeys, place: int) -> None:
    def flip(document: dict[str, Json]) -> None:
        raw = bytearray(base64.b64decode(document["signatures"][place]["sig"]))
        raw[10] ^= 1
        document["signatures"][place]["sig"] = base64.b64encode(raw).decode()

    with pytest.raises(NotGenuine):
        verify(changed(envelope, flip), PayloadType.TICKET, signer.public)


def test_signatures_in_the_other_order_or_twice_are_refused(envelope: bytes, signer: SigningKeys) -> None:
    def swap(document: dict[str, Json]) -> None:
        document["signatures"].reverse()

    def double(document: dict[str, Json]) -> None:
        document["signatures"].append(document["signatures"][0])

    for change in (swap, double):
        with pytest.raises(NotGenuine):
            verify(changed(envelope, change), PayloadType.TICKET, signer.public)


def test_a_signature_of_an_algorithm_of_the_future_is_passed_over(envelope: bytes, signer: SigningKeys) -> None:
    def add(document: dict[str, Json]) -> None:
        document["signatures"].append({"keyid": "slhdsa:AAAA", "sig": "AAAA"})

    assert verify(changed(envelope, add), PayloadType.TICKET, signer.public) == PAYLOAD


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"payload":"AA==","payloadType":"application/vnd.referral-client.ticket.v1+json","signatures":[]}',
        b'{"payload":"AB==","payloadType":"application/vnd.referral-client.ticket.v1+json","signatures":[{}]}',
        b'{"payload":1,"payload":2}',
        b"[" * 100_000,
    ],
)
def test_nonsense_is_refused_in_words(hostile: bytes, signer: SigningKeys) -> None:
    with pytest.raises(NotGenuine) as refused:
        verify(hostile, PayloadType.TICKET, signer.public)
    assert refused.value.code == "SEALING-NOT-GENUINE"
    assert refused.value.next_step


def test_the_dsse_example_of_the_specification_has_our_pre_authentication_encoding() -> None:
    # https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, test vectors
    from referral_client.sealing.signing import _pae

    assert _pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_public_keys_survive_json_and_name_every_fault(signer: SigningKeys) -> None:
    public = signer.public
    assert PublicKeys.from_json(public.as_json()) == public
    with pytest.raises(KeysNotUnderstood) as refused:
        PublicKeys.from_json({"ed25519": "????", "mldsa65": 3})
    assert len(refused.value.reasons) == 2
    with pytest.raises(KeysNotUnderstood):
        PublicKeys(bytes(31), bytes(1952))


def test_a_fingerprint_can_be_read_out_over_the_telephone(signer: SigningKeys, other: SigningKeys) -> None:
    groups = signer.public.fingerprint.split(" ")
    assert len(groups) == 12
    assert all(len(group) == 4 and group.isdigit() for group in groups)
    assert signer.public.fingerprint != other.public.fingerprint


def test_private_seeds_never_show_in_a_printed_value(signer: SigningKeys) -> None:
    assert repr(signer) == "SigningKeys()"
    assert SigningKeys.from_seeds(*signer.seeds) == signer


def test_ssh_keygen_accepts_our_signature_and_refuses_it_for_anything_else(
    signer: SigningKeys, other: SigningKeys, tmp_path: Path
) -> None:
    ssh_keygen = tool("ssh-keygen")
    (tmp_path / "allowed").write_text(f"office-2 {ssh_public_line(signer.public, 'office-2')}\n")
    (tmp_path / "payload.sig").write_bytes(sshsig(PAYLOAD, signer, NAMESPACE))
    check = [ssh_keygen, "-Y", "verify", "-f", tmp_path / "allowed", "-I", "office-2", "-s", tmp_path / "payload.sig"]
    run(*check, "-n", NAMESPACE, stdin=PAYLOAD)
    run(*check, "-n", NAMESPACE, stdin=PAYLOAD + b" ", ok=False)
    run(*check, "-n", "file", stdin=PAYLOAD, ok=False)
    (tmp_path / "payload.sig").write_bytes(sshsig(PAYLOAD, other, NAMESPACE))
    run(*check, "-n", NAMESPACE, stdin=PAYLOAD, ok=False)


def test_our_own_check_takes_exactly_one_spelling_of_the_ssh_signature(signer: SigningKeys, other: SigningKeys) -> None:
    good = sshsig(PAYLOAD, signer, NAMESPACE)
    verify_sshsig(good, PAYLOAD, signer.public, NAMESPACE)
    for armor, payload, keys, namespace in [
        (good, PAYLOAD + b" ", signer, NAMESPACE),
        (good, PAYLOAD, other, NAMESPACE),
        (good, PAYLOAD, signer, "file"),
        (good + b"\n", PAYLOAD, signer, NAMESPACE),
        (good.replace(b"BEGIN SSH", b"BEGIN  SSH"), PAYLOAD, signer, NAMESPACE),
        (b"", PAYLOAD, signer, NAMESPACE),
        (b"\n\n\n", PAYLOAD, signer, NAMESPACE),
    ]:
        with pytest.raises(NotGenuine):
            verify_sshsig(armor, payload, keys.public, namespace)
