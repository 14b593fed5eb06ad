"""`photo inspect`, `photo strip` and `photo check`, as a script calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from referral_client.app import main
from referral_client.base.shipped import shipped
from referral_client.photo import Metadata, facts_of, rescan
from referral_client.services.photographs import METADATA_WORDS

CUPS = shipped("resources") / "sample-photographs" / "coloured-cups.jpg"
POLICY = shipped("policies") / "school-dsl-approval.toml"
SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"


def test_inspect_counts_what_is_hidden_and_shows_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["photo", "inspect", str(CUPS), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == facts_of(CUPS.read_bytes()).as_json()
    assert {"kind": "position", "count": 6} in told["metadata"]
    assert main(["photo", "inspect", str(CUPS)]) == 0
    words = capsys.readouterr().out
    assert "where it was taken" in words
    assert "56" not in words.replace("2560", "")


def test_strip_leaves_exactly_one_clean_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "photo-1.jpg"
    assert main(["photo", "strip", str(CUPS), str(target), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    rescan(target.read_bytes())
    assert told["size"] == target.stat().st_size
    assert [path.name for path in tmp_path.iterdir()] == ["photo-1.jpg"]


def test_strip_of_what_is_no_photograph_exits_1_and_leaves_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.jpg").write_bytes(b"%PDF-1.7")
    assert main(["photo", "strip", str(tmp_path / "in.jpg"), str(tmp_path / "out.jpg")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "This is a PDF document, not a photograph." in told.err
    assert "PHOTO-NOT-A-PICTURE" in told.err
    assert not (tmp_path / "out.jpg").exists()


def test_check_tells_the_verdict_by_its_exit_code_and_every_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"source": "parent", "intimate": false}', encoding="utf-8")
    assert main(["photo", "check", str(CUPS), "--policy", str(POLICY), "--facts", str(facts), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["policy_id"]
    assert told["findings"]


def test_check_does_not_open_a_picture_that_must_stay_closed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"source": "child", "intimate": true}', encoding="utf-8")
    nowhere = str(tmp_path / "never-opened.jpg")
    assert main(["photo", "check", nowhere, "--policy", str(POLICY), "--facts", str(facts)]) == 1
    assert "tell your lead now" in capsys.readouterr().out


def test_every_kind_of_hidden_information_has_words() -> None:
    assert set(METADATA_WORDS) == {kind.value for kind in Metadata}


@pytest.mark.parametrize("verb", ["inspect", "strip"])
def test_the_published_schema_names_every_key_and_kind(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["photo", verb, str(CUPS), *([str(tmp_path / "out.jpg")] if verb == "strip" else []), "--json"]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    schema = json.loads((SCHEMAS / f"photo-{verb}.schema.json").read_text(encoding="utf-8"))
    counted = schema["properties"]["metadata" if verb == "inspect" else "removed"]
    assert set(schema["required"]) == set(schema["properties"]) == set(told)
    assert set(counted["items"]["properties"]["kind"]["enum"]) == {kind.value for kind in Metadata}
