"""The MARF model asks everything that the rest of the program reads, and names the sources of its words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from referral_client.questionnaire import Form, Kind, Library, check_answers, missing_words, problems, reachable
from referral_client.questionnaire.lint import BARRED, MOST_QUESTIONS_A_PAGE
from referral_client.referral import PresenceKind, answers_from_json, family, family_of

SETTINGS = {"today": "2026-11-20", "sector": "both"}

# The core vocabulary by its type. A form may ask more; every one of these is asked by every form over the model.
CORE = """
choose_one: danger.now visiting.risk call.made level.tier level.harm_suspected lead.discussed household.overnight
    stepdown.before stepdown.still_true concern.disclosure concern.physical_harm basis.relied_on early_help.done
    child.unborn child.sex child.interpreter child.additional_needs child.staying_now child.referred
    child.mobile child.told
    adult.sex adult.told adult.agrees link.relationship link.parental_responsibility presence.kind presence.first_hand
    presence.checked statement.first_hand statement.checked injury.site injury.side injury.kind injury.measured
choose_many: request.kinds concern.categories adult.roles adult.not_told_why adult.concerns
long_text: danger.why danger.child_now visiting.risk_detail call.advice call.attempts level.why lead.why_not
    household.overnight_detail stepdown.belief concern.why_now concern.history concern.strengths concern.tried
    concern.unknowns concern.disagree concern.want basis.record early_help.why_not agency.involvement
    child.additional_needs_detail child.staying_detail child.previous_addresses child.description child.impact
    child.voice_observed child.voice_none_because adult.not_told_detail adult.agrees_why_not adult.views
    adult.concerns_detail adult.history
    adult.strengths statement.said injury.description professional.believes keep_from.why
text: call.spoke_to call.reference lead.who stepdown.to concern.happened_where referrer.role referrer.agency
    referrer.reach_when referrer.relationship child.other_names child.ethnicity child.religion child.language
    child.interpreter_detail child.gp child.school adult.other_names adult.agrees_how adult.interpreter
    presence.where presence.who_says presence.told_to presence.who_else_knows statement.fact statement.who_says
    statement.who_else_knows said.speaker said.heard_by injury.colours injury.seen_by explanation.who professional.role
    professional.agency keep_from.what keep_from.who_else
name: referrer.name child.first_name child.last_name adult.name professional.name
verbatim: child.voice_words child.told_said said.words said.question_asked explanation.words
datetime: danger.called_999_at call.at concern.happened_when referral.dated said.when injury.seen_at explanation.when
date: stepdown.when early_help.date child.dob child.due_date adult.dob adult.agrees_when presence.last_known
    presence.told_on statement.when professional.believes_as_at
phone: call.number referrer.phone child.phone adult.phone professional.phone
email: referrer.email
address: referrer.address child.address adult.address
item_ref: child.mother child.father adult.partner_of presence.adult statement.about injury.child explanation.injury
    keep_from.who
item_refs: concern.responsible adult.agrees_covers
whole_number: injury.length_mm injury.width_mm
nhs_number: child.nhs_number
upn: child.upn
"""


def core() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    kind = ""
    for word in CORE.split():
        if word.endswith(":"):
            kind = word[:-1]
        else:
            found[word] = Kind(kind)
    return found


@pytest.mark.parametrize("form_id", ["marf", "shropshire"])
def test_every_form_asks_the_core_vocabulary_by_its_type(library: Library, form_id: str) -> None:
    questions = library.form(form_id).questions
    assert {name: questions[name].kind for name in core() if name in questions} == core()


def test_the_model_asks_the_core_vocabulary_and_nothing_else(marf: Form) -> None:
    assert set(marf.questions) == set(core())


def test_every_question_that_the_family_is_read_from_is_asked(marf: Form) -> None:
    source = Path(family.__file__).read_text("utf-8")
    words = {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    read = {word for word in words if re.fullmatch(r"[a-z]+\.[a-z_]+", word)}
    groups = {word for word in words if word in marf.repeats}
    assert len(read) > 30
    assert read <= set(marf.questions)
    assert groups >= {"child", "adult", "link", "presence", "statement", "professional", "injury", "explanation"}


def test_presence_has_the_kinds_that_the_family_knows(marf: Form) -> None:
    assert {option.code for option in marf.questions["presence.kind"].options} == set(PresenceKind)


CODES = {
    "danger.now": "yes no unsure",
    "visiting.risk": "yes no unknown",
    "call.made": "yes could_not_get_through not_yet not_needed",
    "level.harm_suspected": "yes no unsure",
    "lead.discussed": "yes no",
    "household.overnight": "yes no unknown",
    "stepdown.before": "yes no unknown",
    "early_help.done": "yes no unknown",
    "child.sex": "female male unborn not_known",
    "child.staying_now": "same elsewhere",
    "child.told": "yes no not_appropriate",
    "adult.roles": "parent carer partner household significant_outside concern",
    "adult.told": "yes no not_yet",
    "adult.agrees": "yes no not_asked",
    "adult.concerns": "domestic_abuse alcohol_drugs mental_health none_known",
    "link.relationship": "mother father step_parent parents_partner grandparent sibling other_relative non_family "
    "unknown",
    "link.parental_responsibility": "yes no unknown",
    "injury.side": "left right middle both",
    "injury.measured": "measured estimated",
    "injury.site": "face head neck ear mouth chest abdomen back shoulder upper_arm forearm hand thigh lower_leg foot "
    "armpit buttock breast genital anal",
}


@pytest.mark.parametrize(("question", "codes"), CODES.items())
def test_codes_that_other_rooms_rely_on(library: Library, question: str, codes: str) -> None:
    for form in library.forms.values():
        assert [option.code for option in form.questions[question].options] == codes.split()


def test_no_page_is_longer_than_reads_well_and_nothing_is_unwise(library: Library) -> None:
    assert all(len(page.questions) <= MOST_QUESTIONS_A_PAGE for form in library.forms.values() for page in form.pages())
    assert library.warnings == ()


def test_no_text_of_any_form_holds_a_barred_word(library: Library) -> None:
    barred = re.compile(r"\b(" + "|".join(BARRED) + r")\b", re.IGNORECASE)
    for form in library.forms.values():
        for question in form.questions.values():
            prompts = " ".join(prompt.text for prompt in question.prompts)
            assert not barred.search(" ".join((question.label, question.hint, question.why, question.missing, prompts)))


def test_every_why_every_prompt_and_every_page_text_says_where_it_comes_from(library: Library) -> None:
    for form in library.forms.values():
        assert all(page.source for page in form.pages() if page.text)
        for question in form.questions.values():
            assert question.source or not question.why
            assert all(prompt.source for prompt in question.prompts)


def test_danger_is_asked_first(marf: Form) -> None:
    assert next(iter(marf.questions)) == "danger.now"


def test_what_follows_from_an_unborn_baby(marf: Form) -> None:
    def asked(unborn: str) -> set[str]:
        given = answers_from_json({"items": {"child": [{"id": "child-1", "answers": {"child.unborn": unborn}}]}})
        return {question for item, question in reachable(marf, given, SETTINGS).visible if item == "child-1"}

    assert asked("yes") - asked("no") == {"child.due_date"}
    assert asked("no") - asked("yes") >= {"child.dob", "child.school", "child.upn", "child.mobile", "child.voice_words"}


def test_a_mark_on_a_baby_who_cannot_move_about_says_ring_now(library: Library) -> None:
    given = answers_from_json(
        {
            "answers": {"concern.physical_harm": "yes"},
            "items": {"child": [{"id": "child-1", "answers": {"child.mobile": "no"}}]},
        }
    )
    prompts = reachable(library.form("shropshire"), given, SETTINGS).prompts
    assert any(
        prompt.question == "child.mobile" and prompt.level == "warn" and "Ring Compass" in prompt.text
        for prompt in prompts
    )


def test_told_agrees_and_lawful_basis_are_three_things(marf: Form) -> None:
    given = answers_from_json(
        {
            "answers": {"level.harm_suspected": "yes", "basis.relied_on": "public_task"},
            "items": {"adult": [{"id": "adult-1", "answers": {"adult.told": "no", "adult.agrees": "not_asked"}}]},
        }
    )
    shown = reachable(marf, given, SETTINGS)
    for question in ("adult.told", "adult.not_told_why", "adult.agrees"):
        assert shown.shows(question, "adult-1")
    assert shown.shows("basis.relied_on") and shown.shows("basis.record")
    assert not shown.shows("adult.agrees_how", "adult-1")


def test_who_does_not_agree_is_asked_why_not_and_nothing_about_how_they_agreed(marf: Form) -> None:
    given = answers_from_json({"items": {"adult": [{"id": "adult-1", "answers": {"adult.agrees": "no"}}]}})
    shown = reachable(marf, given, SETTINGS)
    assert shown.shows("adult.agrees_why_not", "adult-1")
    assert not shown.shows("adult.agrees_how", "adult-1")
    asked = {problem.question for problem in problems(marf, given, SETTINGS, sending="full")}
    assert "adult.agrees_why_not" in asked


@pytest.mark.parametrize("form_id", ["marf", "shropshire"])
def test_the_words_for_silence_are_sentences(library: Library, form_id: str) -> None:
    for question in library.form(form_id).questions.values():
        words = missing_words(question)
        if question.required or question.urgent:
            assert not re.match(r"(Enter|Select) (the )?(any|say|telephone|when|why|if)\b", words), words
            assert re.match(
                r"(Answer “.+\?”, or|(Enter|Select) (the|your|a|an|what|yes)|Say|Write|Add|Describe) ", words
            ), words


def test_injuries_are_asked_after_physical_harm_and_words_after_a_disclosure(marf: Form) -> None:
    for question, page in (("concern.physical_harm", "injury"), ("concern.disclosure", "said")):
        for code, expected in (("yes", True), ("no", False)):
            found = reachable(marf, answers_from_json({"answers": {question: code}}), SETTINGS)
            assert (page in {visit.page for visit in found.pages}) is expected


def test_an_empty_referral_prints_every_question_as_not_answered(marf: Form) -> None:
    rows = [row for section in check_answers(marf, answers_from_json({}), SETTINGS) for row in section.rows]
    assert len(rows) > 40 and all(row.words == "Not answered" for row in rows)
    assert family_of(answers_from_json({})).children == ()
