"""Opens the window and stays until it is closed. Called by the composition root, which looked for a screen first."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from referral_client.base.clock import SystemClock
from referral_client.base.home import Home
from referral_client.base.ids import system_random
from referral_client.desktop import theme
from referral_client.desktop.controls.access import name_the_roles
from referral_client.desktop.desk import Desk
from referral_client.practice import Rehearsal, practice_home


def open_window(home: Home, *, practice: bool) -> int:
    """The exit code. Practice that turns out to be about a real child goes on as the real program."""
    application = application_of(sys.argv[:1])
    wants_real: list[bool] = []

    def go_to_the_real_one() -> None:
        wants_real.append(True)
        application.quit()

    while True:
        desk = desk_at(home, practice=practice, real_one=go_to_the_real_one)
        try:
            desk.window.show()
            desk.start()
            code = application.exec()
        finally:
            desk.close()
            desk.window.deleteLater()
        if not (practice and wants_real):
            return code
        practice = False


def application_of(arguments: list[str]) -> QApplication:
    """The one application of this process, with our typeface and roles."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(arguments)
    application.setApplicationName("referral-client")
    application.setApplicationDisplayName("")
    name_the_roles()
    theme.load_typeface()
    theme.wear(theme.scheme_of_system(), theme.ZOOMS[0])
    return application


def desk_at(home: Home, *, practice: bool, real_one: Callable[[], None]) -> Desk:
    """A desk in the real home, or in the practice home inside it."""
    clock = SystemClock()
    if not practice:
        return Desk(home, clock=clock, random=system_random)
    inside = practice_home(home)
    return Desk(
        inside,
        clock=clock,
        random=system_random,
        rehearsal=Rehearsal(inside, clock=clock, random=system_random),
        real_one=real_one,
    )
