"""One referral, from the task list to the receipt: which page follows which, and when answers are kept.

Promises: every change is kept within 400 ms, and before any other page is shown; a person is asked once about what is
silent and may go on; what cannot be true is asked about until it is changed, and never keeps anybody from leaving.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from referral_client.base.errors import KnownError
from referral_client.desktop.pages.checking import CheckPage
from referral_client.desktop.pages.delivered import StandingPage
from referral_client.desktop.pages.page import Page, Press
from referral_client.desktop.pages.people import ListPage, RemovePage
from referral_client.desktop.pages.questions import MUST_CHANGE, ONCE_MORE, QuestionPage
from referral_client.desktop.pages.sending import SendPage
from referral_client.desktop.pages.tasks import TaskListPage
from referral_client.desktop.pages.unlocking import WaitPage
from referral_client.questionnaire import Level
from referral_client.referral import Answer
from referral_client.services.sitting import BeforeSending, Opened
from referral_client.services.writing import Problem, Sheet, Step

if TYPE_CHECKING:
    from referral_client.desktop.desk import Desk

SAVE_AFTER_MS = 400


class Flow(QObject):
    """One opened referral at a desk."""

    def __init__(self, desk: Desk, opened: Opened) -> None:
        super().__init__()
        self._desk = desk
        self._id = opened.id
        self._telephone = opened.telephone
        self.sheet: Sheet = opened.sheet
        self._opened = opened
        self._dirty = False
        self._saved = ""
        self._asked_once: set[tuple[object, ...]] = set()
        self._checking = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.keep)
        desk.window.telephone = opened.telephone

    def begin(self) -> None:
        """Where to start: the danger page of a new draft, the task list of an old one, the standing of a sent one."""
        if not self._opened.draft and self._opened.standings:
            self.show_standing(self._opened)
        elif self.sheet.answers.answers or self.sheet.answers.items:
            self.show_tasks()
        else:
            self.show_step(self.sheet.steps()[0])

    # --- keeping

    def keep(self) -> None:
        """Hand the answers to the vault, if they changed since."""
        self._timer.stop()
        if self._dirty:
            self._dirty = False
            answers = self.sheet.answers
            self._desk.ask(lambda sitting: sitting.save(self._id, answers)).then(self._kept).otherwise(
                self._not_kept
            ).run()

    def _kept(self, at: datetime) -> None:
        self._saved = f"Saved {at.astimezone():%H:%M}"

    def _not_kept(self, error: KnownError) -> None:
        self._dirty = True
        self._desk.explain(error)

    def _change(self, sheet: Sheet) -> Sheet:
        self.sheet = sheet
        self._dirty = True
        self._desk.window.active.emit()
        if not self._timer.isActive():  # not begun anew by each key, so that steady typing is kept too
            self._timer.start()
        return sheet

    def _open(self, make: Callable[[], Page]) -> None:
        self.keep()
        self._desk.window.open_page(make)

    # --- writing

    def show_tasks(self) -> None:
        """The sections and how far each has come."""
        self._checking = False
        self._open(
            lambda: TaskListPage(
                self.sheet,
                saved=self._saved,
                open_section=self._open_section,
                check=self.show_check,
                back=self._desk.show_home,
            )
        )

    def _open_section(self, section: str) -> None:
        self.show_step(next(step for step in self.sheet.steps() if step.section == section))

    def show_step(self, step: Step) -> None:
        """A page of questions, or of a list."""
        if step.collects:
            self._open(lambda: self._list_page(step))
        else:
            self._open(lambda: self._question_page(step))

    def _question_page(self, step: Step) -> QuestionPage:
        page = QuestionPage(
            self.sheet,
            step,
            answered=lambda question, answer: self._answered(question, step.item, answer),
            go_on=lambda: self._go_on(page),
            task_list=self.show_tasks,
            back=self._back_from(step),
            danger=self._telephone if step.place == self.sheet.steps()[0].place else None,
        )
        return page

    def _answered(self, question: str, item: str, answer: Answer | None) -> Sheet:
        return self._change(self.sheet.answered(question, item, answer))

    def _go_on(self, page: QuestionPage) -> None:
        step = page.step
        problems = page.faults_now()
        must = any(problem.level is Level.CANNOT_BE_TRUE for problem in problems)
        if must or self._first_time(step, problems):
            page.show_faults(problems, note=MUST_CHANGE if must else ONCE_MORE)
            self._desk.window.settle()
            self.keep()
            return
        self._after(step)

    def _first_time(self, step: Step, problems: tuple[Problem, ...]) -> bool:
        """Silence is asked about once."""
        asked = {(step.place, problem.question, problem.code) for problem in problems}
        new = asked - self._asked_once
        self._asked_once |= asked
        return bool(new)

    def _after(self, step: Step) -> None:
        following = self.sheet.after(step)
        if self._checking or following is None:
            self.show_check()
        else:
            self.show_step(following)

    def _back_from(self, step: Step) -> Press:
        if self._checking:
            return self.show_check
        before = self.sheet.before(step)
        return self.show_tasks if before is None else lambda: self.show_step(before)

    # --- lists

    def _list_page(self, step: Step) -> ListPage:
        page = ListPage(
            self.sheet,
            step,
            add=lambda: self._add(step),
            change=self._change_item,
            remove=lambda item: self._ask_removal(step, item),
            go_on=lambda: self._leave_list(page, step),
            task_list=self.show_tasks,
            back=self._back_from(step),
        )
        return page

    def _add(self, step: Step) -> None:
        sheet, first = self.sheet.added(step.collects)
        self._change(sheet)
        self._checking = False
        self.show_step(first)

    def _change_item(self, item: str) -> None:
        self.show_step(next(step for step in self.sheet.steps() if step.item == item))

    def _ask_removal(self, step: Step, item: str) -> None:
        name = self.sheet.name(item)
        self._open(lambda: RemovePage(name, remove=lambda: self._remove(step, item), back=lambda: self.show_step(step)))

    def _remove(self, step: Step, item: str) -> None:
        self._change(self.sheet.removed(item))
        self.show_step(step)

    def _leave_list(self, page: ListPage, step: Step) -> None:
        problems = self.sheet.problems_of(step) if not self.sheet.items(step.collects) else ()
        if self._first_time(step, problems):
            page.show_problem([(problem.message, page.choices.setFocus) for problem in problems], note=ONCE_MORE)
            return
        self._after(step)

    # --- checking and sending

    def show_check(self) -> None:
        """Every answer, and a way back to each."""
        self._checking = False
        self._open(
            lambda: CheckPage(self.sheet, change=self._change_answer, go_on=self.show_send, back=self.show_tasks)
        )

    def _change_answer(self, question: str, item: str) -> None:
        step = self.sheet.step_of(question, item)
        if step is not None:
            self._checking = True
            self.show_step(step)

    def show_send(self) -> None:
        """What would happen now."""
        self.keep()
        self._desk.ask(lambda sitting: sitting.before_sending(self._id)).then(self._show_send).run()

    def _show_send(self, before: BeforeSending) -> None:
        self._open(lambda: SendPage(before, send=self._send, task_list=self.show_tasks, back=self.show_check))

    def _send(self, urgent: str, tried: str) -> None:
        words = "NOT SENT yet. It is being made ready, so that only the front door can read it."
        self._open(lambda: WaitPage("Making it ready", words))
        self._desk.ask(lambda sitting: sitting.send(self._id, urgent=urgent, tried=tried)).then(self._sent).otherwise(
            self._not_sent
        ).run()

    def _sent(self, opened: Opened) -> None:
        self._opened = opened
        self.show_standing(opened)
        self._desk.run_post(everything=False)

    def _not_sent(self, error: KnownError) -> None:
        def explain(before: BeforeSending) -> None:
            self._show_send(before)
            self._desk.explain(error)

        self._desk.ask(lambda sitting: sitting.before_sending(self._id)).then(explain).run()

    def show_standing(self, opened: Opened) -> None:
        """Where it is now."""
        self._opened = opened
        self._open(
            lambda: StandingPage(
                opened.standings, opened.telephone, look_again=self.look_again, home=self._desk.show_home
            )
        )

    def look_again(self) -> None:
        """Try the post now, and show what came of it."""
        self._desk.run_post(everything=True)

    def post_came(self) -> None:
        """After a round of the post: show the new standing, if this page is about one."""
        if isinstance(self._desk.window.page, StandingPage):
            self._desk.ask(lambda sitting: sitting.take_up(self._id)).then(self._show_if_changed).run()

    def _show_if_changed(self, opened: Opened) -> None:
        if opened.standings != self._opened.standings and isinstance(self._desk.window.page, StandingPage):
            self.show_standing(opened)
