"""Making and opening a vault. The caller holds the home's lock, so that a folder has one writer.

Opening looks before it touches: version, SQLite's own check, the row about the vault, then the key, then the audit
witness; only then are leftovers of a cut-off step removed. What is wrong is said as VAULT-NONE, VAULT-TOO-NEW,
VAULT-DAMAGED, VAULT-WRONG-PASSPHRASE, VAULT-AUDIT-BROKEN or VAULT-NO-KEY.
"""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path

from referral_client.base.canonical import Json
from referral_client.base.clock import Clock, to_rfc3339
from referral_client.base.files import make_private_folder
from referral_client.base.ids import PersonId, RandomBytes, WorkstationId, new_uuid
from referral_client.base.log import event
from referral_client.sealing.atrest import DEFAULT_COST, KEY_SIZE, CannotOpen, Cost
from referral_client.sealing.recipients import make_identity
from referral_client.sealing.signing import SigningKeys
from referral_client.vault import slots
from referral_client.vault.audit import AuditKind, append_sealed, verify_witness
from referral_client.vault.blobs import make_folders
from referral_client.vault.keys import StoreKeys, cell
from referral_client.vault.login_keys import LoginKeys, system_login_keys
from referral_client.vault.queue import Queue
from referral_client.vault.schema import create_database, open_database, transaction, write_schema
from referral_client.vault.trouble import Damaged, NoKey, in_words
from referral_client.vault.values import Person
from referral_client.vault.vault import Owner, Vault


@in_words
def create_vault(
    folder: Path,
    *,
    person: Person,
    passphrase: str | None,
    practice: bool,
    clock: Clock,
    random: RandomBytes,
    personal_login: bool = False,
    login_keys: LoginKeys | None = None,
    cost: Cost = DEFAULT_COST,
) -> None:
    """Make a person's vault with all its keys.

    `personal_login` is what the organisation declares: only then is the system's keyring (or `login_keys`) used.
    Refused: VAULT-PASSPHRASE-WEAK, VAULT-ALREADY-THERE. MachineLacks: VAULT-NO-KEY.
    """
    login = (login_keys or system_login_keys()) if personal_login else None
    if passphrase is not None:
        slots.check_passphrase(passphrase)
    elif login is None:
        raise NoKey
    make_private_folder(folder)
    connection = create_database(folder)
    try:
        kek = random(KEY_SIZE)
        vault_id = new_uuid(random)
        with transaction(connection):
            write_schema(connection)
            if passphrase is not None:
                slots.add_passphrase_slot(connection, vault_id, kek, passphrase, cost, random)
            if login is not None:
                slots.add_keyring_slot(connection, vault_id, kek, login, random)
            keys = StoreKeys(kek, random)
            _write_owner(connection, vault_id, person, practice, clock, keys)
        make_folders(folder)
    finally:
        connection.close()


@in_words
def open_vault(
    folder: Path,
    passphrase: str | None,
    clock: Clock,
    random: RandomBytes,
    *,
    personal_login: bool = False,
    login_keys: LoginKeys | None = None,
) -> Vault:
    """A person's open vault. Without a passphrase the keyring opens it, where logins are declared personal."""
    connection = open_database(folder)
    try:
        row = _owner_row(connection)
        kek = _kek(connection, row[0], passphrase, (login_keys or system_login_keys()) if personal_login else None)
        keys = StoreKeys(kek, random)
        vault = Vault(connection, folder, keys, clock, _owner(row, keys, kek))
        verify_witness(connection, keys)
        make_folders(folder)
        swept = vault.sweep()
    except BaseException:
        connection.close()
        raise
    if swept.temporary or swept.blobs or swept.packages:
        event("vault-swept", temporary=swept.temporary, blobs=swept.blobs, packages=swept.packages)
    return vault


@in_words
def open_queue(folder: Path, clock: Clock, random: RandomBytes) -> Queue:
    """The queue of a vault that stays shut: packages, receipts, and audit entries of codes. Needs no passphrase."""
    connection = open_database(folder)
    try:
        _owner_row(connection)
    except BaseException:
        connection.close()
        raise
    return Queue(connection, folder, clock)


_OwnerRow = tuple[str, str, str, int, str, int, bytes]


def _owner_row(connection: sqlite3.Connection) -> _OwnerRow:
    row: _OwnerRow | None = connection.execute(
        "SELECT vault_id, person_id, workstation_id, practice, created_at, counter, facts FROM vault"
    ).fetchone()
    if row is None:
        raise Damaged
    return row


def _kek(connection: sqlite3.Connection, vault_id: str, passphrase: str | None, login: LoginKeys | None) -> bytes:
    if passphrase is not None:
        return slots.open_passphrase_slot(connection, vault_id, passphrase)
    kek = slots.open_keyring_slot(connection, vault_id, login) if login is not None else None
    if kek is None:
        raise NoKey
    return kek


def _write_owner(
    connection: sqlite3.Connection, vault_id: str, person: Person, practice: bool, clock: Clock, keys: StoreKeys
) -> None:
    random = keys.random
    clear = (vault_id, str(person.id), new_uuid(random), int(practice), to_rfc3339(clock.now()))
    facts: dict[str, Json] = {
        "clear": list(clear),
        "name": person.name,
        "role": person.role,
        "person_seeds": _seeds_text(SigningKeys.make(random)),
        "workstation_seeds": _seeds_text(SigningKeys.make(random)),
        "reading_identity": make_identity(random),
    }
    sealed = keys.seal(keys.store, cell("vault", "facts", vault_id, 1), facts)
    connection.execute("INSERT INTO vault VALUES (1, ?, ?, ?, ?, ?, 1, ?)", (*clear, sealed))
    append_sealed(connection, clock.now(), AuditKind.MADE, "", {"person": person.id}, keys, keys.store)


def _owner(row: _OwnerRow, keys: StoreKeys, kek: bytes) -> Owner:
    """The sealed part of the row; Damaged when it does not open or does not agree with what is in clear."""
    try:
        facts = keys.open(keys.store, cell("vault", "facts", row[0], row[5]), row[6])
    except CannotOpen:
        facts = {}
    if facts.get("clear") != list(row[:5]):
        raise Damaged
    return Owner(
        vault_id=row[0],
        person=Person(PersonId(row[1]), facts["name"], facts["role"]),
        workstation_id=WorkstationId(row[2]),
        practice=bool(row[3]),
        person_keys=_signing_keys(facts["person_seeds"]),
        workstation_keys=_signing_keys(facts["workstation_seeds"]),
        reading_identity=facts["reading_identity"],
        kek=kek,
    )


def _seeds_text(keys: SigningKeys) -> list[str]:
    return [base64.b64encode(seed).decode("ascii") for seed in keys.seeds]


def _signing_keys(seeds: list[str]) -> SigningKeys:
    first, second = (base64.b64decode(seed) for seed in seeds)
    return SigningKeys.from_seeds(first, second)
