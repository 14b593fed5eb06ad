"""The published schemas are those of the program that is running."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from referral_client.base.shipped import shipped
from referral_client.policy import AttestedFacts, facts_schema, may_attach, policy_schema, says_schema
from referral_client.services.policies import schema_text, schemas, write_schemas
from tests.policy.sample import FOUND, facts, policy

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", schemas())
def test_the_file_is_what_the_program_would_write(name: str) -> None:
    # python -c "from pathlib import Path; from referral_client.services.policies import write_schemas as w; w(Path())"
    assert (ROOT / name).read_bytes() == schema_text(schemas()[name])


def test_writing_them(tmp_path: Path) -> None:
    for name in schemas():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    write_schemas(tmp_path)
    written = {name: json.loads((tmp_path / name).read_bytes()) for name in schemas()}
    assert written == schemas()


@pytest.mark.parametrize("path", sorted(shipped("policies").glob("*.toml")), ids=lambda path: path.stem)
def test_every_key_of_a_shipped_policy_is_in_the_schema(path: Path) -> None:
    assert set(tomllib.loads(path.read_text("utf-8"))) <= set(policy_schema()["properties"])
    assert path.read_text("utf-8").startswith("#:schema ./policy-1.schema.json\n")


def test_only_the_source_of_a_picture_has_to_be_stated() -> None:
    schema = facts_schema()
    assert schema["required"] == ["source"]
    assert set(schema["properties"]) == set(AttestedFacts.model_fields)
    assert schema["additionalProperties"] is False


def test_a_case_may_leave_its_facts_to_the_usual_ones() -> None:
    case = policy_schema()["$defs"]["Case"]
    assert "without" in case["properties"]
    assert case["required"] == ["name", "expect"]


def test_what_a_policy_says_has_the_published_shape() -> None:
    says = may_attach(policy(delete_from_device_within="24h"), facts(device="personal"), FOUND).as_json()
    schema = says_schema()
    assert set(says) == set(schema["required"]) == set(schema["properties"])
    for part in ("findings", "tasks"):
        expected = set(schema["properties"][part]["items"]["required"])
        assert all(set(each) == expected for each in says[part])
    assert set(says["handling"]) == set(schema["properties"]["handling"]["required"])
