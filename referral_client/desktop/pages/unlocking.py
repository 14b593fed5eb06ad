"""Before the vault is open: unlock, or make a vault of one's own. And the practice question."""

from __future__ import annotations

from collections.abc import Callable

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button
from referral_client.desktop.controls.choices import Choices
from referral_client.desktop.controls.fields import Frame, TextField
from referral_client.desktop.controls.layout import Group, Panel
from referral_client.desktop.controls.words import Words
from referral_client.desktop.pages.page import Page, Press


def labelled(page: Page, label: str, hint: str = "", *, secret: bool = False) -> TextField:
    """One field with its label, added to a page."""
    field = TextField(secret=secret)
    field.setAccessibleName(label)
    field.setAccessibleDescription(hint)
    group = Group(label, gap=4)
    group.add(Words(label, theme.LEAD, bold=True))
    if hint:
        group.add(Words(hint, token="quiet"))
    group.add(Frame(field, 40))
    page.add(group)
    return field


class UnlockPage(Page):
    """`hidden`: somebody walked in; then the page says nothing of what the program is for. `other`: not this person."""

    def __init__(self, *, unlock: Callable[[str], None], other: Press | None, hidden: bool) -> None:
        super().__init__("Locked")
        self._unlock = unlock
        if not hidden:
            self.add(Words("Each person has a passphrase of their own. It opens what they wrote, and nobody else’s."))
        self.field = labelled(self, "Your passphrase", secret=True)
        self.field.returnPressed.connect(self._press)
        words = "Somebody else" if hidden else "I am new here"
        others = [] if other is None else [Button(words, other, main=False)]
        self.main_action("Unlock", self._press, *others)

    def show_first(self) -> None:
        self.field.setFocus()

    def _press(self) -> None:
        if self.field.text():
            self._unlock(self.field.text())
        else:
            self.show_problem([("Enter your passphrase", self.field.setFocus)])


class NewPersonPage(Page):
    """A vault of one's own: name, role, passphrase twice."""

    def __init__(self, *, make: Callable[[str, str, str], None], back: Press | None) -> None:
        super().__init__("Make a place of your own", back=back)
        self._make = make
        self.add(
            Words(
                "What you write is kept on this computer under your own passphrase. Nobody opens it without it: not a "
                "colleague under the same login, and not IT. Nobody can bring it back for you."
            )
        )
        self.name = labelled(self, "Your name")
        self.role = labelled(self, "Your role", "For example teacher, school nurse, safeguarding lead")
        hint = "Three or four words that do not belong together, with a space between them"
        self.passphrase = labelled(self, "A passphrase", hint, secret=True)
        self.again = labelled(self, "The passphrase again", secret=True)
        self.main_action("Make it", self._press)

    def _press(self) -> None:
        faults = []
        for field, words in (
            (self.name, "Enter your name"),
            (self.role, "Enter your role"),
            (self.passphrase, "Enter a passphrase"),
        ):
            if not field.text().strip():
                faults.append((words, field.setFocus))
        if self.passphrase.text() and self.passphrase.text() != self.again.text():
            faults.append(("The two passphrases must be the same", self.again.setFocus))
        if faults:
            self.show_problem(faults)
            return
        self.clear_problem()
        self._make(self.name.text().strip(), self.role.text().strip(), self.passphrase.text())


class RealChildPage(Page):
    """The first page of practice. Yes leads to the real program."""

    def __init__(self, *, practise: Press, real: Press) -> None:
        super().__init__("Is this about a real child?")
        self._practise, self._real = practise, real
        panel = Panel("danger", "Practice")
        panel.add(Words("This is PRACTICE. Nobody receives anything that is sent from here.", theme.LEAD, bold=True))
        self.add(panel)
        group = Group("Is this about a real child?")
        self.choices = Choices(
            (("yes", "Yes, a real child", "The real program opens."), ("no", "No, I want to practise", ""))
        )
        group.add(self.choices)
        self.add(group)
        self.main_action("Continue", self._press)

    def _press(self) -> None:
        if self.choices.code == "yes":
            self._real()
        elif self.choices.code == "no":
            self._practise()
        else:
            words = "Select yes if this is about a real child"
            self.choices.describe(f"Error: {words}")
            self.show_problem([(words, self.choices.setFocus)])


class WaitPage(Page):
    """While something takes longer than a blink. Says what, moves nothing."""

    def __init__(self, title: str, words: str) -> None:
        super().__init__(title)
        self.add(Words(words))
