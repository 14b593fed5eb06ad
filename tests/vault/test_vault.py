"""A store keeps what it is given, moves only by the tables, records everything, and can forget."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from referral_client.base.errors import Refused
from referral_client.base.ids import PhotoId, ReferralId, new_uuid, system_random
from referral_client.referral.answers import Answer, State
from referral_client.referral.states import DeliveryEvent, NoSuchMove, ReferralEvent, ReferralState
from referral_client.sealing.recipients import recipient_of
from referral_client.vault import ChainBroken, Damaged, Vault, WrongPassphrase, open_vault

from .sample import CHEAP, FORM, PASSPHRASE, TestClock, answers, lay_package, make_store, reworded, seal


def again(folder: Path, clock: TestClock) -> Vault:
    return open_vault(folder, PASSPHRASE, clock, system_random)


def test_everything_comes_back_after_closing(vault: Vault, folder: Path, clock: TestClock) -> None:
    before = answers()
    referral = vault.new_referral(FORM, before)
    vault.set_notes(referral, {"amends": "earlier", "ratio": 1.5})
    photo = vault.add_photo(
        referral, clean=b"clean", media_type="image/jpeg", facts={"width": 3}, original=b"raw!", original_name="IMG.jpg"
    )
    vault.set_photo_verdict(photo, {"outcome": "attach"})
    keys, identity, workstation = vault.person_keys(), vault.reading_identity(), vault.workstation_keys()
    assert keys != workstation
    vault.close()
    with again(folder, clock) as opened:
        stored = opened.referral(referral)
        assert (stored.answers, stored.form, stored.revision, stored.title) == (before, FORM, 1, "Zara")
        assert stored.notes == {"amends": "earlier", "ratio": 1.5}
        kept = opened.photo(photo)
        assert (kept.media_type, kept.facts, kept.verdict) == ("image/jpeg", {"width": 3}, {"outcome": "attach"})
        assert (kept.size, kept.original_size, kept.has_original, kept.original_name) == (5, 4, True, "IMG.jpg")
        assert (opened.photo_bytes(photo), opened.original_bytes(photo)) == (b"clean", b"raw!")
        assert (opened.person_keys(), opened.workstation_keys()) == (keys, workstation)
        assert recipient_of(opened.reading_identity()) == recipient_of(identity)
        assert opened.person.name == "Ann Teague"
        opened.verify_audit()
        assert opened.check() == ()


def test_every_save_is_a_revision_and_the_last_twenty_are_kept(vault: Vault, clock: TestClock) -> None:
    referral = vault.new_referral(FORM, answers("0"))
    for number in range(1, 31):
        clock.move(seconds=1)
        assert vault.save_answers(referral, answers(str(number))) == number + 1
    kept = vault.revisions(referral)
    assert [revision.number for revision in kept] == list(range(31, 11, -1))
    assert kept[0].saved_at == clock.now()
    assert vault.answers_at(referral, 12) == answers("11")
    assert vault.referral(referral).answers == answers("30")
    with pytest.raises(Refused, match="no revision"):
        vault.answers_at(referral, 11)


def test_saving_the_same_answers_changes_nothing_but_a_yes_is_not_a_one(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers().with_answer("x", Answer(State.VALUE, 1)))
    assert vault.save_answers(referral, answers().with_answer("x", Answer(State.VALUE, 1))) == 1
    assert vault.save_answers(referral, answers().with_answer("x", Answer(State.VALUE, True))) == 2
    assert vault.referral(referral).answers.answers["x"].value is True


def test_autosave_writes_one_audit_entry_for_each_time_the_store_is_open(
    vault: Vault, folder: Path, clock: TestClock
) -> None:
    referral = vault.new_referral(FORM, answers())
    for number in range(5):
        vault.save_answers(referral, answers(f"first {number}"))
    vault.close()
    with again(folder, clock) as opened:
        for number in range(5):
            opened.save_answers(referral, answers(f"second {number}"))
        kinds = [entry.kind for entry in opened.audit_entries()]
    assert kinds == ["store-made", "referral-started", "referral-edited"]


def test_an_edit_voids_an_approval_and_says_so_in_the_record(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers())
    assert vault.move(referral, ReferralEvent.APPROVE, actor="Ann Teague") is ReferralState.APPROVED
    vault.save_answers(referral, answers("Another word."))
    assert vault.referral(referral).state is ReferralState.DRAFT
    last = vault.audit_entries()[-1]
    assert last.detail is not None
    assert (last.kind, last.detail["state"], last.detail["revision"]) == ("referral-edited", "draft", 2)


def test_what_is_sealed_can_no_longer_be_edited(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers())
    photo = vault.add_photo(referral, clean=b"p", media_type="image/png", facts={})
    seal(vault, referral)
    head = vault.audit_head()
    steps: tuple[Callable[[], object], ...] = (
        lambda: vault.save_answers(referral, answers("later")),
        lambda: vault.add_photo(referral, clean=b"q", media_type="image/png", facts={}),
        lambda: vault.remove_photo(photo, actor="Ann Teague", reason="wrong child"),
        lambda: vault.move(referral, ReferralEvent.APPROVE, actor="Ann Teague"),
        lambda: seal(vault, referral),
    )
    for step in steps:
        with pytest.raises(NoSuchMove):
            step()
    assert vault.audit_head() == head
    assert vault.referral(referral).answers == answers()
    assert [each.id for each in vault.photos(referral)] == [photo]


def test_sealing_and_erasing_are_not_mere_moves(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers())
    for event in (ReferralEvent.SEAL, ReferralEvent.SEAL_URGENT, ReferralEvent.ERASE):
        with pytest.raises(ValueError, match="own"):
            vault.move(referral, event, actor="Ann Teague")
    vault.move(referral, ReferralEvent.SEND_FOR_REVIEW, actor="Ann Teague")
    with pytest.raises(ValueError, match="seals"):
        vault.commit_sealing(referral, ReferralEvent.CLOSE, lay_package(vault), actor="Ann Teague")


def test_a_package_that_is_not_there_is_not_queued_and_the_referral_stays_as_it_was(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers())
    package = lay_package(vault)
    vault.queue.package_path(package.submission_id).write_bytes(b"another length")
    with pytest.raises(Refused) as caught:
        vault.commit_sealing(referral, ReferralEvent.SEAL, package, actor="Ann Teague")
    assert caught.value.code == "VAULT-PACKAGE-GONE"
    assert vault.referral(referral).state is ReferralState.DRAFT
    assert vault.queue.deliveries() == []


def test_the_list_shows_titles_and_the_last_changed_first(vault: Vault, clock: TestClock) -> None:
    first = vault.new_referral(FORM, answers(child="Zara"))
    clock.move(minutes=1)
    second = vault.new_referral(FORM, answers(child="Milo"))
    clock.move(minutes=1)
    vault.save_answers(first, answers("More.", child="Zara Quill"))
    assert [(row.id, row.title) for row in vault.referrals()] == [(first, "Zara Quill"), (second, "Milo")]


def test_the_list_is_remembered_but_never_shows_an_old_state(vault: Vault) -> None:
    referral, other = vault.new_referral(FORM, answers(child="Zara")), vault.new_referral(FORM, answers(child="Milo"))
    assert {row.title for row in vault.referrals()} == {"Zara", "Milo"}
    vault.save_answers(referral, answers(child="Zara Q"))
    vault.move(other, ReferralEvent.APPROVE, actor="Ann Teague")
    assert {(row.title, str(row.state)) for row in vault.referrals()} == {("Zara Q", "draft"), ("Milo", "approved")}
    vault.erase(referral, "reason", "Ann Teague")
    assert [row.title for row in vault.referrals()] == ["Milo"]
    swap(vault, "UPDATE referral SET state = 'draft' WHERE id = ?", other)
    with pytest.raises(Damaged):
        vault.referrals()


def test_an_unknown_id_is_said_in_words(vault: Vault) -> None:
    for step, code in (
        (lambda: vault.referral(ReferralId(new_uuid())), "VAULT-NO-SUCH-REFERRAL"),
        (lambda: vault.referral(ReferralId("\udce9")), "VAULT-NO-SUCH-REFERRAL"),
        (lambda: vault.photo_bytes(PhotoId("../../etc/passwd")), "VAULT-NO-SUCH-PHOTOGRAPH"),
    ):
        with pytest.raises(Refused) as caught:
            step()
        assert caught.value.code == code


def test_photographs_come_in_the_order_they_were_added_and_can_be_taken_out(vault: Vault, folder: Path) -> None:
    referral = vault.new_referral(FORM, answers())
    added = [
        vault.add_photo(referral, clean=bytes([n]) * 100_000, media_type="image/png", facts={}, original=b"o")
        for n in range(3)
    ]
    vault.remove_photo(added[1], actor="Ann Teague", reason="another family’s child")
    assert [photo.id for photo in vault.photos(referral)] == [added[0], added[2]]
    assert len(list((folder / "blobs").iterdir())) == 4
    with pytest.raises(Refused, match="no photograph"):
        vault.photo_bytes(added[1])
    assert vault.check() == ()


def test_an_original_that_was_not_kept_is_refused(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers())
    photo = vault.add_photo(referral, clean=b"p", media_type="image/png", facts={})
    with pytest.raises(Refused, match="no original"):
        vault.original_bytes(photo)


def test_custody_is_a_chain_that_stands_alone(vault: Vault) -> None:
    other = vault.new_referral(FORM, answers(child="Milo"))
    referral = vault.new_referral(FORM, answers())
    vault.save_answers(other, answers("x", child="Milo"))
    vault.move(referral, ReferralEvent.APPROVE, actor="Ann Teague", detail={"why": "read twice"})
    seal(vault, referral)
    lines = vault.custody(referral).splitlines()
    told = [json.loads(line) for line in lines]
    assert [entry["kind"] for entry in told] == [
        "referral-started",
        "referral-moved",
        "referral-sealed",
        "delivery-queued",
    ]
    assert told[1]["detail"]["detail"] == {"why": "read twice"}
    assert told[1]["detail"]["actor"] == "Ann Teague"
    import hashlib

    for before, after in zip(lines, told[1:], strict=False):
        assert after["line_before"] == hashlib.sha256(before).hexdigest()
    assert told[-1]["hash"] == vault.audit_head()[0]


def test_erasing_leaves_a_tombstone_that_verifies_and_nothing_else(vault: Vault, folder: Path) -> None:
    kept = vault.new_referral(FORM, answers(child="Milo"))
    referral = vault.new_referral(FORM, answers())
    vault.add_photo(referral, clean=b"p" * 9, media_type="image/png", facts={}, original=b"o")
    vault.erase(referral, "Made twice by mistake.", "Ann Teague")
    vault.verify_audit()
    assert vault.check() == ()
    assert [row.id for row in vault.referrals()] == [kept]
    assert list((folder / "blobs").iterdir()) == []
    for step in (vault.referral, vault.photos, vault.custody):
        with pytest.raises(Refused, match="no referral"):
            step(referral)
    told = {entry.kind: entry for entry in vault.audit_entries() if entry.referral_id == referral}
    assert told["referral-started"].detail is None
    assert told["referral-erased"].detail is not None
    assert told["referral-erased"].detail["reason"] == "Made twice by mistake."


def test_nothing_is_erased_before_its_arrival_is_known_but_by_a_lead(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers())
    delivery = seal(vault, referral)
    with pytest.raises(Refused) as caught:
        vault.erase(referral, "tidy", "Ann Teague")
    assert caught.value.code == "VAULT-ERASE-TOO-SOON"
    vault.queue.add_receipt(delivery.submission_id, b"stored", DeliveryEvent.RECEIPT_STORED)
    with pytest.raises(Refused):
        vault.erase(referral, "tidy", "Ann Teague")
    vault.erase(referral, "The court ordered it.", "Bo Lund", by_lead=True)
    assert vault.queue.package_path(delivery.submission_id).exists()  # not yet registered: it may have to go again
    assert vault.queue.receipts(delivery.submission_id) == [b"stored"]
    assert vault.check() == ()


def test_a_registered_referral_can_be_erased_and_its_receipts_stay(
    vault: Vault, folder: Path, clock: TestClock
) -> None:
    referral = vault.new_referral(FORM, answers())
    submission = seal(vault, referral).submission_id
    vault.queue.add_receipt(submission, b"registered", DeliveryEvent.RECEIPT_REGISTERED)
    vault.erase(referral, "Six years are over.", "Ann Teague")
    assert list((folder / "outbox").iterdir()) == []
    vault.close()
    with again(folder, clock) as opened:
        assert opened.queue.receipts(submission) == [b"registered"]
        opened.verify_audit()
        assert opened.check() == ()


def test_changing_the_passphrase_shuts_out_the_old_one(vault: Vault, folder: Path, clock: TestClock) -> None:
    referral = vault.new_referral(FORM, answers())
    with pytest.raises(WrongPassphrase):
        vault.change_passphrase("not the old one", "a wholly new sentence", cost=CHEAP)
    with pytest.raises(Refused) as caught:
        vault.change_passphrase(PASSPHRASE, "short", cost=CHEAP)
    assert caught.value.code == "VAULT-PASSPHRASE-WEAK"
    vault.change_passphrase(PASSPHRASE, "a wholly new sentence", cost=CHEAP)
    vault.close()
    with pytest.raises(WrongPassphrase):
        again(folder, clock)
    with open_vault(folder, "a wholly new sentence", clock, system_random) as opened:
        assert opened.referral(referral).answers == answers()
        opened.verify_audit()


def test_two_people_in_one_home_cannot_read_each_other(tmp_path: Path, clock: TestClock) -> None:
    ann = make_store(tmp_path / "ann", clock=clock)
    bo = make_store(tmp_path / "bo", clock=clock, name="Bo Lund", passphrase="entirely other words")
    with pytest.raises(WrongPassphrase):
        open_vault(ann, "entirely other words", clock, system_random)
    with open_vault(ann, PASSPHRASE, clock, system_random) as hers:
        referral = hers.new_referral(FORM, answers())
        photo = hers.add_photo(referral, clean=b"p", media_type="image/png", facts={})
    for name in ("vault.db", f"blobs/{photo}.clean"):
        (bo / name).write_bytes((ann / name).read_bytes())
    with pytest.raises(WrongPassphrase):
        open_vault(bo, "entirely other words", clock, system_random)


def test_rewording_is_what_the_samples_say(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers())
    vault.save_answers(referral, reworded(answers(), "Two bruises."))
    assert vault.referral(referral).answers.text("concern.why_now") == "Two bruises."


def swap(vault: Vault, statement: str, *values: object) -> None:
    vault._connection.execute(statement, values)


def test_cells_swapped_replayed_or_moved_are_refused(vault: Vault) -> None:
    first, second = vault.new_referral(FORM, answers("one")), vault.new_referral(FORM, answers("two"))
    select = "SELECT cell FROM answers WHERE referral_id = ? AND revision = ?"
    old = vault._connection.execute(select, (first, 1)).fetchone()[0]
    other = vault._connection.execute(select, (second, 1)).fetchone()[0]
    vault.save_answers(first, answers("one and a half"))
    for cell in (old, other, b"", b"rubbish" * 10):
        swap(vault, "UPDATE answers SET cell = ? WHERE referral_id = ? AND revision = 2", cell, first)
        with pytest.raises(Damaged):
            vault.referral(first)
    assert vault.referral(second).answers == answers("two")
    assert "VAULT-CELLS-DAMAGED" in {finding.code for finding in vault.check()}


def test_a_row_put_in_the_place_of_another_is_refused(vault: Vault) -> None:
    first, second = vault.new_referral(FORM, answers("one")), vault.new_referral(FORM, answers("two"))
    columns = "wrapped_key, facts, counter, row_check"
    swap(
        vault,
        f"UPDATE referral SET ({columns}) = (SELECT {columns} FROM referral WHERE id = ?) WHERE id = ?",
        second,
        first,
    )
    with pytest.raises(Damaged):
        vault.referral(first)


@pytest.mark.parametrize("column", ["state", "created_at", "changed_at", "revision", "counter"])
def test_a_clear_column_changed_with_its_check_put_right_is_still_seen(vault: Vault, column: str) -> None:
    from referral_client.vault.schema import row_check

    referral = vault.new_referral(FORM, answers())
    seal(vault, referral)
    value: str | int = {"state": "draft", "revision": 0, "counter": 1}.get(column, "2020-01-01T00:00:00Z")
    swap(vault, f"UPDATE referral SET {column} = ?", value)
    row = vault._connection.execute("SELECT * FROM referral").fetchone()
    swap(vault, "UPDATE referral SET row_check = ?", row_check(*row[:6]))
    with pytest.raises(Damaged):
        vault.referral(referral)


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 4",
        "UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE seq = 2",
        "UPDATE audit SET kind = 'referral-noted' WHERE seq = 2",
        "UPDATE audit SET referral_id = '' WHERE seq = 2",
        "UPDATE audit SET sealed = 0 WHERE seq = 2",
        "UPDATE audit SET body = x'00' WHERE seq = 2",
        "UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 2) WHERE seq = 3",
        "UPDATE audit SET seq = seq + 10 WHERE seq > 2",
        "UPDATE audit SET seq = CASE seq WHEN 2 THEN -3 WHEN 3 THEN -2 END WHERE seq IN (2, 3)",
        "DELETE FROM witness",
        "UPDATE witness SET mac = x'00'",
        "UPDATE witness SET seq = 1",
    ],
)
def test_any_removal_change_or_reordering_of_the_record_shows(vault: Vault, attack: str) -> None:
    referral = vault.new_referral(FORM, answers())
    vault.save_answers(referral, answers("again"))
    vault.set_notes(referral, {"a": 1})
    vault.set_notes(referral, {"a": 2})
    vault.verify_audit()
    swap(vault, attack)
    with pytest.raises(ChainBroken):
        vault.verify_audit()


def test_a_record_made_anew_without_the_key_shows(vault: Vault, folder: Path, clock: TestClock) -> None:
    """Somebody who can write the file, and knows this program, but not the passphrase."""
    from referral_client.vault.audit import AuditKind, append_codes

    vault.new_referral(FORM, answers())
    vault.set_notes(vault.referrals()[0].id, {"a": 1})
    swap(vault, "DELETE FROM audit WHERE seq >= 2")
    append_codes(vault._connection, clock.now(), AuditKind.NOTED, "", {"forged": 1})
    append_codes(vault._connection, clock.now(), AuditKind.NOTED, "", {"forged": 2})
    with pytest.raises(ChainBroken):
        vault.verify_audit()
    vault.close()
    with pytest.raises(ChainBroken):
        again(folder, clock)


def test_a_state_that_the_record_did_not_give_shows(vault: Vault) -> None:
    referral = vault.new_referral(FORM, answers())
    delivery = seal(vault, referral)
    from dataclasses import replace

    from referral_client.referral.states import DeliveryState

    vault.queue._write(replace(delivery, state=DeliveryState.DECIDED))
    assert [finding.code for finding in vault.check()] == ["VAULT-RECORD-DIFFERS"]


def test_a_photograph_changed_exchanged_or_gone_is_never_shown(vault: Vault, folder: Path) -> None:
    referral = vault.new_referral(FORM, answers())
    first, second = (
        vault.add_photo(referral, clean=words, media_type="image/png", facts={}) for words in (b"one" * 99, b"two" * 99)
    )
    mine, other = (folder / "blobs" / f"{photo}.clean" for photo in (first, second))
    whole = mine.read_bytes()
    for content in (other.read_bytes(), whole[:-1], whole[:40], b"", whole[:60] + bytes([whole[60] ^ 1]) + whole[61:]):
        mine.write_bytes(content)
        with pytest.raises(Damaged):
            vault.photo_bytes(first)
        assert [finding.code for finding in vault.check()] == ["VAULT-BLOB-DAMAGED"]
    mine.unlink()
    with pytest.raises(Damaged):
        vault.photo_bytes(first)
    assert {finding.code for finding in vault.check()} == {"VAULT-BLOB-GONE", "VAULT-BLOB-DAMAGED"}
    assert vault.photo_bytes(second) == b"two" * 99


def test_a_package_changed_or_gone_is_reported(vault: Vault) -> None:
    submission = seal(vault, vault.new_referral(FORM, answers())).submission_id
    path = vault.queue.package_path(submission)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert [finding.code for finding in vault.check()] == ["VAULT-PACKAGE-DAMAGED"]
    path.unlink()
    assert [finding.code for finding in vault.check()] == ["VAULT-PACKAGE-GONE"]


def test_the_start_up_sweep_removes_what_no_row_names_and_nothing_else(
    vault: Vault, folder: Path, clock: TestClock
) -> None:
    referral = vault.new_referral(FORM, answers())
    photo = vault.add_photo(referral, clean=b"p", media_type="image/png", facts={}, original=b"o")
    submission = seal(vault, referral).submission_id
    orphan = new_uuid()
    leftovers = [
        folder / "blobs" / f"{orphan}.clean",
        folder / "blobs" / f"{photo}.clean.00ff.tmp",
        folder / "outbox" / f"{orphan}.age",
        folder / "outbox" / f"{orphan}.ticket.json",
        folder / "outbox" / f"{submission}.age.00ff.tmp",
    ]
    kept = {path.name for part in ("blobs", "outbox") for path in (folder / part).iterdir()}
    for path in leftovers:
        path.write_bytes(b"left over")
    vault.close()
    with again(folder, clock) as opened:
        assert {path.name for part in ("blobs", "outbox") for path in (folder / part).iterdir()} == kept
        assert opened.check() == ()
        assert opened.photo_bytes(photo) == b"p"


def test_the_form_is_kept_with_its_referral_through_every_revision_and_is_no_revision_itself(
    vault: Vault, folder: Path, clock: TestClock
) -> None:
    source = b'{"form":"what was asked"}' * 100
    referral, without = vault.new_referral(FORM, answers("0"), source=source), vault.new_referral(FORM, answers())
    for number in range(1, 31):
        vault.save_answers(referral, answers(str(number)))
    vault.close()
    with again(folder, clock) as opened:
        assert (opened.form_source(referral), opened.form_source(without)) == (source, b"")
        assert [each.number for each in opened.revisions(referral)] == list(range(31, 11, -1))
        assert opened.check() == ()
        opened.erase(referral, "written twice", "Ann Teague")
        with pytest.raises(Refused):
            opened.form_source(referral)
