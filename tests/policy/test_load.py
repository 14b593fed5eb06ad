"""Reading a policy file: every fault with its line, and no bytes that do anything else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_client.base.shipped import shipped
from referral_client.policy import POLICY_LIMIT, PolicyFaults, load_policy
from tests.policy.sample import PLAIN

SHIPPED = sorted(shipped("policies").glob("*.toml"))


def faults_of(text: str | bytes) -> list[str]:
    with pytest.raises(PolicyFaults) as caught:
        load_policy(text if isinstance(text, bytes) else text.encode(), "ours.toml")
    assert caught.value.exit_code == 1
    assert "every referral still do" in caught.value.meaning
    return list(caught.value.reasons)


def changed(old: str, new: str) -> str:
    assert old in PLAIN
    return PLAIN.replace(old, new)


def test_a_policy_carries_the_digest_of_its_file() -> None:
    assert load_policy(PLAIN.encode(), "ours.toml").sha256 == hashlib.sha256(PLAIN.encode()).hexdigest()


def test_a_file_saved_by_notepad_loads() -> None:
    windows = b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode()
    assert load_policy(windows, "ours.toml").policy_id == "plain"


def test_dates_may_stand_in_quotes() -> None:
    assert load_policy(changed("2026-01-01", '"2026-01-01"').encode(), "ours.toml").effective_from.year == 2026


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "permitted_roles",
            "permited_roles",
            "ours.toml:7: permited_roles: there is no such setting: did you mean permitted_roles? "
            '(you wrote ["school_nurse", "dsl"])',
        ),
        (
            "org_camera",
            "org_camra",
            "ours.toml:8: devices_allowed[2]: must be one of org_camera, org_tablet, org_phone_managed, "
            "clinical_image_app, medical_photography, police_kit, parent_device, personal: "
            'did you mean org_camera? (you wrote "org_camra")',
        ),
        (
            'consent_from = ["child", "parent_pr"]',
            "consent_from = true",
            "ours.toml:9: consent_from: must be a list in square brackets (you wrote true)",
        ),
        ('"1.0.0"', "1", "ours.toml:2: version: must be text in quotes (you wrote 1)"),
        ('"1.0.0"', '"one"', 'ours.toml:2: version: must look like 1.0.0 (you wrote "one")'),
        ("2026-01-01", '"soon"', 'ours.toml:4: effective_from: must be a date like 2026-09-01 (you wrote "soon")'),
        ('"A school"', '""', 'ours.toml:3: organisation: must not be empty (you wrote "")'),
        ('role = "governing body"\n', "", "ours.toml:11: approved_by.role: is missing"),
        ("2026-12-31", "2025-12-31", 'ours.toml:5: review_by: comes before effective_from (you wrote "2025-12-31")'),
        (
            '"school_nurse"',
            '"scool_nurse"',
            "ours.toml:7: permitted_roles: is not one of the roles that are known: did you mean school_nurse? "
            '(you wrote "scool_nurse")',
        ),
        (
            '"school_nurse"',
            '"wizard"',
            "ours.toml:7: permitted_roles: is not one of the roles that are known: "
            'add it to [roles] with words for it (you wrote "wizard")',
        ),
        (
            "[messages]",
            "[messages]\ndevice = 'x'",
            "ours.toml:19: messages.device: there is no such rule: "
            "did you mean devices_allowed or device_register or delete_from_device_within?",
        ),
        (
            '"plain"',
            '"../plain"',
            "ours.toml:1: policy_id: must look like school-dsl-approval: small letters, digits and hyphens "
            '(you wrote "../plain")',
        ),
    ],
)
def test_a_fault_names_its_line_its_key_the_reason_and_what_was_written(old: str, new: str, fault: str) -> None:
    assert fault in faults_of(changed(old, new))


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ("max_total = 0", "must be at least 1 (you wrote 0)"),
        ("max_total = 999", "must be at most 200 (you wrote 999)"),
        ("max_total = 1.5", "must be a whole number (you wrote 1.5)"),
        ("max_total = nan", "must be a whole number"),
        ('second_adult_required = "yes"', 'must be true or false (you wrote "yes")'),
        ('delete_from_device_within = "soon"', 'must look like 30m, 24h or 7d (you wrote "soon")'),
        ("recipients_allowed = []", "must not be empty (you wrote [])"),
        ("third_party_images = 1", "must be a table (you wrote 1)"),
        (f'record_system = "{"x" * 201}"', "must be no longer than 200"),
        ("device_register_required = true", "device_register: is missing: list the devices that are registered"),
        ('device_register = ["TAB-1"]', "would never be used: add device_register_required = true"),
        ('deletion_attested_by = "dsl"', "would never be used: add delete_from_device_within"),
        ('places_allowed = ["medical_rom"]', "did you mean medical_room?"),
        ('places_allowed = ["office"]\nplaces_forbidden = ["office"]', "the same one is in places_allowed"),
        ('regions_allowed = ["hand"]\nregions_forbidden = ["hand"]', "the same one is in regions_allowed"),
        ('regions_forbidden = ["arm"]', "did you mean upper_arm or forearm or armpit?"),
    ],
)
def test_a_setting_that_does_not_fit(setting: str, fault: str) -> None:
    assert any(fault in reason for reason in faults_of(changed("[approved_by]", f"{setting}\n\n[approved_by]")))


@pytest.mark.parametrize(
    "setting",
    [
        'intimate_under_18 = "allowed"',
        "intimate_under_18 = false",
        "allow_intimate = true",
        'regions_allowed = ["face", "genital"]',
    ],
)
def test_no_file_loosens_the_rule_about_intimate_images(setting: str) -> None:
    (reason,) = faults_of(changed("[approved_by]", f"{setting}\n\n[approved_by]"))
    assert "intimate image of a child" in reason


def test_a_setting_that_this_program_cannot_obey_yet_is_not_taken() -> None:
    (reason,) = faults_of(changed("[approved_by]", 'original = "seal_in_package"\n\n[approved_by]'))
    assert "original: this program cannot do that yet: the original stays with you." in reason


def test_no_file_puts_its_own_words_beside_that_rule() -> None:
    (reason,) = faults_of(changed("[messages]", '[messages]\nintimate_under_18 = "Send it to the office."'))
    assert "its words never change" in reason


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    text = (
        changed('"1.0.0"', "1")
        .replace("permitted_roles", "permited_roles")
        .replace("org_camera", "org_camra")
        .replace('"The governors"', "7")
    )
    lines = [int(reason.split(":")[1]) for reason in faults_of(text)]
    assert lines == sorted(lines)
    assert set(lines) >= {2, 7, 8, 12}


class TestSettingsThatNothingWouldRead:
    def test_rules_about_taking_where_nobody_takes(self) -> None:
        reasons = faults_of(changed("allowed_if", "forbidden"))
        assert [reason.split(": ")[1] for reason in reasons] == ["permitted_roles", "devices_allowed", "consent_from"]
        assert all("would never be used, because no picture may be taken: remove it" in reason for reason in reasons)

    def test_saying_again_that_no_clothing_is_moved_does_no_harm(self) -> None:
        forbids = re.sub(
            r"(permitted_roles|devices_allowed|consent_from) = .*\n", "", changed("allowed_if", "forbidden")
        )
        text = forbids.replace("[approved_by]", "clothing_moved_allowed = false\n[approved_by]")
        assert load_policy(text.encode(), "ours.toml").taking == "forbidden"

    def test_how_people_agree_where_nobody_has_to(self) -> None:
        text = changed('["child", "parent_pr"]', '["none_required"]\nconsent_form = "written"')
        assert "because nobody has to agree" in faults_of(text)[0]

    def test_nobody_beside_somebody(self) -> None:
        assert (
            "none_required stands alone"
            in faults_of(changed('["child", "parent_pr"]', '["none_required", "child"]'))[0]
        )

    def test_usual_facts_without_a_case(self) -> None:
        assert "is used by no case" in faults_of(f'{PLAIN}\n[usual_facts]\nsource = "self"\n')[0]


def test_taking_of_the_wrong_kind_has_its_own_fault_only() -> None:
    assert faults_of(changed('"allowed_if"', "1")) == [
        "ours.toml:6: taking: must be one of forbidden, allowed_if, expected, required (you wrote 1)"
    ]


@pytest.mark.parametrize("key", ["permitted_roles", "devices_allowed", "consent_from"])
def test_who_with_what_and_who_agrees_cannot_be_left_open(key: str) -> None:
    (reason,) = faults_of(re.sub(rf"{key} = .*\n", "", PLAIN))
    assert f"{key}: is missing: " in reason


class TestCases:
    def case(self, body: str) -> str:
        return f'{PLAIN}\n[[case]]\nname = "one"\nexpect = "attach"\n{body}\n'

    def test_a_fault_in_the_second_case_names_the_second_case(self) -> None:
        text = (
            self.case('facts = { source = "self" }')
            + '\n[[case]]\nname = "two"\nexpect = "attach"\n[case.facts]\nsorce = 1\n'
        )
        assert faults_of(text) == [
            "ours.toml:29: case[2].facts.source: is missing",
            "ours.toml:30: case[2].facts.sorce: there is no such setting: did you mean source? (you wrote 1)",
        ]

    def test_a_rule_nobody_knows(self) -> None:
        (reason,) = faults_of(self.case('because = ["devices"]\nfacts = { source = "self" }'))
        assert "case[1].because: there is no such rule: did you mean devices_allowed?" in reason

    def test_two_cases_of_one_name(self) -> None:
        body = 'facts = { source = "self" }'
        (reason,) = faults_of(self.case(body) + self.case(body).removeprefix(PLAIN))
        assert "another case has this name" in reason

    @pytest.mark.parametrize(
        "text",
        [
            "usual_facts = 1\n" + PLAIN,
            "case = 1\n" + PLAIN,
            "case = [1]\n" + PLAIN,
            "messages = 1\n" + PLAIN.split("[messages]")[0],
            "roles = 1\n" + PLAIN,
        ],
    )
    def test_a_table_of_the_wrong_kind(self, text: str) -> None:
        assert all(re.match(r"ours\.toml:\d+: ", reason) for reason in faults_of(text))

    def test_facts_and_gaps_of_the_wrong_kind(self) -> None:
        assert any("must be a table" in reason for reason in faults_of(self.case("facts = 1")))
        (reason,) = faults_of(self.case('without = 1\nfacts = { source = "self" }'))
        assert "case[1].without: is not one of the usual facts (you wrote 1)" in reason


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"", "there is nothing in it"),
        (b" \n\t\n", "there is nothing in it"),
        (b"a" * 5_000_000, "larger than 256 KiB"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "not UTF-8 text"),
        (PLAIN.encode("utf-16"), "not UTF-8 text"),
        (b"\x00\x01\x02", "this is not TOML"),
        (b"x" * 4001, "a line longer than 4000 characters"),
        (b"a." * 1500 + b"b = 1", "nested more than 8 deep"),
        (b"a = " + b"[" * 3000, "nested too deep"),
        (b"a = 0x" + b"f" * 3900, "holds a number or a character that no policy needs"),
        (b"taking = yes", "yes and no are true and false"),
        (b'name = "open\nnext = 1', "this is not TOML at column 13"),
        (b'name = """open', "this is not TOML at the end of the file"),
        (b"just words", "one setting to a line"),
    ],
)
def test_a_file_that_is_no_policy(bad: bytes, words: str) -> None:
    (reason,) = faults_of(bad)
    assert reason.startswith("ours.toml:1: ")
    assert words in reason


def test_bytes_that_are_not_text_name_their_line() -> None:
    assert faults_of(PLAIN.encode() + b'\nx = "\xe9"\n')[0].startswith("ours.toml:21: file: not UTF-8")


def test_the_size_is_checked_before_anything_is_parsed() -> None:
    comment = b"# " + b"x" * 97 + b"\n"
    fits = PLAIN.encode() + comment * ((POLICY_LIMIT - len(PLAIN.encode())) // len(comment))
    assert load_policy(fits, "ours.toml").policy_id == "plain"
    assert "larger than" in faults_of(fits + comment)[0]


def test_keys_and_tables_written_twice_are_all_named_with_both_lines() -> None:
    text = (
        PLAIN.replace('taking = "allowed_if"', 'taking = "allowed_if"\ntaking = "forbidden"')
        + '\n[approved_by]\nname = "x"\n'
    )
    assert faults_of(text) == [
        "ours.toml:7: taking: written twice; the first is at line 6",
        "ours.toml:22: approved_by: written twice; the first is at line 12",
        "ours.toml:23: approved_by.name: written twice; the first is at line 13",
    ]


def test_a_file_that_is_something_else_does_not_fill_the_screen() -> None:
    reasons = faults_of("".join(f"setting_{number} = 1\n" for number in range(2000)))
    assert len(reasons) == 501
    assert reasons[-1] == "1508 more like these"


def test_a_file_name_cannot_write_a_second_line() -> None:
    with pytest.raises(PolicyFaults) as caught:
        load_policy(b"", "a\nb\x1b[31m.toml")
    assert caught.value.reasons[0].startswith("ab[31m.toml:1: ")


def _only_faults(content: bytes) -> None:
    reasons: tuple[str, ...] = ("ours.toml:1: it: loads",)
    try:
        load_policy(content, "ours.toml")
    except PolicyFaults as faults:
        reasons = faults.reasons
    assert reasons
    assert all(re.match(r"ours\.toml:\d+: \S+: ", reason) for reason in reasons)
    assert not any("\n" in reason for reason in reasons)


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_no_bytes_do_anything_but_name_their_faults(content: bytes) -> None:
    _only_faults(content)


@st.composite
def spoilt(draw: Callable[..., object]) -> bytes:
    """A shipped policy with a few lines lost, doubled, swapped or altered."""
    path = draw(st.sampled_from(SHIPPED))
    assert isinstance(path, Path)
    lines = path.read_text("utf-8").split("\n")
    for _ in range(3):
        at = draw(st.integers(0, len(lines) - 1))
        assert isinstance(at, int)
        how = draw(st.sampled_from(["drop", "double", "word", "value"]))
        if how == "drop":
            del lines[at]
        elif how == "double":
            lines.insert(at, lines[at])
        elif how == "word":
            lines[at] += str(draw(st.sampled_from(["x", '"', "]", " = 1", "[[case]]", "'''", "#"])))
        else:
            lines[at] = re.sub(
                r"=.*",
                f"= {draw(st.sampled_from(['1', 'true', '[]', '{}', '1.5', '2026-01-01', '[[1]]', 'inf']))}",
                lines[at],
            )
    return "\n".join(lines).encode()


@given(spoilt())
@settings(deadline=None, max_examples=150)
def test_a_spoilt_policy_loads_or_names_its_faults(content: bytes) -> None:
    _only_faults(content)
