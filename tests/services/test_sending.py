"""What a sealed referral says about its photographs: by which policy each went, and what travels beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from document.test_render import in_one_line, text_of

from referral_client.base.canonical import Json, strict_json
from referral_client.base.clock import SystemClock
from referral_client.base.errors import MachineLacks, Refused
from referral_client.base.home import Home
from referral_client.base.ids import ReferralId, SubmissionId, system_random
from referral_client.organisation import sign_authority
from referral_client.organisation.models import KeyPair
from referral_client.practice import sample_answers, sample_photographs
from referral_client.sealing.atrest import Cost
from referral_client.sealing.limits import Limits
from referral_client.sealing.opening import open_package
from referral_client.sealing.recipients import make_identity, recipient_of
from referral_client.sealing.signing import SigningKeys
from referral_client.services.attaching import attach
from referral_client.services.drafting import new_draft
from referral_client.services.organisations import begin_organisation, install_authority_file
from referral_client.services.people import vault_of
from referral_client.services.sending import Sent, send
from referral_client.services.settings import settings_in_force
from referral_client.vault import Vault
from tests.organisation.statements_made import authority, keys
from tests.policy.sample import ALL_FACTS, PLAIN

CLOCK = SystemClock()
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "four words of mine"
PICTURE = sample_photographs()[0].path
KEPT = 'keep_in_manifest = ["taken_at", "taken_by", "exhibit_ref", "sha256"]\n\n[approved_by]'
LATER = PLAIN.replace("[approved_by]", KEPT)
EARLIER = PLAIN.replace('"1.0.0"', '"0.9.0"').replace("2026-01-01", "2025-01-01")


class Sender:
    """One person connected to one council, with a draft."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home").create()
        self.readable = b""
        self.audited = ""
        self.identity = make_identity(system_random)
        council, statement = keys(), authority(forms=["shropshire"])
        statement["destinations"][0]["recipients"][0]["recipient"] = recipient_of(self.identity)  # type: ignore[index]
        policies = [folder / "later.toml", folder / "earlier.toml"]
        for path, text in zip(policies, (LATER, EARLIER), strict=True):
            path.write_text(text)
        begin_organisation(
            self.home, folder / "organisation", PASSPHRASE, org_id="brook-lane", name="Brook Lane (sample)",
            sector="school", person="Danny Sample", role="Designated safeguarding lead", policies=policies,
            accepts=(council.public.thumbprint,), clock=CLOCK, random=system_random, cost=CHEAP,
        )  # fmt: skip
        (folder / "council.json").write_bytes(sign_authority(statement, council))
        install_authority_file(self.home, folder / "council.json")

    def package(self, *pictures: dict[str, Json], urgent: str = "rang", lead_not_reachable: str = "") -> dict[str, Any]:
        """The manifest of a referral sent with these pictures."""
        with vault_of(self.home, PASSPHRASE, clock=CLOCK, random=system_random) as vault:
            referral = new_draft(vault, "shropshire", sample_answers())
            for changed in pictures:
                self._offer(vault, referral, changed)
            sent = send(
                vault, referral, settings_in_force(self.home, CLOCK), clock=CLOCK, random=system_random,
                urgent=urgent, lead_not_reachable=lead_not_reachable,
            )  # fmt: skip
            self.audited = str([entry.detail for entry in vault.audit_entries()])
            path = vault.queue.package_path(sent.delivery.submission_id)
            with open_package(path, [self.identity], lookup=lambda *_: vault.workstation_keys().public) as package:
                self.readable = package.parts["data/referral.pdf"]
                read: dict[str, Any] = strict_json(package.parts["manifest.json"], limit=1_000_000)
                assert package.manifest.as_json() == read
                return read

    def send(self, *, pictures: int, spoil: Callable[[Vault, ReferralId], None], **ways: str) -> Sent:
        """Send a referral with pictures, after something went wrong with them."""
        with vault_of(self.home, PASSPHRASE, clock=CLOCK, random=system_random) as vault:
            referral = new_draft(vault, "shropshire", sample_answers())
            for _ in range(pictures):
                self._offer(vault, referral, {})
            spoil(vault, referral)
            sent = send(vault, referral, settings_in_force(self.home, CLOCK), clock=CLOCK, random=system_random, **ways)
            with open_package(
                vault.queue.package_path(sent.delivery.submission_id),
                [self.identity],
                lookup=lambda *_: vault.workstation_keys().public,
            ) as package:
                self.readable = package.parts["data/referral.pdf"]
                inside = [name for name in package.parts if name.startswith("data/attachments/")]
                assert len(inside) == len(sent.going)
            return sent

    def _offer(self, vault: Vault, referral: ReferralId, changed: dict[str, Json]) -> None:
        stated = {key: value for key, value in {**ALL_FACTS, **changed}.items() if value is not None}
        attach(vault, referral, PICTURE, stated, settings_in_force(self.home, CLOCK).policies, CLOCK)


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("sender"))


def pictures_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in manifest["parts"] if part["role"] == "attachment"]


def test_each_picture_names_the_policy_that_let_it_go_and_all_that_were_asked_are_listed(sender: Sender) -> None:
    manifest = sender.package({}, {"taken_at": "2025-06-01T10:00:00Z", "preauthorised": None})
    assert [part["policy"]["version"] for part in pictures_of(manifest)] == ["1.0.0", "0.9.0"]
    assert [each["version"] for each in manifest["policies"]] == ["1.0.0", "0.9.0"]
    assert "policy" not in manifest


def test_exactly_the_facts_that_the_policy_keeps_travel_with_the_picture(sender: Sender) -> None:
    kept, nothing_kept = pictures_of(sender.package({}, {"taken_at": "2025-06-01T10:00:00Z", "preauthorised": None}))
    assert kept["facts"] == {
        "taken_at": "2026-06-01T10:00:00Z",
        "taken_by": "A. Example, school_nurse",
        "exhibit_ref": ALL_FACTS["exhibit_ref"],
    }
    assert "facts" not in nothing_kept


@pytest.mark.parametrize(
    "changed", [{"exhibit_ref": None}, {"device": "personal"}], ids=["held until more is said", "left out"]
)
def test_a_policy_that_held_every_picture_back_is_named_all_the_same(sender: Sender, changed: dict[str, Json]) -> None:
    manifest = sender.package(changed)
    assert pictures_of(manifest) == []
    assert (manifest["policy"]["id"], manifest["policy"]["version"]) == ("plain", "1.0.0")


def test_the_readable_copy_says_how_each_picture_was_come_by(sender: Sender, tmp_path: Path) -> None:
    sender.package({})
    printed = in_one_line(text_of(sender.readable, tmp_path))
    assert f"How the sender got it: {ALL_FACTS['how_obtained']}" in printed
    assert "Exhibit reference: EX/1" in printed


def test_without_photographs_no_policy_is_named(sender: Sender) -> None:
    manifest = sender.package()
    assert "policy" not in manifest
    assert "policies" not in manifest


@pytest.mark.parametrize("way", ["urgent", "lead_not_reachable"])
def test_a_long_reason_is_cut_for_the_receiver_and_stands_whole_in_the_audit(sender: Sender, way: str) -> None:
    words = "Rang the front door. " * 200
    ways = {"urgent": "", "lead_not_reachable": "", way: words}
    waived = sender.package(**ways)["review"]["waived"]
    assert (len(waived), waived[-1]) == (2000, "…")
    assert waived[:-1].split(": ", 1)[1] in words
    assert words.strip() in sender.audited


def clean_copy(vault: Vault, referral: ReferralId) -> Path:
    folder = vault.queue.package_path(SubmissionId(referral)).parents[1]
    return folder / "blobs" / f"{vault.photos(referral)[0].id}.clean"


def lost(vault: Vault, referral: ReferralId) -> None:
    clean_copy(vault, referral).unlink()


def damaged(vault: Vault, referral: ReferralId) -> None:
    path = clean_copy(vault, referral)
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("ways", [{"urgent": "rang"}, {}], ids=["urgent", "normal"])
@pytest.mark.parametrize("spoil", [lost, damaged])
def test_a_photograph_that_cannot_be_read_stays_behind_and_the_referral_goes(
    sender: Sender, tmp_path: Path, spoil: Callable[[Vault, ReferralId], None], ways: dict[str, str]
) -> None:
    sent = sender.send(pictures=2, spoil=spoil, **ways)
    assert (len(sent.going), [each.because.code for each in sent.held if each.because]) == (1, ["VAULT-DAMAGED"])
    assert sent.held[0].because is not None
    assert sent.held[0].because.what in in_one_line(text_of(sender.readable, tmp_path))


def test_where_no_picture_can_be_opened_the_referral_goes_without_any(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_child(_vault: Vault, _referral: ReferralId) -> None:
        monkeypatch.setattr("sys.executable", "/nowhere/python")

    sent = sender.send(pictures=1, spoil=no_child, urgent="rang")
    assert sent.going == ()
    assert [type(each.because) for each in sent.held] == [MachineLacks]


def test_of_more_than_a_package_takes_the_largest_photograph_stays_behind(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small_packages(_vault: Vault, _referral: ReferralId) -> None:
        monkeypatch.setattr("referral_client.sealing.package.Limits", lambda: Limits(files=4))

    sent = sender.send(pictures=3, spoil=small_packages)
    assert len(sent.going) == 1
    assert [each.because.code for each in sent.held if each.because] == ["SEALING-TOO-LARGE"] * 2


@pytest.mark.parametrize(("whose", "code"), [("people", "SEND-NEEDS-CHECKING"), ("workstations", "SEND-NOT-ENROLLED")])
def test_only_the_keys_that_the_organisation_signed_for_count_as_the_lead_and_as_this_computer(
    sender: Sender, whose: str, code: str
) -> None:
    """Another vault under the same id is another person's, or another computer's."""
    settings = settings_in_force(sender.home, CLOCK)
    assert settings.organisation is not None
    others = KeyPair.of(SigningKeys.make(system_random).public)
    changed = [each.model_copy(update={"keys": others}) for each in getattr(settings.organisation, whose)]
    organisation = settings.organisation.model_copy(update={whose: tuple(changed)})
    with vault_of(sender.home, PASSPHRASE, clock=CLOCK, random=system_random) as vault:
        referral = new_draft(vault, "shropshire", sample_answers())
        with pytest.raises(Refused) as refused:
            send(vault, referral, replace(settings, organisation=organisation), clock=CLOCK, random=system_random)
    assert refused.value.code == code
