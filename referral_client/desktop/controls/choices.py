"""Radio buttons and check boxes whose words wrap and whose whole row can be pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import paint_focus
from referral_client.desktop.controls.wrapping import Wrapped

BOX, GAP, PAD = 28, 10, 5


class _Row:
    """The words and the measures that both kinds share."""

    def __init__(self, button: QAbstractButton, text: str, hint: str) -> None:
        self._button = button
        button.setText(text.replace("&", "&&"))
        button.setAccessibleName(text)
        button.setAccessibleDescription(hint)
        look = theme.look()
        self._words = Wrapped(text, look.font())
        self._hint = Wrapped(hint, look.font(theme.SMALL))
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        button.setSizePolicy(policy)

    def height(self, width: int) -> int:
        look = theme.look()
        room = width - look.px(PAD + BOX + GAP + PAD)
        height = self._words.height(room)
        if self._hint.text:
            height += self._hint.height(room) + look.px(2)
        return max(height, look.px(BOX)) + 2 * look.px(PAD)

    def size(self) -> QSize:
        look = theme.look()
        width = min(self._words.natural_width() + look.px(PAD * 2 + BOX + GAP), look.column)
        return QSize(width, self.height(width))

    def paint(self, painter: QPainter) -> QRect:
        """The words; gives back where the mark goes."""
        look, button = theme.look(), self._button
        pad = look.px(PAD)
        left = pad + look.px(BOX) + look.px(GAP)
        width = button.width() - left - pad
        top = pad + max(0, (look.px(BOX) - self._words.height(width)) // 2)
        self._words.paint(painter, left, top, width, look.colour("ink"))
        if self._hint.text:
            below = top + self._words.height(width) + look.px(2)
            self._hint.paint(painter, left, below, width, look.colour("quiet"))
        if button.hasFocus():
            paint_focus(painter, button.rect())
        return QRect(pad, pad, look.px(BOX), look.px(BOX))


class Radio(QRadioButton):
    """One of several."""

    def __init__(self, text: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = _Row(self, text, hint)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        return self._row.height(width)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self._row.size()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(theme.look().px(BOX + 2 * PAD), theme.look().px(BOX))

    def hitButton(self, point: QPoint) -> bool:  # noqa: N802 - Qt's name
        return self.rect().contains(point)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self._row.paint(painter)
        look = theme.look()
        width = max(1, look.px(2))
        painter.setPen(QPen(look.colour("ink"), width))
        painter.setBrush(look.colour("paper"))
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        if self.isChecked():
            inner = look.px(8)
            painter.setBrush(look.colour("ink"))
            painter.drawEllipse(box.adjusted(inner, inner, -inner, -inner))


class Check(QCheckBox):
    """Any of several, or one thing to say yes to."""

    def __init__(self, text: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = _Row(self, text, hint)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        return self._row.height(width)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self._row.size()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(theme.look().px(BOX + 2 * PAD), theme.look().px(BOX))

    def hitButton(self, point: QPoint) -> bool:  # noqa: N802 - Qt's name
        return self.rect().contains(point)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self._row.paint(painter)
        look = theme.look()
        width = max(1, look.px(2))
        pen = QPen(look.colour("ink"), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(look.colour("paper"))
        painter.drawRect(box.adjusted(1, 1, -1, -1))
        if self.isChecked():
            painter.setPen(QPen(look.colour("ink"), look.px(4)))
            painter.drawPolyline(
                [
                    box.topLeft() + QPoint(look.px(x), look.px(y))
                    for x, y in ((7, 14), (12, 19), (21, 9))
                ]
            )  # fmt: skip


class Choices(QWidget):
    """A list of radios or checks, one below the other. Codes in, codes out."""

    def __init__(
        self,
        options: Sequence[tuple[str, str, str]],
        *,
        many: bool = False,
        chosen: Sequence[str] = (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """options: code, words, hint."""
        super().__init__()
        self._group = QButtonGroup(self)
        self._group.setExclusive(not many)
        self._buttons: dict[str, QAbstractButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.look().px(2))
        for code, words, hint in options:
            button = Check(words, hint) if many else Radio(words, hint)
            button.setChecked(code in chosen)
            button.toggled.connect(lambda _on: changed())
            self._group.addButton(button)
            self._buttons[code] = button
            column.addWidget(button)

    @property
    def codes(self) -> tuple[str, ...]:
        """What is chosen, in the order of the list."""
        return tuple(code for code, button in self._buttons.items() if button.isChecked())

    @property
    def code(self) -> str:
        return next(iter(self.codes), "")

    @property
    def in_order(self) -> list[QAbstractButton]:
        return list(self._buttons.values())

    def button(self, code: str) -> QAbstractButton:
        return self._buttons[code]

    def describe(self, words: str) -> None:
        """Say this with every button: an error, then the hint."""
        for button in self._buttons.values():
            button.setAccessibleDescription(words)

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:  # noqa: N802 - Qt's name
        """To the chosen one, or the first."""
        buttons = self.in_order
        chosen = next((button for button in buttons if button.isChecked()), buttons[0] if buttons else None)
        if chosen is not None:
            chosen.setFocus(reason)
