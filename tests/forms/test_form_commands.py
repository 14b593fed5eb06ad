"""`form check`, `form show` and `form diff` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from referral_client.base.errors import KnownError
from referral_client.base.shipped import shipped
from referral_client.cli.main import parse
from tests.no_window import no_window

MARF = shipped("forms") / "marf.yaml"
SHROPSHIRE = shipped("forms") / "shropshire.yaml"


def run(*arguments: str | Path) -> int:
    args = parse(["form", *map(str, arguments)], no_window)
    code: int = args.run(args)
    return code


def test_every_form_that_comes_with_the_program_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", *sorted(shipped("forms").glob("*.yaml"))) == 0
    assert "marf.yaml: loads: marf 1.0.0" in capsys.readouterr().out


def test_a_profile_alone_is_checked_over_the_programs_own_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", SHROPSHIRE) == 0
    assert capsys.readouterr().out.startswith("shropshire.yaml: loads")


def test_a_typo_is_refused_with_file_line_and_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "marf.yaml"
    copy.write_text(MARF.read_text("utf-8").replace("type: verbatim", "type: verbatm", 1), "utf-8")
    assert run("check", copy) == 1
    out = capsys.readouterr().out
    assert out.startswith("marf.yaml:") and "did you mean “verbatim”?" in out
    assert len(out.splitlines()) == 1


def test_one_file_that_is_gone_does_not_hide_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", tmp_path / "gone.yaml", SHROPSHIRE) == 1
    out = capsys.readouterr().out
    assert "gone.yaml:1:1: The form file is not at that place." in out and "shropshire.yaml: loads" in out


def test_check_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", SHROPSHIRE, "--json") == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert (file["form_id"], file["loads"], file["faults"]) == ("shropshire", True, [])


def test_show_lists_the_forms_and_then_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show") == 0
    assert "shropshire 1.0.0" in capsys.readouterr().out
    assert run("show", "shropshire") == 0
    out = capsys.readouterr().out
    assert "not confirmed: check the council’s site" in out and "Not seen:" in out and "child.first_name" in out


def test_show_of_an_unknown_form_is_refused() -> None:
    with pytest.raises(KnownError) as caught:
        run("show", "nowhere")
    assert (caught.value.code, caught.value.exit_code) == ("FORM-UNKNOWN", 1)


def test_diff_takes_ids_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", "marf", MARF) == 0
    assert capsys.readouterr().out == "Nothing that is asked differs.\n"
    assert run("diff", "marf", "shropshire") == 0
    out = capsys.readouterr().out
    assert "+ question lead.consultation" in out and "~ question level.tier: label" in out


def test_diff_of_a_form_with_faults_names_them(tmp_path: Path) -> None:
    copy = tmp_path / "marf.yaml"
    copy.write_text("form: 1\n", "utf-8")
    with pytest.raises(KnownError) as caught:
        run("diff", "marf", str(copy))
    assert caught.value.code == "FORM-FAULTS" and caught.value.reasons
