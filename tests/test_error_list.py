"""docs/errors.md lists every code of the source, and one code means one thing."""

from __future__ import annotations

from collections import defaultdict

import error_list

# Said in more than one room, and meaning the same in each.
SHARED = {
    "FORM-FAULTS",  # a form file that does not load
    "VAULT-NO-KEY",  # nothing to open the vault with
    "VAULT-NONE",  # no vault yet
}
# Said by the one reader of files and by a room as well, and meaning the same.
SAID_TWICE = {"PACKAGE-TICKET-GONE", "PHOTO-TOO-LARGE", "STATEMENT-TOO-LARGE"}
# The shape of a code, and none: what the log says, what a look over a vault finds, marks of answers, a sample.
NO_ERRORS = {
    "INTAKE-RECEIPT-NOT-OURS",
    "NOT-AN-OPTION",
    "NOT-KNOWN-WITHOUT-WHOM",
    "PRACTICE-2026-0001",
    "VAULT-BLOB-DAMAGED",
    "VAULT-BLOB-GONE",
    "VAULT-CELLS-DAMAGED",
    "VAULT-DATABASE-DAMAGED",
    "VAULT-PACKAGE-DAMAGED",
    "VAULT-RECORD-DIFFERS",
}


def test_the_list_is_current() -> None:
    assert error_list.LIST.read_text("utf-8") == error_list.text(), "run: python -m tests.error_list"


def _of_files() -> set[str]:
    endings = [ending.removeprefix("…") for ending, _ in error_list.endings()]
    return {f"{word}{ending}" for word, _ in error_list.read_files() for ending in endings}


def test_no_code_of_the_source_is_missing_from_the_list() -> None:
    listed = {entry.code for entry in error_list.entries()} | {word for word, _ in error_list.read_files()}
    assert error_list.literals() - listed - _of_files() == NO_ERRORS
    assert len(listed) > 100


def test_a_code_ends_a_command_in_one_way_wherever_it_is_said() -> None:
    exits = defaultdict(set)
    for entry in error_list.entries():
        if entry.exits != "-":
            exits[entry.code].add(entry.exits)
    assert not {code: ways for code, ways in exits.items() if len(ways) > 1}


def test_a_code_is_said_by_one_room() -> None:
    rooms = defaultdict(set)
    for entry in error_list.entries():
        rooms[entry.code].add(entry.place.split("/")[1])
    assert {code for code, places in rooms.items() if len(places) > 1} == SHARED


def test_the_first_words_of_a_file_stand_for_no_other_code() -> None:
    assert _of_files() & {entry.code for entry in error_list.entries()} == SAID_TWICE
