"""JSON Schemas for people who write these files by hand or by program. Generated from the models, never edited.

Imports the room's own modules.
"""

from __future__ import annotations

from referral_client.base.canonical import Json
from referral_client.policy.codes import Outcome, Question, Severity
from referral_client.policy.crosschecks import RULES
from referral_client.policy.facts import AttestedFacts
from referral_client.policy.model import Policy

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> Json:
    """For a policy file, as an editor reads TOML: with `usual_facts` and `without`, which the loader folds away."""
    schema = Policy.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    case = definitions["Case"]
    case["properties"]["without"] = {"type": "array", "items": {"type": "string"}, "default": []}
    case["required"].remove("facts")
    usual = {key: value for key, value in definitions["AttestedFacts"].items() if key != "required"}
    definitions["AttestedFacts"] = usual  # a case's facts go over the usual ones, so none is needed in each
    schema["properties"]["usual_facts"] = {"$ref": "#/$defs/AttestedFacts"}
    schema["properties"]["messages"]["propertyNames"] = {"enum": list(RULES)}
    return {"$schema": _DRAFT, **schema, "title": "Photograph policy, version 1"}


def facts_schema() -> Json:
    """For F.json: the attested facts of one picture."""
    return {"$schema": _DRAFT, **AttestedFacts.model_json_schema(), "title": "Facts about one picture"}


def says_schema() -> Json:
    """For what the policy says about one picture."""
    text: Json = {"type": "string"}
    texts: Json = {"type": "array", "items": text}

    def table(**properties: Json) -> Json:
        return {
            "type": "object",
            "properties": properties,
            "required": sorted(properties),
            "additionalProperties": False,
        }

    finding = table(rule=text, severity={"enum": [each.value for each in Severity]}, message=text, clause=text)
    task = table(rule=text, words=text, by_role=text, within_minutes={"type": "integer", "minimum": 0}, clause=text)
    return {
        "$schema": _DRAFT,
        "title": "What the policy says about one picture",
        **table(
            question={"enum": [each.value for each in Question]},
            outcome={"enum": [each.value for each in Outcome]},
            headline=text,
            findings={"type": "array", "items": finding},
            tasks={"type": "array", "items": task},
            handling=table(keep_in_manifest=texts),
            policy_id=text,
            policy_version=text,
            policy_sha256=text,
        ),
    }
