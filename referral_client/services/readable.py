"""The readable copy of a referral, put together from form, answers and photographs. Pure but for the bytes of pictures
that the caller hands in. Imports questionnaire, document, policy's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from referral_client.base.canonical import Json
from referral_client.document import BodyMark, Fact, HeldPhoto, PhotoLine, Quote, ReadableCopy, Row, Section
from referral_client.policy import AttestedFacts, role_words, words
from referral_client.questionnaire import Form, SummarySection, check_answers, visible_answers
from referral_client.referral import AnswerSet, Family, Injury, family_of
from referral_client.services.attaching import Judged
from referral_client.services.first_page import first_page
from referral_client.services.wording import label_of, long_moment


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What the copy says beside the answers. `left_out`: pictures that were offered and not kept.

    `picture` gives an upright picture of reduced size to print; the full one travels as an attachment.
    `unsorted`: sections to print after those of the form.
    """

    front_door: str
    reference: str
    sent: str
    created_at: datetime
    practice: bool
    urgent: str
    labels: tuple[str, ...]
    about: tuple[Fact, ...]
    going: Sequence[Judged]
    held: Sequence[Judged]
    left_out: Sequence[Json]
    picture: Callable[[Judged], bytes]
    unsorted: tuple[SummarySection, ...] = ()


def readable_copy(form: Form, answers: AnswerSet, settings: Mapping[str, str], facts: CopyFacts) -> ReadableCopy:
    """The whole copy, as finished words."""
    counted = visible_answers(form, answers, settings)
    family = family_of(counted)
    return ReadableCopy(
        front_door=facts.front_door,
        reference=facts.reference,
        sent=facts.sent,
        created_at=facts.created_at,
        first=first_page(form, counted, facts.created_at.date()),
        practice=facts.practice,
        urgent=facts.urgent,
        labels=facts.labels,
        sections=_sections((*check_answers(form, answers, settings), *facts.unsorted)),
        body_marks=tuple(
            _mark(form, family, counted, number, injury) for number, injury in enumerate(family.injuries, 1)
        ),
        photographs=tuple(_photo(form, family, number, each, facts) for number, each in enumerate(facts.going, 1)),
        held_photographs=(
            *(_held(form, family, each) for each in facts.held),
            *(_left_out(family, each) for each in facts.left_out),
        ),
        about=facts.about,
    )


def _sections(sections: Sequence[SummarySection]) -> tuple[Section, ...]:
    return tuple(
        Section(
            section.title,
            tuple(
                Row(
                    label=row.label,
                    words=row.words,
                    under=row.item_title,
                    verbatim=row.verbatim,
                    silent=row.silent,
                    keep_from=row.keep_from,
                )
                for row in section.rows
            ),
        )
        for section in sections
    )


def _place(form: Form, site: str, side: str) -> str:
    words = label_of(form, "injury.site", site) or "Place not said"
    return f"{words}, {label_of(form, 'injury.side', side).lower()}" if side else words


def _mark(form: Form, family: Family, answers: AnswerSet, number: int, injury: Injury) -> BodyMark:
    length, width = (_millimetres(answers, injury.id, name) for name in ("injury.length_mm", "injury.width_mm"))
    size = " by ".join(part for part in (length, width) if part)
    how = label_of(form, "injury.measured", answers.text("injury.measured", injury.id)).lower()
    seen = " by ".join(
        part for part in (long_moment(injury.seen_at), answers.text("injury.seen_by", injury.id)) if part
    )
    return BodyMark(
        number=number,
        child=family.name_of(injury.child) if injury.child else "",
        where=_place(form, injury.site, injury.side),
        kind=label_of(form, "injury.kind", injury.kind),
        size=f"{size}, {how}" if size and how else size,
        description=injury.description,
        seen=seen,
        explanations=tuple(Quote(words, who, long_moment(when)) for who, words, when in injury.explanations),
    )


def _millimetres(answers: AnswerSet, item: str, question: str) -> str:
    answer = answers.get(question, item)
    return f"{answer.value} mm" if answer is not None and answer.has_value and answer.value is not None else ""


def _shows(form: Form, family: Family, each: Judged) -> str:
    child = family.name_of(each.attested.child) if each.attested.child else ""
    region = each.attested.region.value if each.attested.region else ""
    side = each.attested.side.value if each.attested.side else ""
    return ": ".join(part for part in (child, _place(form, region, side) if region else "") if part) or "Not said"


def _photo(form: Form, family: Family, number: int, each: Judged, facts: CopyFacts) -> PhotoLine:
    return PhotoLine(
        number=number,
        file_name=attachment_name(number, each.photo.media_type),
        shows=_shows(form, family, each),
        taken_by=_taken_by(each.attested),
        taken_at=long_moment(str(each.attested.taken_at or "")[:16]),
        policy=each.says.headline,
        clause=_clauses(each.says.as_json()),
        digest=each.photo.clean_sha256,
        original="The sender keeps the original, locked" if each.photo.has_original else "",
        story=_story(each.attested),
        image=facts.picture(each),
    )


def _taken_by(attested: AttestedFacts) -> str:
    """Who pressed the button, as far as anybody says; a picture from outside says so."""
    if not attested.ours:
        return f"somebody outside the staff (it came from: {words(attested.source)})"
    role = role_words(attested.taken_by.role, {}) if attested.taken_by.role else ""
    return ", ".join(part for part in (attested.taken_by.name or "", role) if part)


def _story(attested: AttestedFacts) -> str:
    lines = (("How the sender got it", attested.how_obtained), ("Exhibit reference", attested.exhibit_ref))
    return "\n".join(f"{label}: {said}" for label, said in lines if said)


def _held(form: Form, family: Family, each: Judged) -> HeldPhoto:
    if each.because is not None:
        return HeldPhoto(_shows(form, family, each), each.because.what, "")
    return HeldPhoto(_shows(form, family, each), each.says.headline, _clauses(each.says.as_json()))


def _left_out(family: Family, entry: Json) -> HeldPhoto:
    child = family.name_of(entry["child"]) if entry["child"] else "Not said"
    return HeldPhoto(child, entry["says"]["headline"], _clauses(entry["says"]))


def _clauses(says: Json) -> str:
    """The organisation's own clauses behind the result, each once, in order."""
    return "\n".join(dict.fromkeys(finding["clause"] for finding in says["findings"] if finding["clause"]))


def attachment_name(number: int, media_type: str) -> str:
    """ "0001.jpg": numbered, never the user's file name."""
    return f"{number:04d}.{'png' if media_type == 'image/png' else 'jpg'}"
