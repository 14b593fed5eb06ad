"""What differs between two forms, question by question, for their keepers. Pure. Imports this room's form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal

from referral_client.questionnaire.conditions import Strict
from referral_client.questionnaire.form import Form, Option, Page, Prompt, Question, Section

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """`part` is "question child.dob" and alike. `key`, `before` and `after` are "" for what was added or removed."""

    part: str
    change: Change
    key: str = ""
    before: str = ""
    after: str = ""


_QUESTION = ("label", "hint", "why", "source", "kind", "page", "group", "options", "about", "precision", "required",
             "urgent", "missing", "show_when", "checks", "prompts")  # fmt: skip
_PAGE = ("title", "text", "source", "for_each", "show_when")
_FACTS = ("authority_name", "front_door", "numbers", "opening", "deadline", "example")


def compare(before: Form, after: Form) -> tuple[Difference, ...]:
    """Every difference in what is asked and in the authority's facts; not the version numbers."""
    found = list(_fields("form", _FACTS, before.profile, after.profile))
    old_parts, new_parts = dict(_parts(before)), dict(_parts(after))
    for part in dict.fromkeys([*old_parts, *new_parts]):
        old, new = old_parts.get(part), new_parts.get(part)
        if old is None or new is None:
            found.append(Difference(part, "added" if old is None else "removed"))
        else:
            keys = (
                _QUESTION
                if part.startswith("question")
                else _PAGE
                if part.startswith("page")
                else ("title", "show_when")
            )
            found += _fields(part, keys, old, new)
    return tuple(found)


def _parts(form: Form) -> Iterator[tuple[str, Section | Page | Question]]:
    for section in form.sections:
        yield f"section {section.id}", section
        for page in section.pages:
            yield f"page {page.id}", page
            for question in page.questions:
                yield f"question {question.id}", question


def _fields(part: str, keys: tuple[str, ...], old: object, new: object) -> Iterator[Difference]:
    for key in keys:
        before, after = _words(getattr(old, key)), _words(getattr(new, key))
        if before != after:
            yield Difference(part, "changed", key, before, after)


def _words(value: object) -> str:
    if value is None or value == () or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(_words(part) for part in value)
    if isinstance(value, Option):
        return f"{value.code} ({value.label})"
    if isinstance(value, Prompt):
        return f"{value.level}: {value.text}" + (f" when {_words(value.when)}" if value.when is not None else "")
    if isinstance(value, Strict):
        content = value.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        return json.dumps(content, ensure_ascii=False)
    if is_dataclass(value):
        return ", ".join(words for part in fields(value) if (words := _words(getattr(value, part.name))))
    return str(value)
