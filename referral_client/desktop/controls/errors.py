"""What is wrong, said at the top of a page, each line a way to the field; and the same words beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Link
from referral_client.desktop.controls.layout import Panel
from referral_client.desktop.controls.words import Heading, Words

TITLE = "There is a problem"


class ErrorSummary(Panel):
    """The summary takes the focus, so that it is read first."""

    reads_as = QAccessible.Role.AlertMessage

    def __init__(self, faults: Sequence[tuple[str, Callable[[], None]]], *, note: str = "", title: str = TITLE) -> None:
        super().__init__("danger", title, framed=True)
        self.setAccessibleDescription("; ".join(words for words, _ in faults))
        self.heading = Heading(title, theme.TITLE)
        self.add(self.heading)
        for words, go in faults:
            self.add(Link(words, go, token="danger", bold=True))
        if note:
            self.add(Words(note))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
