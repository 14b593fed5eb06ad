"""All the forms of a folder: models, and the profiles of authorities over them, read together and linted together.

Promises: every fault of every file at once, as `file:line:column: path: reason`; a library that loads holds only forms
without faults. Pure: the files' bytes come in by name. Imports base.errors, base.canonical and this room.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from referral_client.base.canonical import NotStrictJson, strict_json
from referral_client.base.errors import Refused
from referral_client.questionnaire.build import Built, build_model, build_profile
from referral_client.questionnaire.files import ModelFile, ProfileFile
from referral_client.questionnaire.form import Form
from referral_client.questionnaire.lint import lint
from referral_client.questionnaire.messages import faults_of, near, real_path
from referral_client.questionnaire.strict_yaml import Document, Fault, read_document

MAX_FILES = 500
_LARGEST_SOURCE = 8_000_000


class FormFaults(Refused):
    """One or more form files have faults; `reasons` holds them all."""


@dataclass(frozen=True, slots=True)
class Library:
    """Forms by id. `warnings` are in the same shape as faults and stop nothing."""

    forms: Mapping[str, Form]
    warnings: tuple[str, ...] = ()

    def form(self, form_id: str) -> Form:
        """The form of that id. Refused FORM-UNKNOWN, naming the forms there are."""
        found = self.forms.get(form_id)
        if found is None:
            raise Refused(
                "FORM-UNKNOWN",
                "There is no form of that name here.",
                next_step="Use one of: " + ", ".join(sorted(self.forms)) + ".",
            )
        return found


@dataclass(frozen=True, slots=True)
class Inspection:
    """What reading a set of files gave."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    forms: Mapping[str, Form]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """`sound`: nothing was wrong with its shape. One that is not is looked over all the same, and gives no form."""

    document: Document
    content: ModelFile | ProfileFile
    sound: bool


def inspect_files(untrusted_files: Mapping[str, bytes]) -> Inspection:
    """Read and lint files by name. Never raises for what is in them."""
    if len(untrusted_files) > MAX_FILES:
        return Inspection((f"more than {MAX_FILES} form files at once",), (), {})
    faults: list[Fault] = []
    warnings: list[Fault] = []
    parsed = [found for name, data in untrusted_files.items() if (found := _parse(name, data, faults)) is not None]
    models: dict[str, tuple[Document, ModelFile]] = {}
    seen: dict[str, str] = {}
    forms: dict[str, Form] = {}
    nowhere: dict[str, Form] = {}  # for what is looked over and not kept
    for one in parsed:
        head = one.content.form
        first = seen.setdefault(head.id, one.document.file)
        if first != one.document.file:
            faults.append(one.document.fault(("form", "id"), f"“{head.id}” is already the id of {first}"))
        if isinstance(one.content, ModelFile):
            models.setdefault(head.id, (one.document, one.content))
            kept = forms if one.sound and first == one.document.file else nowhere
            _finish(build_model(one.document, one.content), kept, faults, warnings)
    for one in parsed:
        if isinstance(one.content, ProfileFile):
            alone = one.sound and seen[one.content.form.id] == one.document.file
            _add_profile(one.document, one.content, models, forms, (forms if alone else nowhere, faults, warnings))
    names = list(untrusted_files)
    return Inspection(_in_words(faults, names), _in_words(warnings, names), forms)


def load_library(untrusted_files: Mapping[str, bytes]) -> Library:
    """The library of these files. FormFaults with every fault of every file."""
    found = inspect_files(untrusted_files)
    if found.faults:
        raise FormFaults(
            "FORM-FAULTS",
            f"The form files have {len(found.faults)} {'fault' if len(found.faults) == 1 else 'faults'}.",
            meaning="No referral is lost: the forms that were in use stay as they were.",
            next_step="Put right the lines named below, then run “form check” again.",
            reasons=found.faults,
        )
    return Library(found.forms, found.warnings)


def form_of_source(source: bytes) -> Form:
    """The form again, of the `source` of one that loaded once. FormFaults when this program cannot read it any more.

    It was looked over when it was loaded first, so no later rule about words or sense shuts a draft begun on it.
    """
    try:
        data = strict_json(source, limit=_LARGEST_SOURCE)
        model = Document("", data["model"] if "profile" in data else data)
        if "profile" not in data:
            built = build_model(model, ModelFile.model_validate(model.data))
        else:
            profile = Document("", data["profile"])
            built = build_profile(
                profile, ProfileFile.model_validate(profile.data), model, ModelFile.model_validate(model.data)
            )
    except (NotStrictJson, ValidationError, TypeError, KeyError):
        built = None
    if built is None or built.faults:
        raise FormFaults("FORM-FAULTS", "The form that was kept with a draft cannot be read by this program.")
    return built.form


def form_id_of(untrusted: bytes) -> str:
    """The id that a file gives its form; "" when it gives none. Says nothing about whether it loads."""
    data = read_document("", untrusted).data
    head = data.get("form") if isinstance(data, dict) else None
    found = head.get("id") if isinstance(head, dict) else None
    return found if isinstance(found, str) else ""


def check_files(untrusted_files: Mapping[str, bytes]) -> list[str]:
    """Every fault of every file; empty when all is well."""
    return list(inspect_files(untrusted_files).faults)


def _parse(name: str, untrusted: bytes, faults: list[Fault]) -> _Parsed | None:
    document = read_document(name, untrusted)
    found = list(document.faults)
    content: ModelFile | ProfileFile | None = None
    if isinstance(document.data, dict) and document.data:
        shape: type[BaseModel] = ProfileFile if "over" in document.data else ModelFile
        try:
            made = shape.model_validate(document.data)
            content = made if isinstance(made, ModelFile | ProfileFile) else None
        except ValidationError as error:
            marked, paths = {fault.mark for fault in found}, {fault.path for fault in found if fault.path}
            slips = faults_of(document, error, shape)
            found += [fault for fault in slips if fault.mark not in marked and fault.path not in paths]
            content = _without_strange_keys(document, error, shape)
    elif not found:
        found.append(document.fault((), "must be a form: keys and values, beginning with form:"))
    faults += found
    return None if content is None or document.faults else _Parsed(document, content, sound=not found)


def _without_strange_keys(
    document: Document, error: ValidationError, shape: type[BaseModel]
) -> ModelFile | ProfileFile | None:
    """What the file means apart from keys that cannot stand where they do, if those are all that is wrong with it."""
    wrong = error.errors(include_url=False, include_input=False)
    if any(one["type"] != "extra_forbidden" for one in wrong):
        return None
    data = copy.deepcopy(document.data)
    for one in wrong:
        path, _ = real_path(document, one["loc"])
        here = data
        for step in path[:-1]:
            here = here[step]  # a real path: each step stands in the file
        here.pop(path[-1], None)
    try:
        made = shape.model_validate(data)
    except ValidationError:
        return None
    return made if isinstance(made, ModelFile | ProfileFile) else None


def _add_profile(
    document: Document,
    profile: ProfileFile,
    models: Mapping[str, tuple[Document, ModelFile]],
    sound: Mapping[str, Form],
    out: tuple[dict[str, Form], list[Fault], list[Fault]],
) -> None:
    kept, faults, warnings = out
    wanted = profile.over
    if wanted.id not in models:
        faults.append(document.fault(("over", "id"), f"there is no form “{wanted.id}” here{near(wanted.id, models)}"))
        return
    model_document, model = models[wanted.id]
    if model.form.version != wanted.version:
        faults.append(
            document.fault(("over", "version"), f"is {wanted.version}, but {wanted.id} is {model.form.version}")
        )
        return
    if wanted.id not in sound:  # the model's own faults are told already
        return
    _finish(build_profile(document, profile, model_document, model), kept, faults, warnings)


def _finish(built: Built, forms: dict[str, Form], faults: list[Fault], warnings: list[Fault]) -> None:
    findings = lint(built)
    faults += [*built.faults, *findings.faults]
    warnings += findings.warnings
    if not built.faults and not findings.faults:
        forms[built.form.id] = built.form


def _in_words(found: list[Fault], files: list[str]) -> tuple[str, ...]:
    """Each once, in the order of the files and of their lines."""
    ordered = sorted(found, key=lambda fault: (files.index(fault.file), fault.mark.line, fault.mark.column))
    return tuple(dict.fromkeys(str(fault) for fault in ordered))
