"""A database cut short or with bits turned over gives a known error or the right answer: never a wrong one."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from referral_client.base.errors import KnownError
from referral_client.base.ids import system_random
from referral_client.referral.states import DeliveryEvent
from referral_client.vault import Vault, open_queue, open_vault

from .sample import FORM, PASSPHRASE, TestClock, answers, make_store, seal

Told = tuple[object, ...]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Told, Told]:
    """A closed store with some of everything, and what it says of itself with and without its passphrase."""
    clock = TestClock()
    folder = make_store(tmp_path_factory.mktemp("whole") / "store", clock=clock)
    with open_vault(folder, PASSPHRASE, clock, system_random) as vault:
        for number in range(4):
            referral = vault.new_referral(FORM, answers(f"Number {number}. " * 200, child=f"Child {number}"))
            vault.save_answers(referral, answers(f"Number {number}, again. " * 100, child=f"Child {number}"))
            vault.add_photo(referral, clean=b"p" * 200, media_type="image/png", facts={"n": number})
            if number % 2:
                submission = seal(vault, referral).submission_id
                vault.queue.move(submission, DeliveryEvent.TRY_LATER, attempts=1, outcome="X-Y")
                vault.queue.add_receipt(submission, b"receipt" * 300, DeliveryEvent.RECEIPT_STORED)
    assert {path.name for path in folder.iterdir()} == {"vault.db", "blobs", "outbox"}
    return folder, told_open(folder), told_shut(folder)


def told_open(folder: Path) -> Told:
    with open_vault(folder, PASSPHRASE, TestClock(), system_random) as vault:
        return (
            vault.person,
            vault.practice,
            vault.workstation_id,
            vault.person_keys(),
            vault.workstation_keys(),
            vault.reading_identity(),
            vault.referrals(),
            [vault.referral(row.id) for row in vault.referrals()],
            [vault.revisions(row.id) for row in vault.referrals()],
            [vault.photos(row.id) for row in vault.referrals()],
            [vault.photo_bytes(photo.id) for row in vault.referrals() for photo in vault.photos(row.id)],
            told_queue(vault),
        )


def told_shut(folder: Path) -> Told:
    queue = open_queue(folder, TestClock(), system_random)
    try:
        due = queue.due(None)
        return (queue.deliveries(), due, [queue.receipts(each.submission_id) for each in due])
    finally:
        queue.close()


def told_queue(vault: Vault) -> Told:
    deliveries = vault.queue.deliveries()
    return (deliveries, [vault.queue.receipts(each.submission_id) for each in deliveries])


def outcome(tell: Callable[[Path], Told], folder: Path) -> Told | str:
    try:
        return tell(folder)
    except KnownError as error:
        return error.code


KNOWN = {"VAULT-DAMAGED", "VAULT-TOO-NEW", "VAULT-NONE", "VAULT-WRONG-PASSPHRASE", "VAULT-AUDIT-BROKEN"}


def check(whole: tuple[Path, Told, Told], work: Path, content: bytes, where: str) -> None:
    folder, opened, shut = whole
    for tell, expected in ((told_open, opened), (told_shut, shut)):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(folder, work)
        (work / "vault.db").write_bytes(content)
        said = outcome(tell, work)
        assert said == expected or said in KNOWN, f"{where}: {said}"


def test_the_store_says_the_same_twice(whole: tuple[Path, Told, Told]) -> None:
    folder, opened, shut = whole
    assert told_open(folder) == opened
    assert told_shut(folder) == shut


def test_a_bit_turned_over_anywhere_is_never_a_wrong_answer(whole: tuple[Path, Told, Told], tmp_path: Path) -> None:
    turn_bits(whole, tmp_path, rounds=250, seed=secrets_seed())


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_bits_turned_over_for_a_long_time_are_never_a_wrong_answer(
    whole: tuple[Path, Told, Told], tmp_path: Path
) -> None:
    turn_bits(whole, tmp_path, rounds=20_000, seed=secrets_seed())


def secrets_seed() -> int:
    return int.from_bytes(system_random(4), "big")


def turn_bits(whole: tuple[Path, Told, Told], tmp_path: Path, *, rounds: int, seed: int) -> None:
    content = (whole[0] / "vault.db").read_bytes()
    dice = random.Random(seed)
    for _ in range(rounds):
        # Half of the places near the start of a page, where headers and cell pointers are.
        page = dice.randrange(len(content) // 4096) * 4096
        place = page + (dice.randrange(64) if dice.random() < 0.5 else dice.randrange(4096))
        bit = 1 << dice.randrange(8)
        changed = content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]
        check(whole, tmp_path / "work", changed, f"seed {seed}, byte {place}, bit {bit}")


def test_a_database_cut_short_anywhere_is_never_a_wrong_answer(whole: tuple[Path, Told, Told], tmp_path: Path) -> None:
    content = (whole[0] / "vault.db").read_bytes()
    dice = random.Random(secrets_seed())
    lengths = {0, 1, 15, 16, 59, 60, 63, 64, 99, 100, 101, len(content) - 1}
    lengths |= set(range(0, len(content), 4096)) | {dice.randrange(len(content)) for _ in range(40)}
    for length in sorted(lengths - {len(content)}):
        check(whole, tmp_path / "work", content[:length], f"length {length}")
    assert outcome(told_open, whole[0]) == whole[1]


def test_every_byte_of_the_header_is_watched(whole: tuple[Path, Told, Told], tmp_path: Path) -> None:
    """The slot: how the key is derived, its salt, the wrapped key, and the digest over them."""
    folder = whole[0]
    connection = sqlite3.connect(folder / "vault.db")
    body, digest = connection.execute("SELECT body, digest FROM slot").fetchone()
    connection.close()
    content = (folder / "vault.db").read_bytes()
    work = tmp_path / "work"
    shutil.copytree(folder, work)
    for part in (body, digest):
        start = content.index(part)
        for place in range(start, start + len(part)):
            changed = content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]
            (work / "vault.db").write_bytes(changed)
            with pytest.raises(KnownError) as caught:
                open_vault(work, PASSPHRASE, TestClock(), system_random)
            assert caught.value.code == "VAULT-DAMAGED"


def test_a_file_that_is_no_database_is_damage(whole: tuple[Path, Told, Told], tmp_path: Path) -> None:
    for content in (b"not a database at all", bytes(8192), b"SQLite format 3\x00" + bytes(84), b"\xff" * 5000):
        work = tmp_path / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(whole[0], work)
        (work / "vault.db").write_bytes(content)
        for tell in (told_open, told_shut):
            assert outcome(tell, work) == "VAULT-DAMAGED"
