"""The list of children, adults, injuries ... added so far, with a way to change or remove each and to add another.

The model is the list collector of the ONS: the list, then one question, "do you need to add another?".
"""

from __future__ import annotations

from collections.abc import Callable

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button, Link
from referral_client.desktop.controls.choices import Choices
from referral_client.desktop.controls.layout import Card, Flow, Group
from referral_client.desktop.controls.words import Words
from referral_client.desktop.pages.page import Page, Press
from referral_client.services.writing import Sheet, Step


class ListPage(Page):
    """`add`, `change` and `remove` are called with nothing or an item's id; `go_on` when no other is to be added."""

    def __init__(
        self,
        sheet: Sheet,
        step: Step,
        *,
        add: Press,
        change: Callable[[str], None],
        remove: Callable[[str], None],
        go_on: Press,
        task_list: Press,
        back: Press | None,
    ) -> None:
        super().__init__(sheet.title(step), caption=sheet.section_title(step.section), back=back)
        repeat = sheet.repeat(step.collects)
        self._add, self._go_on = add, go_on
        self._items = sheet.items(repeat.id)
        for item, name in self._items:
            card = Card(name)
            card.add(
                Words(name, theme.LEAD, bold=True),
                Flow(
                    [
                        Link("Change", lambda item=item: change(item), name=f"Change {name}"),  # type: ignore[misc]
                        Link("Remove", lambda item=item: remove(item), name=f"Remove {name}"),  # type: ignore[misc]
                    ]
                ),
            )
            self.add(card)
        if not self._items:
            self.add(Words(f"{repeat.missing}." if repeat.missing else "Nothing has been added here yet."))
        self._question = (
            f"Do you need to add another? ({repeat.title})" if self._items else f"Do you need to add {repeat.one}?"
        )
        self._wrong = f"Select yes if you need to add {'another' if self._items else repeat.one}"
        group = Group(self._question)
        group.add(Words(self._question.partition(" (")[0], theme.LEAD, bold=True))
        self._error = Words("", bold=True, token="danger")
        self._error.hide()
        self.choices = Choices((("yes", "Yes", ""), ("no", "No", "")))
        group.add(self._error, self.choices)
        self.add(group)
        self.main_action("Save and continue", self._continue, Button("Task list", task_list, main=False))

    def _continue(self) -> None:
        chosen = self.choices.code
        if chosen == "yes":
            self._add()
        elif chosen == "no":
            self._go_on()
        else:
            self._error.say(f"Error: {self._wrong}")
            self._error.show()
            self.choices.describe(f"Error: {self._wrong}")
            self.show_problem([(self._wrong, self.choices.setFocus)])


class RemovePage(Page):
    """A removal is confirmed on a page of its own; it takes answers with it."""

    def __init__(self, name: str, *, remove: Press, back: Press) -> None:
        super().__init__("Remove this from the list?", back=back)
        self.add(
            Words(name, theme.LEAD, bold=True),
            Words("Everything written about it in this referral goes too."),
        )
        self.main_action("Remove it", remove, Button("Keep it", back, main=False), danger=True)
