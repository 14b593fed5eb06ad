"""What stands in a form file, as pydantic models: the model (MARF) and the profile of one authority over it.

These are the shapes that forms/form-1.schema.json is generated from. They check shape alone; what the parts mean
together is checked by questionnaire.lint. Pure. Imports questionnaire.conditions and questionnaire.values.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from referral_client.questionnaire.conditions import Condition, Strict, Test
from referral_client.questionnaire.values import Kind


def _shape(pattern: str, words: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.match(text) is None:
            raise PydanticCustomError("form", "{words}", {"words": words})
        return text

    return AfterValidator(check)


FormId = Annotated[str, _shape(r"^[a-z0-9][a-z0-9-]{0,62}$", "must be small letters, numbers and hyphens, like marf")]
Version = Annotated[str, _shape(r"^\d{1,4}\.\d{1,4}\.\d{1,4}$", "must be three numbers, like 1.0.0")]
Word = Annotated[str, _shape(r"^[a-z][a-z0-9_]{0,62}$", "must be small letters, numbers and _, like not_known")]
QuestionId = Annotated[
    str,
    _shape(r"^[a-z][a-z0-9_]{0,40}\.[a-z0-9][a-z0-9_]{0,40}$", "must be two words with a dot, like child.first_name"),
]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Prose = Annotated[str, Field(min_length=1, max_length=4000)]


class FormHead(Strict):
    id: FormId
    version: Version
    title: Line
    language: Literal["en-GB", "cy"] = "en-GB"


class OptionEntry(Strict):
    code: Word
    label: Line
    hint: Line | None = None


class PromptEntry(Strict):
    """Words shown beside a question when something is so. Safeguarding text names where it comes from."""

    when: Condition | None = None
    level: Literal["info", "warn", "stop"]
    text: Prose
    source: Line


class CheckEntry(Test):
    """A test that an answer must meet; `cannot_be_true` is said until it is changed, `look_again` once."""

    level: Literal["cannot_be_true", "look_again"] = "cannot_be_true"
    message: Line


class QuestionEntry(Strict):
    id: QuestionId
    label: Line
    hint: Prose | None = None
    why: Prose | None = None
    source: Line | None = None
    type: Literal[
        "text", "long_text", "verbatim", "name", "choose_one", "choose_many", "date", "datetime", "whole_number",
        "nhs_number", "upn", "phone", "postcode", "email", "address", "item_ref", "item_refs",
    ]  # fmt: skip
    options: Word | list[OptionEntry] | None = None
    about: list[Word] = Field(
        default_factory=list, description="For item_ref and item_refs: the repeats to choose from."
    )
    precision: list[Literal["day", "month", "year"]] = Field(["day", "month", "year"], min_length=1)
    required: StrictBool = Field(default=False, description="Silence is asked about once. It never blocks.")
    urgent: StrictBool = Field(default=False, description="Part of the least that an urgent referral is asked for.")
    missing: Line | None = Field(default=None, description="The words for silence, instead of “Enter …”.")
    show_when: Condition | None = None
    checks: list[CheckEntry] = Field(default_factory=list)
    prompts: list[PromptEntry] = Field(default_factory=list)

    @property
    def kind(self) -> Kind:
        return Kind(self.type)

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        choice = self.type in ("choose_one", "choose_many")
        if choice != (self.options is not None):
            raise PydanticCustomError("form", "options belong to choose_one and choose_many, and to those always")
        if (self.type in ("item_ref", "item_refs")) != bool(self.about):
            raise PydanticCustomError("form", "about belongs to item_ref and item_refs, and to those always")
        return self


class RepeatEntry(Strict):
    """A group of items: children, adults, ... With `pairs`, one item for each pair of two other repeats."""

    id: Word
    title: Line
    one: Line = Field(description="One of them in running text: “a child”.")
    item_title: Line = Field(description="How one is named, from its answers: {child.first_name} {child.last_name}.")
    no_title: Line = Field(description="How one is named while those answers are silent: Child.")
    add_label: Line | None = None
    at_least: Literal[0, 1] = 0
    at_most: int = Field(default=60, ge=1, le=500)
    urgent: StrictBool = False
    missing: Line | None = None
    pairs: list[Word] | None = Field(default=None, min_length=2, max_length=2)


class PageEntry(Strict):
    id: Word
    title: Line
    text: Prose | None = None
    source: Line | None = None
    show_when: Condition | None = None
    for_each: Word | None = None
    questions: list[QuestionEntry] = Field(min_length=1)


class SectionEntry(Strict):
    id: Word
    title: Line
    show_when: Condition | None = None
    pages: list[PageEntry] = Field(min_length=1)


class ModelFile(Strict):
    """A whole form."""

    form: FormHead
    settings: dict[Word, list[Word]] = Field(default_factory=dict)
    lists: dict[Word, list[OptionEntry]] = Field(default_factory=dict)
    repeats: list[RepeatEntry] = Field(default_factory=list)
    sections: list[SectionEntry] = Field(min_length=1)


# --- a profile over a model -------------------------------------------------------------------------------------


class Over(Strict):
    id: FormId
    version: Version


class NumberEntry(Strict):
    """A telephone number as somebody once saw it. A form never confirms one: a signed statement does."""

    label: Line
    number: Annotated[str, _shape(r"^[0-9+ ()]{3,30}$", 'must be a telephone number in quotes, like "01632 960123"')]
    hours: Line
    last_seen: int = Field(ge=1990, le=2200, description="The year in which somebody last saw it published.")
    confirmed: Literal[False] = False
    source: Line


_TIME = _shape(r"^([01]\d|2[0-3]):[0-5]\d$", 'must be a time in quotes, like "09:00"')
_DAYS = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class OpeningEntry(Strict):
    days: list[_DAYS] = Field(min_length=1)
    opens: Annotated[str, _TIME]
    closes: Annotated[str, _TIME]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise PydanticCustomError("form", "must open before it closes")
        return self


class DeadlineEntry(Strict):
    """How long after the call, or after the concern was noticed, the written form is due."""

    hours: int | None = Field(default=None, ge=1, le=720)
    working_days: int | None = Field(default=None, ge=1, le=30)
    from_: Annotated[Literal["call", "concern"], Field(alias="from")]

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.hours is None) == (self.working_days is None):
            raise PydanticCustomError("form", "must give either hours or working_days")
        return self


class FrontDoorEntry(Strict):
    name: Line
    numbers: list[NumberEntry] = Field(min_length=1)
    opening: list[OpeningEntry] = Field(default_factory=list)
    deadline: DeadlineEntry | None = None


class AuthorityEntry(Strict):
    id: FormId
    name: Line


class EvidenceEntry(Strict):
    """What somebody saw of the authority's own form, and what nobody did."""

    seen: list[Prose] = Field(min_length=1)
    not_seen: list[Prose]
    sources: list[Line] = Field(min_length=1)


class Wording(Strict):
    label: Line | None = None
    title: Line | None = None
    hint: Prose | None = None
    why: Prose | None = None
    source: Line | None = None


class WordingEntry(Strict):
    questions: dict[QuestionId, Wording] = Field(default_factory=dict)
    pages: dict[Word, Wording] = Field(default_factory=dict)
    sections: dict[Word, Wording] = Field(default_factory=dict)


class ExtraEntry(Strict):
    page: Word
    after: QuestionId | None = None
    question: QuestionEntry


class ProfileFile(Strict):
    """One authority's own lists, words and facts over a model. It hides and adds questions; it never renames one."""

    form: FormHead
    over: Over
    example: StrictBool = Field(description="True for what nobody at the authority has confirmed.")
    authority: AuthorityEntry
    front_door: FrontDoorEntry
    lists: dict[Word, list[OptionEntry]] = Field(default_factory=dict)
    wording: WordingEntry = Field(default_factory=WordingEntry)
    hidden: list[QuestionId] = Field(default_factory=list)
    required: list[QuestionId] = Field(default_factory=list)
    extra: list[ExtraEntry] = Field(default_factory=list)
    evidence: EvidenceEntry
