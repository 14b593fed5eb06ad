"""The task list: every section with how far it has come; any order."""

from __future__ import annotations

from collections.abc import Callable

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button, Link
from referral_client.desktop.controls.layout import Card, Flow
from referral_client.desktop.controls.words import Words
from referral_client.desktop.pages.page import Page, Press
from referral_client.services.writing import Sheet, Standing

_TOKENS = {
    Standing.NOT_STARTED: "quiet",
    Standing.IN_PROGRESS: "wait",
    Standing.COMPLETED: "good",
    Standing.PROBLEM: "danger",
}


class TaskListPage(Page):
    """`open_section` is called with a section's id."""

    def __init__(
        self, sheet: Sheet, *, saved: str, open_section: Callable[[str], None], check: Press, back: Press
    ) -> None:
        super().__init__("Your referral", caption=sheet.form.title, back=back)
        standings = sheet.standings()
        done = sum(standing is Standing.COMPLETED for _, _, standing in standings)
        self.add(Words(f"{done} of {len(standings)} parts completed. Nothing missing stops you sending it."))
        self.add(Words("NOT SENT. It is kept on this computer, for you alone.", bold=True, token="wait"))
        if saved:
            self.add(Words(saved, theme.SMALL, token="quiet"))
        for section, title, standing in standings:
            card = Card(f"{title}: {standing}")
            card.add(
                Flow([Link(title, lambda section=section: open_section(section), name=f"{title}: {standing}")]),  # type: ignore[misc]
                Words(standing.value, bold=standing is not Standing.NOT_STARTED, token=_TOKENS[standing]),
            )
            self.add(card)
        self.main_action("Check answers and send", check, Button("Back to all referrals", back, main=False))
