"""Form files with faults: every fault at once, at its place, in plain words; and what the library gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_client.base.errors import Refused
from referral_client.questionnaire import FormFaults, check_files, form_id_of, inspect_files, load_library
from tests.questionnaire.sample import SMALL, small


def faults(text: str) -> list[str]:
    return check_files({"f.yaml": text.encode()})


def changed(*pairs: tuple[str, str]) -> str:
    text = SMALL
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def fault(old: str, new: str) -> str:
    """The one fault that one change makes, without its place."""
    found = faults(changed((old, new)))
    assert len(found) == 1, found
    file, line, column, rest = found[0].split(":", 3)
    assert file == "f.yaml" and line.isdigit() and column.isdigit()
    return rest.strip()


# The condition of danger.told, which most slips are made in.
TOLD = "{answer: danger.why, answered: true}"

SHAPE = [
    ("title: Danger\n", "titel: Danger\n", None),
    ("at_least: 1", 'at_least: "1"', None),
    ("type: whole_number", "type: whole_nubmer", "did you mean “whole_number”?"),
    ("label: Kinds", "lable: Kinds", None),
    ("version: 1.0.0", "version: 1.0", "form.version: must be three numbers, like 1.0.0"),
    ("id: danger.now,", "id: Danger,", "must be two words with a dot, like child.first_name"),
    (
        "required: true, urgent: true}\n          - {id: danger.why",
        "required: yes, urgent: true}\n          - {id: danger.why",
        "must be true or false",
    ),
    (
        'item_title: "{child.name}"',
        "item_title: 12",
        'repeats.child.item_title: must be text: put it in quotes, like "12"',
    ),
    (
        "show_when: " + TOLD,
        "show_when: {answers: danger.why, answered: true}",
        "must be a test: answer, setting, all, any or not",
    ),
    ("show_when: " + TOLD, "show_when: {answer: danger.why}", "must hold exactly one test: is, one_of"),
    (
        "show_when: " + TOLD,
        "show_when: {answer: danger.why, anwsered: true}",
        "is not a key that can stand here; did you mean “answered”?",
    ),
    ("show_when: " + TOLD, "show_when: {all: []}", "must hold at least 1"),
    ("checks: [{on_or_before: today", "checks: [{on_or_before: tomorrow", "like today - 19 years"),
    (
        "options: yes_no, required: true, urgent: true}\n          - {id: danger.why",
        "required: true, urgent: true}\n          - {id: danger.why",
        "options belong to choose_one",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), [row for row in SHAPE if row[2]])
def test_one_slip_gives_one_fault_in_plain_words(old: str, new: str, words: str) -> None:
    assert words in fault(old, new)


def test_a_misspelt_key_names_the_right_one_and_what_is_missing() -> None:
    found = faults(changed(("label: Kinds", "lable: Kinds")))
    assert found == [
        "f.yaml:20:13: sections.start.pages.danger.questions.danger.kinds.label: is missing",
        *found[1:],
    ]
    assert "danger.kinds.lable: is not a key that can stand here; did you mean “label”?" in found[1]


def test_a_number_in_quotes_is_told_what_a_number_looks_like() -> None:
    assert "repeats.child.at_most: must be a whole number, like 12" in fault(
        "at_least: 1, urgent: true}", 'at_least: 1, urgent: true, at_most: "many"}'
    )


LINT = [
    (
        "answer: danger.why, answered",
        "answer: danger.wy, answered",
        "there is no question “danger.wy”; did you mean “danger.why”?",
    ),
    (
        "answer: any child.hurt, is",
        "answer: child.hurt, is",
        "is asked for each child: write “any child.hurt” or “every child.hurt”",
    ),
    (TOLD, "{answer: any danger.why, answered: true}", "“any” is for questions of a repeat"),
    (
        'type: long_text, show_when: {answer: danger.now, is: "yes"}',
        "type: long_text, show_when: {answer: danger.now, is: maybe}",
        "danger.now has no option “maybe”",
    ),
    (
        TOLD,
        "{answer: danger.why, age_at_least: 4}",
        "“age_at_least” cannot be asked of danger.why, which is long_text; it can have answered, state",
    ),
    (TOLD, "{answer: danger.kinds, is: mark}", "“is” cannot be asked of danger.kinds, which is choose_many"),
    (TOLD, "{answer: danger.count, is: many}", "must be a whole number, like 12"),
    (TOLD, "{setting: secter, is: school}", "there is no setting “secter”; did you mean “sector”?"),
    (TOLD, "{setting: sector, is: shcool}", "“sector” has no “shcool”; did you mean “school”?"),
    (TOLD, '{all: [{answer: danger.now, is: "yes"}, {answer: danger.now, is: "no"}]}', "this question can never show"),
    (
        TOLD,
        '{all: [{answer: danger.why, answered: true}, {answer: danger.now, is: "no"}]}',
        "this question can never show",
    ),
    (TOLD, "{not: {setting: sector, one_of: [school, health]}}", None),
    ("options: yes_no}", "options: yes_on}", "there is no list “yes_on”; did you mean “yes_no”?"),
    ("about: [adult]", "about: [adlut]", "there is no repeat “adlut”; did you mean “adult”?"),
    ("about: [adult]", "about: [link]", "there is no repeat “link”"),
    ("pairs: [adult, child]", "pairs: [adult, adult]", "must name two different repeats"),
    ("pairs: [adult, child]", "pairs: [adult, chidl]", "there is no repeat “chidl” to pair; did you mean “child”?"),
    (
        'item_title: "{adult.name}"',
        'item_title: "{adult.nmae}"',
        "there is no “adult.nmae” in this repeat; did you mean “adult.name”?",
    ),
    ("code: words, label: Words", "code: mark, label: Words", "“mark” stands in this list twice"),
    (
        "label: Is there danger?",
        "label: Please say if there is danger",
        "says “Please”, a word this program does not use",
    ),
    ("hurt.seen", "adult.seen", "begins with “adult.”, but its page is not for each adult"),
    ("id: link.is", "id: links.is", "must begin with “link.”, as its page is for each link"),
    ("id: hurt.seen", "id: danger.now", "“danger.now” is already used"),
]


@pytest.mark.parametrize(("old", "new", "words"), [row for row in LINT if row[2]])
def test_the_lint_finds(old: str, new: str, words: str) -> None:
    assert words in fault(old, new)


def test_a_page_that_can_never_show_is_one_fault_at_the_page() -> None:
    both = '{all: [{answer: danger.now, is: "yes"}, {answer: danger.now, answered: false}]}'
    text = changed(('{answer: any child.hurt, is: "yes"}', both))
    (found,) = faults(text)
    assert found.endswith("sections.family.pages.hurt.show_when: this page can never show")


def test_a_setting_that_is_none_of_its_codes_may_still_be_unset() -> None:
    assert not faults(changed((TOLD, "{not: {setting: sector, one_of: [school, health]}}")))


def test_a_ring_of_questions_is_named() -> None:
    text = changed(
        (
            'type: long_text, show_when: {answer: danger.now, is: "yes"}',
            "type: long_text, show_when: {answer: danger.told, answered: true}",
        )
    )
    (found,) = faults(text)
    assert "shows only when it shows already: danger.why needs danger.told needs danger.why" in found


def test_more_than_eight_questions_on_a_page_is_a_warning() -> None:
    more = "".join(f"          - {{id: danger.x{n}, label: More, type: text}}\n" for n in range(2))
    text = changed(("          - {id: danger.at,", more + "          - {id: danger.at,"))
    found = inspect_files({"f.yaml": text.encode()})
    assert not found.faults
    (warning,) = found.warnings
    assert "warning: 9 questions on one page" in warning


def test_every_fault_of_every_file_comes_at_once() -> None:
    one = changed(("label: Kinds", "label: Sorry"), ("answer: danger.why, answered", "answer: danger.wy, answered"))
    with pytest.raises(FormFaults) as caught:
        load_library({"a.yaml": one.encode(), "b.yaml": b"form: 12\n"})
    reasons = caught.value.reasons
    assert [reason.split(":")[0] for reason in reasons] == ["a.yaml", "a.yaml", *["b.yaml"] * (len(reasons) - 2)]
    assert len(reasons) > 3


def test_two_files_with_one_id_are_refused() -> None:
    found = check_files({"a.yaml": SMALL.encode(), "b.yaml": SMALL.encode()})
    assert found == ["b.yaml:2:12: form.id: “small” is already the id of a.yaml"]


def test_two_files_with_one_id_hide_none_of_each_others_faults() -> None:
    one, other = changed(("label: Kinds", "label: Sorry")), changed(("answer: danger.why,", "answer: danger.wy,"))
    found = "\n".join(check_files({"a.yaml": one.encode(), "b.yaml": other.encode()}))
    assert "a.yaml:" in found and "“Sorry”" in found
    assert "“small” is already the id of a.yaml" in found
    assert "did you mean “danger.why”?" in found


def test_a_key_that_cannot_stand_there_hides_nothing_that_the_rest_means() -> None:
    text = changed(
        ("label: Kinds", "label: Sorry\n            lable: Kinds"), ("answer: danger.why,", "answer: danger.wy,")
    )
    found = inspect_files({"f.yaml": text.encode()})
    assert len(found.faults) == 3
    assert [words in "\n".join(found.faults) for words in ("lable", "Sorry", "danger.wy")] == [True] * 3
    assert found.forms == {}


def test_an_empty_hint_is_one_fault() -> None:
    assert fault("label: Kinds\n", "label: Kinds\n            hint:\n").endswith(
        "hint: has no value (inside braces, text that holds a comma goes in quotes)"
    )


def test_an_unknown_form_is_refused_with_the_names_there_are() -> None:
    library = load_library({"a.yaml": SMALL.encode()})
    with pytest.raises(Refused) as caught:
        library.form("marf")
    assert caught.value.code == "FORM-UNKNOWN" and "small" in caught.value.next_step


def test_spaces_and_comments_do_not_change_the_digest_and_words_do() -> None:
    assert small(SMALL).sha256 == small("# a comment\n" + SMALL.replace("title: Danger\n", "title:   Danger\n")).sha256
    assert small(SMALL).sha256 != small(SMALL.replace("title: Danger\n", "title: Peril\n")).sha256


def test_the_id_of_a_file_is_read_even_when_it_has_faults() -> None:
    assert form_id_of(changed(("label: Kinds", "lable: Kinds")).encode()) == "small"
    assert form_id_of(b"\xff") == "" == form_id_of(b"[1]") == form_id_of(b"form: x")


PROFILE = """
form: {id: here, version: 1.0.0, title: Here}
over: {id: small, version: 1.0.0}
example: true
authority: {id: here, name: Here Council}
front_door:
  name: The Door
  numbers:
    - {label: Day, number: "01632 960123", hours: Always, last_seen: 2020, confirmed: false, source: A leaflet}
  deadline: {hours: 24, from: call}
wording: {questions: {danger.why: {label: "Ring {front_door}. Why?"}}}
hidden: [danger.count]
required: [danger.on]
extra:
  - page: danger
    after: danger.now
    question: {id: danger.extra, label: One more, type: text}
evidence: {seen: [All of it], not_seen: [], sources: [A copy]}
"""


def profile_faults(*pairs: tuple[str, str]) -> list[str]:
    text = PROFILE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return check_files({"small.yaml": SMALL.encode(), "here.yaml": text.encode()})


def test_a_profile_hides_adds_requires_and_reworks_words() -> None:
    form = load_library({"small.yaml": SMALL.encode(), "here.yaml": PROFILE.encode()}).form("here")
    ids = [question.id for question in next(form.pages()).questions]
    assert ids[:3] == ["danger.now", "danger.extra", "danger.why"]
    assert "danger.count" not in form.questions
    assert form.questions["danger.on"].required
    assert form.questions["danger.why"].label == "Ring The Door. Why?"
    assert (form.profile.front_door, form.profile.authority_name, form.model) == ("The Door", "Here Council", "small")
    assert form.profile.deadline is not None and form.profile.deadline.hours == 24


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "id: small, version: 1.0.0",
            "id: smal, version: 1.0.0",
            "over.id: there is no form “smal” here; did you mean “small”?",
        ),
        (
            "over: {id: small, version: 1.0.0}",
            "over: {id: small, version: 1.1.0}",
            "over.version: is 1.1.0, but small is 1.0.0",
        ),
        (
            "[danger.count]",
            "[danger.cuont]",
            "there is no question “danger.cuont” in small; did you mean “danger.count”?",
        ),
        ("[danger.count]", "[danger.now]", "is part of the least that an urgent referral holds, and stays"),
        ("[danger.count]", "[danger.why]", "there is no question “danger.why”"),
        ("confirmed: false", "confirmed: true", "confirmed: must be false"),
        ("page: danger", "page: dangre", "there is no page “dangre” in small; did you mean “danger”?"),
        ("after: danger.now", "after: danger.later", "there is no question “danger.later” in small"),
        ("danger.why: {label", "danger.wyh: {label", "there is no question “danger.wyh” in small"),
        ("id: danger.extra", "id: danger.on", "“danger.on” is already used"),
        (
            'label: "Ring {front_door}. Why?"',
            "label: Please say why",
            "here.yaml:11:43: wording.questions.danger.why.label: says “Please”",
        ),
        ("hours: 24, from", "hours: 24, working_days: 1, from", "must give either hours or working_days"),
        ('number: "01632 960123"', "number: 1632960123", "must be text: put it in quotes"),
    ],
)
def test_what_a_profile_may_not_do_is_said_at_its_own_line(old: str, new: str, words: str) -> None:
    found = profile_faults((old, new))
    assert any(words in one for one in found), found


def test_a_list_that_lacks_a_code_the_model_tests_is_found() -> None:
    found = profile_faults(("wording:", 'lists: {yes_no: [{code: "no", label: "No"}]}\nwording:'))
    assert any("has no option “yes”" in one for one in found), found


_LINES = SMALL.split("\n")
_PIECES = sorted({piece for line in _LINES for piece in line.split()})


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(_LINES) - 1), st.sampled_from([None, *_PIECES]), st.integers(0, 9)), max_size=4
    )
)
def test_no_slip_of_the_hand_gives_anything_but_faults(slips: list[tuple[int, str | None, int]]) -> None:
    lines = list(_LINES)
    for at, piece, word in slips:
        words = lines[at].split()
        if piece is None or not words:
            lines[at] = ""
        else:
            lines[at] = lines[at].replace(words[word % len(words)], piece)
    for one in check_files({"f.yaml": "\n".join(lines).encode(), "here.yaml": PROFILE.encode()}):
        assert one.startswith(("f.yaml:", "here.yaml:"))
