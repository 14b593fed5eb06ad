"""Nothing that a person wrote is found in any file of the store, or in any error, in any common spelling."""

from __future__ import annotations

import base64
import logging
import secrets
import sqlite3
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_client.base.errors import KnownError
from referral_client.base.ids import PersonId, ReferralId, system_random
from referral_client.referral.answers import answers_from_json
from referral_client.referral.states import DeliveryEvent, ReferralEvent
from referral_client.vault import FormRef, Person, Vault, create_vault, open_vault

from .sample import CHEAP, PASSPHRASE, TestClock, answers, lay_package


def canary() -> str:
    return "Kanarie" + secrets.token_hex(8)


def spellings(word: str) -> Iterator[bytes]:
    """UTF-8, UTF-16 both ways, hex both ways, and base64 at each of its three alignments."""
    raw = word.encode()
    yield raw
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for shift in range(3):
        middle = base64.b64encode(bytes(shift) + raw)[4:-4]
        yield middle
        yield middle.replace(b"+", b"-").replace(b"/", b"_")


def hits(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    found = []
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 3
    for path in files:
        content = path.read_bytes()
        found += [(path.name, word) for word in words if any(each in content for each in spellings(word))]
        found += [(path.name, word) for word in words if word in path.name]
    return found


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    word = canary()
    for number, form in enumerate(spellings(word)):
        (tmp_path / str(number)).write_bytes(b"before" + form + b"after")
    (tmp_path / "base64").write_bytes(base64.b64encode(b"four words before " + word.encode() + b" and after"))
    assert {name for name, _ in hits(tmp_path, [word])} == {path.name for path in tmp_path.iterdir()}


def test_no_word_of_a_person_is_found_on_the_disk_before_or_after_erasing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    folder, clock = tmp_path / "store", TestClock()
    words = [canary() for _ in range(20)]
    word = iter(words)
    create_vault(
        folder,
        person=Person(PersonId("p1"), next(word), next(word)),
        passphrase=(passphrase := next(word)),
        practice=False,
        clock=clock,
        random=system_random,
        cost=CHEAP,
    )
    with open_vault(folder, passphrase, clock, system_random) as vault:
        start = answers(next(word), child=next(word))
        referral = vault.new_referral(FormRef(next(word), next(word), "00" * 32), start)
        for number in range(25):
            vault.save_answers(referral, answers(f"{words[3]} {number}", child=words[4]))
        vault.set_notes(referral, {next(word): next(word)})
        photo = vault.add_photo(
            referral,
            clean=b"\xff\xd8" + next(word).encode() * 9000,
            media_type=next(word),
            facts={"model": next(word)},
            original=b"\xff\xd8" + next(word).encode() * 9000,
            original_name=next(word),
        )
        vault.set_photo_verdict(photo, {"clause": next(word)})
        vault.move(referral, ReferralEvent.APPROVE, actor=next(word), detail={"why": next(word)})
        other = vault.new_referral(FormRef("marf", "1", "00" * 32), answers(words[3]))
        vault.commit_sealing(other, ReferralEvent.SEAL, lay_package(vault), actor=words[0], detail={"x": words[1]})
        seeds = [seed for keys in (vault.person_keys(), vault.workstation_keys()) for seed in keys.seeds]
        identity = vault.reading_identity()
        assert hits(folder, words) == []  # while the log of the database is still there
        for path in folder.rglob("*"):
            if path.is_file():
                assert all(seed not in path.read_bytes() for seed in seeds)
        assert hits(folder, [identity, *(base64.b64encode(seed).decode() for seed in seeds)]) == []
        vault.move(referral, ReferralEvent.EDIT, actor=words[0])
        vault.erase(referral, next(word), next(word), by_lead=True)
        assert hits(folder, words) == []
    assert hits(folder, words) == []
    assert caplog.text == "" or not any(each in caplog.text for each in words)


def test_the_sealed_bytes_of_an_erased_referral_are_gone_too(vault: Vault, folder: Path) -> None:
    """Even with every key there is, nothing is left to open: not in the tables, free pages or the log."""
    referral = vault.new_referral(FormRef("marf", "1", "00" * 32), answers())
    vault.save_answers(referral, answers("more"))
    cells = [
        cell
        for select in ("SELECT cell FROM answers", "SELECT wrapped_key FROM referral", "SELECT facts FROM referral")
        for (cell,) in vault._connection.execute(select)
    ]
    assert len(cells) == 4
    vault.erase(referral, "reason", "Ann Teague")
    for path in folder.iterdir():
        if path.is_file():
            content = path.read_bytes()
            assert not any(cell[:28] in content or cell[-28:] in content for cell in cells), path.name


def everything_said(error: BaseException) -> str:
    """Message, notes, causes, contexts, and the local variables of every frame that the error still holds."""
    told = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    seen: set[int] = set()
    queue: list[BaseException | None] = [error]
    while queue:
        current = queue.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        told += repr(current) + str(current) + repr(current.args)
        queue += [current.__cause__, current.__context__]
    return told


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        (sqlite3.SQLITE_FULL, "VAULT-DISK-FULL"),
        (sqlite3.SQLITE_READONLY, "VAULT-READ-ONLY"),
        (sqlite3.SQLITE_IOERR_WRITE, "VAULT-DISK-TROUBLE"),
        (sqlite3.SQLITE_CORRUPT, "VAULT-DAMAGED"),
        (sqlite3.SQLITE_NOTADB, "VAULT-DAMAGED"),
        (sqlite3.SQLITE_BUSY, "VAULT-BUSY"),
    ],
)
def test_an_error_of_the_database_never_carries_content(code: int, broken: str) -> None:
    from referral_client.vault.trouble import in_words

    word = canary()

    def fails() -> None:
        error = sqlite3.OperationalError(f"Could not decode {word}")
        error.sqlite_errorcode = code
        raise error

    with pytest.raises(KnownError) as caught:
        in_words(fails)()
    assert caught.value.code == broken
    assert word not in everything_said(caught.value)


@pytest.mark.parametrize(
    ("number", "broken"),
    [(28, "VAULT-DISK-FULL"), (13, "VAULT-READ-ONLY"), (30, "VAULT-READ-ONLY"), (5, "VAULT-DISK-TROUBLE")],
)
def test_an_error_of_the_disk_never_carries_a_path(number: int, broken: str) -> None:
    from referral_client.vault.trouble import in_words

    word = canary()

    def fails() -> None:
        raise OSError(number, "No", f"/home/{word}/vault.db")

    with pytest.raises(KnownError) as caught:
        in_words(fails)()
    assert caught.value.code == broken
    assert word not in everything_said(caught.value)


def test_real_faults_of_a_real_store_carry_no_content(vault: Vault) -> None:
    word = canary()
    referral = vault.new_referral(FormRef("marf", "1", "00" * 32), answers(word, child=word))
    photo = vault.add_photo(referral, clean=word.encode(), media_type="x", facts={"m": word}, original_name=word)
    delivery = lay_package(vault)
    steps = [
        lambda: vault.move(referral, ReferralEvent.CLOSE, actor=word, detail={"w": word}),
        lambda: vault.save_answers(ReferralId(word), answers(word)),
        lambda: vault.erase(ReferralId(word), word, word),
        lambda: vault.queue.move(delivery.submission_id, DeliveryEvent.ANNOUNCED),
        lambda: vault.change_passphrase(word, word + word, cost=CHEAP),
        lambda: vault.change_passphrase(PASSPHRASE, word[:3], cost=CHEAP),
    ]
    vault._connection.execute("UPDATE answers SET saved_at = ?", (word,))
    vault._connection.execute("UPDATE photo SET added_at = ?", (word,))
    steps += [lambda: vault.referral(referral), lambda: vault.photo_bytes(photo), lambda: vault.photos(referral)]
    for step in steps:
        with pytest.raises(KnownError) as caught:
            step()
        assert word not in everything_said(caught.value)
        assert word not in str(caught.value.as_json())


def test_text_in_the_database_that_is_no_text_is_damage_and_is_not_repeated(vault: Vault) -> None:
    word = canary()
    vault.new_referral(FormRef("marf", "1", "00" * 32), answers())
    vault._connection.execute("UPDATE referral SET state = CAST(? AS TEXT)", (b"\xff\xfe" + word.encode(),))
    with pytest.raises(KnownError) as caught:
        vault.referrals()
    assert caught.value.code == "VAULT-DAMAGED"
    assert word not in everything_said(caught.value)


def test_keys_are_never_printed(vault: Vault) -> None:
    keys = vault.person_keys()
    shown = repr(vault._owner) + repr(vault._keys) + repr(vault) + repr(keys)
    assert keys.seeds[0].hex() not in shown
    assert repr(keys.seeds[0])[2:-1] not in shown
    assert vault.reading_identity() not in shown


def test_answers_with_every_shape_survive(vault: Vault) -> None:
    """What the store keeps is what the form gave: unknowns, reasons, tags, other scripts."""
    given = answers_from_json(
        {
            "answers": {
                "a": {"state": "not_known", "asked": {"whom": "Nan", "when": "2026-11", "said": "“no” — 不知道"}},
                "b": {"state": "withheld", "because": "safety", "keep_from": [{"who": "adult-2", "why": "x"}]},
                "c": ["one", "two"],
                "d": {"line_1": "1 High Street", "no_fixed": True},
                "e": -3,
            },
            "items": {"link": [{"id": "link~adult-1~child-2", "answers": {"link.relationship": "mother"}}]},
            "reasons": {"school": {"state": "declined"}},
        }
    )
    referral = vault.new_referral(FormRef("marf", "1", "00" * 32), given)
    assert vault.referral(referral).answers == given
