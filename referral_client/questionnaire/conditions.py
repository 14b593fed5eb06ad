"""Conditions as structured tests: read strictly, compiled once, and evaluated over answers. No text is run as code.

    {answer: child.unborn, is: "yes"}            one test of one answer
    {setting: sector, one_of: [school]}          one test of a setting
    {all: [...]}  {any: [...]}  {not: {...}}     put together

Promises: a silent or hidden answer makes every test of it false, and `not` turns round only after that; `answered:
false` asks for silence; a reason such as not known counts as answered and equals no value; inside a repeat a question
of the same repeat means this item, and `any child.x` / `every child.x` range over all (every over none is false);
dates compare by the days they may stand for. Pure. Imports questionnaire.dates, questionnaire.values and referral.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator
from pydantic_core import PydanticCustomError

from referral_client.questionnaire import dates
from referral_client.questionnaire.values import Kind
from referral_client.referral.answers import Answer, State

TODAY = "today"  # the setting that holds the day, as an ISO date


class Strict(BaseModel):
    """What every part of a form file is: no unknown key, no silent change of type, not to be changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Operand = bool | int | str | tuple[str, ...]

# Which tests a type of answer can have. `answered` and `state` suit all.
_DATES = ("before", "on_or_before", "after", "on_or_after")
OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CHOOSE_ONE: ("is", "one_of"),
    Kind.CHOOSE_MANY: ("contains", "contains_any"),
    Kind.WHOLE_NUMBER: ("is", "at_least", "at_most"),
    Kind.DATE: (*_DATES, "age_at_least", "age_under"),
    Kind.DATETIME: _DATES,
}
FOR_ALL = ("answered", "state")
_CHOICES = ("is", "one_of", "contains", "contains_any")
OPERATOR_NAMES = (*_CHOICES, "at_least", "at_most", *_DATES, "age_at_least", "age_under", *FOR_ALL)


class Test(Strict):
    """Exactly one test; `is` needs another name in Python."""

    __test__ = False  # not a test of pytest's

    is_: Annotated[str | int | None, Field(alias="is")] = None
    one_of: list[str] | None = None
    contains: str | None = None
    contains_any: list[str] | None = None
    at_least: int | None = None
    at_most: int | None = None
    before: str | None = None
    on_or_before: str | None = None
    after: str | None = None
    on_or_after: str | None = None
    age_at_least: int | None = Field(default=None, ge=0, le=120)
    age_under: int | None = Field(default=None, ge=0, le=120)
    answered: bool | None = None
    state: Literal["value", "estimated", "not_known", "declined", "withheld", "not_applicable"] | None = None

    @field_validator("one_of", "contains_any")
    @classmethod
    def _not_empty(cls, codes: list[str] | None) -> list[str] | None:
        if codes is not None and not codes:
            raise PydanticCustomError("form", "must list at least one code")
        return codes

    @field_validator(*_DATES)
    @classmethod
    def _a_point_in_time(cls, text: str | None) -> str | None:
        if text is not None and not dates.is_point(text):
            raise PydanticCustomError("form", 'must be a date like "2014-03-27", or like today - 19 years')
        return text

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if len(self._given()) != 1:
            raise PydanticCustomError("form", "must hold exactly one test: " + ", ".join(OPERATOR_NAMES))
        return self

    def _given(self) -> list[str]:
        return [name for name in OPERATOR_NAMES if getattr(self, _FIELD.get(name, name)) is not None]

    @property
    def operator(self) -> str:
        return self._given()[0]

    @property
    def operand(self) -> Operand:
        value = getattr(self, _FIELD.get(self.operator, self.operator))
        return tuple(value) if isinstance(value, list) else value

    @property
    def codes(self) -> tuple[str, ...]:
        """The option codes it names, if it is a test of options."""
        if self.operator not in _CHOICES:
            return ()
        operand = self.operand
        return operand if isinstance(operand, tuple) else (str(operand),)


_FIELD = {"is": "is_"}


class AnswerTest(Test):
    answer: str = Field(description="A question id; before it `any ` or `every ` to range over all items of a repeat.")

    @property
    def question(self) -> str:
        return self.answer.split(" ", 1)[-1]

    @property
    def over(self) -> str:
        """ "any", "every" or ""."""
        word, space, _ = self.answer.partition(" ")
        return word if space and word in ("any", "every") else ""


class SettingTest(Strict):
    setting: str
    is_: Annotated[str | None, Field(alias="is")] = None
    one_of: list[str] | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if (self.is_ is None) == (self.one_of is None):
            raise PydanticCustomError("form", "must hold exactly one test: is, one_of")
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.is_,) if self.is_ is not None else tuple(self.one_of or ())


class All(Strict):
    all: list[Condition] = Field(min_length=1)


class AnyOf(Strict):
    any: list[Condition] = Field(min_length=1)


class Not(Strict):
    not_: Annotated[Condition, Field(alias="not")]


_KINDS = ("all", "any", "not", "setting", "answer")


def _which(untrusted: Any) -> str | None:
    """The tag of a condition. Tags have brackets so that they never look like a key in the place of a fault."""
    if isinstance(untrusted, dict):
        return next((f"({kind})" for kind in _KINDS if kind in untrusted), None)
    return next((tag for shape, tag in _SHAPES if isinstance(untrusted, shape)), None)


_SHAPES = ((All, "(all)"), (AnyOf, "(any)"), (Not, "(not)"), (SettingTest, "(setting)"), (AnswerTest, "(answer)"))

Condition = Annotated[
    Annotated[All, Tag("(all)")]
    | Annotated[AnyOf, Tag("(any)")]
    | Annotated[Not, Tag("(not)")]
    | Annotated[SettingTest, Tag("(setting)")]
    | Annotated[AnswerTest, Tag("(answer)")],
    Discriminator(
        _which,
        custom_error_type="form",
        custom_error_message="must be a test: answer, setting, all, any or not",
    ),
]
for _model in (All, AnyOf, Not):
    _model.model_rebuild()


def tests_in(condition: Condition) -> Iterator[AnswerTest | SettingTest]:
    """Every single test inside a condition."""
    if isinstance(condition, All | AnyOf):
        for part in condition.all if isinstance(condition, All) else condition.any:
            yield from tests_in(part)
    elif isinstance(condition, Not):
        yield from tests_in(condition.not_)
    else:
        yield condition


# --- evaluation -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class World:
    """What conditions are evaluated over. `live` holds only answers that are given and not hidden, by item then
    question; `items` the ids of each repeat; `settings` the settings, with the day under `today`."""

    live: dict[tuple[str, str], Answer]
    items: Mapping[str, Sequence[str]]
    settings: Mapping[str, str]


Compiled = Callable[[World, str], bool]
Holds = Callable[[Answer, World], bool]
# Where a question is looked up, seen from an item: another item id, or the same.
Where = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Scope:
    """How the owner of a condition sees other questions: their repeat, and the repeat and pair it stands in itself."""

    group: str
    pair: tuple[str, ...]
    group_of: Mapping[str, str]

    def where(self, question: str) -> Where | None:
        """None when the question stands in a repeat that the owner is not in."""
        group = self.group_of[question]
        if not group:
            return _outside
        if group == self.group:
            return _this
        if group in self.pair:
            place = self.pair.index(group) + 1
            return lambda item: item.split("~")[place]
        return None


def _outside(_item: str) -> str:
    return ""


def _this(item: str) -> str:
    return item


def compile_condition(condition: Condition, scope: Scope) -> Compiled:
    """A function of world and item. The condition has been linted: unknown questions raise KeyError."""
    if isinstance(condition, All):
        parts = [compile_condition(part, scope) for part in condition.all]
        return lambda world, item: all(part(world, item) for part in parts)
    if isinstance(condition, AnyOf):
        parts = [compile_condition(part, scope) for part in condition.any]
        return lambda world, item: any(part(world, item) for part in parts)
    if isinstance(condition, Not):
        inner = compile_condition(condition.not_, scope)
        return lambda world, item: not inner(world, item)
    if isinstance(condition, SettingTest):
        name, codes = condition.setting, frozenset(condition.codes)
        return lambda world, _item: world.settings.get(name) in codes
    return _compile_answer(condition, scope)


def _compile_answer(test: AnswerTest, scope: Scope) -> Compiled:
    question, holds = test.question, compile_test(test)
    silence = test.operator == "answered" and test.operand is False
    if test.over:
        group = scope.group_of[question]
        many = any if test.over == "any" else all

        def over_all(world: World, _item: str) -> bool:
            items = world.items.get(group, ())
            found = (world.live.get((one, question)) for one in items)
            return bool(items) and many(silence if a is None else holds(a, world) for a in found)

        return over_all
    where = scope.where(question)
    if where is None:
        raise KeyError(question)
    if where is _this:
        return lambda world, item: silence if (a := world.live.get((item, question))) is None else holds(a, world)
    if where is _outside:
        return lambda world, _item: silence if (a := world.live.get(("", question))) is None else holds(a, world)
    return lambda world, item: silence if (a := world.live.get((where(item), question))) is None else holds(a, world)


def compile_test(test: Test) -> Holds:
    """A function of one given answer: used by conditions and by the checks of a question."""
    operator, operand = test.operator, test.operand
    if operator == "answered":
        return lambda _answer, _world: operand is True
    if operator == "state":
        wanted = State(str(operand))
        return lambda answer, _world: answer.state is wanted
    if operator == "is":
        return lambda answer, _world: answer.value == operand and not isinstance(answer.value, bool)
    if operator == "one_of":
        codes = frozenset(test.codes)
        return lambda answer, _world: isinstance(answer.value, str) and answer.value in codes
    if operator in ("contains", "contains_any"):
        codes = frozenset(test.codes)
        return lambda answer, _world: isinstance(answer.value, tuple) and not codes.isdisjoint(answer.value)
    if operator in ("at_least", "at_most", "age_at_least", "age_under"):
        assert isinstance(operand, int)
        return _compile_number(operator, operand)
    return _compile_date(operator, str(operand))


def _compile_number(operator: str, bound: int) -> Holds:
    def number(answer: Answer) -> int | None:
        return answer.value if isinstance(answer.value, int) and not isinstance(answer.value, bool) else None

    def age(answer: Answer, world: World) -> tuple[int, int] | None:
        today = dates.days_of(world.settings.get(TODAY, ""))
        born = dates.days_of(answer.value) if isinstance(answer.value, str) else None
        return None if today is None or born is None else dates.ages(born, today.first)

    if operator == "at_least":
        return lambda answer, _world: (value := number(answer)) is not None and value >= bound
    if operator == "at_most":
        return lambda answer, _world: (value := number(answer)) is not None and value <= bound
    if operator == "age_at_least":
        return lambda answer, world: (range_ := age(answer, world)) is not None and range_[1] >= bound
    return lambda answer, world: (range_ := age(answer, world)) is not None and range_[0] < bound


_COMPARE: Mapping[str, Callable[[dates.Days, dates.Days], bool]] = {
    "before": dates.may_be_before,
    "on_or_before": dates.may_be_on_or_before,
    "after": dates.may_be_after,
    "on_or_after": dates.may_be_on_or_after,
}


def _compile_date(operator: str, operand: str) -> Holds:
    compare = _COMPARE[operator]

    def holds(answer: Answer, world: World) -> bool:
        days = dates.days_of(answer.value) if isinstance(answer.value, str) else None
        bound = dates.point(operand, world.settings.get(TODAY, ""))
        return days is not None and bound is not None and compare(days, bound)

    return holds
