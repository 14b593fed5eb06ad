"""The window: shows one page at a time, in the person's look and zoom, with the bar of telephone numbers.

Promises: a page is made anew when look or zoom changes; the tab key goes the way a person reads; the title says what
page this is and never a name; nothing scrolls sideways. Imports PySide6, controls and theme.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QCloseEvent,
    QColor,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenuBar, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from referral_client.desktop import theme
from referral_client.desktop.bar import Bar
from referral_client.desktop.controls.access import order_tabs
from referral_client.desktop.controls.layout import Column
from referral_client.desktop.controls.words import Words
from referral_client.desktop.pages.page import Page
from referral_client.services.sitting import Telephone

PROGRAM = "Referral Client"
NEUTRAL = "Locked"
# Above this share of the window's height the bar goes into the page and scrolls with it.
_BAR_SHARE = 0.22
_STRIPE = 10
_PRACTICE = "PRACTICE. Nobody receives anything that is sent from here."


class Window(QWidget):
    """`hide_all` is what Hide does; `closing` is asked before it closes and may say no."""

    reads_as = QAccessible.Role.Window
    active = Signal()

    def __init__(self, *, practice: bool, hide_all: Callable[[], None], closing: Callable[[], bool]) -> None:
        super().__init__()
        self._practice = practice
        self._hide_all = hide_all
        self._closing = closing
        self._make: Callable[[], Page] | None = None
        self._neutral = False
        self._leaving: list[QWidget] = []
        self.telephone: Telephone | None = None
        self.page: Page | None = None
        self.bar: Bar | None = None
        self.menus = QMenuBar() if practice else None
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self.view = QScrollArea()
        self.view.setWidgetResizable(True)
        self.view.setFrameShape(QScrollArea.Shape.NoFrame)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._banner: Column | None = None
        self._column.addWidget(self.view, 1)
        if self.menus is not None:
            self._column.setMenuBar(self.menus)
        self.setMinimumSize(320, 240)
        self.resize(1000, 720)
        self._keys()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)

    def _keys(self) -> None:
        for keys, what in (
            ("Ctrl+Shift+L", self._hide_all),
            ("Ctrl++", lambda: self.zoom(1)),
            ("Ctrl+=", lambda: self.zoom(1)),
            ("Ctrl+-", lambda: self.zoom(-1)),
            ("Ctrl+0", lambda: self.zoom(0)),
            ("Ctrl+Return", self._go_on),
            ("Alt+Left", self._back),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(what)

    # --- pages

    def open_page(self, make: Callable[[], Page], *, neutral: bool = False) -> None:
        """Show a page. `make` is called again when the look changes. `neutral`: nothing says what this program is."""
        self._make = make
        self._neutral = neutral
        self._remake()
        assert self.page is not None
        self.page.show_first()
        self.retitle()

    def retitle(self) -> None:
        """The window's title: Error first, then what it is."""
        if self.page is None or self._neutral:
            self.setWindowTitle(NEUTRAL)
            return
        parts = [self.page.title, "PRACTICE" if self._practice else "", PROGRAM]
        error = "Error: " if self.page.wrong else ""
        self.setWindowTitle(error + " – ".join(part for part in parts if part))

    def settle(self) -> None:
        """After a page changed by itself: the order of the tab key and the title."""
        order_tabs(self)
        self.retitle()
        if self.page is not None and self.page.wrong:
            self.view.verticalScrollBar().setValue(0)

    def _remake(self) -> None:
        assert self._make is not None
        look = theme.look()
        self._drop_bar()  # it may stand in the page that goes
        self.page = self._make()
        holder = _Holder(self.page)
        row = QHBoxLayout(holder)
        row.setContentsMargins(look.margin(16), 0, look.margin(16), 0)
        row.addStretch(1)
        self.page.lines.addStretch(1)
        self.page.setMaximumWidth(look.column)
        row.addWidget(self.page, 10_000)
        row.addStretch(1)
        edge = look.px(_STRIPE) if self._practice and not self._neutral else 0
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._show_banner()
        self._take_page_away()
        self.view.setWidget(holder)
        self.page.changed_by_itself.connect(self.settle)
        self._place_bar()
        order_tabs(self)
        self.update()

    def _take_page_away(self) -> None:
        old = self.view.takeWidget()
        if old is not None:
            self._let_go(old)

    def _let_go(self, widget: QWidget) -> None:
        """It goes a turn later: a button of it may be what called us, and its focus is still to move on.

        Until Qt has ended it we hold it; were Python to free the last of it first, Qt would reach for what is gone.
        """
        self._leaving = [each for each in self._leaving if isValid(each)]
        self._leaving.append(widget)
        widget.hide()
        widget.deleteLater()

    def _show_banner(self) -> None:
        """Anew in each look, like the page."""
        if self._banner is not None:
            self._let_go(self._banner)
            self._banner = None
        if self._practice and not self._neutral:
            self._banner = Column(margins=(16, 8, 16, 8))
            self._banner.add(Words(_PRACTICE, bold=True, token="wait"))
            self._column.insertWidget(0, self._banner)
        if self.menus is not None:
            self.menus.setVisible(not self._neutral)

    def _place_bar(self) -> None:
        """Below the page while there is room for it, else at the top of the page."""
        self._drop_bar()
        if self._neutral or self.page is None:
            return
        self.bar = Bar(self.telephone, self._hide_all)
        if self._bar_fits():
            self._column.addWidget(self.bar)
        else:
            self.page.insert(0, self.bar)
        self.bar.show()

    def _drop_bar(self) -> None:
        if self.bar is not None:
            if self.page is not None and self.bar in self.page.in_order:
                self.page.in_order.remove(self.bar)
            self._let_go(self.bar)
            self.bar = None

    def _bar_fits(self) -> bool:
        assert self.bar is not None
        return self.bar.heightForWidth(self.width()) <= self.height() * _BAR_SHARE

    @property
    def in_order(self) -> list[QWidget]:
        """As a person meets them."""
        outside = self.bar if self.bar is not None and self.bar.parentWidget() is self else None
        return [each for each in (self._banner, self.view, outside) if each is not None]

    # --- look

    def zoom(self, way: int) -> None:
        """One step larger or smaller; 0 goes back to 100 %."""
        now = theme.look()
        steps = theme.ZOOMS
        index = min(range(len(steps)), key=lambda each: abs(steps[each] - now.zoom))
        index = min(max(index + way, 0), len(steps) - 1) if way else 0
        self.dress(now.scheme, steps[index])

    def dress(self, scheme: theme.Scheme, zoom: int) -> None:
        """Put on a look, and make the page anew in it."""
        theme.wear(scheme, zoom)
        if self._make is not None:
            self._remake()
            assert self.page is not None
            self.page.show_first()

    # --- what Qt tells us

    def _go_on(self) -> None:
        if self.page is not None and self.page.go_on is not None:
            self.page.go_on()

    def _back(self) -> None:
        if self.page is not None and self.page.back is not None:
            self.page.back()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self.bar is not None and (self.bar.parentWidget() is self) != self._bar_fits():
            QTimer.singleShot(0, self, self._move_bar)

    def _move_bar(self) -> None:
        self._place_bar()
        order_tabs(self)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if self._closing():
            event.accept()
        else:
            event.ignore()

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Whatever has the focus is on the screen, also when it was reached by a link or a shortcut."""
        self.active.emit()
        if now is not None and self.view.widget() is not None and self.view.isAncestorOf(now):
            self.view.ensureWidgetVisible(now, 20, 40)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        look = theme.look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.colour("ground"))
        edge = look.px(_STRIPE)
        if not self._practice or self._neutral:
            return
        inner = self.rect().adjusted(edge, edge, -edge, -edge)
        painter.save()
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(inner)))
        _stripes(painter, self.rect(), look.colour("focus"), QColor("#1A1D21"), edge)
        painter.restore()


class _Holder(QWidget):
    """What the view scrolls: one page in the middle."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.in_order = [page]


def _stripes(painter: QPainter, rect: QRect, light: QColor, dark: QColor, width: int) -> None:
    """Slanting stripes in two colours: a frame that no real referral has."""
    painter.fillRect(rect, light)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(dark)
    for x in range(rect.left() - rect.height(), rect.right(), width * 4):
        painter.drawPolygon(
            [
                rect.topLeft() + offset
                for offset in (
                    QPoint(x, 0),
                    QPoint(x + 2 * width, 0),
                    QPoint(x + 2 * width + rect.height(), rect.height()),
                    QPoint(x + rect.height(), rect.height()),
                )
            ]
        )
