"""Only the keyrings of the allow-list are ever given a key, and only where logins are declared personal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

import keyring
import keyring.backend
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.backends.SecretService
import pytest

from referral_client.base.errors import KnownError
from referral_client.base.ids import PersonId, system_random
from referral_client.vault import (
    NoKey,
    Person,
    SystemLoginKeys,
    Vault,
    create_vault,
    open_vault,
    system_login_keys,
)
from referral_client.vault import login_keys as module

from .sample import CHEAP, FORM, PASSPHRASE, TestClock, answers


class PlaintextKeyring(keyring.backend.KeyringBackend):
    """Stands for keyrings.alt: it would write the key to a file, and every question to it is counted."""

    priority = 99  # type: ignore[assignment]
    asked: ClassVar[list[str]] = []

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append(service)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.asked.append(password)


class Dressed(keyring.backends.SecretService.Keyring):
    """Calls itself by an allowed name."""


Dressed.__name__ = "Keyring"
Dressed.__module__ = "keyring.backends.SecretService"


class InMemory:
    """A keyring of a personal login, as the vault sees one."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def store(self, service: str, secret: str) -> None:
        self.secrets[service] = secret

    def read(self, service: str) -> str | None:
        return self.secrets.get(service)

    def forget(self, service: str) -> None:
        self.secrets.pop(service, None)


@pytest.mark.parametrize(
    "kind",
    [
        PlaintextKeyring,
        Dressed,
        keyring.backends.fail.Keyring,
        keyring.backends.null.Keyring,
        keyring.backends.chainer.ChainerBackend,
    ],
)
def test_a_keyring_outside_the_allow_list_is_refused(kind: type[keyring.backend.KeyringBackend]) -> None:
    with pytest.raises(ValueError, match="allow-list"):
        SystemLoginKeys(kind())
    assert PlaintextKeyring.asked == []


def test_what_the_environment_chooses_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError("the keyring that the environment chose was asked for")

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"{__name__}.PlaintextKeyring")
    monkeypatch.setattr(keyring, "get_keyring", never)
    monkeypatch.setattr(keyring.core, "get_keyring", never)
    keyring.set_keyring(PlaintextKeyring())
    found = system_login_keys()
    assert found is None or (type(found._backend).__module__, type(found._backend).__name__) in module.ALLOWED
    assert PlaintextKeyring.asked == []


def test_a_system_without_a_safe_keyring_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "an-unknown-system")
    assert system_login_keys() is None


def test_the_allow_list_is_the_four_of_the_design() -> None:
    assert {
        ("keyring.backends.Windows", "WinVaultKeyring"),
        ("keyring.backends.macOS", "Keyring"),
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
    } == module.ALLOWED


def test_a_keyring_that_fails_or_hangs_is_said_in_words_without_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    backend = keyring.backends.SecretService.Keyring()
    keys = SystemLoginKeys(backend)

    def fails(*_: str) -> None:
        raise RuntimeError("CANARY secret")

    let_go = threading.Event()

    def hangs(*_: str) -> None:
        let_go.wait(30)

    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.05)
    for behaviour in (fails, hangs):
        monkeypatch.setattr(backend, "get_password", behaviour)
        with pytest.raises(KnownError) as caught:
            keys.read("referral-client x")
        assert caught.value.code == "VAULT-KEYRING-SHUT"
        assert caught.value.__context__ is None
        assert "CANARY" not in str(caught.value)
    let_go.set()


def make(folder: Path, *, passphrase: str | None, keys: InMemory, personal: bool = True) -> None:
    create_vault(
        folder,
        person=Person(PersonId("ann"), "Ann Teague", "teacher"),
        passphrase=passphrase,
        practice=False,
        clock=TestClock(),
        random=system_random,
        personal_login=personal,
        login_keys=keys,
        cost=CHEAP,
    )


def unlocked(folder: Path, passphrase: str | None, keys: InMemory, *, personal: bool = True) -> Vault:
    return open_vault(folder, passphrase, TestClock(), system_random, personal_login=personal, login_keys=keys)


def test_a_personal_login_opens_the_store_and_so_does_the_passphrase(tmp_path: Path) -> None:
    keys = InMemory()
    make(tmp_path, passphrase=PASSPHRASE, keys=keys)
    with unlocked(tmp_path, None, keys) as opened:
        referral = opened.new_referral(FORM, answers())
    with unlocked(tmp_path, PASSPHRASE, InMemory()) as opened:
        assert opened.referral(referral).answers == answers()
    (secret,) = keys.secrets.values()
    assert len(secret) <= 100  # Windows takes 1 280 characters


def test_a_login_that_is_not_declared_personal_is_never_asked(tmp_path: Path) -> None:
    keys = InMemory()
    make(tmp_path / "kept", passphrase=PASSPHRASE, keys=keys)
    with pytest.raises(NoKey):
        unlocked(tmp_path / "kept", None, keys, personal=False)
    shared = InMemory()
    make(tmp_path / "shared", passphrase=PASSPHRASE, keys=shared, personal=False)
    assert shared.secrets == {}
    with pytest.raises(NoKey):
        make(tmp_path / "none", passphrase=None, keys=shared, personal=False)


def test_a_keyring_emptied_or_changed_leaves_the_passphrase(tmp_path: Path) -> None:
    keys = InMemory()
    make(tmp_path, passphrase=PASSPHRASE, keys=keys)
    (name,) = keys.secrets
    for content in ("rubbish ü", "AAAA", "A" * 43 + "=", None):
        keys.secrets = {} if content is None else {name: content}
        with pytest.raises(NoKey):
            unlocked(tmp_path, None, keys)
    unlocked(tmp_path, PASSPHRASE, keys).close()


def test_a_login_can_be_added_renewed_and_taken_out(tmp_path: Path) -> None:
    keys = InMemory()
    make(tmp_path, passphrase=PASSPHRASE, keys=InMemory(), personal=False)
    with unlocked(tmp_path, PASSPHRASE, keys) as opened:
        opened.keep_in_login(keys)
        opened.keep_in_login(keys)
    assert len(keys.secrets) == 1
    with unlocked(tmp_path, None, keys) as opened:
        opened.forget_login(keys)
        opened.verify_audit()
    assert keys.secrets == {}
    with pytest.raises(NoKey):
        unlocked(tmp_path, None, keys)


def test_the_only_way_in_is_not_taken_out(tmp_path: Path) -> None:
    keys = InMemory()
    make(tmp_path, passphrase=None, keys=keys)
    with unlocked(tmp_path, None, keys) as opened:
        with pytest.raises(KnownError) as caught:
            opened.forget_login(keys)
        assert caught.value.code == "VAULT-ONLY-KEY"
        opened.change_passphrase("", PASSPHRASE, cost=CHEAP)
        opened.forget_login(keys)
    unlocked(tmp_path, PASSPHRASE, keys).close()
