"""Opening looks before it touches, and says in words what is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from referral_client.base.errors import KnownError, MachineLacks, Refused
from referral_client.base.ids import PersonId, system_random
from referral_client.vault import (
    Damaged,
    NoKey,
    Person,
    TooNew,
    Vault,
    WrongPassphrase,
    create_vault,
    open_queue,
    open_vault,
)
from referral_client.vault import schema as schema_module

from .sample import CHEAP, FORM, PASSPHRASE, TestClock, answers, make_store


def refused(step: Callable[[], object]) -> KnownError:
    with pytest.raises(KnownError) as caught:
        step()
    return caught.value


def open_it(folder: Path, passphrase: str | None = PASSPHRASE) -> Vault:
    return open_vault(folder, passphrase, TestClock(), system_random)


def test_a_wrong_passphrase_and_a_damaged_header_are_told_apart(folder: Path) -> None:
    assert refused(lambda: open_it(folder, "not these words at all")).code == "VAULT-WRONG-PASSPHRASE"
    connection = sqlite3.connect(folder / "vault.db")
    body = connection.execute("SELECT body FROM slot").fetchone()[0]
    with connection:
        connection.execute("UPDATE slot SET body = ?", (body.replace(b'"passes":1', b'"passes":2'),))
    connection.close()
    assert refused(lambda: open_it(folder)).code == "VAULT-DAMAGED"


def test_a_header_that_asks_for_too_much_memory_is_refused_before_deriving(folder: Path) -> None:
    """The digest is put right, so only the bound stands between the header and the machine's memory."""
    from referral_client.vault.slots import _digest

    connection = sqlite3.connect(folder / "vault.db")
    body = connection.execute("SELECT body FROM slot").fetchone()[0]
    greedy = body.replace(b'"memory_kib":8', b'"memory_kib":4000000000')
    assert greedy != body
    with connection:
        connection.execute("UPDATE slot SET body = ?, digest = ?", (greedy, _digest("passphrase", greedy)))
    connection.close()
    assert refused(lambda: open_it(folder)).code == "VAULT-DAMAGED"


def test_no_passphrase_and_no_keyring_is_something_the_machine_lacks(folder: Path, tmp_path: Path) -> None:
    fault = refused(lambda: open_it(folder, None))
    assert isinstance(fault, NoKey)
    assert (fault.code, fault.exit_code) == ("VAULT-NO-KEY", 3)
    person = Person(PersonId("ann"), "Ann Teague", "teacher")
    new = tmp_path / "new"
    with pytest.raises(NoKey):
        create_vault(
            new, person=person, passphrase=None, practice=False, clock=TestClock(), random=system_random, cost=CHEAP
        )
    assert not new.exists()


@pytest.mark.parametrize(
    ("passphrase", "count"), [("", 2), ("elevenchars", 1), ("aaaaaaaaaaaaaaaa", 1), ("aaaa", 2), ("word " * 300, 1)]
)
def test_a_weak_passphrase_is_refused_with_every_reason(tmp_path: Path, passphrase: str, count: int) -> None:
    fault = refused(lambda: make_store(tmp_path / "store", passphrase=passphrase))
    assert fault.code == "VAULT-PASSPHRASE-WEAK"
    assert len(fault.reasons) == count
    assert not (tmp_path / "store").exists()


def test_a_store_is_never_made_over_another(vault: Vault, folder: Path) -> None:
    referral = vault.new_referral(FORM, answers())
    vault.close()
    assert refused(lambda: make_store(folder)).code == "VAULT-ALREADY-THERE"
    (folder / "vault.db").unlink()
    assert refused(lambda: make_store(folder)).code == "VAULT-ALREADY-THERE"
    assert refused(lambda: open_it(folder)).code == "VAULT-DAMAGED"
    assert referral


def test_no_store_yet_is_said_so_and_a_creation_that_was_cut_off_is_begun_again(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    assert refused(lambda: open_it(folder)).code == "VAULT-NONE"
    folder.mkdir()
    assert refused(lambda: open_queue(folder, TestClock(), system_random)).code == "VAULT-NONE"
    (folder / "vault.db").touch()
    assert refused(lambda: open_it(folder)).code == "VAULT-NONE"
    connection = schema_module.create_database(folder)
    connection.close()
    assert refused(lambda: open_it(folder)).code == "VAULT-NONE"
    make_store(folder)
    open_it(folder).close()


def test_a_newer_major_version_is_left_untouched(folder: Path) -> None:
    connection = sqlite3.connect(folder / "vault.db")
    connection.execute("PRAGMA user_version = 131072")
    connection.close()
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for step in (
        lambda: open_it(folder),
        lambda: open_it(folder, "not these words at all"),
        lambda: open_queue(folder, TestClock(), system_random),
    ):
        assert isinstance(refused(step), TooNew)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_newer_major_version_that_still_lies_in_the_log_is_refused_too(vault: Vault, folder: Path) -> None:
    beside = sqlite3.connect(folder / "vault.db", isolation_level=None)
    beside.execute("PRAGMA wal_autocheckpoint = 0")
    beside.execute("PRAGMA user_version = 131072")
    assert isinstance(refused(lambda: open_it(folder)), TooNew)
    beside.close()


def test_a_newer_minor_version_opens(folder: Path) -> None:
    connection = sqlite3.connect(folder / "vault.db")
    connection.execute("PRAGMA user_version = 65541")
    connection.close()
    open_it(folder).close()


def test_a_database_of_another_program_is_refused(folder: Path) -> None:
    connection = sqlite3.connect(folder / "vault.db")
    connection.execute("PRAGMA application_id = 7")
    connection.close()
    assert isinstance(refused(lambda: open_it(folder)), Damaged)


def test_migrations_run_forward_only_each_once(vault: Vault) -> None:
    connection = vault._connection
    connection.set_authorizer(None)
    later = (schema_module.VERSION + 1, "CREATE TABLE later (a INTEGER) STRICT")
    for _ in range(2):
        with schema_module.transaction(connection):
            schema_module.write_schema(connection, (*schema_module.MIGRATIONS, later))
    assert connection.execute("PRAGMA user_version").fetchone() == (schema_module.VERSION + 1,)
    assert connection.execute("SELECT count(*) FROM later").fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE ':memory:' AS other",
        "DETACH DATABASE main",
        "VACUUM",
        "VACUUM INTO '/tmp/elsewhere.db'",
        "SELECT load_extension('x')",
        "PRAGMA synchronous = OFF",
        "PRAGMA secure_delete = OFF",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA writable_schema = ON",
        "PRAGMA user_version = 7",
        "PRAGMA temp_store_directory = '/tmp'",
        "CREATE TABLE another (a)",
        "CREATE TEMP TABLE another (a)",
        "CREATE TRIGGER t AFTER INSERT ON audit BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE audit",
        "ALTER TABLE audit ADD COLUMN more",
        "UPDATE sqlite_schema SET sql = ''",
        "SELECT randomblob(10)",
    ],
)
def test_after_opening_the_database_takes_no_orders_but_its_own(vault: Vault, statement: str) -> None:
    with pytest.raises(sqlite3.DatabaseError):
        vault._connection.execute(statement).fetchall()
    assert vault.check() == ()


def test_the_database_is_set_up_as_promised(vault: Vault, folder: Path) -> None:
    vault._connection.set_authorizer(None)
    said = {
        name: vault._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema", "temp_store")
    }
    assert said == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "temp_store": 2,
    }
    vault.new_referral(FORM, answers())
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_the_default_cost_is_used_when_none_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    create_vault(
        folder,
        person=Person(PersonId("ann"), "Ann Teague", "teacher"),
        passphrase=PASSPHRASE,
        practice=True,
        clock=TestClock(),
        random=system_random,
    )
    connection = sqlite3.connect(folder / "vault.db")
    body = connection.execute("SELECT body FROM slot").fetchone()[0]
    connection.close()
    assert b'"lanes":4,"memory_kib":262144,"passes":3' in body
    with open_it(folder) as opened:
        assert opened.practice


def test_a_wrong_passphrase_says_what_to_do_and_not_what_was_typed(folder: Path) -> None:
    fault = refused(lambda: open_it(folder, "correct-horse-CANARY"))
    assert isinstance(fault, WrongPassphrase)
    assert isinstance(fault, Refused)
    assert not isinstance(fault, MachineLacks)
    assert "CANARY" not in repr(fault) + str(fault)


@pytest.mark.parametrize("name", ["a folder", "50% off?mode=memory", "Ünï #1", "semi;colon&and"])
def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    folder = make_store(tmp_path / name / "store")
    with open_it(folder) as opened:
        referral = opened.new_referral(FORM, answers())
    with open_it(folder) as opened:
        assert opened.referral(referral).answers == answers()
    assert (folder / "vault.db").stat().st_size > 4096
