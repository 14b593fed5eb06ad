"""A page of the form: the questions that show, in order; more appear as answers lead to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button
from referral_client.desktop.controls.layout import Column, Panel
from referral_client.desktop.controls.words import Words
from referral_client.desktop.pages.asked import Asked
from referral_client.desktop.pages.page import Page, Press
from referral_client.referral import Answer
from referral_client.services.sitting import Telephone
from referral_client.services.writing import Problem, Sheet, Step

ONCE_MORE = "You are asked once. To go on without these answers, choose “Save and continue” again."
MUST_CHANGE = "What you wrote is kept. Change these, or say that you do not know."


def danger_panel(telephone: Telephone) -> Panel:
    """Before everything else: 999, and then the front door by telephone."""
    panel = Panel("danger", "If a child is in danger now")
    panel.add(
        Words("If a child is in danger now, ring 999 first.", theme.TITLE, bold=True),
        Words(f"Then ring {telephone.front_door}. This form is the second step; it waits and keeps what you wrote."),
    )
    for label, number, hours in telephone.ring:
        panel.add(Words(f"{number} – {'. '.join(part for part in (label, hours) if part)}", theme.LEAD, bold=True))
    for label, number, year in telephone.seen:
        seen = f"{number} – {label}. Last seen {year}, not confirmed: check the council’s site."
        panel.add(Words(seen, token="quiet"))
    return panel


class QuestionPage(Page):
    """`answered` takes a question and its answer and gives back the new sheet. `danger`: this is the first page."""

    def __init__(
        self,
        sheet: Sheet,
        step: Step,
        *,
        answered: Callable[[str, Answer | None], Sheet],
        go_on: Press,
        task_list: Press,
        back: Press | None,
        danger: Telephone | None,
    ) -> None:
        name = sheet.name(step.item) if step.item else ""
        caption = " · ".join(part for part in (sheet.section_title(step.section), name) if part)
        super().__init__(sheet.title(step), caption=caption, back=back)
        self.step = step
        self._sheet = sheet
        self._answered = answered
        self._asked: dict[str, Asked] = {}
        if danger is not None:
            self.add(danger_panel(danger))
        if sheet.text(step):
            self.add(Words(sheet.text(step)))
        self._body = Column(gap=32)
        self.space(4)
        self.add(self._body)
        self.main_action("Save and continue", go_on, Button("Task list", task_list, main=False))
        self._show(sheet)

    def asked(self, question: str) -> Asked:
        return self._asked[question]

    def faults_now(self) -> tuple[Problem, ...]:
        """What there is to ask about on this page as it stands."""
        return self._sheet.problems_of(self.step)

    def show_faults(self, problems: Sequence[Problem], *, note: str) -> None:
        """The summary and, beside each field, the same words."""
        for asked in self._asked.values():
            asked.show_error("")
        faults = []
        for problem in problems:
            asked = self._asked[problem.question]
            asked.show_error(problem.message)
            faults.append((problem.message, asked.focus))
        self.show_problem(faults, note=note)

    def _show(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.step = sheet.now(self.step)
        shown = self.step.questions
        page = [question for question in sheet.form.questions if sheet.form.questions[question].page == self.step.page]
        for position, question in enumerate(
            question for question in page if question in shown or question in self._asked
        ):
            if question not in self._asked:
                self._asked[question] = self._ask(sheet, question)
                self._body.insert(position, self._asked[question])
            self._asked[question].setVisible(question in shown)
        prompts = sheet.prompts(self.step)
        for question, asked in self._asked.items():
            asked.show_prompts([prompt for prompt in prompts if prompt.question == question])

    def _ask(self, sheet: Sheet, question_id: str) -> Asked:
        question = sheet.form.questions[question_id]
        return Asked(
            question,
            sheet.choices(question),
            sheet.answers.get(question_id, self.step.item),
            lambda answer: self._changed(question_id, answer),
            self.changed_by_itself.emit,
        )

    def _changed(self, question: str, answer: Answer | None) -> None:
        before = self.step
        self._show(self._answered(question, answer))
        if self.step != before:
            self.changed_by_itself.emit()
