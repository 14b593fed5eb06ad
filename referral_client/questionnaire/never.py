"""Find what can never show: conditions that contradict each other, or the questions they rest on. Pure.

Promises: says "never" only when it is sure. It reasons over option codes, settings and silence; over dates, numbers and
`any` or `every` it assumes that the test may hold. Imports this room's conditions, form and plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from referral_client.questionnaire.conditions import (
    All,
    AnswerTest,
    AnyOf,
    Condition,
    Not,
    SettingTest,
)
from referral_client.questionnaire.form import Form
from referral_client.questionnaire.plan import conditions_of
from referral_client.questionnaire.values import Kind

_SILENT, _OTHER = "", "*"  # not answered or hidden; answered with something that is not a code
_BUDGET = 20_000

# What must be so: a question or setting -> what it may be.
Term = Mapping[tuple[str, str], frozenset[str]]


class _OutOfBudgetError(Exception):
    pass


class Never:
    """Asks of one form whether conditions can hold together."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._left = 0

    def never(self, conditions: Sequence[Condition]) -> bool:
        """True when no answers and settings make all of the conditions hold."""
        self._left = _BUDGET
        try:
            return not any(self._holds(term, frozenset()) for term in self._terms(list(conditions), {}))
        except _OutOfBudgetError:
            return False

    def _holds(self, term: Term, opened: frozenset[str]) -> bool:
        """Whether a term can be met, with every question it rests on able to show."""
        rests_on = next(
            (
                name
                for (kind, name), may in term.items()
                if kind == "answer" and _SILENT not in may and name not in opened
            ),
            None,
        )
        if rests_on is None:
            return True
        conditions = list(conditions_of(self._form, self._form.questions[rests_on]))
        return any(self._holds(wider, opened | {rests_on}) for wider in self._terms(conditions, term))

    def _terms(self, conditions: list[Condition], term: Term) -> Iterator[Term]:
        """Every way in which all of the conditions hold beside a term."""
        if not conditions:
            yield term
            return
        for wider in self._ways(conditions[0], True, term):
            yield from self._terms(conditions[1:], wider)

    def _ways(self, condition: Condition, wanted: bool, term: Term) -> Iterator[Term]:
        self._left -= 1
        if self._left < 0:
            raise _OutOfBudgetError
        if isinstance(condition, Not):
            yield from self._ways(condition.not_, not wanted, term)
        elif isinstance(condition, All | AnyOf):
            parts = condition.all if isinstance(condition, All) else condition.any
            if isinstance(condition, All) == wanted:
                yield from self._each(parts, wanted, term)
            else:
                for part in parts:
                    yield from self._ways(part, wanted, term)
        else:
            yield from self._single(condition, wanted, term)

    def _each(self, parts: Sequence[Condition], wanted: bool, term: Term) -> Iterator[Term]:
        if not parts:
            yield term
            return
        for wider in self._ways(parts[0], wanted, term):
            yield from self._each(parts[1:], wanted, wider)

    def _single(self, test: AnswerTest | SettingTest, wanted: bool, term: Term) -> Iterator[Term]:
        if isinstance(test, SettingTest):
            key, universe = ("setting", test.setting), {_SILENT, *self._form.settings.get(test.setting, ())}
            holds = frozenset(test.codes)
        else:
            if test.over or test.question not in self._form.questions:
                yield term
                return
            question = self._form.questions[test.question]
            key = ("answer", test.question)
            codes = {option.code for option in question.options} if question.kind is Kind.CHOOSE_ONE else set()
            universe = {_SILENT, _OTHER, *codes}
            holds, sure = _meets(test, frozenset(universe), bool(codes))
            if not wanted and not sure:
                yield term
                return
        allowed = holds if wanted else frozenset(universe) - holds
        both = term.get(key, frozenset(universe)) & allowed
        if both:
            yield {**term, key: both}


def _meets(test: AnswerTest, universe: frozenset[str], has_codes: bool) -> tuple[frozenset[str], bool]:
    """What an answer may be when the test holds; and whether the test surely holds for all of that."""
    if test.operator == "answered":
        return (universe - {_SILENT}, True) if test.operand is True else (frozenset({_SILENT}), True)
    if test.operator in ("is", "one_of") and has_codes:
        return frozenset(test.codes), True
    if test.operator == "state" and has_codes:
        value = test.operand in ("value", "estimated")
        return (universe - {_SILENT, _OTHER} if value else frozenset({_OTHER})), False
    return universe - {_SILENT}, False
