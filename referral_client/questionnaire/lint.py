"""What the parts of a form mean together: names that exist, tests that can be met, pages that can show, plain words.

Promises: every fault at its place in the file; warnings for what is unwise. Pure. Imports this room's build,
conditions, form, messages, never, plan, strict_yaml and values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from referral_client.questionnaire.build import Built
from referral_client.questionnaire.conditions import (
    FOR_ALL,
    OPERATORS,
    All,
    AnswerTest,
    AnyOf,
    Condition,
    Not,
    SettingTest,
    Test,
)
from referral_client.questionnaire.form import Page, Question, Repeat, Section
from referral_client.questionnaire.messages import near
from referral_client.questionnaire.never import Never
from referral_client.questionnaire.plan import conditions_of, decide_order, needs_of, scope_of
from referral_client.questionnaire.strict_yaml import Fault, Path
from referral_client.questionnaire.values import Kind

MOST_QUESTIONS_A_PAGE = 8
# Words that do not belong on a screen: the manners of software, and the names of our own machinery.
BARRED = (
    "please", "sorry", "oops", "invalid", "valid", "forbidden", "required field", "outbox", "verdict", "rejected",
    "sealed", "hidden man", "hidden men", "hidden father", "hidden fathers",
)  # fmt: skip
_BARRED = re.compile(r"\b(" + "|".join(word.replace(" ", r"\s+") for word in BARRED) + r")\b", re.IGNORECASE)
_TITLE_PART = re.compile(r"\{([^{}]*)\}")


@dataclass(slots=True)
class Findings:
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def lint(built: Built) -> Findings:
    """Everything that is wrong or unwise about a form whose shape fits."""
    linter = _Linter(built)
    linter.run()
    return linter.findings


class _Linter:
    def __init__(self, built: Built) -> None:
        self.built = built
        self.form = built.form
        self.findings = Findings()
        self.broken: set[str] = set()
        self.scopes = {group: scope_of(self.form, group) for group in ("", *self.form.repeats)}

    def run(self) -> None:
        for repeat in self.form.repeats.values():
            self._repeat(repeat)
        for name, options in self.form.lists.items():
            self._codes(f"list {name}", (), [option.code for option in options])
            for index, option in enumerate(options):
                self._words(f"list {name}", (index, "label"), option.label)
                self._words(f"list {name}", (index, "hint"), option.hint)
        for section in self.form.sections:
            self._words(f"section {section.id}", ("title",), section.title)
            if section.show_when is not None:
                self._condition(f"section {section.id}", ("show_when",), section.show_when, "")
            for page in section.pages:
                self._page(page)
        if not self.findings.faults:  # order and reach mean something only where every name exists
            self._rings()
        if not self.findings.faults:
            self._never()

    def _fault(self, part: str, path: Path, reason: str) -> None:
        self.findings.faults.append(self.built.fault(part, path, reason))

    def _warn(self, part: str, path: Path, reason: str) -> None:
        self.findings.warnings.append(self.built.fault(part, path, f"warning: {reason}"))

    # --- parts ----------------------------------------------------------------------------------------------------

    def _repeat(self, repeat: Repeat) -> None:
        part = f"repeat {repeat.id}"
        for key in ("title", "one", "item_title", "no_title", "add_label", "missing"):
            self._words(part, (key,), getattr(repeat, key))
        for index, name in enumerate(repeat.pair):
            if name not in self.form.repeats or self.form.repeats[name].pair:
                known = [other.id for other in self.form.repeats.values() if not other.pair]
                self._fault(part, ("pairs", index), f"there is no repeat “{name}” to pair{near(name, known)}")
        if len(set(repeat.pair)) < len(repeat.pair):
            self._fault(part, ("pairs",), "must name two different repeats")
        if not any(page.for_each == repeat.id for page in self.form.pages()):
            self._fault(part, ("id",), f"no page asks about “{repeat.id}”")
        if any(name not in self.form.repeats for name in repeat.pair) or len(set(repeat.pair)) < len(repeat.pair):
            self.broken.add(repeat.id)  # what rests on a pair that does not exist is not looked at
            return
        known = list(repeat.pair) or [q.id for q in self.form.questions.values() if q.group == repeat.id]
        for name in _TITLE_PART.findall(repeat.item_title):
            if name not in known:
                self._fault(part, ("item_title",), f"there is no “{name}” in this repeat{near(name, known)}")

    def _page(self, page: Page) -> None:
        part = f"page {page.id}"
        self._words(part, ("title",), page.title)
        self._words(part, ("text",), page.text)
        if page.for_each and page.for_each not in self.form.repeats:
            self._fault(
                part, ("for_each",), f"there is no repeat “{page.for_each}”{near(page.for_each, self.form.repeats)}"
            )
            return
        if len(page.questions) > MOST_QUESTIONS_A_PAGE:
            self._warn(
                part,
                ("questions",),
                f"{len(page.questions)} questions on one page; {MOST_QUESTIONS_A_PAGE} are the most that read well",
            )
        if page.show_when is not None:
            self._condition(part, ("show_when",), page.show_when, page.for_each)
        for question in page.questions:
            self._question(question)

    def _question(self, question: Question) -> None:
        part = f"question {question.id}"
        prefix = question.id.split(".")[0]
        if question.group and prefix != question.group:
            self._fault(part, ("id",), f"must begin with “{question.group}.”, as its page is for each {question.group}")
        elif not question.group and prefix in self.form.repeats:
            self._fault(part, ("id",), f"begins with “{prefix}.”, but its page is not for each {prefix}")
        for key in ("label", "hint", "why", "missing"):
            self._words(part, (key,), getattr(question, key))
        if question.why and not question.source:
            self._warn(part, ("why",), "says why, but no source: line says where that comes from")
        if not any(question.options is options for options in self.form.lists.values()):
            self._codes(part, ("options",), [option.code for option in question.options])
            for index, option in enumerate(question.options):
                self._words(part, ("options", index, "label"), option.label)
        for index, name in enumerate(question.about):
            if name not in self.form.repeats or self.form.repeats[name].pair:
                self._fault(part, ("about", index), f"there is no repeat “{name}”{near(name, self.form.repeats)}")
        if question.show_when is not None:
            self._condition(part, ("show_when",), question.show_when, question.group)
        for index, prompt in enumerate(question.prompts):
            self._words(part, ("prompts", index, "text"), prompt.text)
            if prompt.when is not None:
                self._condition(part, ("prompts", index, "when"), prompt.when, question.group)
        for index, check in enumerate(question.checks):
            self._words(part, ("checks", index, "message"), check.message)
            self._test(part, ("checks", index), check, question)

    def _codes(self, part: str, path: Path, codes: list[str]) -> None:
        for index, code in enumerate(codes):
            if code in codes[:index]:
                self._fault(part, (*path, index, "code"), f"“{code}” stands in this list twice")

    def _words(self, part: str, path: Path, text: str) -> None:
        found = _BARRED.search(text)
        if found is not None:
            overlaid = f"wording {part}"
            where = overlaid if overlaid in self.built.places else part
            self._fault(where, path, f"says “{found[0]}”, a word this program does not use; write it another way")

    # --- tests ----------------------------------------------------------------------------------------------------

    def _condition(self, part: str, path: Path, condition: Condition, group: str) -> None:
        for place, test in _tests(condition, path):
            if isinstance(test, SettingTest):
                self._setting(part, place, test)
            else:
                self._answer(part, place, test, group)

    def _setting(self, part: str, path: Path, test: SettingTest) -> None:
        codes = self.form.settings.get(test.setting)
        if codes is None:
            self._fault(
                part,
                (*path, "setting"),
                f"there is no setting “{test.setting}”{near(test.setting, self.form.settings)}",
            )
            return
        for code in test.codes:
            if code not in codes:
                self._fault(part, path, f"“{test.setting}” has no “{code}”{near(code, codes)}")

    def _answer(self, part: str, path: Path, test: AnswerTest, group: str) -> None:
        question = self.form.questions.get(test.question)
        if question is None:
            self._fault(
                part,
                (*path, "answer"),
                f"there is no question “{test.question}”{near(test.question, self.form.questions)}",
            )
            return
        if test.over and not question.group:
            self._fault(
                part, (*path, "answer"), f"“{test.over}” is for questions of a repeat; “{question.id}” is asked once"
            )
        elif not test.over and group not in self.broken and self.scopes[group].where(question.id) is None:
            reason = f"is asked for each {question.group}: write “any {question.id}” or “every {question.id}”"
            self._fault(part, (*path, "answer"), reason)
        self._test(part, path, test, question)

    def _test(self, part: str, path: Path, test: Test, question: Question) -> None:
        """Whether a question's type can have a test, and whether its option codes exist."""
        operator = test.operator
        allowed = (*OPERATORS.get(question.kind, ()), *FOR_ALL)
        if operator not in allowed:
            words = f"“{operator}” cannot be asked of {question.id}, which is {question.kind}; it can have "
            self._fault(part, (*path, operator), words + ", ".join(allowed))
            return
        if operator == "is" and isinstance(test.operand, int) != (question.kind is Kind.WHOLE_NUMBER):
            what = "a whole number, like 12" if question.kind is Kind.WHOLE_NUMBER else 'a code in quotes, like "yes"'
            self._fault(part, (*path, operator), f"must be {what}")
            return
        if question.kind in (Kind.CHOOSE_ONE, Kind.CHOOSE_MANY) and question.options:
            codes = [option.code for option in question.options]
            for code in test.codes:
                if code not in codes:
                    self._fault(part, (*path, operator), f"{question.id} has no option “{code}”{near(code, codes)}")

    # --- the form as a whole ----------------------------------------------------------------------------------------

    def _rings(self) -> None:
        _, stuck = decide_order(self.form)
        left = set(stuck)
        while left:
            ring = self._ring(min(left, key=list(self.form.questions).index), set(stuck))
            if ring[0] in left:
                reason = "shows only when it shows already: " + " needs ".join([*ring, ring[0]])
                self._fault(f"question {ring[0]}", ("show_when",), reason)
            left -= {min(left, key=list(self.form.questions).index), *ring}

    def _ring(self, start: str, stuck: set[str]) -> list[str]:
        walked = [start]
        while True:
            step = next(name for name in needs_of(self.form, self.form.questions[walked[-1]]) if name in stuck)
            if step in walked:
                return walked[walked.index(step) :]
            walked.append(step)

    def _never(self) -> None:
        never = Never(self.form)
        for section in self.form.sections:
            if section.show_when is not None and never.never([section.show_when]):
                self._fault(f"section {section.id}", ("show_when",), "this section can never show")
                continue
            for page in section.pages:
                self._never_page(never, section, page)

    def _never_page(self, never: Never, section: Section, page: Page) -> None:
        around = [one for one in (section.show_when, page.show_when) if one is not None]
        if page.show_when is not None and never.never(around):
            self._fault(f"page {page.id}", ("show_when",), "this page can never show")
            return
        shows = False
        for question in page.questions:
            if question.show_when is not None and never.never(list(conditions_of(self.form, question))):
                self._fault(f"question {question.id}", ("show_when",), "this question can never show")
            else:
                shows = True
        if not shows:
            self._fault(f"page {page.id}", ("questions",), "this page can never show: none of its questions can")


def _tests(condition: Condition, path: Path) -> Iterator[tuple[Path, AnswerTest | SettingTest]]:
    if isinstance(condition, All | AnyOf):
        key = "all" if isinstance(condition, All) else "any"
        for index, part in enumerate(condition.all if isinstance(condition, All) else condition.any):
            yield from _tests(part, (*path, key, index))
    elif isinstance(condition, Not):
        yield from _tests(condition.not_, (*path, "not"))
    else:
        yield path, condition
