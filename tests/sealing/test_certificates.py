"""Practice certificates satisfy Python's strict verification, for exactly the host they name."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from referral_client.sealing.certificates import issue, make_authority

NOW = datetime.now(UTC)


def handshake(folder: Path, trusted: bytes, certificate: bytes, key: bytes, host: str) -> str:
    """A whole TLS handshake in memory; the protocol agreed on."""
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    client_context = ssl.create_default_context(cadata=trusted.decode())
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.version() or ""


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "intake.example"])
def test_the_named_host_is_trusted_and_no_other(tmp_path: Path, host: str) -> None:
    ca, ca_key = make_authority(NOW)
    certificate, key = issue(ca, ca_key, host, NOW)
    assert handshake(tmp_path, ca, certificate, key, host) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, ca, certificate, key, "other.example")


def test_an_authority_of_another_home_is_not_trusted(tmp_path: Path) -> None:
    ca, ca_key = make_authority(NOW)
    other, _ = make_authority(NOW)
    certificate, key = issue(ca, ca_key, "localhost", NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, other, certificate, key, "localhost")


def test_a_certificate_past_its_days_is_not_trusted(tmp_path: Path) -> None:
    ca, ca_key = make_authority(NOW)
    certificate, key = issue(ca, ca_key, "localhost", NOW - timedelta(days=200))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, ca, certificate, key, "localhost")


def test_a_host_certificate_cannot_issue_others(tmp_path: Path) -> None:
    ca, ca_key = make_authority(NOW)
    certificate, key = issue(ca, ca_key, "localhost", NOW)
    below, below_key = issue(certificate, key, "localhost", NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, ca, below + certificate, below_key, "localhost")
