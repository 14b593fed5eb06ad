"""What every page is: Back at the top left, room for what is wrong, a heading, and below it whatever it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from referral_client.base.errors import KnownError
from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button, Link
from referral_client.desktop.controls.errors import ErrorSummary
from referral_client.desktop.controls.layout import Column, Flow
from referral_client.desktop.controls.words import Heading, Words

Press = Callable[[], None]


class Page(Column):
    """`title` is for the window and holds no name; `heading` stands on the page; `caption` above it may hold one."""

    changed_by_itself = Signal()

    def __init__(self, title: str, *, heading: str = "", caption: str = "", back: Press | None = None) -> None:
        super().__init__(gap=16, margins=(4, 8, 4, 40))
        self.title = title
        self.wrong = False
        self.back = back
        self.go_on: Press | None = None
        if back is not None:
            self.add(Flow([Link("Back", back)]))
        self._problem = Column(gap=0)
        self._problem.hide()
        self.add(self._problem)
        if caption:
            self.add(Words(caption, theme.LEAD, token="quiet"))
        self.heading = Heading(heading or title)
        self.add(self.heading)

    def row(self, *widgets: QWidget) -> None:
        """The row of buttons at the end."""
        self.space(8)
        self.add(Flow(widgets))

    def main_action(self, words: str, press: Press, *others: QWidget, danger: bool = False) -> None:
        """The page's one filled button, which Ctrl+Enter presses too, and beside it whatever else there is."""
        self.go_on = press
        self.row(Button(words, press, danger=danger), *others)

    def show_problem(self, faults: Sequence[tuple[str, Press]], *, note: str = "", title: str = "") -> None:
        """Put the summary above the heading and give it the focus."""
        self.clear_problem()
        summary = ErrorSummary(faults, note=note, title=title) if title else ErrorSummary(faults, note=note)
        self._problem.add(summary)
        self._problem.show()
        self.wrong = True
        self.changed_by_itself.emit()
        summary.setFocus()

    def show_error(self, error: KnownError) -> None:
        """A known error in its own words: what, reasons, what it means, what to do, the code."""
        self.clear_problem()
        summary = ErrorSummary([], title=error.what)
        for reason in error.reasons:
            summary.add(Words(reason))
        for words in (error.meaning, error.next_step):
            if words:
                summary.add(Words(words))
        summary.add(Words(f"Code for the help desk: {error.code}", theme.SMALL, token="quiet"))
        summary.setAccessibleDescription(str(error))
        self._problem.add(summary)
        self._problem.show()
        self.wrong = True
        self.changed_by_itself.emit()
        summary.setFocus()

    def clear_problem(self) -> None:
        self._problem.clear()
        self._problem.hide()
        self.wrong = False

    def show_first(self) -> None:
        """Where the focus begins: the heading, so that it is read first, and the next tab is the first control."""
        self.heading.setFocus()
