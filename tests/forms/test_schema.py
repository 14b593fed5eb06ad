"""The published schemas are those of the code."""

from __future__ import annotations

import json
from pathlib import Path

from referral_client.base.shipped import shipped
from referral_client.questionnaire import form_schema_text
from referral_client.questionnaire.values import ADDRESS_PARTS
from referral_client.referral import State, answers

REMAKE = (
    "from referral_client.questionnaire import form_schema_text as t; import sys; sys.stdout.reconfigure(newline=''); "
    "sys.stdout.write(t())"
)


def test_the_schema_of_forms_is_current() -> None:
    stored = (shipped("forms") / "form-1.schema.json").read_text("utf-8")
    assert stored == form_schema_text(), f'run: python -c "{REMAKE}" > forms/form-1.schema.json'


def test_every_shipped_form_names_its_schema() -> None:
    for path in shipped("forms").glob("*.yaml"):
        assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=./form-1.schema.json\n")


def test_the_schema_of_answers_says_what_the_reader_takes() -> None:
    path = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "answers.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    assert set(schema["properties"]) == {"form", "answers", "items", "reasons"}
    assert schema["$defs"]["answer"]["properties"]["state"]["enum"] == [state.value for state in State]
    assert set(schema["$defs"]["answer"]["properties"]) == {"state", "value", "asked", "because", "keep_from"}
    assert set(schema["$defs"]["address"]["properties"]) == set(ADDRESS_PARTS)
    assert schema["$defs"]["text"]["maxLength"] == answers.MAX_TEXT
    assert schema["properties"]["items"]["additionalProperties"]["maxItems"] == answers.MAX_ITEMS
