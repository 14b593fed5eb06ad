"""The example profile says what is known of the published form and what is not, and confirms no number."""

from __future__ import annotations

from pathlib import Path

from referral_client.base.shipped import shipped
from referral_client.questionnaire import Form
from referral_client.services.forms import show_form


def test_it_is_an_example_over_the_marf(shropshire: Form) -> None:
    assert shropshire.profile.example
    assert (shropshire.model, shropshire.model_version) == ("marf", "1.0.0")
    assert (shropshire.profile.authority_name, shropshire.profile.front_door) == ("Shropshire Council", "Compass")


def test_it_asks_all_that_the_model_asks(marf: Form, shropshire: Form) -> None:
    assert set(shropshire.questions) - set(marf.questions) == {"lead.consultation"}
    assert set(marf.questions) <= set(shropshire.questions)


def test_no_number_is_confirmed_and_each_says_when_it_was_last_seen(shropshire: Form) -> None:
    assert len(shropshire.profile.numbers) == 2
    for number in shropshire.profile.numbers:
        assert not number.confirmed
        assert number.last_seen and number.hours and number.label and number.source


def test_the_clock_runs_24_hours_from_the_call(shropshire: Form) -> None:
    deadline = shropshire.profile.deadline
    assert deadline is not None and (deadline.hours, deadline.starts) == (24, "call")


def test_friday_closes_earlier(shropshire: Form) -> None:
    hours = {day: (part.opens, part.closes) for part in shropshire.profile.opening for day in part.days}
    assert hours == {
        **dict.fromkeys(("mon", "tue", "wed", "thu"), ("09:00", "17:00")),
        "fri": ("09:00", "16:00"),
    }


def test_the_four_reasons_for_not_telling_are_those_of_the_form(shropshire: Form) -> None:
    codes = [option.code for option in shropshire.lists["not_told_reasons"]]
    assert codes == ["harm_to_child", "harm_to_other", "obstruct_police", "delay"]
    assert shropshire.questions["adult.not_told_why"].options == shropshire.lists["not_told_reasons"]


def test_it_speaks_of_tiers(shropshire: Form) -> None:
    assert "tier_2" in {option.code for option in shropshire.questions["level.tier"].options}
    assert "tier" in shropshire.questions["level.tier"].label


def test_it_says_what_nobody_has_seen(shropshire: Form) -> None:
    evidence = shropshire.profile.evidence
    assert evidence.seen and evidence.sources
    assert any("after the first adult table" in line for line in evidence.not_seen)


def test_the_front_door_goes_by_its_own_name(marf: Form, shropshire: Form) -> None:
    assert shropshire.questions["call.made"].label == "Have you spoken to Compass?"
    assert marf.questions["call.made"].label == "Have you spoken to children’s social care?"


def test_no_python_names_an_authority() -> None:
    package = Path(__file__).resolve().parents[2] / "referral_client" / "questionnaire"
    names = [path.stem.casefold() for path in shipped("forms").glob("*.yaml") if path.stem != "marf"]
    assert "shropshire" in names
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8").casefold()
        assert not [name for name in (*names, "compass") if name in text], path.name


def test_showing_the_form_prints_its_clock_its_hours_and_its_numbers_as_last_seen() -> None:
    lines = show_form("shropshire").lines
    assert "The written form is due 24 hours after the call." in lines
    assert "Open Monday to Thursday 09:00 to 17:00, as last seen, not confirmed" in lines
    assert any(
        "0345 678 9021" in line and line.endswith("last seen 2015, not confirmed: check the council’s site")
        for line in lines
    )
