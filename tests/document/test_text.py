"""No letter is lost silently, and the coverage table tells the truth about the fonts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from document.fontfiles import TABLE, as_text
from referral_client.base.shipped import shipped
from referral_client.document.text import SPELLED_OUT, plain_only, printable


def test_the_coverage_table_is_what_the_fonts_hold() -> None:
    assert TABLE.read_text("utf-8") == as_text(), "run: python -m tests.document.fontfiles"


def test_the_fonts_stay_small_and_carry_their_licences() -> None:
    folder = shipped("resources") / "fonts"
    assert sum(font.stat().st_size for font in folder.glob("*.ttf")) < 6_000_000
    for licence in ("OFL-Inter.txt", "OFL-Noto.txt", "OFL-NotoSansSC.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / licence).read_text("utf-8")


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_comes_back_untouched(text: str) -> None:
    assert printable(text) == text


@given(st.text())
def test_every_letter_is_printed_or_named(text: str) -> None:
    shown = printable(text, plain_only)
    for letter in text:
        if letter.isalpha():
            assert letter in shown or f"U+{ord(letter):04X}" in shown or "more, see answers.json" in shown


@given(st.text())
def test_nothing_unprintable_is_left(text: str) -> None:
    shown = printable(text, plain_only)
    assert all(plain_only(letter) or letter == "\n" for letter in shown)


def test_a_run_is_one_note() -> None:
    assert printable("a😀😡b") == (
        "a[characters not printable: U+1F600 GRINNING FACE, U+1F621 POUTING FACE, see answers.json]b"
    )


def test_a_long_run_is_counted() -> None:
    shown = printable("😀" * (SPELLED_OUT + 5))
    assert shown.count("GRINNING FACE") == SPELLED_OUT
    assert "and 5 more, see answers.json" in shown


def test_the_invisible_parts_of_an_emoji_make_no_noise() -> None:
    assert printable("👩\u200d👧") == "[characters not printable: U+1F469 WOMAN, U+1F467 GIRL, see answers.json]"


@pytest.mark.parametrize("text", ["zw\u200cnj", "w\u0302yn", "Nguye\u0302\u0303n", "محمد", "ক্ষ"])
def test_marks_and_joiners_of_a_script_stay(text: str) -> None:
    assert "not printable" not in printable(text)


def test_a_control_character_is_named_by_its_number() -> None:
    assert printable("a\x07b") == "a[character not printable: U+0007, see answers.json]b"


def test_a_byte_order_mark_leaves_no_trace() -> None:
    assert printable("\ufeffMina") == "Mina"


def test_every_kind_of_line_end_is_a_line() -> None:
    assert printable("a\r\nb\rc\u2028d\x0be") == "a\nb\nc\nd\ne"
