"""Rules about taking: who, on whose word, with what, where, with whom, and with whose agreement.

They speak about our own people's pictures, before and after the shutter. Each rule is a function from the scales to
what it has to say; none looks at another's findings. Imports the room's own modules.
"""

from __future__ import annotations

from datetime import timedelta

from referral_client.policy.codes import (
    APPROVER_ROLES,
    REQUESTER_ROLES,
    Approver,
    ChildRefusal,
    ConsentForm,
    ConsentFrom,
    Exemption,
    Requester,
    Taking,
    listed,
    words,
)
from referral_client.policy.codes import Said as Answered
from referral_client.policy.facts import Agreed, moment_of
from referral_client.policy.weighing import Said, Weighing

_FORMS = tuple(ConsentForm)


def taking(scales: Weighing) -> Said:
    """Is anybody to take pictures at all?"""
    rule = scales.policy.taking
    if rule is Taking.FORBIDDEN:
        yield scales.block("taking", "Nobody who works here takes photographs of a child’s injuries.")
    elif scales.taking and rule is Taking.EXPECTED:
        yield scales.task("taking", "Your policy expects a picture here. If you take none, write down why.")
    elif scales.taking and rule is Taking.REQUIRED:
        yield scales.task("taking", "Your policy requires a picture here. If none can be taken, tell your lead why.")


def in_force(scales: Weighing) -> Said:
    """The policy must have begun when the picture was taken; an overdue review is only said."""
    policy, facts = scales.policy, scales.facts
    if facts.ours and facts.taken_at and moment_of(facts.taken_at).date() < policy.effective_from:
        yield scales.block(
            "effective_from",
            f"This version of your policy began on {_day(policy.effective_from)}, after the picture was taken.",
        )
    if scales.today and scales.today > policy.review_by:
        yield scales.warn(
            "review_by",
            f"Your policy should have been reviewed by {_day(policy.review_by)}. It still applies. Tell your lead.",
        )


def who(scales: Weighing) -> Said:
    """The person's role and training."""
    policy, facts = scales.policy, scales.facts
    allowed = listed([scales.role(role) for role in policy.permitted_roles])
    if facts.taken_by.role is None:
        verb = "will take" if scales.taking else "took"
        yield scales.ask("permitted_roles", f"Say the role of the person who {verb} it. Your policy allows: {allowed}.")
    elif facts.taken_by.role not in policy.permitted_roles:
        role = scales.role(facts.taken_by.role)
        yield scales.block("permitted_roles", f"Your policy does not let a {role} take it. It allows: {allowed}.")
    missing = [course for course in policy.training_required if course not in facts.training]
    if missing:
        yield scales.ask(
            "training_required",
            f"Say whether the person has done this training: {listed([words(course) for course in missing], 'and')}.",
        )


def on_request(scales: Weighing) -> Said:
    """A picture only when somebody asked for it."""
    needed, role = scales.policy.request_required_from, scales.facts.requested_by_role
    if needed is Requester.NONE:
        return
    if role is None:
        yield scales.ask("request_required_from", f"Say who asked for the picture. It has to be {words(needed)}.")
    elif role not in REQUESTER_ROLES[needed]:
        yield scales.block(
            "request_required_from",
            f"The picture was asked for by a {scales.role(role)}. Your policy needs {words(needed)} to ask.",
        )


def yes_beforehand(scales: Weighing) -> Said:
    """Somebody said yes before the picture was taken, not long before, and it is on record."""
    needed, given = scales.policy.preauthorisation, scales.facts.preauthorised
    if needed is None or needed.by is Approver.NONE:
        return
    who_may = words(needed.by)
    if given is None:
        yield scales.approve("preauthorisation", f"Before a picture is taken, {who_may} has to say yes.")
        return
    yield from entitled(scales, "preauthorisation", needed.by, given)
    if needed.evidence_ref and not given.reference:
        yield scales.ask(
            "preauthorisation", "Say where that yes is written down: a note, an e-mail or a record number."
        )
    if given.at and scales.facts.taken_at:
        yield from _in_time(scales, given.at, scales.facts.taken_at, needed.valid_minutes)


def entitled(scales: Weighing, rule: str, needed: Approver, given: Agreed) -> Said:
    """The yes came from the right role, and we know who and when."""
    if given.by_role is None:
        yield scales.ask(rule, f"Say the role of the person who said yes. It has to be {words(needed)}.")
    elif given.by_role not in APPROVER_ROLES[needed]:
        yield scales.approve(
            rule, f"A {scales.role(given.by_role)} said yes. Your policy needs that from {words(needed)}."
        )
    if not given.by:
        yield scales.ask(rule, "Say the name of the person who said yes.")
    if not given.at:
        yield scales.ask(rule, "Say when that person said yes.")


def _in_time(scales: Weighing, said_at: str, taken_at: str, minutes: int) -> Said:
    before, after = moment_of(said_at), moment_of(taken_at)
    if len(said_at) <= len("2026-11-20") or len(taken_at) <= len("2026-11-20"):
        yield scales.ask(
            "preauthorisation", "Give the hour and minute of the yes and of the picture, not only the day."
        )
    elif (before.tzinfo is None) != (after.tzinfo is None):
        yield scales.ask(
            "preauthorisation",
            "Give the times of the yes and of the picture in one way: both with a time zone, or both without.",
        )
    elif after < before:
        yield scales.block("preauthorisation", "The picture was taken before anybody said yes.")
    elif after - before > timedelta(minutes=minutes):
        yield scales.block("preauthorisation", f"A yes lasts {span(minutes)}. The picture was taken later than that.")


def with_what(scales: Weighing) -> Said:
    """The device, and the register of devices."""
    policy, facts = scales.policy, scales.facts
    allowed = listed([words(device) for device in policy.devices_allowed])
    if facts.device is None:
        yield scales.ask("devices_allowed", f"Say what the picture is taken with. Your policy allows: {allowed}.")
    elif facts.device not in policy.devices_allowed:
        yield scales.block(
            "devices_allowed", f"Your policy does not allow {words(facts.device)} for this. It allows: {allowed}."
        )
    if not policy.device_register_required:
        return
    if facts.device_id is None:
        yield scales.ask("device_register", "Say which device it is: the number on its label.")
    elif facts.device_id not in policy.device_register:
        yield scales.block("device_register", "That device is not on your organisation’s register.")


def where(scales: Weighing) -> Said:
    """The room."""
    policy, place = scales.policy, scales.facts.place
    if place is None:
        if policy.places_allowed or policy.places_forbidden:
            yield scales.ask("places_allowed", "Say where the picture is taken: which room.")
        return
    if place in policy.places_forbidden:
        yield scales.block("places_forbidden", f"No picture is ever taken in a {scales.place(place)}.")
    if policy.places_allowed and place not in policy.places_allowed:
        allowed = listed([scales.place(code) for code in policy.places_allowed])
        yield scales.block(
            "places_allowed", f"Your policy allows pictures here only: {allowed}. This one: {scales.place(place)}."
        )


def with_whom(scales: Weighing) -> Said:
    """A second adult."""
    if not scales.policy.second_adult_required:
        return
    if scales.facts.second_adult is None:
        yield scales.ask("second_adult_required", "Say whether a second adult is in the room.")
    elif not scales.facts.second_adult:
        yield scales.block("second_adult_required", "A second adult has to be in the room.")


def the_child(scales: Weighing) -> Said:
    """Distress and clothing: the child comes before the picture."""
    policy, facts = scales.policy, scales.facts
    if policy.distress_stops:
        if facts.child_distressed is None:
            yield scales.ask("distress_stops", "Say whether the child is upset by it.")
        elif facts.child_distressed:
            yield scales.block("distress_stops", "The child is upset by it. Stop. Comfort the child first.")
    if not policy.clothing_moved_allowed:
        if facts.clothing_moved is None:
            yield scales.ask("clothing_moved_allowed", "Say whether any clothing is moved for the picture.")
        elif facts.clothing_moved:
            yield scales.block("clothing_moved_allowed", "No clothing is moved for a picture.")


def refusal(scales: Weighing) -> Said:
    """The child's own no. It counts for every picture, whoever took it."""
    facts = scales.facts
    if facts.child_refused or facts.consent.child in (Answered.NO, Answered.REFUSED):
        if scales.policy.child_refusal is ChildRefusal.BLOCKS:
            yield scales.block("child_refusal", "The child said or showed no. That is respected.")
        else:
            yield scales.warn("child_refusal", "The child said or showed no. Your policy lets the picture be kept.")
            yield scales.task("child_refusal", "Write down what the child said or showed, and tell your lead today.")
    elif facts.ours and facts.child_refused is None and facts.consent.child is not Answered.YES:
        yield scales.ask("child_refusal", "Say whether the child said or showed no.")


def consent(scales: Weighing) -> Said:
    """Everybody the policy names has agreed, in the form it names, or a reason it accepts is on record."""
    policy, given = scales.policy, scales.facts.consent
    needed = [person for person in policy.consent_from if person is not ConsentFrom.NONE_REQUIRED]
    exempt = given.exempt_because
    accepted = exempt is not None and exempt in policy.consent_exempt_when
    for person in needed:
        answer: Answered | None = getattr(given, person.value)
        if answer is Answered.YES or (person is ConsentFrom.CHILD and answer in (Answered.NO, Answered.REFUSED)):
            continue  # a child's no is its own rule
        if accepted and exempt is not None:
            yield scales.warn(
                "consent_exempt_when",
                f"Without the agreement of {words(person)}, because {words(exempt)}. Record this.",
            )
        elif answer in (Answered.NO, Answered.REFUSED):
            yield scales.block("consent_from", f"Your policy needs the agreement of {words(person)}, who said no.")
        else:
            yield scales.ask("consent_from", _ask_for(scales, person, exempt))
    if needed and policy.consent_form is not ConsentForm.IMPLIED and not accepted:
        yield from _form_of_consent(scales)


def _ask_for(scales: Weighing, person: ConsentFrom, exempt: Exemption | None) -> str:
    accepted = [words(reason) for reason in scales.policy.consent_exempt_when]
    sentence = f"Say whether {words(person)} agreed. If nobody has asked, ask now"
    if not accepted:
        return f"{sentence}; your policy accepts no reason for not asking."
    not_this = "; your policy does not accept the reason you gave" if exempt is not None else ""
    return f"{sentence}, or say which of these applies: {listed(accepted)}{not_this}."


def _form_of_consent(scales: Weighing) -> Said:
    needed, given = scales.policy.consent_form, scales.facts.consent.form
    if given is None:
        yield scales.ask("consent_form", f"Say how they agreed. Your policy needs it {words(needed)}.")
    elif _FORMS.index(given) < _FORMS.index(needed):
        yield scales.ask("consent_form", f"They agreed: {words(given)}. Your policy needs it {words(needed)}.")


def _day(day: object) -> str:
    return f"{day:%d %B %Y}".lstrip("0")


def span(minutes: int) -> str:
    """`60` as `1 hour`."""
    if minutes % (24 * 60) == 0:
        count, name = minutes // (24 * 60), "day"
    elif minutes % 60 == 0:
        count, name = minutes // 60, "hour"
    else:
        count, name = minutes, "minute"
    return f"{count} {name}{'' if count == 1 else 's'}"
