"""Which form a draft is read by: the very one it was begun on, whatever has become of the forms of this program since.

Promises: a draft keeps its form, so a changed, broken or absent shipped form shuts no draft. Where neither is to be had
(a store older than this promise, or damage) the shipped form of that name stands in, and says so: enough to look at
the answers and to send them as urgent. Imports questionnaire and vault.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from referral_client.base.errors import KnownError, Refused
from referral_client.base.ids import ReferralId
from referral_client.questionnaire import Form, FormFaults, form_of_source
from referral_client.referral import AnswerSet
from referral_client.services.shipped_forms import shipped_forms
from referral_client.vault import FormRef, StoredReferral, Vault

_MODEL = "marf"


@dataclass(frozen=True, slots=True)
class FormToReadBy:
    """`stand_in`: a sentence that says that this is not the form the draft was begun on; otherwise ""."""

    form: Form
    stand_in: str = ""


def begin_draft(vault: Vault, form: Form, answers: AnswerSet) -> ReferralId:
    """A new draft, with its form kept beside it."""
    return vault.new_referral(FormRef(form.id, form.version, form.sha256), answers, source=form.source)


def form_of(vault: Vault, referral: StoredReferral) -> Form:
    """The very form that the draft was begun on; Refused when it is neither here nor kept with the draft."""
    found = form_to_read_by(vault, referral)
    if found.stand_in:
        raise Refused(
            "FORM-OTHER-VERSION",
            found.stand_in,
            meaning="It is NOT SENT. Everything you wrote is kept, and “referral show” shows it.",
            next_step="Open it with the version of the program that it was begun with, or ask IT for that form. "
            "If a child is in danger, ring first and send it with --urgent: that is not refused.",
        )
    return found.form


def form_to_read_by(vault: Vault, referral: StoredReferral) -> FormToReadBy:
    """The form of the draft, or what stands in for it."""
    try:
        shipped = shipped_forms()
    except FormFaults:
        kept = _kept(vault, referral)
        if kept is None:
            raise
        return FormToReadBy(kept)
    here = shipped.forms.get(referral.form.id)
    if here is not None and here.sha256 == referral.form.sha256:
        return FormToReadBy(here)
    kept = _kept(vault, referral)
    if kept is not None:
        return FormToReadBy(kept)
    form = here or shipped.form(_MODEL)
    begun = f"This draft was begun on version {referral.form.version} of the form {referral.form.id}, which is not here"
    return FormToReadBy(form, f"{begun}; {form.id} {form.version} stands in for it.")


def _kept(vault: Vault, referral: StoredReferral) -> Form | None:
    try:
        source = vault.form_source(referral.id)
        if hashlib.sha256(source).hexdigest() != referral.form.sha256:
            return None
        return form_of_source(source)
    except KnownError:
        return None
