"""Small finished phrases that several outputs share. Pure."""

from __future__ import annotations

from referral_client.questionnaire import Form
from referral_client.questionnaire.dates import date_words
from referral_client.referral import Answer, ReferralState

# The state of a referral in people's words.
STATE_WORDS = {
    ReferralState.DRAFT: "draft, NOT SENT",
    ReferralState.IN_REVIEW: "being checked, NOT SENT",
    ReferralState.RETURNED: "returned to you, NOT SENT",
    ReferralState.APPROVED: "checked, ready to send",
    ReferralState.NOT_REFERRED: "decided not to refer",
    ReferralState.SEALED: "on its way or sent",
    ReferralState.CLOSED: "closed",
    ReferralState.ERASED: "erased",
}


def label_of(form: Form, question: str, code: str) -> str:
    """The form's own words for a code; the code itself when the form has none."""
    if not code:
        return ""
    asked = form.questions.get(question)
    option = asked.option(code) if asked is not None else None
    return option.label if option is not None else code.replace("_", " ")


def long_moment(text: str) -> str:
    """A stored date or date and time in words."""
    return date_words(text) if text else ""


def unknown_words(answer: Answer) -> str:
    """Whom was asked, when and what they said; or why nobody was asked."""
    if answer.asked is not None:
        when = f" on {date_words(answer.asked.when)}" if answer.asked.when else ""
        said = f": {answer.asked.said}" if answer.asked.said else ""
        return f"Asked {answer.asked.whom}{when}{said}"
    return answer.because
