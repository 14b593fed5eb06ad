"""Text broken into lines that fit, also where one word is longer than the line."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout, QTextOption

_LINE_GAP = 0.25
# Everything stands this far from the edge of its place, so that words line up with fields inside their focus ring.
EDGE = 5
_NO_LIMIT = 1_000_000
_SEPARATOR = "\u2028"


class Wrapped:
    """One text in one font; asks for its height at a width, and paints itself there."""

    def __init__(self, text: str, font: QFont) -> None:
        self.text = text
        self.font = font
        self._gap = round(QFontMetrics(font).height() * _LINE_GAP)
        self._layout = QTextLayout(text.replace("\n", _SEPARATOR), font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self._width = -1
        self._heights: dict[int, int] = {}
        self._natural = -1

    def height(self, width: int) -> int:
        """Of all lines at that width, in pixels."""
        width = max(width, 1)
        known = self._heights.get(width)  # layouts ask the same again and again
        if known is None:
            self._lay_out(width)
            known = self._heights[width]
        return known

    def natural_width(self) -> int:
        """On one line (of the longest paragraph)."""
        if self._natural < 0:
            self._lay_out(_NO_LIMIT)
            lines = (self._layout.lineAt(number) for number in range(self._layout.lineCount()))
            self._natural = ceil(max((line.naturalTextWidth() for line in lines), default=0.0)) + 1
        return self._natural

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
        self._heights[width] = round(height - self._gap if height else 0) + 1
