"""A disk that takes no more gives a clear sentence; what was saved stays, and saving works again with space."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from referral_client.base.errors import KnownError, MachineLacks
from referral_client.base.ids import system_random
from referral_client.vault import Vault, open_vault
from referral_client.vault import blobs as blobs_module

from .sample import FORM, PASSPHRASE, TestClock, answers

if sys.platform == "win32":
    pytest.skip("file size limits are a thing of POSIX", allow_module_level=True)
import resource


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """From here on the system refuses to make any file of this process longer, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_saving_on_a_full_disk_keeps_what_was_saved(vault: Vault, folder: Path, clock: TestClock) -> None:
    referral = vault.new_referral(FORM, answers("before"))
    log = (folder / "vault.db-wal").stat().st_size
    with no_file_longer_than(log + 5000):
        for _ in range(3):
            with pytest.raises(MachineLacks) as caught:
                vault.save_answers(referral, answers("A long story. " * 5000))
            assert caught.value.code in ("VAULT-DISK-FULL", "VAULT-DISK-TROUBLE")
            assert "Free some space" in str(caught.value)
            assert vault.referral(referral).answers == answers("before")
    assert vault.save_answers(referral, answers("after")) == 2
    vault.close()
    with open_vault(folder, PASSPHRASE, clock, system_random) as opened:
        assert opened.referral(referral).answers == answers("after")
        assert opened.check() == ()


@pytest.mark.parametrize("room", [0, 10_000, 150_000])
def test_a_photograph_that_does_not_fit_leaves_nothing_behind(vault: Vault, folder: Path, room: int) -> None:
    referral = vault.new_referral(FORM, answers())
    with no_file_longer_than(room), pytest.raises(KnownError) as caught:
        vault.add_photo(referral, clean=bytes(200_000), media_type="image/png", facts={})
    assert caught.value.code == "VAULT-DISK-FULL"
    assert list((folder / "blobs").iterdir()) == []
    assert vault.photos(referral) == []
    assert vault.check() == ()


def test_a_row_that_does_not_fit_takes_its_files_back(vault: Vault, folder: Path) -> None:
    """The photograph fits, the row does not: the limit lies between the two."""
    referral = vault.new_referral(FORM, answers("words " * 30_000))
    log = (folder / "vault.db-wal").stat().st_size
    assert log > 100_000
    with no_file_longer_than(log), pytest.raises(MachineLacks):
        vault.add_photo(referral, clean=b"small", media_type="image/png", facts={}, original=b"also small")
    assert list((folder / "blobs").iterdir()) == []
    assert vault.check() == ()


def test_no_space_left_is_said_at_every_piece_of_a_photograph(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral = vault.new_referral(FORM, answers())
    whole = blobs_module.seal_stream
    for pieces in range(5):

        def until_full(key: bytes, plaintext: BinaryIO, out: BinaryIO, random: object, left: int = pieces) -> None:
            class Filling:
                def __init__(self) -> None:
                    self.left = left

                def write(self, content: bytes) -> int:
                    if not self.left:
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
                    self.left -= 1
                    return out.write(content)

            whole(key, plaintext, Filling(), system_random)  # type: ignore[arg-type]

        monkeypatch.setattr(blobs_module, "seal_stream", until_full)
        with pytest.raises(KnownError) as caught:
            vault.add_photo(referral, clean=bytes(300_000), media_type="image/png", facts={})
        assert caught.value.code == "VAULT-DISK-FULL"
        assert list((folder / "blobs").iterdir()) == []
    monkeypatch.undo()
    assert vault.photo_bytes(vault.add_photo(referral, clean=b"p", media_type="image/png", facts={})) == b"p"
