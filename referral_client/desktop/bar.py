"""What is never more than a glance away: 999, the front door's number, and the button that hides everything."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button
from referral_client.desktop.controls.words import Words
from referral_client.services.sitting import Telephone

NINES = "In danger now: ring 999."


class Bar(QWidget):
    """One row. `hide_all` is called by its button."""

    def __init__(self, telephone: Telephone | None, hide_all: Callable[[], None]) -> None:
        super().__init__()
        look = theme.look()
        row = QHBoxLayout(self)
        row.setContentsMargins(look.margin(16), look.px(8), look.margin(16), look.px(8))
        row.setSpacing(look.px(12))
        self.words = Words(bar_words(telephone), bold=True)
        row.addWidget(self.words, 1)
        hide = Button("Hide", hide_all, main=False, name="Hide everything and lock (Ctrl+Shift+L)")
        row.addWidget(hide, 0, Qt.AlignmentFlag.AlignVCenter)
        self.in_order = [self.words, hide]

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        look = theme.look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.colour("paper"))
        painter.fillRect(0, 0, self.width(), max(1, look.px(2)), look.colour("danger"))


def bar_words(telephone: Telephone | None) -> str:
    """A number is shown as one to ring only when somebody confirmed it within a year."""
    if telephone is None:
        return NINES
    if telephone.ring:
        _, number, _hours = telephone.ring[0]
        return f"{NINES} {telephone.front_door}: {number}"
    if telephone.seen:
        _, number, year = telephone.seen[0]
        return f"{NINES} {telephone.front_door}: {number}, last seen {year}, not confirmed: check the council’s site"
    return f"{NINES} {telephone.front_door}: the number is on the council’s site"
