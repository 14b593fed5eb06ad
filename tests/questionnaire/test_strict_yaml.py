"""The strict loader: what it takes as it is, and what it refuses, with the place."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_client.questionnaire import strict_yaml
from referral_client.questionnaire.strict_yaml import MAX_BYTES, MAX_DEPTH, Mark, read_document


def faults(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return [str(fault) for fault in read_document("f.yaml", data).faults]


def test_yes_no_on_and_off_stay_text() -> None:
    document = read_document("f.yaml", b"codes: [yes, no, on, off, Yes, NO, y, n]")
    assert document.data == {"codes": ["yes", "no", "on", "off", "Yes", "NO", "y", "n"]}
    assert document.faults == ()


def test_only_true_and_false_are_yes_or_no_values_and_only_plain_digits_are_numbers() -> None:
    document = read_document(
        "f.yaml", b'{a: true, b: "true", c: 12, d: "12", e: 0345, f: 1.5, g: 1_000, h: 0x1F, i: 12:30}'
    )
    assert document.data == {
        "a": True, "b": "true", "c": 12, "d": "12", "e": "0345", "f": "1.5", "g": "1_000", "h": "0x1F", "i": "12:30",
    }  # fmt: skip


def test_every_node_keeps_its_line_and_column() -> None:
    document = read_document("f.yaml", b"a: 1\nb:\n  - c: x\n    d: y\n")
    assert document.values[("b", 0, "d")] == Mark(4, 8)
    assert document.keys[("b", 0, "d")] == Mark(4, 5)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: &x 1\n", "f.yaml:1:4: a: may not use & anchors"),
        ("a: 1\nb: *x\n", "f.yaml:2:4: b: may not use * aliases: write the text again"),
        ("a: !!str 1\n", "f.yaml:1:4: a: may not use ! tags"),
        ("a: !python/object:os.system x\n", "f.yaml:1:4: a: may not use ! tags"),
        ("a: {<<: 1}\n", "f.yaml:1:5: a.<<: may not use << merges"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: a: “a” stands here twice"),
        ("a: 2014-03-27\n", 'f.yaml:1:4: a: a date must be in quotes: "2014-03-27"'),
        ("a:\nb: 1\n", "f.yaml:1:1: a: has no value (inside braces, text that holds a comma goes in quotes)"),
        ("a: ~\n", "f.yaml:1:1: a: has no value"),
        ("? [x]\n: 1\n", "f.yaml:1:3: a key must be text"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: holds a second document after “---”: one form a file"),
        ("", "f.yaml:1:1: is empty"),
    ],
)
def test_what_two_people_could_read_differently_is_refused(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_a_comma_in_running_text_inside_braces_is_found() -> None:
    assert faults("{text: Call 999 now, then carry on}") == [
        "f.yaml:1:22: then carry on: has no value (inside braces, text that holds a comma goes in quotes)"
    ]


def test_every_fault_is_named_at_once() -> None:
    assert len(faults("a: &x 1\nb: 2014-03-27\nb: 3\nc: ~\n")) == 4


def test_a_duplicate_key_keeps_the_first_value_and_reads_on() -> None:
    document = read_document("f.yaml", b"a: 1\na: {b: [1, 2], c: 3}\nd: 4\n")
    assert document.data == {"a": 1, "d": 4}


def test_broken_yaml_is_a_sentence_with_a_place() -> None:
    (fault,) = faults("a: [1, 2\nb: 3\n")
    assert fault.startswith("f.yaml:2:") and "cannot be read as YAML" in fault


def test_bytes_that_are_not_text_are_refused_with_their_line() -> None:
    assert faults(b"a: 1\nb: \xff\n") == ["f.yaml:2:1: is not UTF-8 text: save the file as UTF-8"]


def test_a_byte_order_mark_is_taken() -> None:
    assert read_document("f.yaml", b"\xef\xbb\xbfa: 1\n").data == {"a": 1}


def test_the_size_is_refused_before_anything_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(strict_yaml.yaml, "parse", never)
    assert faults(b"#" * (MAX_BYTES + 1)) == ["f.yaml:1:1: is larger than 1024 KiB, the most a form may be"]


def test_depth_and_number_of_values_are_limited() -> None:
    assert f"nested more than {MAX_DEPTH} deep" in faults("[" * 5000)[0]
    assert "holds more than" in faults("[" + "1," * 70_000 + "1]")[0]


def test_the_slower_parser_reads_the_same_data(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"a: [yes, \"no\", 12, true]\nb:\n  c: |\n    Two\n    lines\n  d: 'x'\n"
    fast = read_document("f.yaml", text)
    monkeypatch.setattr(strict_yaml, "_PARSER", yaml.SafeLoader)
    slow = read_document("f.yaml", text)
    assert (fast.data, fast.faults) == (slow.data, slow.faults)
    assert fast.values == slow.values


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    read_document("f.yaml", data)


@settings(deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!?|>\n \"'#,<", max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    read_document("f.yaml", text.encode())
