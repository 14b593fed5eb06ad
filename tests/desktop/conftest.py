"""What the tests of the window share: one application, no unexpected word from Qt, and a watch on the event loop."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from referral_client.desktop import theme
from referral_client.desktop.controls.access import name_the_roles

# The screenless platform says this of every window; it is about the platform.
_OF_THE_PLATFORM = ("This plugin does not support",)
STALL_MS = 50


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def no_word_from_qt(qapp: QApplication) -> Iterator[None]:
    """Any warning of Qt fails the test that caused it."""
    said: list[str] = []

    def hear(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if kind is not QtMsgType.QtDebugMsg and not message.startswith(_OF_THE_PLATFORM):
            said.append(message)

    before = qInstallMessageHandler(hear)
    yield
    qInstallMessageHandler(before)
    assert said == []


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Every test begins in the light look at 100 %, with our typeface and roles."""
    if "Inter" not in theme.QFontDatabase.families():
        theme.load_typeface()
    name_the_roles()
    theme.wear(theme.Scheme.LIGHT, 100)
    yield
    for widget in qapp.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    qapp.processEvents()


@pytest.fixture
def stalls(qapp: QApplication) -> Iterator[list[int]]:
    """The pauses of the event loop longer than 50 ms; reported, not failing: a loaded machine pauses too."""
    found: list[int] = []
    last = [time.monotonic()]

    def tick() -> None:
        now = time.monotonic()
        pause = round((now - last[0]) * 1000)
        if pause > STALL_MS:
            found.append(pause)
        last[0] = now

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(5)
    yield found
    timer.stop()
    sys.stdout.write(f"pauses of the event loop longer than {STALL_MS} ms: {found}\n")
