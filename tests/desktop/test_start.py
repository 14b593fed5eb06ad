"""Opening and closing: with a screen and without one, a hundred times over, and as a program of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from referral_client.base.errors import MachineLacks
from referral_client.base.home import Home
from referral_client.desktop import display
from referral_client.desktop.start import desk_at

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


def test_a_hundred_openings_and_closings_in_one_process_leave_nothing_behind(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, stalls: list[int]
) -> None:
    import threading

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
