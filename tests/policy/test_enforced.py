"""No setting is read and ignored: each one changes what the policy says, or adds a task."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from referral_client.policy import Counts, FoundFacts, Policy, Recipient, Verdict, may_attach, may_take
from tests.policy.sample import facts, policy

# setting -> (its value, other settings on both sides, facts): the answer differs with and without it
EFFECTS: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "taking": ("forbidden", {}, {}),
    "permitted_roles": (["foster_carer"], {}, {}),
    "training_required": (["course"], {}, {}),
    "request_required_from": ("consultant", {}, {"requested_by_role": "teacher"}),
    "preauthorisation": ({"by": "head"}, {}, {}),
    "devices_allowed": (["police_kit"], {}, {}),
    "device_register_required": (True, {"device_register": ["TAB-2"]}, {}),
    "device_register": (["TAB-2"], {"device_register_required": True}, {"device_id": "TAB-2"}),
    "places_allowed": (["office"], {}, {}),
    "places_forbidden": (["medical_room"], {}, {}),
    "second_adult_required": (True, {}, {"second_adult": False}),
    "consent_from": (["placing_authority"], {}, {"consent": {"placing_authority": "no"}}),
    "consent_form": ("written", {}, {"consent": {"child": "yes", "parent_pr": "yes", "form": "implied"}}),
    "consent_exempt_when": (
        ["police_direction"],
        {},
        {"consent": {"child": "yes", "exempt_because": "police_direction"}},
    ),
    "child_refusal": ("record_and_escalate", {}, {"child_refused": True}),
    "distress_stops": (False, {}, {"child_distressed": True}),
    "clothing_moved_allowed": (True, {}, {"clothing_moved": True}),
    "regions_allowed": (["face"], {}, {}),
    "regions_forbidden": (["forearm"], {}, {}),
    "views_required": (["identity"], {}, {}),
    "scale_required": (True, {}, {"scale_in_view": None}),
    "colour_chart_required": (True, {}, {"colour_chart_in_view": None}),
    "max_count_per_injury": (1, {}, {}),
    "max_total": (1, {}, {}),
    "formats": (["image/png"], {}, {}),
    "max_bytes": (1, {}, {}),
    "edits_forbidden": (True, {}, {"edited": True}),
    "filters_forbidden": (True, {}, {"filtered": True}),
    "recompress": ("never", {}, {}),
    "required_metadata": (["side"], {}, {"side": None}),
    "written_description_required": (True, {}, {"written_description": False}),
    "body_map": ("preferred", {}, {"body_map_done": False}),
    "non_mobile_rule": ("inform", {}, {"child_mobile": None}),
    "third_party_images": ({"parent": "accept"}, {}, {"source": "parent"}),
    "original": ("discard", {}, {}),
    "keep_in_manifest": (["exhibit_ref"], {}, {"exhibit_ref": None}),
    "record_system": ("the file", {}, {}),
    "delete_from_device_within": ("24h", {}, {}),
    "deletion_attested_by": ("dsl", {"delete_from_device_within": "24h"}, {}),
    "delete_from_client_after": ("receipt", {}, {}),
    "approval_to_attach": ("head", {}, {}),
    "recipients_allowed": (["police"], {}, {}),
    "log_every_view": (True, {}, {}),
    "effective_from": ("2026-07-01", {}, {}),
    "review_by": ("2027-12-31", {}, {}),
    "messages": ({"second_adult_required": "3.5"}, {"second_adult_required": True}, {"second_adult": False}),
    "roles": ({"wizard": "lunchtime supervisor"}, {}, {"taken_by": {"role": "wizard"}}),
    "places": ({"den": "quiet room"}, {"places_forbidden": ["den"]}, {"place": "den"}),
}
# Who the policy is, shown by `explain`; its cases, which test it; and the one setting that has one value.
NO_RULE = {
    "policy_id",
    "version",
    "organisation",
    "approved_by",
    "source_document",
    "sources",
    "cases",
    "intimate_under_18",
}


@pytest.mark.parametrize("setting", EFFECTS)
def test_a_setting_changes_the_answer(setting: str) -> None:
    value, others, changed = EFFECTS[setting]
    with_it = _says(policy(**others, **{setting: value}), changed)
    without = _says(policy(**others), changed)
    assert (with_it.outcome, with_it.findings, with_it.tasks) != (without.outcome, without.findings, without.tasks)


def test_every_setting_is_in_the_table() -> None:
    assert set(EFFECTS) | NO_RULE == set(Policy.model_fields)


def _says(under: Policy, changed: dict[str, Any]) -> Verdict:
    found = FoundFacts("image/jpeg", 2_000_000, looks_forwarded=True)
    return may_attach(
        under,
        facts(**changed),
        found,
        Counts(for_injury=1, total=1),
        recipient=Recipient.FRONT_DOOR,
        today=date(2027, 6, 1),
    )


@pytest.mark.parametrize(
    ("after", "words"),
    [("receipt", "the front door has confirmed"), ("record_copy_confirmed", "the child’s record holds one")],
)
def test_when_the_copy_here_is_removed(after: str, words: str) -> None:
    says = _says(policy(delete_from_client_after=after), {})
    assert any(words in task.words for task in says.tasks)


@pytest.mark.parametrize(
    ("original", "words"),
    [
        ("retain_in_org_record", "Keep the untouched original in this place: the file."),
        ("discard", "a named person decides"),
    ],
)
def test_what_happens_to_the_original(original: str, words: str) -> None:
    tasks = _says(policy(original=original, record_system="the file"), {"device": "org_tablet"}).tasks
    assert any(words in task.words for task in tasks)
    assert any("the file" in task.words for task in tasks)


def test_before_taking_the_rules_about_the_original_are_said_as_well() -> None:
    assert "original" in {task.rule for task in may_take(policy(), facts()).tasks}
