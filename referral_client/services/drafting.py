"""Drafts without a screen: start one, look at it, ask what is open. Imports questionnaire, referral, vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from referral_client.base.canonical import NotStrictJson, strict_json
from referral_client.base.errors import WrongUse
from referral_client.base.files import read_file
from referral_client.base.ids import ReferralId
from referral_client.organisation import Installed
from referral_client.questionnaire import (
    TODAY,
    Due,
    Form,
    Level,
    Problem,
    SummarySection,
    check_answers,
    due,
    misfits,
    problems,
    raw_answers,
    tidy_answers,
    visible_answers,
)
from referral_client.referral import AnswerSet, Notice, family_notices, family_of
from referral_client.referral.answers import read_answer_set
from referral_client.services.draft_forms import begin_draft, form_to_read_by
from referral_client.services.shipped_forms import shipped_forms
from referral_client.vault import StoredReferral, Vault

ANSWERS_LIMIT = 20_000_000


__all__ = [
    "Checked",
    "Due",
    "Problem",
    "check_draft",
    "due_of_draft",
    "new_draft",
    "read_answers",
    "settings_of",
    "show_draft",
]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is open about a draft. None of it stops an urgent sending; silence stops nothing at all.

    stand_in: a sentence when another form than the draft's own had to be used. due: when the written form is due.
    """

    silent: tuple[Problem, ...]
    cannot_be_true: tuple[Problem, ...]
    look_again: tuple[Problem, ...]
    notices: tuple[Notice, ...]
    stand_in: str = ""
    due: Due | None = None


def settings_of(installed: Installed, today: date) -> Mapping[str, str]:
    """What conditions may ask beside the answers: the day, and whether this is a school or a health service."""
    sector = installed.organisation.sector if installed.organisation is not None else "both"
    return {TODAY: today.isoformat(), "sector": sector}


def read_answers(path: Path, form: Form) -> AnswerSet:
    """Answers from a file: the published shape, and every value of the kind its question takes; all faults at once."""
    untrusted = read_file(path, limit=ANSWERS_LIMIT, what="the answers file", code="ANSWERS")
    try:
        answers, unread = read_answer_set(strict_json(untrusted, limit=ANSWERS_LIMIT))
    except NotStrictJson as fault:
        raise _not_fitting(tuple(str(fault).splitlines())) from None
    faults = (*unread, *misfits(form, answers))
    if faults:
        raise _not_fitting(faults)
    return tidy_answers(form, answers)


def new_draft(vault: Vault, form_id: str, answers: Path) -> ReferralId:
    """Start a draft on a form with the answers of a file."""
    form = shipped_forms().form(form_id)
    return begin_draft(vault, form, read_answers(answers, form))


def check_draft(vault: Vault, referral_id: ReferralId, installed: Installed, today: date) -> Checked:
    """Everything to ask about once before sending."""
    referral = vault.referral(referral_id)
    read_by = form_to_read_by(vault, referral)
    form, settings = read_by.form, settings_of(installed, today)
    found = problems(form, referral.answers, settings, sending="full")
    counted = visible_answers(form, referral.answers, settings)
    return Checked(
        silent=tuple(each for each in found if each.level is Level.SILENT),
        cannot_be_true=tuple(each for each in found if each.level is Level.CANNOT_BE_TRUE),
        look_again=tuple(each for each in found if each.level is Level.LOOK_AGAIN),
        notices=family_notices(family_of(counted)),
        stand_in=read_by.stand_in,
        due=due(form, counted),
    )


def due_of_draft(vault: Vault, referral_id: ReferralId, installed: Installed, today: date) -> Due | None:
    """When the written form is due; None where nothing says so."""
    referral = vault.referral(referral_id)
    form = form_to_read_by(vault, referral).form
    return due(form, visible_answers(form, referral.answers, settings_of(installed, today)))


def show_draft(
    vault: Vault, referral_id: ReferralId, installed: Installed, today: date
) -> tuple[StoredReferral, tuple[SummarySection, ...]]:
    """The draft and its answers in finished words; where its form is nowhere to be had, every answer as it is kept."""
    referral = vault.referral(referral_id)
    read_by = form_to_read_by(vault, referral)
    if read_by.stand_in:
        return referral, (raw_answers(read_by.form, referral.answers),)
    return referral, check_answers(read_by.form, referral.answers, settings_of(installed, today))


def _not_fitting(reasons: tuple[str, ...]) -> WrongUse:
    return WrongUse(
        "ANSWERS-NOT-FITTING",
        "The answers do not fit the form.",
        meaning="No draft was started and nothing was lost.",
        next_step="Correct each line below and try again.",
        reasons=reasons,
    )
