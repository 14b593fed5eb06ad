"""Adding a restriction never lets through what was held back: for any facts, under any of the policies."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from referral_client.base.shipped import shipped
from referral_client.policy import (
    AttestedFacts,
    Counts,
    FoundFacts,
    Policy,
    Recipient,
    View,
    attested_from_json,
    before_a_byte_is_read,
    load_policy,
    may_attach,
    may_take,
)
from referral_client.policy.codes import (
    ConsentFrom,
    Device,
    Exemption,
    Metadata,
    Region,
    Said,
    Source,
)
from tests.policy.sample import ALL_FACTS, policy

POLICIES = [
    policy(),
    policy(third_party_images=dict.fromkeys(["parent", "child", "other_agency", "anonymous", "screenshot"], "accept")),
    *(load_policy(path.read_bytes(), path.name) for path in sorted(shipped("policies").glob("*.toml"))),
]

# Each leaves the policy as strict as it was, or stricter.
RESTRICTIONS: dict[str, Any] = {
    "nobody takes pictures": lambda p: {"taking": "forbidden"},
    "one role fewer": lambda p: {"permitted_roles": p.permitted_roles[1:]},
    "one device fewer": lambda p: {"devices_allowed": p.devices_allowed[1:]},
    "a register": lambda p: {"device_register_required": True, "device_register": p.device_register[:1]},
    "training": lambda p: {"training_required": (*p.training_required, "course")},
    "a request": lambda p: {"request_required_from": "consultant"},
    "a yes first": lambda p: {"preauthorisation": p.preauthorisation or {"by": "dsl_or_deputy"}},
    "one room": lambda p: {"places_allowed": p.places_allowed[:1] or ("office",)},
    "a room ruled out": lambda p: {"places_forbidden": (*p.places_forbidden, "office", "medical_room")},
    "a second adult": lambda p: {"second_adult_required": True},
    "distress stops": lambda p: {"distress_stops": True},
    "clothing stays": lambda p: {"clothing_moved_allowed": False},
    "no means no": lambda p: {"child_refusal": "blocks"},
    "everybody agrees": lambda p: {"consent_from": ("child", "parent_pr", "placing_authority")},
    "in writing": lambda p: {"consent_form": "written"},
    "no reason counts": lambda p: {"consent_exempt_when": ()},
    "fewer parts": lambda p: {"regions_allowed": p.regions_allowed[:1] or ("hand",)},
    "a part ruled out": lambda p: {"regions_forbidden": (*p.regions_forbidden, "forearm", "buttock")},
    "views": lambda p: {"views_required": (*p.views_required, "close_up")},
    "a scale": lambda p: {"scale_required": True},
    "a colour chart": lambda p: {"colour_chart_required": True},
    "fewer of one injury": lambda p: {"max_count_per_injury": 1},
    "fewer in all": lambda p: {"max_total": 1},
    "one kind of file": lambda p: {"formats": ("image/png",)},
    "small files": lambda p: {"max_bytes": 1},
    "no edits": lambda p: {"edits_forbidden": True, "filters_forbidden": True},
    "nothing shrunk": lambda p: {"recompress": "never"},
    "more facts": lambda p: {"required_metadata": tuple(Metadata), "keep_in_manifest": ("exhibit_ref", "taken_by")},
    "words": lambda p: {"written_description_required": True},
    "a body map": lambda p: {"body_map": "required"},
    "babies": lambda p: {"non_mobile_rule": "phone_now"},
    "nobody else's pictures": lambda p: {"third_party_images": {}},
    "the head agrees": lambda p: {"approval_to_attach": "head"} if p.approval_to_attach == "none" else {},
    "only the police": lambda p: {"recipients_allowed": ("police",)} if "police" in p.recipients_allowed else {},
    "an earlier review": lambda p: {"review_by": p.effective_from},
}


def restricted(before: Policy, how: str) -> Policy:
    """The policy with one restriction more, past the loader's word that some settings then go unread."""
    written = before.model_dump(by_alias=True)
    return Policy.model_validate({**written, **RESTRICTIONS[how](before)}, strict=False)


yes_or_no = st.sampled_from([True, False, None])


@st.composite
def any_facts(draw: Any) -> AttestedFacts:
    """Facts that are mostly in order, with a few changed or missing."""
    changes = {
        "source": st.sampled_from([*Source]).map(str),
        "taken_by": st.sampled_from(
            [
                {"role": role, "name": "A"}
                for role in ("teacher", "dsl", "foster_carer", "registered_clinician", "trained_officer")
            ]
            + [{}]
        ),
        "device": st.sampled_from([*map(str, Device), None]),
        "device_id": st.sampled_from(["TAB-01", "CIA-0141", "X", None]),
        "place": st.sampled_from(["medical_room", "toilet", "office", "somewhere", None]),
        "consent": st.fixed_dictionaries(
            {},
            optional={
                **{str(who): st.sampled_from([*map(str, Said)]) for who in ConsentFrom if who != "none_required"},
                "form": st.sampled_from(["written", "implied"]),
                "exempt_because": st.sampled_from([*map(str, Exemption)]),
            },
        ),
        "preauthorised": st.sampled_from([ALL_FACTS["preauthorised"], None, {"by_role": "head"}]),
        "approval": st.sampled_from([ALL_FACTS["approval"], None, {"by_role": "named_nurse"}]),
        "requested_by_role": st.sampled_from(["consultant", "nurse", None]),
        "region": st.sampled_from([*map(str, Region), None]),
        "view": st.sampled_from([*map(str, View), None]),
        "taken_at": st.sampled_from(["2026-06-01T10:00:00Z", "2026-06-01", "2020-01-01 10:00", None]),
        "how_obtained": st.sampled_from(["Given at the door.", None]),
        "injury": st.sampled_from(["injury-1", None]),
        **{key: yes_or_no for key, value in ALL_FACTS.items() if isinstance(value, bool)},
    }
    changed = draw(st.lists(st.sampled_from(sorted(changes)), max_size=6, unique=True))
    return attested_from_json({**ALL_FACTS, **{key: draw(changes[key]) for key in changed}})


found = st.builds(
    FoundFacts, st.sampled_from(["image/jpeg", "image/png"]), st.integers(0, 3), looks_forwarded=st.booleans()
)
counts = st.builds(Counts, st.integers(0, 4), st.integers(0, 4), st.frozensets(st.sampled_from(View)))


@given(
    st.sampled_from(POLICIES),
    st.sampled_from(sorted(RESTRICTIONS)),
    any_facts(),
    found,
    counts,
    st.sampled_from(Recipient),
)
@settings(deadline=None, max_examples=400)
def test_a_restriction_never_lets_through_what_was_held_back(
    before: Policy, how: str, attested: AttestedFacts, in_file: FoundFacts, count: Counts, to: Recipient
) -> None:
    after = restricted(before, how)
    was = may_attach(before, attested, in_file, count, recipient=to)
    now = may_attach(after, attested, in_file, count, recipient=to)
    assert now.outcome.restriction >= was.outcome.restriction
    assert may_take(after, attested).outcome.restriction >= may_take(before, attested).outcome.restriction


@given(st.sampled_from(POLICIES), any_facts(), found, counts)
@settings(deadline=None, max_examples=200)
def test_what_stops_a_file_being_opened_stops_it_going(
    under: Policy, attested: AttestedFacts, in_file: FoundFacts, count: Counts
) -> None:
    early = before_a_byte_is_read(attested)
    if early is not None:
        assert may_attach(under, attested, in_file, count).outcome.restriction >= early.outcome.restriction


@given(st.sampled_from(POLICIES), any_facts(), found, counts)
@settings(deadline=None, max_examples=200)
def test_no_policy_at_all_is_never_milder_than_a_policy(
    under: Policy, attested: AttestedFacts, in_file: FoundFacts, count: Counts
) -> None:
    without = may_attach(None, attested, in_file, count)
    assert without.outcome.restriction >= may_attach(under, attested, in_file, count).outcome.restriction
