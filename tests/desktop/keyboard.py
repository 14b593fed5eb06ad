"""A person who uses only the keyboard: tab to a name, press, type."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from referral_client.desktop.window import Window

_STOPS = 300


class Keyboard:
    """Never touches a widget but through keys; looks only at what has the focus and at the window's title."""

    def __init__(self, qtbot: QtBot, window: Window) -> None:
        self._bot = qtbot
        self.window = window

    def wait_for(self, title: str) -> None:
        """Until a page with this title is there."""
        self._bot.waitUntil(lambda: title in self.window.windowTitle(), timeout=60_000)

    def focused(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def _settled(self) -> None:
        """As after any key of a person: Qt shows what was added, and knows where it stands."""
        for _ in range(2):
            QApplication.processEvents()

    def tab_to(self, name: str) -> QWidget:
        """Press Tab until what has the focus begins with this name."""
        self._settled()
        for _ in range(_STOPS):
            widget = self.focused()
            if widget.accessibleName().startswith(name) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                return widget
            self._bot.keyClick(widget, Qt.Key.Key_Tab)
        raise AssertionError(f"the tab key never came to “{name}” on “{self.window.windowTitle()}”")

    def press(self, name: str) -> None:
        """Tab to a button, link or choice, and press it."""
        self._bot.keyClick(self.tab_to(name), Qt.Key.Key_Space)

    def choose(self, name: str) -> None:
        """Tab to the radio buttons of a question, go to one with the arrow keys, and choose it."""
        self._settled()
        for _ in range(_STOPS):
            widget = self.focused()
            group = widget.group() if isinstance(widget, QRadioButton) else None
            names = [each.accessibleName() for each in group.buttons()] if group is not None else []
            if name in names and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                for _ in names:
                    if self.focused().accessibleName() != name:
                        self._bot.keyClick(self.focused(), Qt.Key.Key_Down)
                assert self.focused().accessibleName() == name
                self._bot.keyClick(self.focused(), Qt.Key.Key_Space)
                return
            self._bot.keyClick(widget, Qt.Key.Key_Tab)
        raise AssertionError(f"the tab key never came to the choice “{name}” on “{self.window.windowTitle()}”")

    def type(self, name: str, text: str) -> None:
        """Tab to a field and write."""
        widget = self.tab_to(name)
        assert isinstance(widget, QLineEdit | QPlainTextEdit)
        self._bot.keyClicks(widget, text)

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """One key with its modifiers, to whatever has the focus."""
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        self._bot.keyClick(self.focused(), key, held)
