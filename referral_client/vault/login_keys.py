"""A place for one short secret in the keyring of a personal login, if this system has one that may be trusted.

Promise: only the four back ends of the allow-list are ever used, each constructed here by its own class. What the
environment variable PYTHON_KEYRING_BACKEND, keyring's settings file or an installed plug-in would choose is never
asked: `keyrings.alt` would keep the key in a readable file, silently. `keyring.get_keyring` is never called.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from keyring.backend import KeyringBackend

from referral_client.base.errors import MachineLacks

T = TypeVar("T")

_BY_SYSTEM: dict[str, tuple[tuple[str, str], ...]] = {
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "linux": (("keyring.backends.SecretService", "Keyring"), ("keyring.backends.kwallet", "DBusKeyring")),
}
ALLOWED = frozenset(pair for pairs in _BY_SYSTEM.values() for pair in pairs)

# A locked keyring shows a prompt and blocks until somebody answers it.
_PATIENCE_SECONDS = 60.0


class LoginKeys(Protocol):
    """A keyring, as the vault sees it. `service` names the secret; one secret for one service."""

    def store(self, service: str, secret: str) -> None: ...

    def read(self, service: str) -> str | None: ...

    def forget(self, service: str) -> None: ...


class SystemLoginKeys:
    """One allowed back end. ValueError for any other class, a subclass included."""

    _USER = "key"  # one user name for ever: on Windows a second one under a service would move the first

    def __init__(self, backend: KeyringBackend) -> None:
        kind = type(backend)
        if (kind.__module__, kind.__name__) not in ALLOWED or _class_of(kind.__module__, kind.__name__) is not kind:
            raise ValueError("not a keyring of the allow-list")
        if sys.platform == "win32":
            backend.persist = "local machine"  # type: ignore[attr-defined]  # the default roams with the profile
        self._backend = backend

    def store(self, service: str, secret: str) -> None:
        _within(lambda: self._backend.set_password(service, self._USER, secret))
        if self.read(service) != secret:
            raise _keyring_trouble()

    def read(self, service: str) -> str | None:
        return _within(lambda: self._backend.get_password(service, self._USER))

    def forget(self, service: str) -> None:
        if self.read(service) is not None:
            _within(lambda: self._backend.delete_password(service, self._USER))


def system_login_keys() -> SystemLoginKeys | None:
    """The first allowed back end that this system has and that answers; None when there is none."""
    for module, name in _BY_SYSTEM.get(sys.platform, ()):
        kind = _class_of(module, name)
        if kind is not None and _answers(kind):
            return SystemLoginKeys(kind())
    return None


def _class_of(module: str, name: str) -> type[KeyringBackend] | None:
    try:
        kind = getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None
    return kind if isinstance(kind, type) and issubclass(kind, KeyringBackend) else None


def _answers(kind: type[KeyringBackend]) -> bool:
    """A back end says that it cannot work by raising from `priority`, with whatever its library raises."""
    try:
        return bool(_within(lambda: kind.priority) > 0)
    except MachineLacks:
        return False


def _within(work: Callable[[], T]) -> T:
    """Run `work` aside and wait for it; MachineLacks when it fails or does not come back in time.

    The errors of keyring libraries are of every class and may hold the secret, so none is passed on.
    """
    results: list[T] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception:  # noqa: BLE001 - third-party libraries raise what they like; only the failure matters
            return

    runner = threading.Thread(target=run, name="keyring", daemon=True)
    runner.start()
    runner.join(_PATIENCE_SECONDS)
    if not results:
        raise _keyring_trouble()
    return results[0]


def _keyring_trouble() -> MachineLacks:
    return MachineLacks(
        "VAULT-KEYRING-SHUT",
        "The keyring of this login did not give or take the key.",
        meaning="The vault stays as it is.",
        next_step="Unlock your login keyring and try again, or give the passphrase.",
    )
