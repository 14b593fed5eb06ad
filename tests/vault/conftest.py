"""A store at the lowest cost, with a clock that a test moves by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_client.base.ids import system_random
from referral_client.vault import Vault, open_vault

from .sample import PASSPHRASE, TestClock, make_store


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def folder(tmp_path: Path, clock: TestClock) -> Path:
    return make_store(tmp_path / "store", clock=clock)


@pytest.fixture
def vault(folder: Path, clock: TestClock) -> Iterator[Vault]:
    with open_vault(folder, PASSPHRASE, clock, system_random) as opened:
        yield opened
