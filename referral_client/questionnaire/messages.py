"""Our own words for what is wrong with a form file, in place of the validator's. Pure.

Promises: one fault a place, in plain words, with what was expected, and "did you mean" where a near word exists.
Imports questionnaire.files and questionnaire.strict_yaml.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from referral_client.questionnaire import conditions, files
from referral_client.questionnaire.strict_yaml import Document, Fault, Path

_PLAIN: Mapping[str, str] = {
    "int_type": "must be a whole number, like 12",
    "int_parsing": "must be a whole number, like 12",
    "string_type": 'must be text: put it in quotes, like "12"',
    "bool_type": "must be true or false",
    "list_type": "must be a list, each entry after a “- ”",
    "dict_type": "must hold keys and values",
    "model_type": "must hold keys and values",
    "model_attributes_type": "must hold keys and values",
    "string_too_short": "must hold some text",
    "tuple_type": "must be a list, each entry after a “- ”",
}


def near(word: str, known: Iterable[str]) -> str:
    """ "; did you mean “x”?" or ""."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean “{found[0]}”?" if found else ""


def faults_of(document: Document, error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """The validator's errors as faults with places."""
    return [_fault(document, dict(one), model) for one in error.errors(include_url=False)]


def _fault(document: Document, error: dict[str, Any], model: type[BaseModel]) -> Fault:
    kind: str = error["type"]
    path, missing = real_path(document, error["loc"])
    if kind == "extra_forbidden":
        known = _keys_beside(document, path, model)
        return document.fault(path, f"is not a key that can stand here{near(str(path[-1]), known)}", at_key=True)
    if kind == "missing":
        return document.fault((*path, *missing), "is missing")
    return document.fault(path, _words(kind, error, document, path))


def _words(kind: str, error: dict[str, Any], document: Document, path: Path) -> str:
    context = error.get("ctx", {})
    if kind == "form":
        return str(error["msg"])
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "literal_error":
        if context.get("expected") in ("False", "True"):
            return f"must be {context['expected'].lower()}"
        allowed = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        given = error.get("input")
        return "must be one of " + ", ".join(allowed) + (near(given, allowed) if isinstance(given, str) else "")
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"must be {'at least' if 'ge' in context else 'at most'} {bound}"
    if kind == "string_too_long":
        return f"must be {context.get('max_length')} characters or fewer"
    if kind in ("too_short", "too_long"):
        bound = context.get("min_length", context.get("max_length"))
        return f"must hold at {'least' if 'min_length' in context else 'most'} {bound}"
    return "does not fit here"


def real_path(document: Document, location: tuple[str | int, ...]) -> tuple[Path, Path]:
    """The part of a validator's location that stands in the file, without the names of union branches; and the rest."""
    here, path = document.data, []
    for index, step in enumerate(location):
        if (isinstance(here, dict) and isinstance(step, str) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            here = here[step]  # type: ignore[index]  # the two cases above
            path.append(step)
        elif index == len(location) - 1 and isinstance(step, str):
            return tuple(path), (step,)
    return tuple(path), ()


_BY_PLACE: Mapping[str, type[BaseModel]] = {
    "form": files.FormHead,
    "sections": files.SectionEntry,
    "pages": files.PageEntry,
    "questions": files.QuestionEntry,
    "question": files.QuestionEntry,
    "options": files.OptionEntry,
    "lists": files.OptionEntry,
    "repeats": files.RepeatEntry,
    "checks": files.CheckEntry,
    "prompts": files.PromptEntry,
    "over": files.Over,
    "authority": files.AuthorityEntry,
    "front_door": files.FrontDoorEntry,
    "numbers": files.NumberEntry,
    "opening": files.OpeningEntry,
    "deadline": files.DeadlineEntry,
    "evidence": files.EvidenceEntry,
    "extra": files.ExtraEntry,
    "wording": files.Wording,
    "show_when": conditions.AnswerTest,
    "when": conditions.AnswerTest,
}


def _keys_beside(document: Document, path: Path, model: type[BaseModel]) -> list[str]:
    """The keys that could stand where an unknown one does."""
    place = next((step for step in reversed(path[:-1]) if isinstance(step, str) and step in _BY_PLACE), "")
    shape = _BY_PLACE.get(place, model)
    return [info.alias or name for name, info in shape.model_fields.items()]
