"""`policy check | explain | test | diff | matrix`, as another program would call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from referral_client.app import main
from referral_client.base.shipped import shipped

POLICIES = sorted(shipped("policies").glob("*.toml"))
SCHOOL = str(shipped("policies") / "school-dsl-approval.toml")
NURSERY = str(shipped("policies") / "nursery.toml")


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """A policy with two slips of the keyboard."""
    path = tmp_path / "ours.toml"
    text = Path(SCHOOL).read_text("utf-8")
    path.write_text(
        text.replace("permitted_roles =", "permited_roles =").replace('"org_tablet"]', '"org_tablt"]'), "utf-8"
    )
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["policy", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code, out, _ = run(capsys, *arguments, "--json")
    return code, json.loads(out)


class TestCheck:
    def test_every_shipped_policy_loads(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, document = as_json(capsys, "check", *map(str, POLICIES))
        assert code == 0
        assert [file["policy_id"] for file in document["files"]] == [path.stem for path in POLICIES]
        assert all(file["loads"] and len(file["sha256"]) == 64 for file in document["files"])

    def test_one_line_for_each(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(capsys, "check", NURSERY) == (
            0,
            "nursery.toml: loads: nursery 1.0.0, Example: Little Acorns Nursery\n",
            "",
        )

    def test_every_fault_of_every_file_with_its_line(self, capsys: pytest.CaptureFixture[str], spoilt: Path) -> None:
        code, out, _ = run(capsys, "check", str(spoilt), NURSERY, "nowhere.toml")
        assert code == 1
        lines = out.splitlines()
        assert any(line.startswith("ours.toml:12: permited_roles: there is no such setting") for line in lines)
        assert any("did you mean org_tablet?" in line for line in lines)
        assert "nursery.toml: loads: nursery 1.0.0, Example: Little Acorns Nursery" in lines
        assert any(line.startswith("nowhere.toml:1: file: The photograph policy is not") for line in lines)
        assert (
            lines[-1] == "2 policies do not load. Until corrected, no photograph goes under them. Referrals still go."
        )

    def test_faults_as_json(self, capsys: pytest.CaptureFixture[str], spoilt: Path) -> None:
        code, document = as_json(capsys, "check", str(spoilt))
        assert code == 1
        (file,) = document["files"]
        assert not file["loads"]
        assert len(file["faults"]) == 4

    def test_a_huge_file_is_not_read_whole(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        huge = tmp_path / "huge.toml"
        huge.write_bytes(b"a" * 5_000_000)
        code, out, _ = run(capsys, "check", str(huge))
        assert code == 1
        assert "larger than 1 MB" in out
        assert "1 policy does not load." in out


class TestExplain:
    def test_in_plain_english(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = run(capsys, "explain", SCHOOL)
        assert code == 0
        assert "- A second adult is in the room.\n    “3.5 A second member of staff" in out

    def test_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, document = as_json(capsys, "explain", NURSERY)
        assert code == 0
        assert document["policy_id"] == "nursery"
        assert "A policy may hold back a photograph. It never holds back a referral." in document["lines"]

    def test_a_policy_that_does_not_load_exits_1_with_every_fault(
        self, capsys: pytest.CaptureFixture[str], spoilt: Path
    ) -> None:
        code, out, err = run(capsys, "explain", str(spoilt))
        assert code == 1
        assert "permited_roles" in out + err
        assert "Traceback" not in out + err


class TestCases:
    @pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
    def test_every_shipped_policy_passes_its_own(self, capsys: pytest.CaptureFixture[str], path: Path) -> None:
        code, document = as_json(capsys, "test", str(path))
        assert code == 0
        assert document["passed"]
        assert len(document["cases"]) >= 8

    def test_one_line_for_each(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = run(capsys, "test", NURSERY)
        assert code == 0
        assert "ok  A parent's picture goes marked as a parent's" in out
        assert out.endswith("8 of 8 cases come out as expected.\n")

    def test_a_case_that_comes_out_otherwise(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        path = tmp_path / "ours.toml"
        text = Path(NURSERY).read_text("utf-8").replace('parent = "accept_flagged"', 'parent = "refuse"')
        path.write_text(text, "utf-8")
        code, out, _ = run(capsys, "test", str(path))
        assert code == 1
        assert "NOT A parent's picture goes marked as a parent's" in out
        assert "expected attach-with-warnings, the policy says blocked-use-body-map" in out

    def test_a_policy_without_cases_shows_nothing(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        path = tmp_path / "ours.toml"
        path.write_text(Path(NURSERY).read_text("utf-8").split("[usual_facts]")[0], "utf-8")
        code, out, _ = run(capsys, "test", str(path))
        assert code == 1
        assert "has no cases of its own" in out


class TestComparing:
    def test_what_differs(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = run(capsys, "diff", NURSERY, SCHOOL)
        assert code == 0
        assert "- taking\n    before: forbidden\n    after:  allowed_if\n" in out
        assert "- places_allowed\n    before: not set\n    after:  medical_room\n" in out
        assert "Answers that differ\n" in out

    def test_two_copies(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(capsys, "diff", SCHOOL, SCHOOL)[:2] == (0, "No setting differs.\n\nNo answer differs.\n")

    def test_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, document = as_json(capsys, "diff", NURSERY, SCHOOL)
        assert code == 0
        assert (document["before"]["policy_id"], document["after"]["policy_id"]) == ("nursery", "school-dsl-approval")
        assert {"key": "taking", "before": "forbidden", "after": "allowed_if"} in document["settings"]
        assert document["answers"]


class TestMatrix:
    def test_as_lines(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = run(capsys, "matrix", SCHOOL)
        assert code == 0
        assert "Taken by: school nurse\n  With the organisation’s tablet:\n    goes: face, head, neck," in out

    def test_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, document = as_json(capsys, "matrix", SCHOOL)
        assert code == 0
        assert {"who": "dsl", "device": "org_tablet", "region": "hand", "outcome": "attach"} in document["cells"]
