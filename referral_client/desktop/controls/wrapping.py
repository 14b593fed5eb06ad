"""Text broken into lines that fit, also where one word is longer than the line."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout, QTextOption

_LINE_GAP = 0.3
_SEPARATOR = "\u2028"


class Wrapped:
    """One text in one font; asks for its height at a width, and paints itself there."""

    def __init__(self, text: str, font: QFont) -> None:
        self.text = text
        self.font = font
        self._gap = round(QFontMetrics(font).height() * _LINE_GAP) if "\n" in text or len(text) > 30 else 0
        self._layout = QTextLayout(text.replace("\n", _SEPARATOR), font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self._width = -1
        self._height = 0

    def height(self, width: int) -> int:
        """Of all lines at that width, in pixels."""
        self._lay_out(max(width, 1))
        return self._height

    def natural_width(self) -> int:
        """On one line (of the longest paragraph)."""
        metrics = QFontMetrics(self.font)
        return max((metrics.horizontalAdvance(line) for line in self.text.split("\n")), default=0) + 1

    def paint(self, painter: QPainter, x: int, y: int, width: int, colour: QColor) -> None:
        self._lay_out(max(width, 1))
        painter.setPen(colour)
        painter.setFont(self.font)
        self._layout.draw(painter, QPointF(x, y))

    def _lay_out(self, width: int) -> None:
        if width == self._width:
            return
        self._width = width
        self._layout.beginLayout()
        height = 0.0
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height() + self._gap
        self._layout.endLayout()
        self._height = round(height - self._gap if height else 0) + 1
