"""What a readable copy says, as finished words: plain values that services assemble and `render` prints.

Nothing here knows a form, a question id or an answer. Every text is a sentence or a phrase ready for the page, with
lines parted by a line feed; it is printed as text whatever it holds. An empty text means that nothing was said, and
the page says so ("Not answered") wherever silence would mislead. Imports the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Known(StrEnum):
    """How a yes-or-no question stands. SILENT is a question nobody answered."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class ChildLine:
    """One child. `born`: "Born 3 March 2024 (20 months)", "Due 9 January 2027". `where_now`: where and with whom.

    `note`: one short line more, such as "Not yet moving about alone" or "Brother, not referred".
    """

    name: str
    born: str = ""
    where_now: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class VisitingRisk:
    """Is it dangerous to visit? Printed in every case."""

    state: Known = Known.SILENT
    words: str = ""


@dataclass(frozen=True, slots=True)
class NotTold:
    """One adult who does not know about this referral, and why."""

    who: str
    reasons: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeepFromLine:
    """Something a person must not learn. `what` names the answer ("Address of Ayla Reed"), never only a code."""

    what: str
    whom: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One person's word about where an adult is. `words`: "Stays some nights at 4 Mill Row"."""

    words: str
    who_says: str = ""
    last_true: str = ""


@dataclass(frozen=True, slots=True)
class AdultLine:
    """One adult around the children; `to_children`: one phrase a child, "Father of Ayla (parental responsibility)"."""

    name: str
    to_children: tuple[str, ...] = ()
    where: tuple[Whereabouts, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One of the answers that do not agree. `how_known`: "seen himself", "told by the mother, not checked"."""

    words: str
    who_says: str = ""
    when: str = ""
    how_known: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One fact and the different answers to it, printed side by side. `note`: what the sender makes of it."""

    about: str
    sides: tuple[Side, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotKnownLine:
    """One thing nobody knows; `asked`: whom, when and what they said, or why nobody was asked."""

    what: str
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Referrer:
    """Who sends it and how to ring back."""

    name: str = ""
    role: str = ""
    agency: str = ""
    phone: str = ""
    email: str = ""
    reach_when: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """The telephone call before the form. `made`: "Rang the front door", "Could not get through, 3 tries"."""

    made: str = ""
    at: str = ""
    spoke_to: str = ""
    number: str = ""
    advice: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What a front-door worker must know in 30 seconds, in the order in which it is printed."""

    children: tuple[ChildLine, ...] = ()
    visiting_risk: VisitingRisk = VisitingRisk()
    not_told: tuple[NotTold, ...] = ()
    keep_from: tuple[KeepFromLine, ...] = ()
    adults: tuple[AdultLine, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    not_known: tuple[NotKnownLine, ...] = ()
    why_now: str = ""
    referrer: Referrer = Referrer()
    call: Call = Call()


@dataclass(frozen=True, slots=True)
class Row:
    """One question and its answer in people's words.

    under: the child, adult or mark the row belongs to; a heading is printed where it changes.
    note: one quiet line below ("estimated", "asked the health visitor on 3 March"). verbatim: the words are exactly
    what somebody said, and are set apart as such. silent: not answered. keep_from: printed beside the answer.
    """

    label: str
    words: str = ""
    note: str = ""
    under: str = ""
    verbatim: bool = False
    silent: bool = False
    keep_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's exact words about a mark or a photograph."""

    words: str
    who: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class BodyMark:
    """One numbered mark. `where` includes the side; `size` says measured or estimated."""

    number: int
    child: str
    where: str
    kind: str = ""
    size: str = ""
    description: str = ""
    seen: str = ""
    explanations: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """One photograph that travels with the referral.

    policy: the result in words ("Your policy allows it, with a warning"); clause: the organisation's own clause.
    story: how the sender came by it, and its exhibit reference.
    digest: SHA-256 in hex of the clean file, printed short. original: who keeps the original, if anyone does.
    image: clean JPEG or PNG bytes proven to decode, to be printed at the end; None prints the line alone.
    """

    number: int
    file_name: str
    shows: str
    taken_by: str = ""
    taken_at: str = ""
    policy: str = ""
    clause: str = ""
    digest: str = ""
    original: str = ""
    story: str = ""
    image: bytes | None = None


@dataclass(frozen=True, slots=True)
class HeldPhoto:
    """One photograph that was kept back or refused; the referral went without it."""

    shows: str
    why: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of "About this copy", such as ("Record of custody", "14 entries, ending 9f3a ...")."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class ReadableCopy:
    """The whole document.

    front_door: the council's own name for it. reference: the submission id in full; its first eight characters are
    the short one. sent: "Ready to send Sunday 22 November 2026 at 15:41",
    or "Not sent yet". created_at: aware; the document's
    date, so that the same copy gives the same bytes. urgent: the reason, or "" when it is not urgent.
    labels: what must be seen before anything else ("Written by the lead", "Sender not recognised").
    """

    front_door: str
    reference: str
    sent: str
    created_at: datetime
    first: FirstPage
    practice: bool = False
    urgent: str = ""
    labels: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    body_marks: tuple[BodyMark, ...] = ()
    photographs: tuple[PhotoLine, ...] = ()
    held_photographs: tuple[HeldPhoto, ...] = ()
    about: tuple[Fact, ...] = ()
    title: str = "Child protection referral"

    @property
    def short_reference(self) -> str:
        """The first eight characters of the reference, as people read it out on the telephone."""
        return self.reference[:8]
