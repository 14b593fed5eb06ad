"""Which line a key of a TOML text stands on."""

from __future__ import annotations

from referral_client.policy.lines import map_lines

TEXT = '''\
a = 1
"b c".d = 2
long = """
fake = 1
[fake]
""" # and
list = [
  "x = 1", # ]
  { y = "]" },
]
[table]
inner = 1
[[case]]
name = 1
[case.facts]
source = 1
[[case]]
[case.facts]
source = 'it''s'
literal = \'\'\'
fake = 2
\'\'\'
last = 1
'''


def test_keys_tables_and_arrays_of_tables() -> None:
    found = map_lines(TEXT).lines
    assert found == {
        ("a",): 1,
        ("b c", "d"): 2,
        ("long",): 3,
        ("list",): 7,
        ("table",): 11,
        ("table", "inner"): 12,
        ("case",): 13,
        ("case", 0): 13,
        ("case", 0, "name"): 14,
        ("case", 0, "facts"): 15,
        ("case", 0, "facts", "source"): 16,
        ("case", 1): 17,
        ("case", 1, "facts"): 18,
        ("case", 1, "facts", "source"): 19,
        ("case", 1, "facts", "literal"): 20,
        ("case", 1, "facts", "last"): 23,
    }


def test_a_key_that_is_not_written_stands_at_the_table_around_it() -> None:
    found = map_lines(TEXT)
    assert found.line_of(("table", "missing")) == 11
    assert found.line_of(("case", 1, "facts", "consent", "child")) == 18
    assert found.line_of(("missing",)) == 1


def test_the_key_a_line_belongs_to() -> None:
    found = map_lines(TEXT)
    assert found.key_at(9) == ("list",)
    assert map_lines("").key_at(1) == ()


def test_keys_written_twice() -> None:
    assert map_lines("a = 1\nb = 1\na = 2\n").duplicates == [(("a",), 1, 3)]


def test_a_text_with_too_many_closing_brackets_is_still_mapped() -> None:
    assert map_lines("a = ]]\nb = 1\n").lines == {("a",): 1, ("b",): 2}


def test_a_table_of_an_ordinary_table() -> None:
    assert map_lines("[a.b]\nc = 1\n").lines == {("a", "b"): 1, ("a", "b", "c"): 2}
