"""Buttons and links that wrap."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QFocusEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from referral_client.desktop import theme
from referral_client.desktop.controls.wrapping import EDGE, Wrapped


def paint_focus(painter: QPainter, rect: QRect) -> None:
    """The ring: amber, and an ink edge around it, inside `rect`."""
    look = theme.look()
    edge, ring = max(1, look.px(1)), look.px(3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for token, inset, width in (("focus_edge", 0, edge), ("focus", edge, ring)):
        pen = QPen(look.colour(token), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        half = inset + width // 2
        painter.drawRect(rect.adjusted(half, half, -half - 1, -half - 1))


class _Pressed(QPushButton):
    """What buttons and links share: words that wrap, Enter as well as Space."""

    pad_x, pad_y = 0, 0

    def __init__(self, text: str, press: Callable[[], None], *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(name or text)
        self.setAutoDefault(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._wrapped = Wrapped(text, self._font())
        self.clicked.connect(lambda: press())

    def _font(self) -> QFont:
        return theme.look().font(theme.BODY)

    def retitle(self, text: str, *, name: str = "") -> None:
        """Other words on the same button, which keeps its place and the focus."""
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(name or text)
        self._wrapped = Wrapped(text, self._font())
        self.updateGeometry()
        parent = self.parentWidget()
        if parent is not None:
            parent.updateGeometry()
            self.resize(self.sizeHint())
        self.update()

    def _pads(self) -> tuple[int, int]:
        look = theme.look()
        return look.px(self.pad_x), look.px(self.pad_y)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        x, y = self._pads()
        return self._wrapped.height(width - 2 * x) + 2 * y

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        x, _ = self._pads()
        width = min(self._wrapped.natural_width(), theme.look().column) + 2 * x
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(theme.look().px(24), theme.look().px(24))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self.update()


class Button(_Pressed):
    """`main`: the one filled button of a page; `danger` fills it in the colour of danger; others are outlined."""

    pad_x, pad_y = 20, 12

    def __init__(
        self,
        text: str,
        press: Callable[[], None],
        *,
        main: bool = True,
        danger: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self._main = main
        self._token = "danger" if danger else "action"
        super().__init__(text, press, name=name, parent=parent)

    def _font(self) -> QFont:
        return theme.look().font(theme.BODY, bold=True)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        look = theme.look()
        painter = QPainter(self)
        inset = look.px(EDGE)
        box = self.rect().adjusted(inset, inset, -inset, -inset)
        fill = "quiet" if self.isDown() else self._token
        if self._main:
            painter.fillRect(box, look.colour(fill))
        else:
            painter.fillRect(box, look.colour("paper"))
            pen = QPen(look.colour(fill), max(1, look.px(2)))
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        x, y = self._pads()
        words = look.colour("on_action" if self._main else fill)
        self._wrapped.paint(painter, x, y, self.width() - 2 * x, words)
        if self.hasFocus():
            paint_focus(painter, self.rect())


class Link(_Pressed):
    """Goes somewhere. Underlined, in the colour of what can be pressed."""

    reads_as = QAccessible.Role.Link
    pad_x, pad_y = EDGE, EDGE

    def __init__(
        self,
        text: str,
        press: Callable[[], None],
        *,
        name: str = "",
        token: str = "action",
        bold: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self._token = token
        self._bold = bold
        super().__init__(text, press, name=name, parent=parent)

    def _font(self) -> QFont:
        return theme.look().font(theme.BODY, bold=self._bold, underline=True)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        x, y = self._pads()
        self._wrapped.paint(painter, x, y, self.width() - 2 * x, theme.look().colour(self._token))
        if self.hasFocus():
            paint_focus(painter, self.rect())
