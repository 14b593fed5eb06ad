"""The table of who, device and part of the body; and what differs between two policies."""

from __future__ import annotations

from datetime import date

import pytest

from referral_client.base.shipped import shipped
from referral_client.policy import (
    Device,
    Outcome,
    Policy,
    Region,
    diff,
    load_policy,
    matrix,
    matrix_lines,
    policy_in_force,
)
from referral_client.policy.matrix import ANYBODY_ELSE
from tests.policy.sample import policy


def example(name: str) -> Policy:
    path = shipped("policies") / f"{name}.toml"
    return load_policy(path.read_bytes(), path.name)


def outcomes(under: Policy) -> dict[tuple[str, str, str], Outcome]:
    return {(cell.who, cell.device, cell.region): cell.outcome for cell in matrix(under)}


def test_every_role_device_and_part_has_one_cell() -> None:
    under = example("school-dsl-approval")
    own = (len(under.permitted_roles) + 1) * len(Device) * len(Region)
    others = 5 * len(Region)
    assert len(matrix(under)) == len(outcomes(under)) == own + others


@pytest.mark.parametrize(
    ("name", "who", "device", "region", "outcome"),
    [
        ("school-dsl-approval", "school_nurse", "org_tablet", "forearm", Outcome.ATTACH),
        ("school-dsl-approval", "school_nurse", "org_tablet", "chest", Outcome.BLOCKED_USE_BODY_MAP),
        ("school-dsl-approval", "school_nurse", "personal", "forearm", Outcome.BLOCKED_USE_BODY_MAP),
        ("school-dsl-approval", ANYBODY_ELSE, "org_tablet", "forearm", Outcome.BLOCKED_USE_BODY_MAP),
        ("school-dsl-approval", "parent", "", "forearm", Outcome.ATTACH_WITH_WARNINGS),
        ("fostering", "foster_carer", "personal", "chest", Outcome.ATTACH),
        ("hospital-ed", "paediatrician", "medical_photography", "thigh", Outcome.ATTACH),
        ("police", "trained_officer", "police_kit", "genital", Outcome.BLOCKED_TELL_YOUR_LEAD),
        ("nhs-community", "clinical_photographer", "medical_photography", "buttock", Outcome.BLOCKED_TELL_YOUR_LEAD),
        ("nursery", "parent", "", "face", Outcome.ATTACH_WITH_WARNINGS),
        ("primary-forbids", "screenshot", "", "face", Outcome.BLOCKED_USE_BODY_MAP),
    ],
)
def test_a_cell_says(name: str, who: str, device: str, region: str, outcome: Outcome) -> None:
    assert outcomes(example(name))[who, device, region] is outcome


@pytest.mark.parametrize("path", sorted(shipped("policies").glob("*.toml")), ids=lambda path: path.stem)
def test_somebody_can_follow_each_policy(path: object) -> None:
    under = example(path.stem)  # type: ignore[attr-defined]
    assert {Outcome.ATTACH, Outcome.ATTACH_WITH_WARNINGS} & set(outcomes(under).values())


def test_a_policy_with_every_place_ruled_out_but_one_still_has_a_table() -> None:
    under = policy(places_forbidden=["office", "clinic_room"])
    assert Outcome.ATTACH in outcomes(under).values()


def test_the_lines_name_people_devices_and_parts_in_words() -> None:
    lines = matrix_lines(example("fostering"))
    assert "Taken by: foster carer" in lines
    assert "  With a phone the organisation manages or a personal phone or camera:" in lines
    assert "    goes: every other part of the body" in lines
    assert "    not opened: tell your lead: buttock, breast, genital and anal" in lines
    assert "Not taken by our own people. It came from: a parent or carer" in lines
    assert not any("_" in line for line in lines)


def test_where_nobody_takes_pictures_there_is_one_row_for_everybody() -> None:
    lines = matrix_lines(example("nursery"))
    assert "Anybody who works here" in lines
    assert "  With any device:" in lines


class TestComparing:
    def test_two_copies_do_not_differ(self) -> None:
        same = diff(policy(), policy())
        assert (same.settings, same.answers) == ((), ())

    def test_a_setting_and_the_answers_it_changes(self) -> None:
        difference = diff(policy(), policy(devices_allowed=["org_tablet"], messages={"taking": "1"}))
        assert [(change.key, change.before, change.after) for change in difference.settings] == [
            ("devices_allowed", "org_tablet, org_camera", "org_tablet"),
            ("messages.devices_allowed", "3.1 The school tablet.", ""),
            ("messages.taking", "", "1"),
        ]
        changed = [change.key for change in difference.answers]
        assert len(changed) == 2
        assert changed[0].startswith("Taken by: school nurse, with the organisation’s camera: face, head,")
        assert difference.answers[0].before == "goes"
        assert difference.answers[0].after == "does not go: body map or words"

    def test_values_are_said_as_people_say_them(self) -> None:
        difference = diff(policy(), policy(second_adult_required=True, max_total=3, preauthorisation={"by": "head"}))
        assert {change.key: (change.before, change.after) for change in difference.settings} == {
            "preauthorisation": ("", "by: head; evidence_ref: yes; valid_minutes: 60"),
            "second_adult_required": ("no", "yes"),
            "max_total": ("", "3"),
        }

    def test_a_worked_example_that_comes_out_otherwise_is_named(self) -> None:
        before = example("fostering")
        after = before.model_copy(update={"distress_stops": False})
        (change,) = diff(before, after).answers
        assert (change.key, change.after) == ("Example: The child was upset", "goes")

    def test_as_json(self) -> None:
        document = diff(policy(), policy(max_total=3)).as_json()
        assert document == {"settings": [{"key": "max_total", "before": "", "after": "3"}], "answers": []}


class TestTheVersionInForce:
    OLD = policy(version="1.0.0", effective_from="2025-01-01")
    NEW = policy(version="1.9.0", effective_from="2026-01-01")
    NEWER = policy(version="1.10.0", effective_from="2026-01-01")

    def test_is_the_one_that_had_begun_when_the_picture_was_taken(self) -> None:
        assert policy_in_force([self.NEW, self.OLD], date(2025, 12, 31)) is self.OLD
        assert policy_in_force([self.OLD, self.NEW], date(2026, 1, 1)) is self.NEW

    def test_is_the_higher_of_two_that_begin_on_one_day(self) -> None:
        assert policy_in_force([self.NEWER, self.NEW], date(2026, 5, 1)) is self.NEWER

    def test_is_none_before_the_first(self) -> None:
        assert policy_in_force([self.OLD], date(2024, 12, 31)) is None
        assert policy_in_force([], date(2026, 1, 1)) is None

    def test_still_applies_after_its_review_is_overdue(self) -> None:
        assert policy_in_force([self.OLD], date(2031, 1, 1)) is self.OLD
