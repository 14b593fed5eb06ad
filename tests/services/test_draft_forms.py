"""A draft is finished on the form it was begun on, whatever becomes of the shipped forms; urgent goes in any case."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from referral_client.base.errors import Refused, WrongUse
from referral_client.base.ids import ReferralId, system_random
from referral_client.base.shipped import shipped
from referral_client.practice import Council, sample_answers
from referral_client.questionnaire import FormFaults, form_of_source
from referral_client.referral import answers_from_json
from referral_client.services import shipped_forms as shipping
from referral_client.services.draft_forms import form_of
from referral_client.services.drafting import check_draft, due_of_draft, new_draft, read_answers, show_draft
from referral_client.services.people import vault_of
from referral_client.services.sending import Sent, send
from referral_client.services.settings import settings_in_force
from referral_client.services.shipped_forms import shipped_forms
from referral_client.vault import FormRef, Vault
from tests.journeys.place import CLOCK, connected_school, make_council

TODAY = CLOCK.now().date()


@dataclass
class Desk:
    """A lead of a connected school with their vault open, and a folder of forms that IT may change."""

    vault: Vault
    school: object
    home: object
    council: Council
    forms: Path

    def settings(self):  # type: ignore[no-untyped-def]
        return settings_in_force(self.home, CLOCK)  # type: ignore[arg-type]

    def change_a_word(self, old: str = "Is a child in danger right now?", new: str = "Is any child in danger?") -> None:
        path = self.forms / "marf.yaml"
        words = path.read_text("utf-8")
        assert old in words
        path.write_text(words.replace(old, new), "utf-8")
        shipped_forms.cache_clear()

    def send(self, referral: ReferralId, urgent: str = "") -> Sent:
        return send(self.vault, referral, self.settings(), clock=CLOCK, random=system_random, urgent=urgent)

    def opened(self, sent: Sent, out: Path) -> dict[str, object]:
        """What the caseworker finds in the package that was queued."""
        self.council.open(self.vault.queue.package_path(sent.delivery.submission_id), out)
        found: dict[str, object] = json.loads((out / "answers.json").read_bytes())
        return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    forms = tmp_path / "forms"
    shutil.copytree(shipped("forms"), forms)
    monkeypatch.setattr(shipping, "shipped", lambda name: tmp_path / name)
    shipped_forms.cache_clear()
    council = make_council(tmp_path / "council")
    school, lead = connected_school(tmp_path / "school", council)
    with vault_of(school.home, lead.passphrase, clock=CLOCK, random=system_random) as vault:
        yield Desk(vault, school, school.home, council, forms)
    shipped_forms.cache_clear()


def test_a_draft_is_shown_checked_and_sent_on_the_version_it_was_begun_on(desk: Desk, tmp_path: Path) -> None:
    referral = new_draft(desk.vault, "shropshire", sample_answers())
    begun_on = desk.vault.referral(referral).form
    before = show_draft(desk.vault, referral, desk.settings(), TODAY)
    desk.change_a_word()
    assert shipped_forms().form("shropshire").sha256 != begun_on.sha256

    assert show_draft(desk.vault, referral, desk.settings(), TODAY) == before
    assert check_draft(desk.vault, referral, desk.settings(), TODAY).stand_in == ""
    form = form_of(desk.vault, desk.vault.referral(referral))
    assert form.sha256 == begun_on.sha256
    assert form.questions["danger.now"].label == "Is a child in danger right now?"
    sent = desk.send(referral)
    assert desk.opened(sent, tmp_path / "out")["form"] == {
        "id": "shropshire",
        "version": begun_on.version,
        "sha256": begun_on.sha256,
    }


def test_so_is_an_urgent_one(desk: Desk, tmp_path: Path) -> None:
    referral = new_draft(desk.vault, "shropshire", sample_answers())
    begun_on = desk.vault.referral(referral).form
    desk.change_a_word()
    sent = desk.send(referral, urgent="rang 09:20")
    assert desk.opened(sent, tmp_path / "out")["form"]["sha256"] == begun_on.sha256  # type: ignore[index]


def test_a_form_that_is_broken_or_gone_shuts_no_draft(desk: Desk) -> None:
    first, second = (new_draft(desk.vault, "shropshire", sample_answers()) for _ in range(2))
    (desk.forms / "shropshire.yaml").unlink()
    shipped_forms.cache_clear()
    assert desk.send(first).delivery.parcel_size > 0
    desk.change_a_word("type: verbatim", "type: verbatm")
    with pytest.raises(FormFaults):
        shipped_forms()
    assert desk.send(second).delivery.parcel_size > 0


def begun_without_its_form(desk: Desk) -> ReferralId:
    """As a store older than kept forms has it, on a form that is nowhere to be had."""
    answers = read_answers(sample_answers(), shipped_forms().form("shropshire"))
    answers = answers.with_answer("old.question", answers_from_json({"answers": {"x.y": "an old answer"}}).get("x.y"))
    return desk.vault.new_referral(FormRef("shropshire", "0.9.0", "ab" * 32), answers)


def test_without_the_form_every_answer_is_shown_and_only_the_normal_way_is_refused(desk: Desk) -> None:
    referral = begun_without_its_form(desk)
    _, (section,) = show_draft(desk.vault, referral, desk.settings(), TODAY)
    assert ("old.question", "an old answer") in [(row.label, row.words) for row in section.rows]
    assert "version 0.9.0" in check_draft(desk.vault, referral, desk.settings(), TODAY).stand_in
    with pytest.raises(Refused) as caught:
        desk.send(referral)
    assert caught.value.code == "FORM-OTHER-VERSION"
    assert "--urgent" in caught.value.next_step


def test_without_the_form_the_urgent_way_takes_every_answer_and_says_what_stands_in(desk: Desk, tmp_path: Path) -> None:
    referral = begun_without_its_form(desk)
    sent = desk.send(referral, urgent="rang 09:20")
    found = desk.opened(sent, tmp_path / "out")
    assert found["form"] == {"id": "shropshire", "version": "0.9.0", "sha256": "ab" * 32}
    assert found["answers"]["old.question"]["value"] == "an old answer"  # type: ignore[index]


@pytest.mark.parametrize("form_id", ["marf", "shropshire"])
def test_the_source_of_a_form_makes_the_same_form_again(form_id: str) -> None:
    form = shipped_forms().form(form_id)
    again = form_of_source(form.source)
    for part in ("id", "version", "sha256", "title", "sections", "repeats", "lists", "settings", "profile", "source"):
        assert getattr(again, part) == getattr(form, part), part


@pytest.mark.parametrize("source", [b"", b"[]", b"{}", b'{"model": 1, "profile": 2}', b'{"form": {"id": "x"}}'])
def test_a_source_that_is_no_form_is_refused(source: bytes) -> None:
    with pytest.raises(FormFaults):
        form_of_source(source)


def test_checking_says_when_the_written_form_is_due(desk: Desk) -> None:
    given = {"answers": {"call.made": "yes", "call.at": "2026-11-20T09:20"}}
    path = desk.forms.parent / "answers.json"
    path.write_text(json.dumps(given), "utf-8")
    referral = new_draft(desk.vault, "shropshire", path)
    checked = check_draft(desk.vault, referral, desk.settings(), TODAY)
    assert checked.due == due_of_draft(desk.vault, referral, desk.settings(), TODAY)
    assert checked.due is not None
    assert checked.due.words[0] == "The written form is due by Saturday 21 November 09:20, 24 hours after the call."
    path.write_text(json.dumps({"answers": {"call.made": "not_yet", "call.at": "2026-11-20T09:20"}}), "utf-8")
    hidden = new_draft(desk.vault, "shropshire", path)
    assert due_of_draft(desk.vault, hidden, desk.settings(), TODAY) is None


def test_an_answers_file_with_a_strange_part_still_has_all_its_faults_told(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"anwsers": {}, "answers": {"danger.nwo": "no", "danger.now": "maybe"}}), "utf-8")
    with pytest.raises(WrongUse) as caught:
        read_answers(path, shipped_forms().form("marf"))
    assert [reason.partition(":")[0] for reason in caught.value.reasons] == [
        "anwsers",
        "answers.danger.nwo",
        "answers.danger.now",
    ]
