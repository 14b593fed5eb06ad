"""The policy in plain English, for the people who have to follow it: each rule, and the organisation's own words.

Promises: every setting that is on is said. Imports the room's own modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from referral_client.policy.codes import (
    INTIMATE_REGIONS,
    Approver,
    BodyMap,
    ChildRefusal,
    ClientDeletion,
    ConsentForm,
    ConsentFrom,
    NonMobileRule,
    Original,
    Recompress,
    Requester,
    Taking,
    ThirdPartyRule,
    listed,
    part_words,
    place_words,
    role_words,
    words,
)
from referral_client.policy.model import Policy
from referral_client.policy.rules_after import spoken
from referral_client.policy.rules_taking import span

Line = tuple[str, str]  # a rule, and what it says

_TAKING = {
    Taking.FORBIDDEN: "Nobody who works here takes photographs of a child’s injuries. Use the body map and words.",
    Taking.ALLOWED_IF: "You may take a picture of an injury if everything below is met.",
    Taking.EXPECTED: "You are expected to take a picture of an injury. If you take none, write down why.",
    Taking.REQUIRED: "You have to take a picture of an injury. If you cannot, tell your lead why.",
}
_THIRD_PARTY = {
    ThirdPartyRule.REFUSE: "not taken",
    ThirdPartyRule.ACCEPT_FLAGGED: "taken, and marked as theirs; you say how you got it",
    ThirdPartyRule.ACCEPT: "taken; you say how you got it",
}


def explain(policy: Policy) -> str:
    """The whole policy, one rule to a line, the organisation's own paragraph below it."""
    lines = [
        f"{policy.organisation}: what your policy says about photographs",
        f"From: {policy.source_document.title}. Agreed by {policy.approved_by.name}, {policy.approved_by.role}.",
        f"Version {policy.version}, from {_day(policy.effective_from)}. To be reviewed by {_day(policy.review_by)}.",
        "",
        "A policy may hold back a photograph. It never holds back a referral.",
    ]
    quoted: set[str] = set()
    for title, section in (
        ("Never", _never(policy)),
        ("Taking a picture", _taking(policy)),
        ("The child, and who agrees", _agreement(policy)),
        ("The picture", _picture(policy)),
        ("Pictures that other people took", _others(policy)),
        ("Beside the picture", _beside(policy)),
        ("Sending it", _sending(policy)),
        ("Afterwards", _afterwards(policy)),
    ):
        rules = list(section)
        if rules:
            lines += ["", title]
        for rule, sentence in rules:
            lines.append(f"- {sentence}")
            clause = policy.clause(rule)
            if clause and clause not in quoted:
                lines.append(f"    “{clause}”")
                quoted.add(clause)
    if policy.sources:
        lines += ["", "Where these rules come from"]
        lines += [f"- {source.title}: {source.note}" for source in policy.sources]
    return "\n".join(lines)


def _never(policy: Policy) -> Iterator[Line]:
    intimate = listed(sorted(part_words(region) for region in INTIMATE_REGIONS), "and")
    yield (
        "",
        "An intimate image of a child: do not open, send, copy or delete it: tell your lead now. "
        f"Pictures of these parts always count: {intimate}. No policy changes this.",
    )
    if policy.regions_forbidden:
        yield "regions_forbidden", f"No pictures of: {_parts(policy.regions_forbidden)}."


def _taking(policy: Policy) -> Iterator[Line]:
    yield "taking", _TAKING[policy.taking]
    if policy.taking is Taking.FORBIDDEN:
        return
    roles = listed([role_words(code, policy.roles) for code in policy.permitted_roles])
    yield "permitted_roles", f"Who: {roles}."
    if policy.training_required:
        yield "training_required", f"Training first: {_codes(policy.training_required)}."
    if policy.request_required_from is not Requester.NONE:
        yield "request_required_from", f"Only when {words(policy.request_required_from)} has asked for it."
    if policy.preauthorisation and policy.preauthorisation.by is not Approver.NONE:
        noted = " The yes is written down." if policy.preauthorisation.evidence_ref else ""
        yield (
            "preauthorisation",
            f"First {words(policy.preauthorisation.by)} says yes. "
            f"That yes lasts {span(policy.preauthorisation.valid_minutes)}.{noted}",
        )
    yield "devices_allowed", f"With: {_codes(policy.devices_allowed, 'or')}. With nothing else."
    if policy.device_register_required:
        yield "device_register", f"The device is on the register: {listed(list(policy.device_register))}."
    if policy.places_allowed:
        yield (
            "places_allowed",
            f"Where: {listed([place_words(code, policy.places) for code in policy.places_allowed])}.",
        )
    if policy.places_forbidden:
        forbidden = listed([place_words(code, policy.places) for code in policy.places_forbidden])
        yield "places_forbidden", f"Never in a {forbidden}."
    if policy.second_adult_required:
        yield "second_adult_required", "A second adult is in the room."


def _agreement(policy: Policy) -> Iterator[Line]:
    if policy.child_refusal is ChildRefusal.BLOCKS:
        yield "child_refusal", "If the child says or shows no, there is no picture."
    else:
        yield "child_refusal", "If the child says or shows no, write that down and tell your lead the same day."
    if policy.taking is Taking.FORBIDDEN:
        return
    if policy.distress_stops:
        yield "distress_stops", "If the child is upset by it, stop."
    if not policy.clothing_moved_allowed:
        yield "clothing_moved_allowed", "No clothing is moved."
    if policy.consent_from == (ConsentFrom.NONE_REQUIRED,):
        yield "consent_from", "Nobody has to agree before it is taken."
        return
    yield "consent_from", f"These agree, in this order: {_codes(policy.consent_from)}."
    if policy.consent_form is not ConsentForm.IMPLIED:
        yield "consent_form", f"Their agreement is {words(policy.consent_form)}."
    if policy.consent_exempt_when:
        reasons = _codes(policy.consent_exempt_when, "or")
        yield "consent_exempt_when", f"You may go on without it, and record why, if {reasons}."


def _picture(policy: Policy) -> Iterator[Line]:
    if policy.regions_allowed:
        yield "regions_allowed", f"Only these parts of the body: {_parts(policy.regions_allowed)}."
    if policy.views_required:
        yield "views_required", f"For each injury: {_codes(policy.views_required)}."
    if policy.scale_required:
        yield "scale_required", "A scale lies beside the mark in every close-up."
    if policy.colour_chart_required:
        yield "colour_chart_required", "A colour chart lies beside the mark in every close-up."
    if policy.max_count_per_injury:
        yield "max_count_per_injury", f"No more than {policy.max_count_per_injury} of one injury."
    if policy.max_total:
        yield "max_total", f"No more than {policy.max_total} in one referral."
    if policy.edits_forbidden:
        yield "edits_forbidden", "It is never edited, cropped or drawn on."
    if policy.filters_forbidden:
        yield "filters_forbidden", "It is never put through a filter."
    if policy.recompress is Recompress.NEVER:
        yield "recompress", "It is never shrunk, and never sent through a messaging app."
    elif policy.recompress is Recompress.IF_OVER_LIMIT:
        yield "recompress", "A file that is too large may be sent as a smaller copy; the original is kept."
    if policy.formats:
        yield "formats", f"Kinds of file: {listed(list(policy.formats))}."
    if policy.max_bytes:
        yield "max_bytes", f"No file larger than {policy.max_bytes:,} bytes."


def _others(policy: Policy) -> Iterator[Line]:
    by_rule: dict[str, list[str]] = {}
    for source in type(policy.third_party_images).model_fields:
        rule = ThirdPartyRule(getattr(policy.third_party_images, source))
        by_rule.setdefault(_THIRD_PARTY[rule], []).append(words(source))
    for what, sources in by_rule.items():
        yield "third_party_images", f"From {listed(sources)}: {what}."


def _beside(policy: Policy) -> Iterator[Line]:
    if policy.body_map is BodyMap.REQUIRED:
        yield "body_map", "The body map is always filled in."
    elif policy.body_map is BodyMap.PREFERRED:
        yield "body_map", "The body map is filled in where it can be."
    if policy.written_description_required:
        yield "written_description_required", "You describe in words what you saw."
    if policy.non_mobile_rule is NonMobileRule.PHONE_NOW:
        yield "non_mobile_rule", "A mark on a baby who cannot move about alone: ring the front door now, first."
    elif policy.non_mobile_rule is NonMobileRule.INFORM:
        yield "non_mobile_rule", "A mark on a baby who cannot move about alone: tell your lead the same day."
    if policy.required_metadata:
        yield "required_metadata", f"You write down: {_codes(policy.required_metadata)}."


def _sending(policy: Policy) -> Iterator[Line]:
    if policy.approval_to_attach is not Approver.NONE:
        yield "approval_to_attach", f"Before it goes, {words(policy.approval_to_attach)} agrees."
    yield "recipients_allowed", f"It goes to: {_codes(policy.recipients_allowed)}. To nobody else."
    if policy.keep_in_manifest:
        yield "keep_in_manifest", f"These travel with it: {_codes(policy.keep_in_manifest)}."
    if policy.log_every_view:
        yield "log_every_view", "Each person who opens it writes down their name, the time and why."


def _afterwards(policy: Policy) -> Iterator[Line]:
    place = policy.record_system or "your organisation’s record"
    yield (
        "original",
        {
            Original.RETAIN_IN_ORG_RECORD: f"The untouched original is kept in {place}.",
            Original.DISCARD: "Once it has arrived, a named person decides when the original is destroyed.",
        }[policy.original],
    )
    if policy.record_system and policy.original is not Original.RETAIN_IN_ORG_RECORD:
        yield "record_system", f"That a picture exists is noted in {policy.record_system}."
    if policy.delete_from_device_within:
        role = policy.deletion_attested_by
        by = f" The {role_words(role, policy.roles)} attests it." if role else ""
        yield "delete_from_device_within", f"Off the device within {spoken(policy.delete_from_device_within)}.{by}"
    if policy.delete_from_client_after is ClientDeletion.RECEIPT:
        yield "delete_from_client_after", "Off this computer once the front door has confirmed that it arrived."
    elif policy.delete_from_client_after is ClientDeletion.RECORD_COPY_CONFIRMED:
        yield "delete_from_client_after", "Off this computer once the child’s record holds a copy."


def _codes(codes: tuple[str, ...], last: str = "and") -> str:
    return listed([words(code) for code in codes], last)


def _parts(regions: tuple[str, ...]) -> str:
    return listed([part_words(region) for region in regions])


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
