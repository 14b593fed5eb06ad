"""Where things stand: a column, a row that stacks when it is narrow, a panel with a bar at its side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from referral_client.desktop import theme
from referral_client.desktop.controls.wrapping import EDGE


class Column(QWidget):
    """Widgets one below the other. `gap` and `margins` are lengths of the design."""

    def __init__(self, *, gap: int = 16, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> None:
        super().__init__()
        look = theme.look()
        self.in_order: list[QWidget] = []
        self.lines = QVBoxLayout(self)
        left, top, right, bottom = margins
        self.lines.setContentsMargins(look.margin(left), look.px(top), look.margin(right), look.px(bottom))
        self.lines.setSpacing(look.px(gap))

    def add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self.insert(len(self.in_order), widget)

    def insert(self, position: int, widget: QWidget) -> None:
        """Among the widgets; spaces count for nothing."""
        before = self.in_order[position] if position < len(self.in_order) else None
        at = self.lines.indexOf(before) if before is not None else self.lines.count()
        self.in_order.insert(position, widget)
        self.lines.insertWidget(at, widget)

    def drop(self, widget: QWidget) -> None:
        """Take one out, for good. It goes a turn later: something in it may be what called us."""
        self.in_order.remove(widget)
        self.lines.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def space(self, length: int) -> None:
        self.lines.addSpacing(theme.look().px(length))

    def clear(self) -> None:
        """Take everything out."""
        for widget in list(self.in_order):
            self.drop(widget)


class Group(Column):
    """Controls that belong to one question. A reader says the name on entering."""

    reads_as = QAccessible.Role.Grouping

    def __init__(self, name: str, *, gap: int = 6) -> None:
        super().__init__(gap=gap)
        self.setAccessibleName(name)


class Panel(Column):
    """A column with a thick bar at its left, in the colour of what it says. Never by colour alone: give it words."""

    reads_as = QAccessible.Role.Grouping

    def __init__(self, token: str, name: str, *, framed: bool = False) -> None:
        super().__init__(gap=8, margins=(20, 14, 16, 14))
        self._token = token
        self._framed = framed
        self.setAccessibleName(name)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        look = theme.look()
        painter = QPainter(self)
        inset = look.px(EDGE)
        box = self.rect().adjusted(inset, 0, -inset, 0)
        painter.fillRect(box, look.colour("paper"))
        colour = look.colour(self._token)
        painter.fillRect(box.left(), 0, look.margin(6), self.height(), colour)
        if self._framed:
            edge = look.px(4)
            painter.fillRect(box.left(), 0, box.width(), edge, colour)
            painter.fillRect(box.left(), self.height() - edge, box.width(), edge, colour)
            painter.fillRect(box.right() - edge + 1, 0, edge, self.height(), colour)


class Card(Column):
    """A box on the ground for one thing in a list."""

    reads_as = QAccessible.Role.Grouping

    def __init__(self, name: str, *, gap: int = 6) -> None:
        super().__init__(gap=gap, margins=(16, 14, 16, 14))
        self.setAccessibleName(name)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        look = theme.look()
        painter = QPainter(self)
        inset = look.px(EDGE)
        box = self.rect().adjusted(inset, 0, -inset, 0)
        painter.fillRect(box, look.colour("paper"))
        painter.setPen(look.colour("line"))
        painter.drawRect(box.adjusted(0, 0, -1, -1))


class Flow(QWidget):
    """Widgets side by side as far as they fit, then on the next line. `in_order`: what it holds."""

    def __init__(self, widgets: Sequence[QWidget], *, gap: int = 12) -> None:
        super().__init__()
        self.in_order = list(widgets)
        self._gap = theme.look().px(gap)
        for widget in self.in_order:
            widget.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        return self._arrange(width, move=False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        width = sum(widget.sizeHint().width() + self._gap for widget in self.in_order)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)

    def _arrange(self, width: int, *, move: bool) -> int:
        x = y = tall = 0
        for widget in self.in_order:
            hint = widget.sizeHint()
            wide = min(hint.width(), max(width, 1), widget.maximumWidth())
            high = widget.heightForWidth(wide) if widget.hasHeightForWidth() else hint.height()
            if x and x + wide > width:
                x, y, tall = 0, y + tall + self._gap, 0
            if move:
                widget.setGeometry(x, y, wide, high)
            x += wide + self._gap
            tall = max(tall, high)
        return y + tall
