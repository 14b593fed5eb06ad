"""Form files from the disk: check, list, show, compare.

Reads files and prints nothing. A profile is checked over the model it names: one of the files given, or else the one
that came with the program. Imports base and questionnaire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from referral_client.base.canonical import Json
from referral_client.base.errors import KnownError, Refused
from referral_client.base.files import read_file
from referral_client.base.shipped import shipped
from referral_client.questionnaire import (
    Difference,
    Form,
    FormFaults,
    compare,
    deadline_words,
    form_id_of,
    inspect_files,
    opening_words,
)
from referral_client.services.shipped_forms import shipped_forms

__all__ = [
    "Difference",
    "FormCheck",
    "FormComparison",
    "FormWords",
    "check_forms",
    "compare_forms",
    "list_forms",
    "show_form",
]

# Bounds what is read at all; the loader's own limit is smaller and says so with a line.
_READ_LIMIT = 4_000_000


@dataclass(frozen=True, slots=True)
class FormCheck:
    """One file: what it is when it loads, every fault when it does not. Warnings stop nothing."""

    file: str
    form: Form | None
    faults: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def loads(self) -> bool:
        return not self.faults

    def as_json(self) -> Json:
        which = _which(self.form) if self.form is not None else {"form_id": "", "version": "", "sha256": ""}
        return {
            "file": self.file,
            "loads": self.loads,
            **which,
            "faults": list(self.faults),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class FormWords:
    """A form in words, section by section."""

    form: Form
    lines: tuple[str, ...]

    def as_json(self) -> Json:
        return {**_which(self.form), "title": self.form.title, "lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class FormComparison:
    """What differs between two."""

    before: Form
    after: Form
    differences: tuple[Difference, ...]

    def as_json(self) -> Json:
        return {
            "before": _which(self.before),
            "after": _which(self.after),
            "differences": [
                {"part": d.part, "change": d.change, "key": d.key, "before": d.before, "after": d.after}
                for d in self.differences
            ],
        }


def check_forms(paths: Sequence[Path]) -> tuple[FormCheck, ...]:
    """Every file, and every fault in each; one that cannot be read does not hide the others."""
    unread: dict[str, str] = {}
    given: dict[str, bytes] = {}
    for name, path in _names(paths).items():
        try:
            given[name] = read_file(path, limit=_READ_LIMIT, what="the form file", code="FORM")
        except KnownError as error:
            unread[name] = f"{name}:1:1: {error.what}"
    found = inspect_files({**given, **_shipped_beside(given)})
    ids = {name: form_id_of(untrusted) for name, untrusted in given.items()}
    return tuple(
        FormCheck(name, None, (unread[name],), ())
        if name in unread
        else FormCheck(
            name,
            found.forms.get(ids[name]),
            tuple(fault for fault in found.faults if fault.startswith(f"{name}:")),
            tuple(warning for warning in found.warnings if warning.startswith(f"{name}:")),
        )
        for name in _names(paths)
    )


def list_forms() -> tuple[Form, ...]:
    """The forms that came with the program, by id."""
    forms = shipped_forms().forms
    return tuple(forms[form_id] for form_id in sorted(forms))


def show_form(form_id: str) -> FormWords:
    """One form in words. Refused FORM-UNKNOWN."""
    form = shipped_forms().form(form_id)
    lines = [f"{form.title} ({form.id} {form.version})"]
    if form.profile.authority_name:
        lines += _facts(form)
    for section in form.sections:
        lines += ["", section.title]
        for page in section.pages:
            each = f" (for each {page.for_each})" if page.for_each else ""
            lines.append(f"  {page.title}{each}")
            lines += [f"    {question.id}: {question.label} [{question.kind}]" for question in page.questions]
    return FormWords(form, tuple(lines))


def compare_forms(before: str, after: str) -> FormComparison:
    """Two forms, each the id of one that came with the program or the path of a file."""
    one, other = _form_of(before), _form_of(after)
    return FormComparison(one, other, compare(one, other))


def _facts(form: Form) -> list[str]:
    facts = form.profile
    lines = [f"{facts.authority_name}, {facts.front_door}"]
    if facts.example:
        lines.append("An example: nobody at the authority has confirmed it.")
    if facts.deadline is not None:
        lines.append(f"The written form is due {deadline_words(facts.deadline)}.")
    lines += [f"Open {opening_words(each)}, as last seen, not confirmed" for each in facts.opening]
    lines += [
        f"{number.label}: {number.number} ({number.hours}), "
        f"last seen {number.last_seen}, not confirmed: check the council’s site"
        for number in facts.numbers
    ]
    lines += [f"Seen in the published form: {words}" for words in facts.evidence.seen]
    lines += [f"Not seen: {words}" for words in facts.evidence.not_seen]
    return lines


def _form_of(id_or_path: str) -> Form:
    path = Path(id_or_path)
    if not path.is_file():
        return shipped_forms().form(id_or_path)
    untrusted = read_file(path, limit=_READ_LIMIT, what="the form file", code="FORM")
    given = {path.name: untrusted}
    found = inspect_files({**given, **_shipped_beside(given)})
    form = found.forms.get(form_id_of(untrusted))
    if form is None:
        raise FormFaults(
            "FORM-FAULTS",
            "That form does not load, so it cannot be compared.",
            next_step="Put right the lines named below, then try again.",
            reasons=found.faults,
        )
    return form


def _shipped_beside(given: Mapping[str, bytes]) -> dict[str, bytes]:
    """The forms that came with the program, without those that the given files stand in for."""
    replaced = {form_id_of(untrusted) for untrusted in given.values()}
    beside = {}
    for path in sorted(shipped("forms").glob("*.yaml")):
        untrusted = read_file(path, limit=_READ_LIMIT, what="the form file", code="FORM")
        if form_id_of(untrusted) not in replaced:
            beside[f"(the program’s) {path.name}"] = untrusted
    return beside


def _names(paths: Sequence[Path]) -> dict[str, Path]:
    """A short name for each file: its own, with its folder's where two have the same."""
    names: dict[str, Path] = {}
    for path in paths:
        name = path.name
        if name in names and names[name] != path:
            name = f"{path.parent.name}/{path.name}"
        if name in names and names[name] != path:
            raise Refused("FORM-SAME-NAME", "Two of the files have the same name.", next_step="Check them one by one.")
        names[name] = path
    return names


def _which(form: Form) -> dict[str, Json]:
    return {"form_id": form.id, "version": form.version, "sha256": form.sha256}
