"""Home: what waits to be sent, drafts, what was sent; and the way to begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from referral_client.base.ids import ReferralId
from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button, Link
from referral_client.desktop.controls.layout import Card, Flow, Panel
from referral_client.desktop.controls.words import Heading, Words
from referral_client.desktop.pages.delivered import moment
from referral_client.desktop.pages.page import Page, Press
from referral_client.services.sitting import Overview, Referral


class HomePage(Page):
    """`open_one` is called with a referral's id, `begin` and `begin_sample` with a form's."""

    def __init__(
        self,
        overview: Overview,
        *,
        begin: Callable[[str], None],
        begin_sample: Callable[[str], None] | None,
        open_one: Callable[[ReferralId], None],
        lock: Press,
    ) -> None:
        super().__init__("Your referrals")
        self._open = open_one
        if not overview.connected:
            panel = Panel("wait", "Not connected")
            panel.add(
                Words("NOT CONNECTED", theme.LEAD, bold=True),
                Words("You can write. Nothing can be sent from this computer until IT connects it to a council."),
            )
            self.add(panel)
        for trouble in overview.troubles:
            self.add(Words(trouble, token="wait"))
        for number, (form, title) in enumerate(overview.forms):
            words = "Start a new referral" if len(overview.forms) == 1 else f"Start: {title}"
            if number == 0:
                self.main_action(words, lambda form=form: begin(form))  # type: ignore[misc]
            else:
                self.row(Button(words, lambda form=form: begin(form), main=False))  # type: ignore[misc]
        if begin_sample is not None:
            form = overview.forms[0][0]
            self.row(Button("Open the sample family", lambda: begin_sample(form), main=False))
        self._list("Not sent", [each for each in overview.referrals if each.not_sent])
        self._list("Drafts", [each for each in overview.referrals if each.draft])
        self._list("Sent", [each for each in overview.referrals if not (each.not_sent or each.draft)])
        self.row(Button("Lock", lock, main=False))

    def _list(self, title: str, referrals: Sequence[Referral]) -> None:
        if not referrals:
            return
        self.space(8)
        self.add(Heading(title, theme.TITLE))
        for each in referrals:
            token = "good" if not (each.draft or each.not_sent) else "wait"
            card = Card(f"{each.words} {each.title}")
            card.add(Words(each.words, theme.TITLE, bold=True, token=token))
            card.add(Flow([Link(each.title, lambda each=each: self._open(each.id), name=f"Open {each.title}")]))  # type: ignore[misc]
            card.add(Words(f"Changed {moment(each.changed_at)}", theme.SMALL, token="quiet"))
            for standing in each.standings:
                for number in standing.ring:
                    card.add(Words(f"Ring now: {number.number} ({number.label})", bold=True, token="danger"))
            self.add(card)
