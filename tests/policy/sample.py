"""A small policy and a full set of facts under which everything is in order."""

from __future__ import annotations

from typing import Any

from referral_client.base.canonical import Json
from referral_client.policy import AttestedFacts, FoundFacts, Policy, attested_from_json, load_policy

PLAIN = """\
policy_id = "plain"
version = "1.0.0"
organisation = "A school"
effective_from = 2026-01-01
review_by = 2026-12-31
taking = "allowed_if"
permitted_roles = ["school_nurse", "dsl"]
devices_allowed = ["org_tablet", "org_camera"]
consent_from = ["child", "parent_pr"]

[approved_by]
name = "The governors"
role = "governing body"

[source_document]
title = "Photographs of injuries"

[messages]
devices_allowed = "3.1 The school tablet."
"""

FOUND = FoundFacts("image/jpeg", 1_000_000)


def policy(**changed: Any) -> Policy:
    """The plain policy with settings changed, each read as strictly as from a file."""
    plain = load_policy(PLAIN.encode(), "plain.toml")
    written = plain.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Policy.model_validate({**written, **changed}, strict=False)


def facts(**changed: Json) -> AttestedFacts:
    """Facts with which the plain policy lets the picture go; a value of None takes one away."""
    return attested_from_json({**ALL_FACTS, **changed})


ALL_FACTS: dict[str, Json] = {
    "source": "self",
    "how_obtained": "Taken in the medical room.",
    "taken_at": "2026-06-01T10:00:00Z",
    "taken_by": {"name": "A. Example", "role": "school_nurse"},
    "training": ["photo_2026"],
    "device": "org_tablet",
    "device_id": "TAB-01",
    "place": "medical_room",
    "second_adult": True,
    "others_present": "R. Example",
    "consent": {"child": "yes", "parent_pr": "yes", "placing_authority": "yes", "form": "written"},
    "preauthorised": {"by_role": "dsl", "by": "R. Example", "at": "2026-06-01T09:30:00Z", "reference": "log 1"},
    "requested_by_role": "consultant",
    "approval": {"by_role": "dsl", "by": "R. Example", "at": "2026-06-01T11:00:00Z", "reference": "log 2"},
    "child": "child-1",
    "child_mobile": True,
    "injury": "injury-1",
    "region": "forearm",
    "side": "left",
    "view": "close_up_with_scale",
    "scale_in_view": True,
    "colour_chart_in_view": True,
    "intimate": False,
    "clothing_moved": False,
    "child_distressed": False,
    "child_refused": False,
    "edited": False,
    "filtered": False,
    "record_number": "999 000 0018",
    "exhibit_ref": "EX/1",
    "reason": "A mark seen at first aid.",
    "written_description": True,
    "body_map_done": True,
}
