"""Opening and closing: with a screen and without one, a hundred times over, and as a program of its own."""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from referral_client.base.errors import MachineLacks
from referral_client.base.home import Home
from referral_client.desktop import display
from referral_client.desktop.bridge import Bridge, Task
from referral_client.desktop.start import desk_at
from tests.desktop.gallery import every_page, window_of

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str, screen: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "main.py", *words],
        cwd=ROOT, env=environment | screen, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("words", [(), ("practice",)])
def test_without_a_screen_it_says_what_to_do_and_exits_3(words: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*words, "--home", str(tmp_path), screen={})
    assert done.returncode == 3
    assert "SCREEN-NONE" in done.stderr and "referral-client demo" in done.stderr


def test_a_screen_that_does_not_answer_never_ends_the_process_by_itself(tmp_path: Path) -> None:
    done = run("--home", str(tmp_path), screen={"DISPLAY": ":987"})
    assert done.returncode == 3
    assert "SCREEN-" in done.stderr


def test_without_the_libraries_of_qt_it_gives_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    with pytest.raises(MachineLacks) as raised:
        display.need_qt()
    assert raised.value.exit_code == 3
    assert display.APT_LINE in raised.value.next_step


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="no virtual screen on this computer")
@pytest.mark.journey
def test_on_a_real_screen_it_opens_paints_and_closes(tmp_path: Path) -> None:
    try:
        display.need_a_screen({"DISPLAY": ":987"})
    except MachineLacks as lacks:
        if lacks.code == "SCREEN-LIBRARIES":
            pytest.skip("Qt's libraries for X are not on this computer")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QTimer\n"
        "from referral_client.base.home import Home\n"
        "from referral_client.desktop import start\n"
        "application = start.application_of([])\n"
        "def look():\n"
        "    window = next(w for w in application.topLevelWidgets() if w.windowTitle())\n"
        "    if 'place of your own' in window.windowTitle():\n"
        "        colour = window.grab().toImage().pixelColor(3, 3).name()\n"
        "        print(application.platformName(), colour)\n"
        "        window.close()\n"
        "        application.quit()\n"
        "timer = QTimer()\n"
        "timer.timeout.connect(look)\n"
        "timer.start(50)\n"
        "sys.exit(start.open_window(Home(Path(sys.argv[1])).create(), practice=False))\n"
    )
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24", sys.executable, "-c", code, str(tmp_path / "home")],
        cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "xcb"}, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "xcb" and "#f4f2ee" in done.stdout


def test_three_hundred_pages_one_after_the_other_with_a_reader_listening_and_a_lane_at_work(
    qapp: QApplication, qtbot: QtBot
) -> None:
    """Pages come and go while Python collects and a screen reader asks: nothing may be freed under Qt's hands."""
    QAccessible.setActive(True)
    bridge = Bridge()
    lane, window = bridge.lane("vault"), window_of(qapp, practice=True)
    window.show()
    makers = [make for name, make in every_page() if name in ("page-danger", "unlock", "errors", "home", "delivered")]
    shown: list[int] = []

    def next_page() -> None:
        window.open_page(makers[len(shown) % len(makers)])
        QAccessible.queryAccessibleInterface(window.page.heading).text(QAccessible.Text.Name)
        gc.collect(0)
        shown.append(1)
        if len(shown) < 300:
            Task(lane, lambda: [[number] for number in range(5000)]).then(lambda _: next_page()).run()

    next_page()
    qtbot.waitUntil(lambda: len(shown) == 300, timeout=120_000)
    bridge.close()


def test_nothing_asks_qt_for_the_entries_of_a_layout() -> None:
    """They end without Python hearing of it; see controls/access.py."""
    desktop = ROOT / "referral_client" / "desktop"
    assert not [
        path.name for path in desktop.rglob("*.py") if re.search(r"\.(itemAt|takeAt)\(", path.read_text("utf-8"))
    ]


def test_a_hundred_openings_and_closings_in_one_process_leave_nothing_behind(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, stalls: list[int]
) -> None:
    home = Home(tmp_path / "home").create()
    before = threading.active_count()
    for _ in range(100):
        desk = desk_at(home, practice=False, real_one=lambda: None)
        desk.window.show()
        desk.start()
        qtbot.waitUntil(lambda desk=desk: "place of your own" in desk.window.windowTitle())
        desk.window.close()
        desk.window.deleteLater()
        qapp.processEvents()
    assert threading.active_count() == before
