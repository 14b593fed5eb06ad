"""Faults that only two settings together can show: a setting nobody would read, a role nobody knows.

Works on the parsed document, so that these are reported together with plain mistakes. Imports the room's own modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from referral_client.policy.codes import INTIMATE_REGIONS, PLACES, ROLES
from referral_client.policy.faults import Fault, did_you_mean

# Every rule that may speak: the keys of [messages] and of `because`.
RULES: tuple[str, ...] = (
    "taking",
    "effective_from",
    "review_by",
    "permitted_roles",
    "training_required",
    "request_required_from",
    "preauthorisation",
    "devices_allowed",
    "device_register",
    "places_allowed",
    "places_forbidden",
    "second_adult_required",
    "distress_stops",
    "clothing_moved_allowed",
    "child_refusal",
    "consent_from",
    "consent_form",
    "consent_exempt_when",
    "region",
    "regions_allowed",
    "regions_forbidden",
    "views_required",
    "scale_required",
    "colour_chart_required",
    "max_count_per_injury",
    "max_total",
    "edits_forbidden",
    "filters_forbidden",
    "recompress",
    "formats",
    "max_bytes",
    "capture_time",
    "taken_at",
    "third_party_images",
    "recipients_allowed",
    "approval_to_attach",
    "written_description_required",
    "body_map",
    "non_mobile_rule",
    "required_metadata",
    "keep_in_manifest",
    "delete_from_device_within",
    "delete_from_client_after",
    "original",
    "record_system",
    "log_every_view",
)
# Rules that speak without a message of the organisation's own: constants of the program.
CONSTANT_RULES = ("intimate_under_18", "picture_held_back", "no_policy")

# Settings that speak only about pictures our own people take.
_ONLY_WHEN_TAKING = (
    "permitted_roles",
    "training_required",
    "request_required_from",
    "preauthorisation",
    "devices_allowed",
    "device_register_required",
    "device_register",
    "places_allowed",
    "places_forbidden",
    "second_adult_required",
    "consent_from",
    "consent_form",
    "consent_exempt_when",
    "distress_stops",
    "clothing_moved_allowed",
    "views_required",
    "scale_required",
    "colour_chart_required",
    "delete_from_device_within",
    "deletion_attested_by",
)
# Without these a policy that lets people take pictures would leave the gravest questions open.
_NEEDED_WHEN_TAKING = {
    "permitted_roles": "say which roles may take pictures",
    "devices_allowed": "say which devices may be used",
    "consent_from": 'say who has to agree, or ["none_required"]',
}

Document = dict[str, Any]


def cross_faults(document: Document) -> list[Fault]:
    """Every such fault, in the order of the settings."""
    return [
        *_taking(document),
        *_pairs(document),
        *_codes(document),
        *_places_twice(document),
        *_intimate(document),
        *_messages(document),
        *_cases(document),
    ]


def _taking(document: Document) -> Iterator[Fault]:
    if document.get("taking") == "forbidden":
        for key in _ONLY_WHEN_TAKING:
            harmless = key == "clothing_moved_allowed" and document.get(key) is False
            if key in document and not harmless:
                yield Fault((key,), "would never be used, because no picture may be taken: remove it", document[key])
    elif isinstance(document.get("taking"), str):
        for key, reason in _NEEDED_WHEN_TAKING.items():
            if not document.get(key):
                yield Fault((key,), f"is missing: {reason}")


def _pairs(document: Document) -> Iterator[Fault]:
    consent = document.get("consent_from")
    if isinstance(consent, list) and "none_required" in consent:
        if len(consent) > 1:
            yield Fault(("consent_from",), "none_required stands alone, or is left out", consent)
        for key in ("consent_form", "consent_exempt_when"):
            if key in document:
                yield Fault((key,), "would never be used, because nobody has to agree: remove it", document[key])
    if document.get("device_register_required") is True and not document.get("device_register"):
        yield Fault(("device_register",), "is missing: list the devices that are registered")
    if document.get("device_register") and document.get("device_register_required") is not True:
        yield Fault(("device_register",), "would never be used: add device_register_required = true")
    if "deletion_attested_by" in document and "delete_from_device_within" not in document:
        yield Fault(("deletion_attested_by",), "would never be used: add delete_from_device_within")
    begins, ends = _day(document.get("effective_from")), _day(document.get("review_by"))
    if begins and ends and ends < begins:
        yield Fault(("review_by",), "comes before effective_from", ends)


def _day(written: object) -> date | None:
    """A TOML date, or one in quotes; anything else has a fault of its own."""
    if type(written) is date:
        return written
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _codes(document: Document) -> Iterator[Fault]:
    """Roles and places that neither the program nor the file itself knows."""
    for table, known, keys in (
        ("roles", ROLES, ("permitted_roles", "deletion_attested_by")),
        ("places", PLACES, ("places_allowed", "places_forbidden")),
    ):
        own = document.get(table)
        codes = (*known, *(own if isinstance(own, dict) else ()))
        for key in keys:
            for code in _texts(document.get(key)):
                if code not in codes:
                    hint = did_you_mean(code, codes) or f": add it to [{table}] with words for it"
                    yield Fault((key,), f"is not one of the {table} that are known{hint}", code)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _places_twice(document: Document) -> Iterator[Fault]:
    for allowed, forbidden in (("places_allowed", "places_forbidden"), ("regions_allowed", "regions_forbidden")):
        for code in sorted(set(_texts(document.get(allowed))) & set(_texts(document.get(forbidden)))):
            yield Fault((forbidden,), f"the same one is in {allowed}", code)


def _intimate(document: Document) -> Iterator[Fault]:
    for code in _texts(document.get("regions_allowed")):
        if code in INTIMATE_REGIONS:
            yield Fault(("regions_allowed",), "no file allows an intimate image of a child", code)


def _messages(document: Document) -> Iterator[Fault]:
    messages = document.get("messages")
    for rule in messages if isinstance(messages, dict) else ():
        if rule in CONSTANT_RULES:
            yield Fault(("messages", rule), "no file puts words beside this rule: its words never change")
        elif rule not in RULES:
            yield Fault(("messages", rule), f"there is no such rule{did_you_mean(rule, RULES)}")


def _cases(document: Document) -> Iterator[Fault]:
    cases = document.get("case")
    names: set[str] = set()
    for number, case in enumerate(cases if isinstance(cases, list) else ()):
        if not isinstance(case, dict):
            continue
        for key in ("because", "tasks"):
            for rule in _texts(case.get(key)):
                if rule not in RULES and rule not in CONSTANT_RULES:
                    yield Fault(("case", number, key), f"there is no such rule{did_you_mean(rule, RULES)}", rule)
        name = case.get("name")
        if isinstance(name, str):
            if name in names:
                yield Fault(("case", number, "name"), "another case has this name", name)
            names.add(name)
