"""Text and headings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from referral_client.desktop import theme
from referral_client.desktop.controls.wrapping import EDGE, Wrapped


class Words(QLabel):
    """A paragraph. `token` names its colour."""

    def __init__(
        self,
        text: str,
        size: int = theme.BODY,
        *,
        bold: bool = False,
        token: str = "ink",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._font = theme.look().font(size, bold=bold)
        self._token = token
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.say(text)

    def say(self, text: str) -> None:
        """Change the words."""
        self._wrapped = Wrapped(text, self._font)
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        return self._wrapped.height(width - 2 * theme.look().px(EDGE))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        width = min(self._wrapped.natural_width() + 2 * theme.look().px(EDGE), theme.look().column)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, 0)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        look = theme.look()
        edge = look.px(EDGE)
        room = self.width() - 2 * edge
        top = max(0, (self.height() - self._wrapped.height(room)) // 2)  # beside something taller: in its middle
        self._wrapped.paint(QPainter(self), edge, top, room, look.colour(self._token))


class Heading(Words):
    """A heading; a screen reader can jump to it, and it can be given the focus without being a stop of the tab key."""

    reads_as = QAccessible.Role.Heading

    def __init__(self, text: str, size: int = theme.STATE, *, parent: QWidget | None = None) -> None:
        super().__init__(text, size, bold=True, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
