"""By keyboard alone, through the real window, against the real practice council: from nothing to a verified receipt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from referral_client.base.home import Home
from referral_client.desktop.bridge import Task
from referral_client.desktop.desk import Desk
from referral_client.desktop.start import desk_at
from tests.desktop.keyboard import Keyboard

PASSPHRASE = "copper lantern tuesday"
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def nothing() -> None:
    """Practice that stays practice."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk_at(Home(tmp_path / "home").create(), practice=True, real_one=nothing)
    yield made
    made.close()


@pytest.fixture
def real_desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk_at(Home(tmp_path / "home").create(), practice=False, real_one=nothing)
    yield made
    made.close()


def at(desk: Desk, qtbot: QtBot) -> Keyboard:
    desk.window.show()
    desk.window.activateWindow()
    desk.start()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return Keyboard(qtbot, desk.window)


def shown(desk: Desk) -> str:
    """Every word on the page that is there."""
    assert desk.window.page is not None
    return "\n".join(
        each.accessibleName() for each in desk.window.page.findChildren(QWidget) if each.isVisibleTo(desk.window)
    )


def make_a_vault(keys: Keyboard) -> None:
    keys.wait_for("Make a place of your own")
    keys.type("Your name", "Ruth Sample")
    keys.type("Your role", "Designated safeguarding lead")
    keys.type("A passphrase", PASSPHRASE)
    keys.type("The passphrase again", PASSPHRASE)
    keys.press("Make it")
    keys.wait_for("Your referrals")


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_from_an_empty_vault_to_a_receipt_by_keyboard_alone(desk: Desk, qtbot: QtBot, stalls: list[int]) -> None:
    keys = at(desk, qtbot)
    keys.wait_for("Is this about a real child?")
    assert "PRACTICE" in desk.window.windowTitle()
    keys.choose("No, I want to practise")
    keys.press("Continue")
    make_a_vault(keys)

    keys.press("Start a new referral")
    keys.wait_for("Is a child in danger now?")
    assert "ring 999" in shown(desk)
    keys.press("Save and continue")  # nothing answered: asked about once, on continuing
    keys.wait_for("Error: Is a child in danger now?")
    assert keys.focused().accessibleName() == "There is a problem"
    keys.press("Select yes if a child is in danger right now")  # the link in the summary goes to the first choice
    assert keys.focused().accessibleName() == "Yes"
    keys.choose("No")
    keys.type("Where is each child right now", "In the nursery room with the key person")
    keys.key(Qt.Key.Key_Return, CONTROL)
    keys.wait_for("Is it safe to visit?")
    keys.choose("No")
    keys.press("Task list")

    keys.wait_for("Your referral")
    keys.press("The children: Not yet started")
    keys.wait_for("Children")
    keys.choose("Yes")
    keys.press("Save and continue")
    keys.wait_for("Who is the child?")
    keys.type("First name", "Isla")
    keys.type("Last name", "Sample")
    assert "Isla" not in desk.window.windowTitle()
    keys.type("Day: Date of birth", "8")
    keys.type("Month: Date of birth", "July")
    keys.type("Year: Date of birth", "2026")
    keys.press("Save and continue")
    keys.wait_for("Error: Who is the child?")
    keys.press("Save and continue")  # asked once; silence never stops anybody
    keys.wait_for("Where the child lives")
    keys.press("I cannot answer this: Home address")
    keys.choose("Not known: nobody was asked")
    keys.type("Why was nobody asked?", "So that nobody is warned")
    keys.press("Task list")

    keys.wait_for("Your referral")
    keys.press("Check answers and send")
    keys.wait_for("Check your answers")
    assert "8 July 2026" in shown(desk)
    assert "Not known, not asked: So that nobody is warned" in shown(desk)
    keys.press("Change Last name (Isla Sample)")
    keys.wait_for("Who is the child?")
    keys.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)  # back goes straight back
    keys.wait_for("Check your answers")
    keys.press("Continue to sending")
    keys.wait_for("Send this referral")
    assert "NOT SENT" in shown(desk)
    keys.press("Send now")
    qtbot.waitUntil(lambda: "Practice: nobody received this. (Delivered" in shown(desk), timeout=60_000)
    assert "01632 960777" in shown(desk)


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_a_stopped_council_is_never_called_delivered_and_is_reached_when_it_is_back(desk: Desk, qtbot: QtBot) -> None:
    keys = at(desk, qtbot)
    keys.choose("No, I want to practise")
    keys.press("Continue")
    make_a_vault(keys)
    assert desk.window.menus is not None
    stop, start = desk.window.menus.actions()[0].menu().actions()
    stop.trigger()
    keys.press("Start a new referral")
    keys.wait_for("Is a child in danger now?")
    keys.press("Task list")
    keys.wait_for("Your referral")
    keys.press("Check answers and send")
    keys.wait_for("Check your answers")
    keys.press("Continue to sending")
    keys.wait_for("Send this referral")
    keys.choose("Send it as urgent")
    keys.press("Send now")
    keys.wait_for("Error: Send this referral")  # urgent asks whom you rang
    keys.type("Whom did you ring", "Rang 09:20, the duty worker")
    keys.press("Send now")
    qtbot.waitUntil(lambda: "NOT SENT. Trying again by itself." in shown(desk), timeout=60_000)
    assert "Delivered" not in shown(desk)
    start.trigger()
    qtbot.waitUntil(lambda: "Practice: nobody received this. (Delivered" in shown(desk), timeout=60_000)


def test_without_a_council_one_can_write_and_nothing_is_sent(real_desk: Desk, qtbot: QtBot) -> None:
    keys = at(real_desk, qtbot)
    make_a_vault(keys)
    assert "NOT CONNECTED" in shown(real_desk)
    keys.press("Start a new referral")
    keys.wait_for("Is a child in danger now?")
    assert "not confirmed" in shown(real_desk)
    keys.press("Task list")
    keys.wait_for("Your referral")
    keys.press("Check answers and send")
    keys.wait_for("Check your answers")
    keys.press("Continue to sending")
    keys.wait_for("Send this referral")
    assert "NOT CONNECTED" in shown(real_desk)


def test_hiding_locks_and_says_nothing_and_what_was_written_is_there_again(real_desk: Desk, qtbot: QtBot) -> None:
    keys = at(real_desk, qtbot)
    make_a_vault(keys)
    keys.press("Start a new referral")
    keys.wait_for("Is a child in danger now?")
    keys.type("Where is each child right now", "With the key person")
    keys.key(Qt.Key.Key_L, CONTROL, SHIFT)
    assert real_desk.window.windowTitle() == "Locked"
    assert "child" not in shown(real_desk).lower() and "referral" not in shown(real_desk).lower()
    assert real_desk.window.bar is None
    keys.type("Your passphrase", "copper lantern wednesday")
    keys.press("Unlock")
    qtbot.waitUntil(lambda: "Code for the help desk" in shown(real_desk), timeout=30_000)
    keys.type("Your passphrase", PASSPHRASE)  # coming by tab selects what was there
    keys.key(Qt.Key.Key_Return)
    keys.wait_for("Your referrals")
    keys.press("Open No name yet")
    keys.wait_for("Your referral –")
    keys.press("Check answers and send")
    keys.wait_for("Check your answers")
    assert "With the key person" in shown(real_desk)


def test_a_page_that_was_asked_for_before_hiding_never_comes_up_after_it(real_desk: Desk, qtbot: QtBot) -> None:
    keys = at(real_desk, qtbot)
    make_a_vault(keys)
    keys.press("Start a new referral")  # its page is on the way
    keys.key(Qt.Key.Key_L, CONTROL, SHIFT)
    Task(real_desk._vault_lane, lambda: None).then(lambda _: seen.append(real_desk.window.windowTitle())).run()
    seen: list[str] = []
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["Locked"]


def test_two_people_under_one_login_never_see_each_others_work(real_desk: Desk, qtbot: QtBot) -> None:
    keys = at(real_desk, qtbot)
    make_a_vault(keys)
    keys.press("Start a new referral")
    keys.wait_for("Is a child in danger now?")
    keys.choose("No")
    keys.press("Task list")
    keys.wait_for("Your referral")
    keys.press("Back to all referrals")
    keys.wait_for("Your referrals")
    keys.press("Lock")
    keys.wait_for("Locked")
    keys.press("I am new here")
    keys.wait_for("Make a place of your own")
    keys.type("Your name", "Tom Example")
    keys.type("Your role", "Teacher")
    keys.type("A passphrase", "window gravel thimble")
    keys.type("The passphrase again", "window gravel thimble")
    keys.press("Make it")
    keys.wait_for("Your referrals")
    assert "Draft" not in shown(real_desk)
