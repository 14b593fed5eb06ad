"""Rules about the picture itself: what it shows, how it was made, where it came from, what goes beside it.

Imports the room's own modules.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from referral_client.policy.codes import (
    CLOSE_UPS,
    INTIMATE_REGIONS,
    Approver,
    BodyMap,
    Metadata,
    NonMobileRule,
    Recompress,
    Source,
    ThirdPartyRule,
    View,
    listed,
    part_words,
    words,
)
from referral_client.policy.facts import AttestedFacts, moment_of
from referral_client.policy.rules_taking import entitled
from referral_client.policy.weighing import Said, Weighing

# A camera clock an hour out is a summer-time setting; more than this is worth a sentence.
_CLOCKS_DIFFER = timedelta(minutes=90)
INTIMATE_QUESTION = (
    "Say whether the picture shows a child’s genitals, anus, breast or buttocks, or a child undressed. "
    "Do not open the file to find out."
)


def body(scales: Weighing) -> Said:
    """Which part of the body."""
    policy, region = scales.policy, scales.facts.region
    if scales.facts.intimate is None and not scales.taking:
        yield scales.ask("intimate_under_18", INTIMATE_QUESTION)
    if region is None:
        yield scales.ask("region", "Say which part of the body it shows.")
        return
    if region in policy.regions_forbidden:
        yield scales.block(
            "regions_forbidden", f"Your policy never allows a picture of this part: {part_words(region)}."
        )
    if policy.regions_allowed and region not in policy.regions_allowed:
        allowed = listed([part_words(code) for code in policy.regions_allowed])
        yield scales.block(
            "regions_allowed", f"Your policy allows these parts only: {allowed}. Not: {part_words(region)}."
        )


def shows_intimate_part(facts: AttestedFacts) -> bool:
    """True when the person says so, or names a part that always counts."""
    return facts.intimate is True or facts.region in INTIMATE_REGIONS


def views(scales: Weighing) -> Said:
    """Which views, and a scale and colour chart in the close-ups."""
    policy, facts = scales.policy, scales.facts
    if scales.taking:
        yield from _views_to_take(scales)
        return
    if facts.view is None:
        if policy.views_required or policy.scale_required or policy.colour_chart_required:
            yield scales.ask("views_required", f"Say which view it is: {listed([words(view) for view in View])}.")
        return
    missing = [view for view in policy.views_required if view != facts.view and view not in scales.counts.views]
    if missing:
        still = listed([words(view) for view in missing], "and")
        yield scales.task("views_required", f"Your policy asks for more views of this injury: {still}.")
    yield from _scale(scales, facts.view)
    if policy.colour_chart_required and facts.view in CLOSE_UPS:
        if facts.colour_chart_in_view is None:
            yield scales.ask("colour_chart_required", "Say whether a colour chart is in the picture.")
        elif not facts.colour_chart_in_view:
            yield scales.block("colour_chart_required", "A close-up needs a colour chart in the picture.")


def _views_to_take(scales: Weighing) -> Said:
    policy = scales.policy
    if policy.views_required:
        wanted = listed([words(view) for view in policy.views_required], "and")
        yield scales.task("views_required", f"Take these views: {wanted}.")
    if policy.scale_required:
        yield scales.task("scale_required", "Put a scale beside the mark in every close-up.")
    if policy.colour_chart_required:
        yield scales.task("colour_chart_required", "Put a colour chart beside the mark in every close-up.")


def _scale(scales: Weighing, view: View) -> Said:
    in_view = scales.facts.scale_in_view
    if scales.policy.scale_required and view in CLOSE_UPS:
        if in_view is None:
            yield scales.ask("scale_required", "Say whether a scale is beside the mark in the picture.")
        elif not in_view:
            yield scales.block("scale_required", "A close-up needs a scale beside the mark.")
    elif view is View.CLOSE_UP_WITH_SCALE and in_view is False:
        yield scales.ask("views_required", "You say a close-up with a scale, and that no scale is in view. Say which.")


def how_many(scales: Weighing) -> Said:
    """Few pictures are enough."""
    policy, counts = scales.policy, scales.counts
    most = policy.max_count_per_injury
    if most is not None:
        if scales.facts.injury is None and not scales.taking:
            yield scales.ask("max_count_per_injury", "Say which injury on the body map it shows.")
        if counts.for_injury >= most:
            yield scales.block("max_count_per_injury", f"Your policy allows {most} for one injury, and has them.")
        elif scales.taking:
            yield scales.task("max_count_per_injury", f"Take no more than {most - counts.for_injury} of this injury.")
    if policy.max_total is not None and counts.total >= policy.max_total:
        yield scales.block("max_total", f"Your policy allows {policy.max_total} in one referral, and has them.")


def untouched(scales: Weighing) -> Said:
    """No edits, no filters, not shrunk on its way."""
    policy, facts = scales.policy, scales.facts
    pairs = (
        ("edits_forbidden", policy.edits_forbidden, facts.edited, "edited, cropped or drawn on"),
        ("filters_forbidden", policy.filters_forbidden, facts.filtered, "put through a filter"),
    )
    for rule, forbidden, done, deed in pairs:
        if not forbidden:
            continue
        if scales.taking:
            yield scales.task(rule, f"The picture must not be {deed}.")
        elif done:
            yield scales.block(rule, f"The picture was {deed}. Your policy needs it as the camera made it.")
        elif done is None and facts.ours:
            yield scales.ask(rule, f"Say whether the picture was {deed}.")
    if policy.recompress is Recompress.NEVER:
        if scales.taking:
            yield scales.task("recompress", "Do not send the picture through a messaging app: that shrinks it.")
        elif scales.found and scales.found.looks_forwarded:
            yield scales.warn("recompress", "This looks like a copy a messaging app has shrunk. Look for the original.")


def the_file(scales: Weighing) -> Said:
    """Kind, size and the camera's own clock: what the program read in the file."""
    policy, found = scales.policy, scales.found
    if found is None:
        return
    if policy.formats and found.media_type not in policy.formats:
        yield scales.block("formats", f"Your policy allows these kinds of file only: {listed(list(policy.formats))}.")
    if policy.max_bytes is not None and found.size > policy.max_bytes:
        size = f"The file is larger than your policy allows: {policy.max_bytes:,} bytes."
        if policy.recompress is Recompress.IF_OVER_LIMIT:
            yield scales.ask("max_bytes", f"{size} Make a smaller copy for sending, and keep the original.")
        else:
            yield scales.block("max_bytes", size)
    if scales.facts.taken_at and _clocks_differ(found.captured_at, scales.facts.taken_at):
        yield scales.warn("capture_time", "The time in the file is not the time you gave. Check which is right.")


def _clocks_differ(captured_at: str, taken_at: str) -> bool:
    captured = _camera_time(captured_at)
    if captured is None:
        return False
    taken = moment_of(taken_at)
    if len(taken_at) <= len("2026-11-20"):
        return captured.date() != taken.date()
    return abs(captured.replace(tzinfo=None) - taken.replace(tzinfo=None)) > _CLOCKS_DIFFER


def _camera_time(text: str) -> datetime | None:
    """A camera writes 2026:11:20 15:40:00; None when it wrote nothing we can read."""
    try:
        return datetime.fromisoformat(re.sub(r"^(\d{4}):(\d\d):(\d\d)", r"\1-\2-\3", text.strip()))
    except ValueError:
        return None


def came_from(scales: Weighing) -> Said:
    """A picture that our own people did not take: refused, or taken with its history beside it."""
    facts = scales.facts
    rule = ThirdPartyRule(getattr(scales.policy.third_party_images, facts.source.value))
    giver = words(facts.source)
    if rule is ThirdPartyRule.REFUSE:
        yield scales.block("third_party_images", f"Your policy takes no picture from this source: {giver}.")
        return
    if not facts.how_obtained:
        yield scales.ask(
            "third_party_images", "Say how you got the picture: who gave it, when, how, and what they said about it."
        )
    if rule is ThirdPartyRule.ACCEPT_FLAGGED:
        yield scales.warn(
            "third_party_images", f"Not taken by your staff. It came from {giver}. It goes marked as that."
        )
    if facts.source is not Source.SCREENSHOT:
        yield scales.task("third_party_images", "Ask the person to keep the original and not to share it further.")


def goes_to(scales: Weighing) -> Said:
    """Only to those the policy names."""
    allowed = scales.policy.recipients_allowed
    if scales.recipient not in allowed:
        yield scales.block(
            "recipients_allowed",
            f"Your policy sends pictures to these only: {listed([words(code) for code in allowed])}.",
        )


def yes_to_attach(scales: Weighing) -> Said:
    """Somebody agrees that it goes."""
    needed, given = scales.policy.approval_to_attach, scales.facts.approval
    if needed is Approver.NONE:
        return
    if scales.taking:
        yield scales.task("approval_to_attach", f"Before it goes with a referral, {words(needed)} has to agree.")
    elif given is None:
        yield scales.approve("approval_to_attach", f"Before this picture goes, {words(needed)} has to agree.")
    else:
        yield from entitled(scales, "approval_to_attach", needed, given)


def beside_it(scales: Weighing) -> Said:
    """A body map and a description in words: a picture never stands alone."""
    policy, facts = scales.policy, scales.facts
    described, mapped = "Describe what you saw in words.", "Mark it on the body map."
    if policy.written_description_required and not facts.written_description:
        yield (scales.task if scales.taking else scales.ask)("written_description_required", described)
    if policy.body_map is BodyMap.OPTIONAL or facts.body_map_done:
        return
    if scales.taking:
        yield scales.task("body_map", mapped)
    elif policy.body_map is BodyMap.REQUIRED:
        yield scales.ask("body_map", mapped)
    else:
        yield scales.warn("body_map", f"{mapped} Your policy prefers it.")


def not_yet_mobile(scales: Weighing) -> Said:
    """A mark on a baby who cannot move about alone."""
    rule, mobile = scales.policy.non_mobile_rule, scales.facts.child_mobile
    if rule is None or mobile:
        return
    whether = "" if mobile is False else "If the child cannot move about alone: "
    if rule is NonMobileRule.PHONE_NOW:
        ring = "ring the front door now, before anything else." if whether else "Ring the front door now, first."
        yield scales.task("non_mobile_rule", whether + ring)
        if mobile is False:
            yield scales.warn("non_mobile_rule", "A mark on a baby who cannot move about alone. Ring now.")
    else:
        tell = "tell your lead today." if whether else "Tell your lead today."
        yield scales.task("non_mobile_rule", whether + tell)


def required_metadata(scales: Weighing) -> Said:
    """Facts the policy wants beside the picture. Those about taking are asked of our own pictures only."""
    if scales.taking:
        if scales.policy.required_metadata:
            wanted = listed([words(code) for code in scales.policy.required_metadata], "and")
            yield scales.task("required_metadata", f"Write these down as you take it: {wanted}.")
        return
    missing = [
        words(code)
        for code in scales.policy.required_metadata
        if (scales.facts.ours or code not in _ABOUT_TAKING) and not _known(scales.facts, code)
    ]
    if missing:
        yield scales.ask("required_metadata", f"Your policy needs these as well: {listed(missing, 'and')}.")


def when_taken(scales: Weighing) -> Said:
    """The day decides which version of the policy applies, so it is always asked of our own pictures."""
    if not scales.taking and not scales.facts.taken_at:
        yield scales.ask("taken_at", "Say when it was taken.")


_ABOUT_TAKING = frozenset(
    {
        Metadata.TAKEN_AT,
        Metadata.TAKEN_BY,
        Metadata.OTHERS_PRESENT,
        Metadata.DEVICE_ID,
        Metadata.PLACE,
        Metadata.CONSENT_RECORD,
    }
)


def _known(facts: AttestedFacts, code: str) -> bool:
    consent = facts.consent
    special = {
        "taken_by": bool(facts.taken_by.name and facts.taken_by.role),
        "body_region": facts.region is not None,
        "injury_ref": facts.injury is not None,
        "consent_record": any((consent.child, consent.parent_pr, consent.placing_authority, consent.exempt_because)),
        "sha256": True,  # the program always knows it
    }
    return special[code] if code in special else bool(getattr(facts, code))


def kept_facts(scales: Weighing) -> Said:
    """Facts that travel in the package with the picture have to be known first."""
    if scales.taking:
        return
    missing = [words(code) for code in scales.policy.keep_in_manifest if not _known(scales.facts, code)]
    if missing:
        yield scales.ask("keep_in_manifest", f"These travel with the picture, so say them: {listed(missing, 'and')}.")
