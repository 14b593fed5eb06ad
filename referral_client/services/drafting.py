"""Drafts without a screen: start one, look at it, ask what is open. Imports questionnaire, referral, vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from referral_client.base.canonical import NotStrictJson, strict_json
from referral_client.base.errors import Refused, WrongUse
from referral_client.base.files import read_file
from referral_client.base.ids import ReferralId
from referral_client.organisation import Installed
from referral_client.questionnaire import (
    TODAY,
    Form,
    Level,
    Problem,
    SummarySection,
    check_answers,
    misfits,
    problems,
    tidy_answers,
    visible_answers,
)
from referral_client.referral import AnswerSet, NotFitting, Notice, answers_from_json, family_notices, family_of
from referral_client.services.shipped_forms import shipped_forms
from referral_client.vault import FormRef, StoredReferral, Vault

ANSWERS_LIMIT = 20_000_000


__all__ = ["Checked", "Problem", "check_draft", "form_of", "new_draft", "read_answers", "settings_of", "show_draft"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is open about a draft. None of it stops an urgent sending; silence stops nothing at all."""

    silent: tuple[Problem, ...]
    cannot_be_true: tuple[Problem, ...]
    look_again: tuple[Problem, ...]
    notices: tuple[Notice, ...]


def settings_of(installed: Installed, today: date) -> Mapping[str, str]:
    """What conditions may ask beside the answers: the day, and whether this is a school or a health service."""
    sector = installed.organisation.sector if installed.organisation is not None else "both"
    return {TODAY: today.isoformat(), "sector": sector}


def read_answers(path: Path, form: Form) -> AnswerSet:
    """Answers from a file: the published shape, and every value of the kind its question takes."""
    untrusted = read_file(path, limit=ANSWERS_LIMIT, what="the answers file", code="ANSWERS")
    try:
        answers = answers_from_json(strict_json(untrusted, limit=ANSWERS_LIMIT))
    except (NotStrictJson, NotFitting) as fault:
        raise _not_fitting(tuple(str(fault).splitlines())) from None
    faults = misfits(form, answers)
    if faults:
        raise _not_fitting(faults)
    return tidy_answers(form, answers)


def new_draft(vault: Vault, form_id: str, answers: Path) -> ReferralId:
    """Start a draft on a form with the answers of a file."""
    form = shipped_forms().form(form_id)
    return vault.new_referral(FormRef(form.id, form.version, form.sha256), read_answers(answers, form))


def form_of(referral: StoredReferral) -> Form:
    """The very form that the draft was begun on; Refused when only another version is here."""
    form = shipped_forms().form(referral.form.id)
    if form.sha256 != referral.form.sha256:
        raise Refused(
            "FORM-OTHER-VERSION",
            f"This draft was begun on version {referral.form.version} of its form; here is version {form.version}.",
            meaning="Nothing was changed. The draft is safe.",
            next_step="Open it with the version of the program that it was begun with, or ask IT for that form.",
        )
    return form


def check_draft(vault: Vault, referral_id: ReferralId, installed: Installed, today: date) -> Checked:
    """Everything to ask about once before sending."""
    referral = vault.referral(referral_id)
    form = form_of(referral)
    settings = settings_of(installed, today)
    found = problems(form, referral.answers, settings, sending="full")
    family = family_of(visible_answers(form, referral.answers, settings))
    return Checked(
        silent=tuple(each for each in found if each.level is Level.SILENT),
        cannot_be_true=tuple(each for each in found if each.level is Level.CANNOT_BE_TRUE),
        look_again=tuple(each for each in found if each.level is Level.LOOK_AGAIN),
        notices=family_notices(family),
    )


def show_draft(
    vault: Vault, referral_id: ReferralId, installed: Installed, today: date
) -> tuple[StoredReferral, tuple[SummarySection, ...]]:
    """The draft and its answers in finished words."""
    referral = vault.referral(referral_id)
    return referral, check_answers(form_of(referral), referral.answers, settings_of(installed, today))


def _not_fitting(reasons: tuple[str, ...]) -> WrongUse:
    return WrongUse(
        "ANSWERS-NOT-FITTING",
        "The answers do not fit the form.",
        meaning="No draft was started and nothing was lost.",
        next_step="Correct each line below and try again.",
        reasons=reasons,
    )
