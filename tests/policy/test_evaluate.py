"""What the policy says about one picture, rule by rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from referral_client.policy import (
    Counts,
    FoundFacts,
    Outcome,
    Recipient,
    Region,
    Severity,
    Verdict,
    View,
    before_a_byte_is_read,
    may_attach,
    may_take,
)
from referral_client.policy.codes import INTIMATE_REGIONS
from referral_client.policy.rules_picture import INTIMATE_QUESTION
from tests.policy.sample import FOUND, facts, policy

GOES, WARNED, YES_NEEDED = Outcome.ATTACH, Outcome.ATTACH_WITH_WARNINGS, Outcome.NEEDS_APPROVAL
ASKED, HELD, LEAD = (
    Outcome.NEEDS_MORE_INFORMATION,
    Outcome.BLOCKED_USE_BODY_MAP,
    Outcome.BLOCKED_TELL_YOUR_LEAD,
)
Changes = dict[str, Any]
NO_CHANGE: Changes = {}
REGISTER = {"device_register_required": True, "device_register": ["TAB-01"]}
YES_FIRST = {"preauthorisation": {"by": "dsl_or_deputy", "valid_minutes": 60}}
DSL_YES = {"by_role": "dsl", "by": "R. Example", "at": "2026-06-01T09:30:00Z", "reference": "log 1"}
BOTH_YES = {"child": "yes", "parent_pr": "yes"}

# name, settings changed, facts changed, outcome, rules that speak
CASES: list[tuple[str, Changes, Changes, Outcome, set[str]]] = [
    ("everything in order", NO_CHANGE, NO_CHANGE, GOES, set()),
    ("a colleague took it", NO_CHANGE, {"source": "colleague"}, GOES, set()),
    ("nobody takes pictures here", {"taking": "forbidden"}, NO_CHANGE, HELD, {"taking"}),
    ("a role the policy does not name", NO_CHANGE, {"taken_by": {"role": "teacher"}}, HELD, {"permitted_roles"}),
    ("a role nobody knows", NO_CHANGE, {"taken_by": {"role": "wizard"}}, HELD, {"permitted_roles"}),
    ("no role given", NO_CHANGE, {"taken_by": {"name": "A. Example"}}, ASKED, {"permitted_roles"}),
    ("training not done", {"training_required": ["photo_2027"]}, NO_CHANGE, ASKED, {"training_required"}),
    ("training done", {"training_required": ["photo_2026"]}, NO_CHANGE, GOES, set()),
    ("a consultant asked", {"request_required_from": "consultant"}, NO_CHANGE, GOES, set()),
    (
        "a nurse asked, not a consultant",
        {"request_required_from": "consultant"},
        {"requested_by_role": "nurse"},
        HELD,
        {"request_required_from"},
    ),
    (
        "a nurse is a clinician",
        {"request_required_from": "clinician"},
        {"requested_by_role": "nurse"},
        GOES,
        set(),
    ),
    (
        "a social worker asked",
        {"request_required_from": "social_care_or_police"},
        {"requested_by_role": "social_worker"},
        GOES,
        set(),
    ),
    (
        "nobody says who asked",
        {"request_required_from": "clinician"},
        {"requested_by_role": None},
        ASKED,
        {"request_required_from"},
    ),
    ("a yes half an hour before", YES_FIRST, NO_CHANGE, GOES, set()),
    ("no yes before", YES_FIRST, {"preauthorised": None}, YES_NEEDED, {"preauthorisation"}),
    (
        "a yes from a teacher",
        YES_FIRST,
        {"preauthorised": {**DSL_YES, "by_role": "teacher"}},
        YES_NEEDED,
        {"preauthorisation"},
    ),
    (
        "a yes without a role",
        YES_FIRST,
        {"preauthorised": {**DSL_YES, "by_role": None}},
        ASKED,
        {"preauthorisation"},
    ),
    ("a yes without a name", YES_FIRST, {"preauthorised": {**DSL_YES, "by": None}}, ASKED, {"preauthorisation"}),
    ("a yes without a time", YES_FIRST, {"preauthorised": {**DSL_YES, "at": None}}, ASKED, {"preauthorisation"}),
    (
        "a yes that is written nowhere",
        YES_FIRST,
        {"preauthorised": {**DSL_YES, "reference": None}},
        ASKED,
        {"preauthorisation"},
    ),
    (
        "a yes that need not be written down",
        {"preauthorisation": {"by": "dsl_or_deputy", "evidence_ref": False}},
        {"preauthorised": {**DSL_YES, "reference": None}},
        GOES,
        set(),
    ),
    ("a preauthorisation by nobody", {"preauthorisation": {"by": "none"}}, {"preauthorised": None}, GOES, set()),
    (
        "a yes 61 minutes before",
        YES_FIRST,
        {"preauthorised": {**DSL_YES, "at": "2026-06-01T08:59:00Z"}},
        HELD,
        {"preauthorisation"},
    ),
    (
        "a yes exactly an hour before",
        YES_FIRST,
        {"preauthorised": {**DSL_YES, "at": "2026-06-01T09:00:00Z"}},
        GOES,
        set(),
    ),
    (
        "a yes after the picture",
        YES_FIRST,
        {"preauthorised": {**DSL_YES, "at": "2026-06-01T10:01:00Z"}},
        HELD,
        {"preauthorisation"},
    ),
    (
        "a yes on a day without an hour",
        YES_FIRST,
        {"preauthorised": {**DSL_YES, "at": "2026-06-01"}},
        ASKED,
        {"preauthorisation"},
    ),
    (
        "one time with a zone and one without",
        YES_FIRST,
        {"preauthorised": {**DSL_YES, "at": "2026-06-01 09:30"}},
        ASKED,
        {"preauthorisation"},
    ),
    ("a personal phone", NO_CHANGE, {"device": "personal"}, HELD, {"devices_allowed"}),
    ("no device given", NO_CHANGE, {"device": None}, ASKED, {"devices_allowed"}),
    ("a tablet on the register", REGISTER, NO_CHANGE, GOES, set()),
    ("a tablet off the register", REGISTER, {"device_id": "TAB-99"}, HELD, {"device_register"}),
    ("a tablet without its number", REGISTER, {"device_id": None}, ASKED, {"device_register"}),
    ("another room", {"places_allowed": ["office"]}, NO_CHANGE, HELD, {"places_allowed"}),
    ("the toilets", {"places_forbidden": ["toilet"]}, {"place": "toilet"}, HELD, {"places_forbidden"}),
    ("no room given, some ruled out", {"places_forbidden": ["toilet"]}, {"place": None}, ASKED, {"places_allowed"}),
    ("no room given, none asked for", NO_CHANGE, {"place": None}, GOES, set()),
    ("alone", {"second_adult_required": True}, {"second_adult": False}, HELD, {"second_adult_required"}),
    ("alone or not?", {"second_adult_required": True}, {"second_adult": None}, ASKED, {"second_adult_required"}),
    ("the child is upset", NO_CHANGE, {"child_distressed": True}, HELD, {"distress_stops"}),
    ("upset or not?", NO_CHANGE, {"child_distressed": None}, ASKED, {"distress_stops"}),
    ("upset, and this policy goes on", {"distress_stops": False}, {"child_distressed": True}, GOES, set()),
    ("clothing lifted", NO_CHANGE, {"clothing_moved": True}, HELD, {"clothing_moved_allowed"}),
    ("clothing lifted or not?", NO_CHANGE, {"clothing_moved": None}, ASKED, {"clothing_moved_allowed"}),
    ("clothing lifted by a clinician", {"clothing_moved_allowed": True}, {"clothing_moved": True}, GOES, set()),
    ("the child showed no", NO_CHANGE, {"child_refused": True}, HELD, {"child_refusal"}),
    (
        "the child said no when asked",
        NO_CHANGE,
        {"consent": {**BOTH_YES, "child": "refused"}, "child_refused": None},
        HELD,
        {"child_refusal"},
    ),
    (
        "the child said no, to be recorded",
        {"child_refusal": "record_and_escalate"},
        {"child_refused": True},
        WARNED,
        {"child_refusal"},
    ),
    (
        "nobody says what the child said",
        {"consent_from": ["parent_pr"]},
        {"child_refused": None, "consent": {"parent_pr": "yes"}},
        ASKED,
        {"child_refusal"},
    ),
    (
        "the parent said no",
        NO_CHANGE,
        {"consent": {**BOTH_YES, "parent_pr": "no"}},
        HELD,
        {"consent_from"},
    ),
    ("the parent was not asked", NO_CHANGE, {"consent": {"child": "yes"}}, ASKED, {"consent_from"}),
    (
        "the parent was not asked, for a reason that is accepted",
        {"consent_exempt_when": ["significant_harm"]},
        {"consent": {"child": "yes", "parent_pr": "not_asked", "exempt_because": "significant_harm"}},
        WARNED,
        {"consent_exempt_when"},
    ),
    (
        "the parent was not asked, for a reason that is not accepted",
        {"consent_exempt_when": ["significant_harm"]},
        {"consent": {"child": "yes", "parent_pr": "not_asked", "exempt_because": "police_direction"}},
        ASKED,
        {"consent_from"},
    ),
    (
        "a reason does not undo the child's no",
        {"consent_exempt_when": ["significant_harm"]},
        {"consent": {"child": "no", "parent_pr": "yes", "exempt_because": "significant_harm"}},
        HELD,
        {"child_refusal"},
    ),
    (
        "nobody has to agree",
        {"consent_from": ["none_required"]},
        {"consent": {}},
        GOES,
        set(),
    ),
    (
        "spoken where writing is needed",
        {"consent_form": "written"},
        {"consent": {**BOTH_YES, "form": "verbal_recorded"}},
        ASKED,
        {"consent_form"},
    ),
    ("how they agreed is not said", {"consent_form": "written"}, {"consent": BOTH_YES}, ASKED, {"consent_form"}),
    ("written where spoken is enough", {"consent_form": "verbal_recorded"}, NO_CHANGE, GOES, set()),
    ("which part is not said", NO_CHANGE, {"region": None}, ASKED, {"region"}),
    ("a part ruled out", {"regions_forbidden": ["forearm"]}, NO_CHANGE, HELD, {"regions_forbidden"}),
    ("a part not on the list", {"regions_allowed": ["face"]}, NO_CHANGE, HELD, {"regions_allowed"}),
    ("intimate or not?", NO_CHANGE, {"intimate": None}, ASKED, {"intimate_under_18"}),
    ("an intimate picture", NO_CHANGE, {"intimate": True}, LEAD, {"intimate_under_18"}),
    ("a picture of an intimate part", NO_CHANGE, {"region": "anal"}, LEAD, {"intimate_under_18"}),
    ("which view is not said", {"views_required": ["identity"]}, {"view": None}, ASKED, {"views_required"}),
    ("which view is not said and no view matters", NO_CHANGE, {"view": None}, GOES, set()),
    ("no scale", {"scale_required": True}, {"scale_in_view": False}, HELD, {"scale_required"}),
    ("scale or not?", {"scale_required": True}, {"scale_in_view": None}, ASKED, {"scale_required"}),
    (
        "no scale in a picture that shows where",
        {"scale_required": True},
        {"view": "orientation", "scale_in_view": False},
        GOES,
        set(),
    ),
    ("with a scale and without one", NO_CHANGE, {"scale_in_view": False}, ASKED, {"views_required"}),
    (
        "no colour chart",
        {"colour_chart_required": True},
        {"colour_chart_in_view": False},
        HELD,
        {"colour_chart_required"},
    ),
    (
        "colour chart or not?",
        {"colour_chart_required": True},
        {"colour_chart_in_view": None},
        ASKED,
        {"colour_chart_required"},
    ),
    ("edited", {"edits_forbidden": True}, {"edited": True}, HELD, {"edits_forbidden"}),
    ("edited or not?", {"edits_forbidden": True}, {"edited": None}, ASKED, {"edits_forbidden"}),
    ("filtered", {"filters_forbidden": True}, {"filtered": True}, HELD, {"filters_forbidden"}),
    ("edited where nobody minds", NO_CHANGE, {"edited": True, "filtered": True}, GOES, set()),
    (
        "which injury is not said, and they are counted",
        {"max_count_per_injury": 2},
        {"injury": None},
        ASKED,
        {"max_count_per_injury"},
    ),
    (
        "no words",
        {"written_description_required": True},
        {"written_description": None},
        ASKED,
        {"written_description_required"},
    ),
    ("no body map", {"body_map": "required"}, {"body_map_done": False}, ASKED, {"body_map"}),
    ("no body map where one is preferred", {"body_map": "preferred"}, {"body_map_done": None}, WARNED, {"body_map"}),
    (
        "a mark on a baby",
        {"non_mobile_rule": "phone_now"},
        {"child_mobile": False},
        WARNED,
        {"non_mobile_rule"},
    ),
    ("facts missing", {"required_metadata": ["side", "reason"]}, {"side": None}, ASKED, {"required_metadata"}),
    (
        "who took it, without a name",
        {"required_metadata": ["taken_by"]},
        {"taken_by": {"role": "dsl"}},
        ASKED,
        {"required_metadata"},
    ),
    (
        "the exhibit has no reference",
        {"keep_in_manifest": ["exhibit_ref"]},
        {"exhibit_ref": None},
        ASKED,
        {"keep_in_manifest"},
    ),
    ("when it was taken is not said", NO_CHANGE, {"taken_at": None}, ASKED, {"taken_at"}),
    ("taken before this version began", NO_CHANGE, {"taken_at": "2025-12-31 23:59"}, HELD, {"effective_from"}),
    (
        "the lead has not agreed",
        {"approval_to_attach": "dsl_or_deputy"},
        {"approval": None},
        YES_NEEDED,
        {"approval_to_attach"},
    ),
    ("the lead has agreed", {"approval_to_attach": "dsl_or_deputy"}, NO_CHANGE, GOES, set()),
    (
        "the wrong person agreed",
        {"approval_to_attach": "named_professional"},
        NO_CHANGE,
        YES_NEEDED,
        {"approval_to_attach"},
    ),
    ("a screenshot", NO_CHANGE, {"source": "screenshot"}, HELD, {"third_party_images"}),
    (
        "a parent's picture, marked",
        {"third_party_images": {"parent": "accept_flagged"}},
        {"source": "parent"},
        WARNED,
        {"third_party_images"},
    ),
    ("a parent's picture, unmarked", {"third_party_images": {"parent": "accept"}}, {"source": "parent"}, GOES, set()),
    (
        "a parent's picture without its story",
        {"third_party_images": {"parent": "accept"}},
        {"source": "parent", "how_obtained": None},
        ASKED,
        {"third_party_images"},
    ),
    (
        "a parent's picture is not held to the rules about taking",
        {"third_party_images": {"parent": "accept"}},
        {"source": "parent", "device": "personal", "taken_by": {"role": "parent"}, "taken_at": None, "consent": {}},
        GOES,
        set(),
    ),
]


@pytest.mark.parametrize(
    ("settings", "changed", "outcome", "rules"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_policy_says(settings: Changes, changed: Changes, outcome: Outcome, rules: set[str]) -> None:
    says = may_attach(policy(**settings), facts(**changed), FOUND, Counts())
    assert (says.outcome, {finding.rule for finding in says.findings}) == (outcome, rules)


def test_every_rule_that_fails_is_listed_with_the_organisations_own_clause() -> None:
    strict = policy(
        second_adult_required=True,
        places_allowed=["medical_room"],
        messages={"devices_allowed": "3.1 The tablet.", "second_adult_required": "3.5 Two adults."},
    )
    says = may_attach(strict, facts(device="personal", second_adult=False, place="toilet"), FOUND, Counts())
    assert {finding.rule: finding.clause for finding in says.findings} == {
        "devices_allowed": "3.1 The tablet.",
        "places_allowed": "",
        "second_adult_required": "3.5 Two adults.",
    }


def test_a_stop_a_question_and_a_missing_yes_are_said_together_and_the_stop_decides() -> None:
    says = may_attach(
        policy(approval_to_attach="dsl_or_deputy", body_map="required"),
        facts(device="personal", body_map_done=False, approval=None),
        FOUND,
        Counts(),
    )
    assert says.outcome is HELD
    assert {finding.severity for finding in says.findings} == {Severity.BLOCK, Severity.ASK, Severity.APPROVE}


@pytest.mark.parametrize("ask", [may_attach, may_take])
def test_without_a_policy_no_picture_goes_and_the_referral_goes_on(ask: Any) -> None:
    says = ask(None, facts())
    assert says.outcome is HELD
    assert "The referral goes on." in says.findings[0].message
    assert says.policy_id == ""
    assert [task.rule for task in says.tasks] == ["body_map"]


class TestIntimateImages:
    """No policy, role or yes changes this."""

    def test_the_file_is_not_opened(self) -> None:
        says = before_a_byte_is_read(facts(intimate=True))
        assert says is not None
        assert says.outcome is LEAD
        assert says.headline == "Do not open, send, copy or delete it: tell your lead now."

    def test_naming_such_a_part_is_enough_even_beside_a_no(self) -> None:
        says = before_a_byte_is_read(facts(intimate=False, region="genital"))
        assert says is not None
        assert says.outcome is LEAD

    def test_silence_is_asked_about_before_the_file_is_opened(self) -> None:
        says = before_a_byte_is_read(facts(intimate=None))
        assert says is not None
        assert says.outcome is ASKED
        assert "Do not open the file to find out." in says.findings[0].message

    def test_anything_else_may_be_opened(self) -> None:
        assert before_a_byte_is_read(facts(region="thigh", intimate=False)) is None

    @pytest.mark.parametrize("region", sorted(INTIMATE_REGIONS))
    def test_every_part_that_the_question_names_counts_whatever_is_said_about_it(self, region: Region) -> None:
        named = {"anal": "anus", "genital": "genitals"}.get(region.value, region.value)
        assert named in INTIMATE_QUESTION
        says = before_a_byte_is_read(facts(region=region.value, intimate=False))
        assert says is not None
        assert says.outcome is LEAD

    def test_no_part_that_the_question_names_is_left_out_of_the_rule(self) -> None:
        words = INTIMATE_QUESTION.partition("shows a child’s ")[2].partition(", or")[0]
        assert words == "genitals, anus, breast or buttocks"
        assert {"genital", "anal", "breast", "buttock"} == set(INTIMATE_REGIONS)

    @pytest.mark.parametrize("with_policy", [True, False])
    def test_nothing_else_is_asked_about_it(self, with_policy: bool) -> None:
        says = may_attach(policy() if with_policy else None, facts(intimate=True, device=None, region=None), FOUND)
        assert [finding.rule for finding in says.findings] == ["intimate_under_18"]
        assert says.outcome is LEAD

    def test_none_is_taken_either(self) -> None:
        says = may_take(policy(), facts(region="breast"))
        assert says.outcome is LEAD
        assert "Do not photograph" in says.findings[0].message


class TestWhatIsFoundInTheFile:
    def test_a_kind_of_file_the_policy_does_not_allow(self) -> None:
        assert rules(may_attach(policy(formats=["image/png"]), facts(), FOUND)) == {"formats"}

    def test_a_file_too_large_is_held(self) -> None:
        says = may_attach(policy(max_bytes=10), facts(), FOUND)
        assert (says.outcome, rules(says)) == (HELD, {"max_bytes"})

    def test_a_file_too_large_may_be_replaced_by_a_smaller_copy_where_the_policy_says_so(self) -> None:
        assert may_attach(policy(max_bytes=10, recompress="if_over_limit"), facts(), FOUND).outcome is ASKED

    def test_a_file_just_at_the_limit_goes(self) -> None:
        assert may_attach(policy(max_bytes=FOUND.size), facts(), FOUND).outcome is GOES

    def test_a_copy_that_a_messaging_app_shrank(self) -> None:
        forwarded = FoundFacts("image/jpeg", 1, looks_forwarded=True)
        assert rules(may_attach(policy(recompress="never"), facts(), forwarded)) == {"recompress"}
        assert rules(may_attach(policy(), facts(), forwarded)) == set()

    @pytest.mark.parametrize(
        ("captured", "taken", "differs"),
        [
            ("2026:06:01 10:00:00", "2026-06-01T10:00:00Z", False),
            ("2026:06:01 11:00:00", "2026-06-01T10:00:00Z", False),  # summer time
            ("2026:06:01 12:00:00", "2026-06-01T10:00:00Z", True),
            ("2026-06-01T10:00:00", "2026-06-01", False),
            ("2026:06:02 00:00:01", "2026-06-01", True),
            ("0000:00:00 00:00:00", "2026-06-01T10:00:00Z", False),
            ("", "2026-06-01T10:00:00Z", False),
        ],
    )
    def test_the_cameras_clock_beside_the_persons_word(self, captured: str, taken: str, differs: bool) -> None:
        says = may_attach(policy(), facts(taken_at=taken), FoundFacts("image/jpeg", 1, captured))
        assert ("capture_time" in rules(says)) is differs

    def test_before_the_file_is_read_its_own_rules_are_silent(self) -> None:
        assert may_attach(policy(max_bytes=1, recompress="never"), facts()).outcome is GOES


class TestCounting:
    def test_the_last_one_allowed_goes_and_the_next_does_not(self) -> None:
        three = policy(max_count_per_injury=3)
        assert may_attach(three, facts(), FOUND, Counts(for_injury=2)).outcome is GOES
        assert rules(may_attach(three, facts(), FOUND, Counts(for_injury=3))) == {"max_count_per_injury"}

    def test_a_whole_referral_has_a_limit_of_its_own(self) -> None:
        assert rules(may_attach(policy(max_total=5), facts(), FOUND, Counts(total=5))) == {"max_total"}

    def test_views_still_missing_are_a_task_and_hold_nothing_back(self) -> None:
        wanted = policy(views_required=["identity", "orientation"])
        says = may_attach(wanted, facts(), FOUND, Counts(views=frozenset({View.IDENTITY})))
        assert says.outcome is GOES
        (task,) = (task for task in says.tasks if task.rule == "views_required")
        assert "where on the body" in task.words
        assert "who it is" not in task.words


def test_a_picture_goes_only_to_those_the_policy_names() -> None:
    assert rules(may_attach(policy(), facts(), FOUND, recipient=Recipient.POLICE)) == {"recipients_allowed"}
    both = policy(recipients_allowed=["front_door", "police"])
    assert may_attach(both, facts(), FOUND, recipient=Recipient.POLICE).outcome is GOES


class TestAnOverdueReview:
    def test_is_said_and_holds_nothing_back(self) -> None:
        says = may_attach(policy(), facts(), FOUND, today=date(2027, 1, 1))
        assert (says.outcome, rules(says)) == (WARNED, {"review_by"})

    def test_is_not_said_on_the_last_day(self) -> None:
        assert may_attach(policy(), facts(), FOUND, today=date(2026, 12, 31)).outcome is GOES

    def test_is_said_before_taking_as_well(self) -> None:
        assert may_take(policy(), facts(), today=date(2027, 1, 1)).outcome is WARNED


class TestTasks:
    def test_deletion_from_the_device_names_the_time_and_who_attests(self) -> None:
        says = may_attach(policy(delete_from_device_within="24h", deletion_attested_by="dsl"), facts(), FOUND)
        (task,) = (task for task in says.tasks if task.rule == "delete_from_device_within")
        assert "from the device within 24 hours, attested by the designated safeguarding lead" in task.words
        assert (task.by_role, task.within_minutes) == ("dsl", 24 * 60)

    @pytest.mark.parametrize(("span", "words", "minutes"), [("1h", "1 hour,", 60), ("30m", "30 minutes,", 30)])
    def test_a_time_is_said_in_words(self, span: str, words: str, minutes: int) -> None:
        says = may_attach(policy(delete_from_device_within=span, deletion_attested_by="dsl"), facts(), FOUND)
        (task,) = (task for task in says.tasks if task.rule == "delete_from_device_within")
        assert words in task.words
        assert task.within_minutes == minutes

    def test_somebody_elses_picture_is_not_on_our_device(self) -> None:
        settings = {"delete_from_device_within": "24h", "third_party_images": {"parent": "accept"}}
        says = may_attach(policy(**settings), facts(source="parent"), FOUND)
        assert "delete_from_device_within" not in {task.rule for task in says.tasks}

    def test_a_picture_held_back_is_not_deleted_on_our_word(self) -> None:
        says = may_attach(policy(delete_from_device_within="24h"), facts(device="personal"), FOUND)
        assert [task.rule for task in says.tasks] == ["body_map", "picture_held_back"]
        assert "Do not delete it" in says.tasks[-1].words

    def test_a_baby_with_a_mark_is_phoned_about_even_when_the_picture_is_held_back(self) -> None:
        says = may_attach(policy(non_mobile_rule="phone_now"), facts(device="personal", child_mobile=False), FOUND)
        assert says.tasks[0].rule == "non_mobile_rule"
        assert "front door now" in says.tasks[0].words

    @pytest.mark.parametrize(
        ("rule", "words"), [("phone_now", "ring the front door now"), ("inform", "tell your lead")]
    )
    def test_whether_the_child_moves_about_is_left_open(self, rule: str, words: str) -> None:
        says = may_attach(policy(non_mobile_rule=rule), facts(child_mobile=None), FOUND)
        assert says.outcome is GOES
        (task,) = (task for task in says.tasks if task.rule == "non_mobile_rule")
        assert task.words.startswith("If the child cannot move about alone: ")
        assert words in task.words

    def test_a_lead_is_told_the_same_day(self) -> None:
        says = may_attach(policy(non_mobile_rule="inform"), facts(child_mobile=False), FOUND)
        assert "Tell your lead today." in [task.words for task in says.tasks]


class TestMayTake:
    """Asked before any photograph exists."""

    def test_yes(self) -> None:
        says = may_take(policy(), facts(taken_at=None, view=None, edited=None, intimate=None))
        assert says.outcome is GOES
        assert says.headline == "Your policy lets you take this picture."

    def test_no_and_what_to_do_instead(self) -> None:
        says = may_take(policy(taking="forbidden"), facts())
        assert (says.outcome, rules(says)) == (HELD, {"taking"})
        assert [task.rule for task in says.tasks] == ["body_map"]

    @pytest.mark.parametrize(("taking", "word"), [("expected", "expects"), ("required", "requires")])
    def test_an_expectation_is_a_task(self, taking: str, word: str) -> None:
        says = may_take(policy(taking=taking), facts())
        assert word in next(task.words for task in says.tasks if task.rule == "taking")

    def test_what_belongs_to_the_picture_is_a_task_not_a_question(self) -> None:
        strict = policy(
            views_required=["orientation", "close_up"],
            scale_required=True,
            colour_chart_required=True,
            max_count_per_injury=3,
            edits_forbidden=True,
            filters_forbidden=True,
            recompress="never",
            required_metadata=["taken_at", "side"],
            keep_in_manifest=["exhibit_ref"],
            written_description_required=True,
            body_map="required",
            approval_to_attach="dsl_or_deputy",
        )
        bare = {
            "view": None,
            "scale_in_view": None,
            "edited": None,
            "approval": None,
            "body_map_done": None,
            "written_description": None,
            "exhibit_ref": None,
            "side": None,
            "injury": None,
        }
        says = may_take(strict, facts(**bare))
        assert says.outcome is GOES
        assert {task.rule for task in says.tasks} >= {
            "views_required",
            "scale_required",
            "colour_chart_required",
            "max_count_per_injury",
            "edits_forbidden",
            "filters_forbidden",
            "recompress",
            "required_metadata",
            "written_description_required",
            "body_map",
            "approval_to_attach",
        }

    def test_a_role_not_given_is_asked_for(self) -> None:
        says = may_take(policy(), facts(taken_by={}))
        assert says.outcome is ASKED
        assert "will take it" in says.findings[0].message


class TestTheShapeOfAnAnswer:
    def test_as_json_names_the_policy_and_its_digest(self) -> None:
        document = may_attach(policy(keep_in_manifest=["exhibit_ref", "sha256"]), facts(), FOUND).as_json()
        assert document["policy_id"] == "plain"
        assert document["policy_version"] == "1.0.0"
        assert document["handling"] == {"keep_in_manifest": ["exhibit_ref", "sha256"]}

    def test_goes_is_true_for_the_two_mildest_answers_only(self) -> None:
        answers = {
            outcome: Verdict(says.question, outcome, ()).goes
            for says in [may_attach(policy(), facts())]
            for outcome in Outcome
        }
        assert [outcome for outcome, goes in answers.items() if goes] == [GOES, WARNED]


def rules(says: Verdict) -> set[str]:
    return {finding.rule for finding in says.findings}
