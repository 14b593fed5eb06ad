"""A form that is ready to use: sections, pages, questions, repeats, and the facts of the authority it is for.

Promises: immutable; made only by questionnaire.catalogue, so it has been linted; `sha256` is the digest of the
canonical JSON of the files it was made of, so spaces and comments never change it. Pure. Imports
questionnaire.conditions, questionnaire.files and questionnaire.values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from referral_client.questionnaire.conditions import Condition
from referral_client.questionnaire.files import CheckEntry
from referral_client.questionnaire.values import Kind

PromptLevel = Literal["info", "warn", "stop"]


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    level: PromptLevel
    text: str
    source: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """`group`: the repeat it stands in, or "". `about`: the repeats an item_ref may point to."""

    id: str
    kind: Kind
    label: str
    section: str
    page: str
    group: str = ""
    hint: str = ""
    why: str = ""
    source: str = ""
    options: tuple[Option, ...] = ()
    about: tuple[str, ...] = ()
    precision: tuple[str, ...] = ("day", "month", "year")
    required: bool = False
    urgent: bool = False
    missing: str = ""
    show_when: Condition | None = None
    checks: tuple[CheckEntry, ...] = ()
    prompts: tuple[Prompt, ...] = ()

    def option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    title: str
    questions: tuple[Question, ...]
    for_each: str = ""
    text: str = ""
    source: str = ""
    show_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    pages: tuple[Page, ...]
    show_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """`pair`: for a repeat of pairs, the two repeats it pairs, in the order of its item ids; otherwise empty."""

    id: str
    title: str
    one: str
    item_title: str
    no_title: str
    add_label: str = ""
    at_least: int = 0
    at_most: int = 60
    urgent: bool = False
    missing: str = ""
    pair: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number as last seen published. Never to be shown as “ring this”: no form can confirm one."""

    label: str
    number: str
    hours: str
    last_seen: int
    source: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """Days ("mon" ...) and local times ("09:00")."""

    days: tuple[str, ...]
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """The written form is due so many hours, or working days, after the call or after the concern was noticed."""

    starts: Literal["call", "concern"]
    hours: int = 0
    working_days: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    seen: tuple[str, ...] = ()
    not_seen: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """The authority a form is for. A model used without a profile names none: its authority_name is ""."""

    authority_id: str = ""
    authority_name: str = ""
    front_door: str = "children’s social care"
    numbers: tuple[Number, ...] = ()
    opening: tuple[Opening, ...] = ()
    deadline: Deadline | None = None
    example: bool = True
    evidence: Evidence = Evidence()


@dataclass(frozen=True, eq=False)
class Form:
    """One form. Compared by identity; `id`, `version` and `sha256` are what a draft records.

    model: the id of the model it is made of. model_version: that model's version. source: the canonical JSON of the
    files it was made of, whose digest is `sha256`; `catalogue.form_of_source` makes the form of it again.
    """

    id: str
    version: str
    sha256: str
    title: str
    language: str
    model: str
    model_version: str
    sections: tuple[Section, ...]
    repeats: Mapping[str, Repeat]
    lists: Mapping[str, tuple[Option, ...]]
    settings: Mapping[str, tuple[str, ...]]
    profile: ProfileFacts
    source: bytes = field(repr=False)
    questions: Mapping[str, Question] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, Question] = {}
        for page in self.pages():
            for question in page.questions:
                found.setdefault(question.id, question)  # a second one of the same id is a fault elsewhere
        object.__setattr__(self, "questions", found)

    def pages(self) -> Iterator[Page]:
        for section in self.sections:
            yield from section.pages

    def section(self, section_id: str) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)

    def words_for(self, list_name: str, code: str) -> str:
        """The label of a code in a list; the code itself when the list has none."""
        return next((option.label for option in self.lists.get(list_name, ()) if option.code == code), code)
