"""Page one, put together from the answers: what a front-door worker must know in 30 seconds.

Pure. Takes answers that count (hidden ones already left out) and returns finished words.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from referral_client.document import (
    AdultLine,
    Call,
    ChildLine,
    Disagreement,
    FirstPage,
    KeepFromLine,
    Known,
    NotKnownLine,
    NotTold,
    Referrer,
    Side,
    VisitingRisk,
    Whereabouts,
)
from referral_client.questionnaire import Form
from referral_client.questionnaire.dates import ages, date_words, days_of
from referral_client.referral import Answer, AnswerSet, Family, NoticeCode, State, family_notices, family_of
from referral_client.referral.checks import PRESENCE_WORDS
from referral_client.referral.family import Adult, Child, Presence
from referral_client.services.wording import label_of, long_moment, unknown_words

_RISK = {"yes": Known.YES, "no": Known.NO, "unknown": Known.UNKNOWN}
# Whose "not known" belongs on page one; the rest stays in its section.
_GROUPS_ON_PAGE_ONE = ("child", "adult", "link", "presence")
_NOT_ON_PAGE_ONE = ("call.", "referrer.", "referral.")


def first_page(form: Form, answers: AnswerSet, today: date) -> FirstPage:
    """The whole of page one."""
    family = family_of(answers)
    return FirstPage(
        children=_children(family, answers, today),
        visiting_risk=VisitingRisk(
            _RISK.get(answers.text("visiting.risk"), Known.SILENT), answers.text("visiting.risk_detail")
        ),
        not_told=tuple(_not_told(form, family, answers)),
        keep_from=tuple(_keep_from(form, family, answers)),
        adults=tuple(_adult(form, family, adult) for adult in family.adults),
        disagreements=tuple(_disagreements(family, answers)),
        not_known=tuple(_not_known(form, family, answers)),
        why_now=answers.text("concern.why_now"),
        referrer=Referrer(
            name=answers.text("referrer.name"),
            role=answers.text("referrer.role"),
            agency=answers.text("referrer.agency"),
            phone=answers.text("referrer.phone"),
            email=answers.text("referrer.email"),
            reach_when=answers.text("referrer.reach_when"),
        ),
        call=Call(
            made=label_of(form, "call.made", answers.text("call.made")),
            at=long_moment(answers.text("call.at")),
            spoke_to=answers.text("call.spoke_to"),
            number=answers.text("call.number"),
            advice=answers.text("call.advice") or answers.text("call.attempts"),
            reference=answers.text("call.reference"),
        ),
    )


def age_words(child: Child, today: date) -> str:
    """ "Born 8 July 2026 (4 months)", "Due January 2027", or "" when nothing is known."""
    if not child.born:
        return ""
    if child.unborn:
        return f"Due {date_words(child.born)}"
    words = f"Born {date_words(child.born)}"
    days = days_of(child.born)
    if days is None:
        return words
    least, most = ages(days, today)
    if most < 2 and days.first == days.last:
        months = (today.year - days.first.year) * 12 + today.month - days.first.month - (today.day < days.first.day)
        return f"{words} ({months} month{'' if months == 1 else 's'})"
    years = f"{least}" if least == most else f"{least} or {most}"
    return f"{words} ({years} years)"


def _children(family: Family, answers: AnswerSet, today: date) -> tuple[ChildLine, ...]:
    """Where they are now is one answer for all; it is printed with the first and pointed to from the others."""
    lines = []
    for number, child in enumerate(family.children):
        notes = []
        if child.not_yet_mobile:
            notes.append("Cannot move about alone")
        if not child.referred:
            notes.append("Not referred; in the family")
        where = answers.text("danger.child_now") if number == 0 else ""
        if number and answers.text("danger.child_now"):
            where = f"See {family.children[0].name}."
        if answers.text("child.staying_now", child.id) == "elsewhere":
            where = f"{where} Staying elsewhere: {answers.text('child.staying_detail', child.id)}".strip()
        lines.append(ChildLine(child.name, age_words(child, today), where, ". ".join(notes)))
    return tuple(lines)


def _not_told(form: Form, family: Family, answers: AnswerSet) -> Iterator[NotTold]:
    """Those who were not told, together where the reason is the same."""
    together: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for adult in family.adults:
        if adult.told in ("no", "not_yet"):
            reasons = tuple(label_of(form, "adult.not_told_why", code) for code in adult.not_told_why)
            detail = answers.text("adult.not_told_detail", adult.id)
            together.setdefault((reasons, detail), []).append(family.name_of(adult.id))
    for (reasons, detail), names in together.items():
        yield NotTold(_listed(names), reasons, detail)


def _keep_from(form: Form, family: Family, answers: AnswerSet) -> Iterator[KeepFromLine]:
    for item in answers.group("keep_from"):
        yield KeepFromLine(
            answers.text("keep_from.what", item.id),
            _from_whom(family, answers, item.id),
            answers.text("keep_from.why", item.id),
        )
    for question, item_id, answer in _every_answer(answers):
        for tag in answer.keep_from:
            label = form.questions[question].label if question in form.questions else question
            whose = f" ({family.name_of(item_id)})" if item_id else ""
            yield KeepFromLine(f"{label}{whose}", family.name_of(tag.who), tag.why)


def _from_whom(family: Family, answers: AnswerSet, item: str) -> str:
    listed = answers.text("keep_from.who", item)
    return family.name_of(listed) if listed else answers.text("keep_from.who_else", item)


def _adult(form: Form, family: Family, adult: Adult) -> AdultLine:
    to_children = [f"Partner of {family.name_of(adult.partner_of)}"] if adult.partner_of else []
    same: dict[str, list[str]] = {}
    for child in family.children:
        words = _to_child(form, family, adult, child)
        if words:
            same.setdefault(words, []).append(child.first_name or child.name)
    to_children += [f"{words} {_listed(names)}" for words, names in same.items()]
    return AdultLine(
        family.name_of(adult.id),
        tuple(to_children),
        tuple(_whereabouts(presence) for presence in family.presences if presence.adult == adult.id),
    )


def _to_child(form: Form, family: Family, adult: Adult, child: Child) -> str:
    """What one adult is to one child, up to the child's name: "Mother (has parental responsibility) of"."""
    link = next((link for link in family.links if (link.adult, link.child) == (adult.id, child.id)), None)
    if adult.id == child.mother.adult:
        words = "Mother"
    elif adult.id == child.father.adult:
        words = "Father"
    elif link is not None and not (adult.partner_of and link.relationship == "parents_partner"):
        words = label_of(form, "link.relationship", link.relationship)
    else:
        words = ""  # "Partner of ..." says it already
    responsibility = {
        "yes": " (parental responsibility)",
        "unknown": " (parental responsibility not known)",
    }.get(link.parental_responsibility if link else "", "")
    parent = adult.id in (child.mother.adult, child.father.adult)
    return f"{words}{responsibility}{' of' if parent else ':'}" if words else ""


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _whereabouts(presence: Presence) -> Whereabouts:
    words = _sentence(PRESENCE_WORDS[presence.kind])
    where = f" ({presence.where})" if presence.where else ""
    known = {"yes": "seen for themselves", "no": "not seen for themselves", "unknown": ""}.get(presence.first_hand, "")
    says = ", ".join(part for part in (presence.who_says, known) if part)
    return Whereabouts(f"{words}{where}", says, date_words(presence.last_known))


def _disagreements(family: Family, answers: AnswerSet) -> Iterator[Disagreement]:
    for notice in family_notices(family):
        if notice.code is NoticeCode.STATEMENTS_DISAGREE:
            presences = [presence for presence in family.presences if presence.id in notice.about]
            sides = tuple(
                Side(
                    _sentence(PRESENCE_WORDS[presence.kind]),
                    presence.who_says,
                    date_words(presence.last_known),
                    "Checked" if presence.checked == "yes" else "Not checked",
                )
                for presence in presences
            )
            statements = tuple(
                Side(statement.said, statement.who_says, date_words(statement.when))
                for statement in family.statements
                if statement.id in notice.about
            )
            yield Disagreement(notice.sentence, sides or statements)
        elif notice.code is NoticeCode.EXPLANATIONS_DIFFER:
            injury = next(injury for injury in family.injuries if injury.id in notice.about)
            yield Disagreement(
                notice.sentence, tuple(Side(words, who, long_moment(when)) for who, words, when in injury.explanations)
            )
    believed = [agency for agency in family.agencies if agency.believes]
    if len({agency.believes.strip().casefold() for agency in believed}) > 1:
        yield Disagreement(
            "What each agency believes the household is.",
            tuple(Side(agency.believes, agency.name, date_words(agency.as_at)) for agency in believed),
        )
    if answers.text("concern.disagree"):
        yield Disagreement("In the words of the sender.", (Side(answers.text("concern.disagree")),))


def _not_known(form: Form, family: Family, answers: AnswerSet) -> Iterator[NotKnownLine]:
    if answers.text("concern.unknowns"):
        yield NotKnownLine(answers.text("concern.unknowns"), "In the words of the sender")
    for question, item_id, answer in _every_answer(answers):
        group = item_id.rsplit("-", 1)[0].split("~", 1)[0]
        matters = group in _GROUPS_ON_PAGE_ONE if item_id else not question.startswith(_NOT_ON_PAGE_ONE)
        if answer.state is State.NOT_KNOWN and matters:
            label = form.questions[question].label if question in form.questions else question
            whose = f"{family.name_of(item_id)}: " if item_id else ""
            yield NotKnownLine(f"{whose}{label}", unknown_words(answer))
    for notice in family_notices(family):
        if notice.code is NoticeCode.PARENT_NOT_ACCOUNTED_FOR:
            yield NotKnownLine(notice.sentence.split("?")[0] + "?", "Not answered")


def _every_answer(answers: AnswerSet) -> Iterator[tuple[str, str, Answer]]:
    for question, answer in answers.answers.items():
        yield question, "", answer
    for items in answers.items.values():
        for item in items:
            for question, answer in item.answers.items():
                yield question, item.id, answer
