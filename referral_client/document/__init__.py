"""The readable copy of a referral: an accessible PDF that a front-door worker can read in a Word-and-print world.

Promises: PDF/UA-1; whatever a person typed comes out as text, never as markup; no character is lost silently and
none stops the copy; the same copy gives the same bytes; nothing is written to disk. The only importer of typst.
Imports base, the standard library and typst. Public face: the names below.
"""

from referral_client.document.copy import (
    AdultLine,
    BodyMark,
    Call,
    ChildLine,
    Disagreement,
    Fact,
    FirstPage,
    HeldPhoto,
    KeepFromLine,
    Known,
    NotKnownLine,
    NotTold,
    PhotoLine,
    Quote,
    ReadableCopy,
    Referrer,
    Row,
    Section,
    Side,
    VisitingRisk,
    Whereabouts,
)
from referral_client.document.render import pages_as_png, render

__all__ = [
    "AdultLine",
    "BodyMark",
    "Call",
    "ChildLine",
    "Disagreement",
    "Fact",
    "FirstPage",
    "HeldPhoto",
    "KeepFromLine",
    "Known",
    "NotKnownLine",
    "NotTold",
    "PhotoLine",
    "Quote",
    "ReadableCopy",
    "Referrer",
    "Row",
    "Section",
    "Side",
    "VisitingRisk",
    "Whereabouts",
    "pages_as_png",
    "render",
]
