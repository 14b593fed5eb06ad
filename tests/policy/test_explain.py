"""The policy in plain English."""

from __future__ import annotations

import pytest

from referral_client.policy import Policy, explain
from referral_client.policy.codes import words
from tests.policy.sample import policy

FULL = {
    "roles": {"wizard": "lunchtime supervisor"},
    "places": {"den": "quiet room"},
    "permitted_roles": ["wizard"],
    "training_required": ["photo_2026"],
    "request_required_from": "clinician",
    "preauthorisation": {"by": "head", "evidence_ref": False, "valid_minutes": 2 * 24 * 60},
    "device_register_required": True,
    "device_register": ["TAB-01"],
    "places_allowed": ["den"],
    "places_forbidden": ["toilet"],
    "second_adult_required": True,
    "consent_form": "written",
    "consent_exempt_when": ["police_direction"],
    "regions_allowed": ["head", "hand"],
    "regions_forbidden": ["buttock"],
    "views_required": ["identity"],
    "scale_required": True,
    "colour_chart_required": True,
    "max_count_per_injury": 3,
    "max_total": 6,
    "edits_forbidden": True,
    "filters_forbidden": True,
    "recompress": "never",
    "formats": ["image/jpeg"],
    "max_bytes": 5_000_000,
    "body_map": "required",
    "written_description_required": True,
    "non_mobile_rule": "phone_now",
    "required_metadata": ["side"],
    "approval_to_attach": "named_professional",
    "keep_in_manifest": ["exhibit_ref"],
    "log_every_view": True,
    "record_system": "the file",
    "delete_from_device_within": "30m",
    "deletion_attested_by": "wizard",
    "delete_from_client_after": "receipt",
}


@pytest.mark.parametrize(
    "sentence",
    [
        "- Who: lunchtime supervisor.",
        "- Training first: photo 2026.",
        "- Only when a clinician has asked for it.",
        "- First the head teacher or a deputy head says yes. That yes lasts 2 days.",
        "- The device is on the register: TAB-01.",
        "- Where: quiet room.",
        "- Never in a toilet.",
        "- A second adult is in the room.",
        "- Their agreement is in writing.",
        "- You may go on without it, and record why, if the police directed it.",
        "- Only these parts of the body: head or hand.",
        "- No pictures of: buttock.",
        "- For each injury: a picture that shows who it is.",
        "- A scale lies beside the mark in every close-up.",
        "- A colour chart lies beside the mark in every close-up.",
        "- No more than 3 of one injury.",
        "- No more than 6 in one referral.",
        "- It is never edited, cropped or drawn on.",
        "- It is never put through a filter.",
        "- It is never shrunk, and never sent through a messaging app.",
        "- Kinds of file: image/jpeg.",
        "- No file larger than 5,000,000 bytes.",
        "- The body map is always filled in.",
        "- You describe in words what you saw.",
        "- A mark on a baby who cannot move about alone: ring the front door now, first.",
        "- You write down: which side of the body it shows.",
        "- Before it goes, the named nurse, doctor or midwife agrees.",
        "- These travel with it: the exhibit reference.",
        "- Each person who opens it writes down their name, the time and why.",
        "- The untouched original is kept in the file.",
        "- Off the device within 30 minutes. The lunchtime supervisor attests it.",
        "- Off this computer once the front door has confirmed that it arrived.",
    ],
)
def test_each_rule_that_is_set_is_said(sentence: str) -> None:
    assert sentence in explain(policy(**FULL)).split("\n")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"taking": "required"}, "You have to take a picture"),
        ({"taking": "expected"}, "You are expected to take a picture"),
        ({"child_refusal": "record_and_escalate"}, "write that down and tell your lead the same day"),
        ({"consent_from": ["none_required"]}, "Nobody has to agree before it is taken."),
        ({"recompress": "if_over_limit"}, "may be sent as a smaller copy"),
        ({"body_map": "preferred"}, "filled in where it can be"),
        ({"non_mobile_rule": "inform"}, "tell your lead the same day"),
        ({"original": "discard", "record_system": "the file"}, "That a picture exists is noted in the file."),
        ({"original": "discard"}, "a named person decides when the original is destroyed"),
        ({"delete_from_client_after": "record_copy_confirmed"}, "once the child’s record holds a copy"),
        ({"delete_from_device_within": "1d"}, "Off the device within 1 day."),
        ({"third_party_images": {"parent": "accept"}}, "From a parent or carer: taken; you say how you got it."),
        (
            {"preauthorisation": {"by": "head", "valid_minutes": 45}},
            "That yes lasts 45 minutes. The yes is written down.",
        ),
    ],
)
def test_a_choice_is_said(settings: dict[str, object], sentence: str) -> None:
    assert sentence in explain(policy(**settings))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"taking": "forbidden"}, "Who:"),
        ({"distress_stops": False}, "upset"),
        ({"clothing_moved_allowed": True}, "clothing"),
        ({}, "second adult"),
        ({"preauthorisation": {"by": "none"}}, "says yes"),
    ],
)
def test_what_is_not_set_is_not_said(settings: dict[str, object], sentence: str) -> None:
    assert sentence not in explain(policy(**settings))


def test_the_rule_about_intimate_images_stands_first_under_every_policy() -> None:
    lines = explain(policy()).split("\n")
    assert lines[lines.index("Never") + 1].startswith("- An intimate image of a child: do not open")


def test_the_organisations_own_words_stand_below_the_rule_once() -> None:
    text = explain(policy(messages={"third_party_images": "7.1 Ours."}, third_party_images={"parent": "accept"}))
    assert text.count("“7.1 Ours.”") == 1


def test_who_agreed_the_policy_and_when_it_is_reviewed() -> None:
    text = explain(policy())
    assert "Agreed by The governors, governing body." in text
    assert "from 1 January 2026. To be reviewed by 31 December 2026." in text


def test_every_code_has_words_without_underscores() -> None:
    for name, field in Policy.model_fields.items():
        assert "_" not in words(name), field
