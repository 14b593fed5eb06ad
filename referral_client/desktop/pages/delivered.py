"""Where a referral stands after it was sent. The words are the delivery's own; only a verified receipt changes them."""

from __future__ import annotations

from datetime import datetime

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button
from referral_client.desktop.controls.layout import Card, Panel
from referral_client.desktop.controls.words import Words
from referral_client.desktop.pages.page import Page, Press
from referral_client.services.sitting import Standing, Telephone


class StandingPage(Page):
    """One referral that has left the desk, and each of its sendings."""

    def __init__(
        self, standings: tuple[Standing, ...], telephone: Telephone, *, look_again: Press, home: Press
    ) -> None:
        last = standings[-1]
        super().__init__("Not sent yet" if last.not_sent else "Where your referral is", back=home)
        for standing in reversed(standings):
            token = "wait" if standing.not_sent else "good"
            card = Card(standing.words)
            card.add(
                Words(standing.words, theme.TITLE, bold=True, token=token),
                Words(f"To {standing.front_door}. Reference {standing.delivery.submission_id}", token="quiet"),
                Words(f"Ready since {moment(standing.delivery.queued_at)}", token="quiet"),
            )
            self.add(card)
        if last.not_sent:
            self.add(
                Words("It goes by itself as soon as it can. You may close this program; it tries again when opened.")
            )
        else:
            self.add(Words("A receipt proves that their computer has it, not that anybody has read it."))
        panel = Panel("wait", "Ring as well")
        panel.add(Words("Ring as well, and say what you sent:", bold=True))
        for label, number, hours in telephone.ring:
            panel.add(Words(number, theme.TITLE, bold=True), Words(". ".join(part for part in (label, hours) if part)))
        if not telephone.ring:
            panel.add(Words(f"{telephone.front_door}: their number is on the council’s own site."))
        self.add(panel)
        self.main_action("Look again now", look_again, Button("All referrals", home, main=False))


def moment(at: datetime) -> str:
    """A time as people here write it."""
    local = at.astimezone()
    return f"{local:%A} {local.day} {local:%B} at {local:%H:%M}"
