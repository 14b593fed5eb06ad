"""Check answers: every question on the path with its answer, silence said aloud, and a way to change each."""

from __future__ import annotations

from collections.abc import Callable

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button, Link
from referral_client.desktop.controls.layout import Card, Column, Flow
from referral_client.desktop.controls.words import Heading, Words
from referral_client.desktop.pages.page import Page, Press
from referral_client.services.writing import Sheet, SummaryRow, SummarySection


class CheckPage(Page):
    """`change` is called with a question and an item."""

    def __init__(self, sheet: Sheet, *, change: Callable[[str, str], None], go_on: Press, back: Press) -> None:
        super().__init__("Check your answers", caption=sheet.form.title, back=back)
        self._change = change
        for section in sheet.summary():
            self._section(section)
        self.main_action("Continue to sending", go_on, Button("Task list", back, main=False))

    def _section(self, section: SummarySection) -> None:
        self.space(8)
        self.add(Heading(section.title, theme.TITLE))
        if section.reason:
            self.add(Words(f"For all that is silent here: {section.reason}"))
        under: Column = self
        name = None
        for row in section.rows:
            if row.item_title != name:
                name = row.item_title
                under = Card(name or section.title, gap=16)
                self.add(under)
                if name:
                    under.add(Words(name, theme.LEAD, bold=True))
            self._row(under, row)

    def _row(self, under: Column, row: SummaryRow) -> None:
        whose = f" ({row.item_title})" if row.item_title else ""
        words = f"“{row.words}”" if row.verbatim else row.words
        line = Column(gap=0)
        line.add(
            Words(row.label, theme.SMALL, bold=True, token="quiet"),
            Words(words, token="wait" if row.silent else "ink"),
        )
        for kept in row.keep_from:
            line.add(Words(kept, bold=True, token="danger"))
        question, item = row.question, row.item
        line.add(Flow([Link("Change", lambda: self._change(question, item), name=f"Change {row.label}{whose}")]))
        under.add(line)
