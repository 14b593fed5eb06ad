"""Fields to write in, each in a frame that shows focus and error."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette, QPen, QTextOption
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import paint_focus
from referral_client.desktop.controls.wrapping import EDGE

RING, BORDER = EDGE, 2
WHOLE_LINE = 0


class Frame(QWidget):
    """A border round one field, the focus ring outside it. `characters`: the width of the answer; 0: a whole line."""

    def __init__(self, field: QWidget, characters: int = WHOLE_LINE) -> None:
        super().__init__()
        self._field = field
        self.in_order = [field]
        self._error = False
        look = theme.look()
        room = look.px(RING) + max(1, look.px(BORDER))
        column = QVBoxLayout(self)
        column.setContentsMargins(room, room, room, room)
        column.addWidget(field)
        field.installEventFilter(self)
        self._wide = 0
        if characters:
            self._wide = QFontMetrics(look.font()).averageCharWidth() * (characters + 3) + 2 * room
            self.setMaximumWidth(self._wide)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    def show_error(self, error: bool) -> None:
        self._error = error
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._wide or theme.look().column, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(60, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        look = theme.look()
        painter = QPainter(self)
        ring = look.px(RING)
        inner = self.rect().adjusted(ring, ring, -ring, -ring)
        painter.fillRect(inner, look.colour("paper"))
        pen = QPen(look.colour("danger" if self._error else "ink"), max(1, look.px(BORDER)))
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(inner.adjusted(0, 0, -1, -1))
        if self._field.hasFocus():
            paint_focus(painter, self.rect())


class TextField(QLineEdit):
    """One line. Spell checks nothing, completes nothing, remembers nothing."""

    def __init__(self, text: str = "", *, secret: bool = False, changed: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        look = theme.look()
        self.setFrame(False)
        self.setFont(look.font())
        self.setText(text)
        self.setCursorPosition(0)
        self.setMinimumHeight(look.px(34))
        self.setTextMargins(look.px(4), 0, look.px(4), 0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu if secret else self.contextMenuPolicy())
        if secret:
            self.setEchoMode(QLineEdit.EchoMode.Password)
        _dress(self)
        self.textEdited.connect(lambda _text: changed())


class TextArea(QPlainTextEdit):
    """Several lines, that grow with what is written; the tab key leaves it."""

    LEAST, MOST = 4, 16

    def __init__(self, text: str = "", *, changed: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.look().font())
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(theme.look().px(6))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        _dress(self)
        self.setPlainText(text)
        self._fit()
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self.textChanged.connect(changed)

    @property
    def text(self) -> str:
        return self.toPlainText()

    def _fit(self) -> None:
        """As high as what is written, within bounds."""
        lines = round(self.document().documentLayout().documentSize().height())
        line = self.fontMetrics().lineSpacing()
        height = line * min(max(lines, self.LEAST), self.MOST) + 2 * theme.look().px(6)
        if height != self.height():
            self.setFixedHeight(height)
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, self.height())


def _dress(field: QWidget) -> None:
    look = theme.look()
    palette = QPalette(field.palette())
    palette.setColor(QPalette.ColorRole.Base, look.colour("paper"))
    palette.setColor(QPalette.ColorRole.Text, look.colour("ink"))
    palette.setColor(QPalette.ColorRole.Highlight, look.colour("action"))
    palette.setColor(QPalette.ColorRole.HighlightedText, look.colour("on_action"))
    field.setPalette(palette)
