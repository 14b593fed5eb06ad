"""The types of answer: what fits, what cannot be true, what is only odd."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_client.questionnaire.values import (
    Grade,
    Kind,
    finding_of,
    has_content,
    is_postcode,
    nhs_check_digit,
    shape_fault,
    tidy,
    upn_check_letter,
)


def grade(kind: Kind, value: object) -> str:
    found = finding_of(kind, value)  # type: ignore[arg-type]  # odd values on purpose
    return "fits" if found is None else found.grade.value


@pytest.mark.parametrize("text", ["943 476 5919", "943-476-5919", "９４３４７６５９１９", "9434765919"])
def test_an_nhs_number_is_taken_with_spaces_dashes_and_wide_digits(text: str) -> None:
    assert grade(Kind.NHS_NUMBER, text) == "fits"
    assert tidy(Kind.NHS_NUMBER, text) == "9434765919"


@pytest.mark.parametrize("text", ["943 476 5918", "123", "94347659199", "abc", "943476591X"])
def test_a_wrong_digit_or_length_cannot_be_true(text: str) -> None:
    assert grade(Kind.NHS_NUMBER, text) == "cannot_be_true"


@pytest.mark.parametrize("text", ["999 000 0018", "0000000000", "1111111111"])
def test_numbers_that_are_never_given_out_are_odd_and_kept(text: str) -> None:
    assert grade(Kind.NHS_NUMBER, text) == "look_again"


def test_a_number_from_old_example_pages_fails_the_check() -> None:
    assert grade(Kind.NHS_NUMBER, "999 123 4567") == "cannot_be_true"


@settings(deadline=None)
@given(st.integers(0, 999_999_999), st.integers(0, 8), st.integers(1, 9))
def test_any_single_changed_digit_of_an_nhs_number_is_found(nine: int, place: int, by: int) -> None:
    first = f"{nine:09}"
    digit = nhs_check_digit(first)
    if digit == 10:
        return
    changed = first[:place] + str((int(first[place]) + by) % 10) + first[place + 1 :]
    assert grade(Kind.NHS_NUMBER, f"{changed}{digit}") == "cannot_be_true"


@pytest.mark.parametrize(
    ("twelve", "letter"),
    # Worked by hand: sum of digit x 2..13, modulus 23, into ABCDEFGHJKLMNPQRTUVWXYZ.
    [("800000000000", "T"), ("010000000000", "D"), ("000000000001", "P"), ("80120000100A", "U")],
)
def test_the_upn_check_letter(twelve: str, letter: str) -> None:
    assert upn_check_letter(twelve) == letter


def test_a_upn_is_taken_in_small_letters_and_a_wrong_letter_cannot_be_true() -> None:
    body = "823432110007"
    good = upn_check_letter(body) + body
    assert grade(Kind.UPN, good.lower()) == "fits"
    assert tidy(Kind.UPN, f" {good.lower()} ") == good
    assert grade(Kind.UPN, ("A" if good[0] != "A" else "B") + body) == "cannot_be_true"
    assert grade(Kind.UPN, "I" + body) == "cannot_be_true"


@pytest.mark.parametrize(
    "text",
    ["SY2 6ND", "sy26nd", "W1A 1AA", "EC1A 1BB", "BFPO 57", "JE2 3QA", "GY1 1AA", "IM1 1AA", "ZZ99 3VZ", "GIR 0AA"],
)
def test_postcodes_in_any_case_and_spacing(text: str) -> None:
    assert is_postcode(text)


@pytest.mark.parametrize("text", ["SY2", "QQ1 1AA", "SY2 6N", "12345", "SY2 6CD"])
def test_what_is_no_postcode_is_odd_and_never_refused(text: str) -> None:
    assert grade(Kind.POSTCODE, text) == "look_again"
    assert grade(Kind.ADDRESS, {"postcode": text}) == "look_again"


@pytest.mark.parametrize("text", ["07700 900123", "+44 1632 960001", "01632 960 123 ext 4, ask for Sam", "999"])
def test_any_number_that_could_be_rung_is_taken_as_typed(text: str) -> None:
    assert grade(Kind.PHONE, text) == "fits"
    assert tidy(Kind.PHONE, text) == text


def test_a_telephone_number_without_digits_is_odd() -> None:
    assert grade(Kind.PHONE, "ask the school") == "look_again"


@pytest.mark.parametrize(
    ("text", "expected"), [("a@b.example", "fits"), ("a b@c", "cannot_be_true"), ("a@b", "cannot_be_true")]
)
def test_email(text: str, expected: str) -> None:
    assert grade(Kind.EMAIL, text) == expected


@pytest.mark.parametrize("name", ["O’Brien-Núñez", "李小龙", "Þór", "Dave, drives a white van", "X"])
def test_no_name_is_refused(name: str) -> None:
    assert grade(Kind.NAME, name) == "fits"


def test_a_name_is_stored_composed() -> None:
    assert tidy(Kind.NAME, " Zoe\u0308 ") == "Zoë"


def test_verbatim_words_are_stored_as_typed() -> None:
    assert tidy(Kind.VERBATIM, " he  hurted me ") == " he  hurted me "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T15:40", "fits"),
        ("2026-11-20", "look_again"),
        ("2026-11-20T24:40", "cannot_be_true"),
        ("soon", "cannot_be_true"),
    ],
)
def test_a_time_may_lack_its_hour_but_must_be_real(text: str, expected: str) -> None:
    assert grade(Kind.DATETIME, text) == expected


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        (Kind.WHOLE_NUMBER, "12", "must be a whole number, like 12"),
        (Kind.WHOLE_NUMBER, True, "must be a whole number, like 12"),
        (Kind.CHOOSE_MANY, "mark", "must be a list"),
        (Kind.TEXT, 12, "must be text"),
        (Kind.ADDRESS, {"no_fixed_address": "yes"}, "no_fixed_address must be true or false"),
        (Kind.WHOLE_NUMBER, 12, ""),
        (Kind.ADDRESS, {"line_1": "1 High Street", "no_fixed_address": False}, ""),
    ],
)
def test_a_value_of_another_shape_is_named(kind: Kind, value: object, fault: str) -> None:
    assert shape_fault(kind, value) == fault  # type: ignore[arg-type]


def test_an_address_part_nobody_knows_is_refused() -> None:
    assert "not one of" in shape_fault(Kind.ADDRESS, {"planet": "Earth"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", False), ("  ", False), ((), False), ({}, False), ({"town": " ", "no_fixed_address": False}, False),
     (None, False), (0, True), ({"no_fixed_address": True}, True), ("x", True)],
)  # fmt: skip
def test_blank_values_are_silence(value: object, expected: bool) -> None:
    assert has_content(value) is expected  # type: ignore[arg-type]


def test_grades_are_the_two_that_callers_know() -> None:
    assert set(Grade) == {"cannot_be_true", "look_again"}
