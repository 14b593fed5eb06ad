"""The send page: where it goes, what is open, what the policy says of each photograph; and how to send it anyway."""

from __future__ import annotations

from collections.abc import Callable

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Button
from referral_client.desktop.controls.choices import Choices
from referral_client.desktop.controls.fields import Frame, TextArea
from referral_client.desktop.controls.layout import Card, Column, Group, Panel
from referral_client.desktop.controls.words import Heading, Words
from referral_client.desktop.pages.page import Page, Press
from referral_client.services.sitting import BeforeSending

NORMAL, URGENT, NO_LEAD = "normal", "urgent", "no_lead"
_WHY = {
    URGENT: (
        "Whom did you ring, or why could you not?",
        "Say whom you rang about this child, or why you could not ring",
    ),
    NO_LEAD: (
        "Whom did you try to reach, and when?",
        "Say whom you tried to reach, and when",
    ),
}


class SendPage(Page):
    """`send` is called with the reason of an urgent sending, and of one without the lead; "" both for the usual way."""

    def __init__(self, before: BeforeSending, *, send: Callable[[str, str], None], task_list: Press, back: Press):
        super().__init__("Send this referral", back=back)
        self._send = send
        self._before = before
        self.add(Words("NOT SENT", theme.STATE, bold=True, token="wait"))
        if not before.connected:
            self._not_connected(task_list)
            return
        self.add(Words(f"It goes to {before.connected}, locked so that only they can read it."))
        self._open_questions()
        self._photographs()
        self._ways()
        self.main_action("Send now", self._press, Button("Task list", task_list, main=False))

    def _not_connected(self, task_list: Press) -> None:
        panel = Panel("wait", "Not connected")
        panel.add(
            Words("NOT CONNECTED", theme.TITLE, bold=True),
            Words("This computer has no council to send to yet. What you wrote is kept here."),
            Words(
                f"Ring {self._before.telephone.front_door} and tell them what you know. IT can connect this computer."
            ),
        )
        self.add(panel)
        self.main_action("Back to the task list", task_list)

    def _open_questions(self) -> None:
        checked = self._before.checked
        form = self._before.sheet.form
        if checked.cannot_be_true:
            panel = Panel("danger", "Cannot be true as it stands")
            panel.add(Heading("These cannot be true as they stand", theme.TITLE))
            for problem in checked.cannot_be_true:
                panel.add(Words(problem.message))
            panel.add(Words("Change them from Check answers. An urgent referral goes as it is."))
            self.add(panel)
        if checked.notices:
            panel = Panel("wait", "Look at these again")
            panel.add(Heading("Look at these again", theme.TITLE))
            for notice in checked.notices:
                panel.add(Words(notice.sentence))
                for side in notice.sides:
                    panel.add(Words(f"– {side}", token="quiet"))
            self.add(panel)
        if checked.silent:
            card = Card("Not answered")
            count = len(checked.silent)
            card.add(
                Heading(f"{count} {'question goes' if count == 1 else 'questions go'} as “not answered”", theme.LEAD)
            )
            labels = dict.fromkeys(
                form.questions[each.question].label if each.question in form.questions else each.message
                for each in checked.silent
            )
            card.add(Words("; ".join(labels), token="quiet"))
            self.add(card)

    def _photographs(self) -> None:
        pictures = self._before.pictures
        if not pictures and not self._before.left_out:
            return
        card = Card("Photographs")
        card.add(Heading("Photographs: what your policy says", theme.LEAD))
        for number, picture in enumerate(pictures, 1):
            goes = "goes with the referral" if picture.goes else "stays here until it is cleared"
            card.add(Words(f"Photograph {number} {goes}.", bold=True), Words(picture.headline))
            for clause in dict.fromkeys(picture.clauses):
                card.add(Words(clause, theme.SMALL, token="quiet"))
        if self._before.left_out:
            card.add(Words(f"Offered and not kept: {self._before.left_out}. The referral says so."))
        card.add(Words("A photograph never holds up the referral."))
        self.add(card)

    def _ways(self) -> None:
        review = self._before.needs_review
        options = [
            (
                URGENT,
                "Send it as urgent",
                "A child may be at risk now. Ring first; nothing holds an urgent referral back.",
            ),
        ]
        if review:
            options.insert(
                0, (NO_LEAD, "My safeguarding lead cannot be reached", "It goes now, and your lead is told.")
            )
        else:
            options.insert(0, (NORMAL, "Send it in the usual way", ""))
        group = Group("How do you want to send it?")
        group.add(Words("How do you want to send it?", theme.LEAD, bold=True))
        if review:
            group.add(
                Words("Your organisation asks for a second person to check a referral before it goes.", token="quiet")
            )
        self._error = Words("", bold=True, token="danger")
        self._error.hide()
        self.choices = Choices(options, chosen=() if review else (NORMAL,), changed=self._chosen)
        self._why = Column(gap=4)
        self._reason: TextArea | None = None
        group.add(self._error, self.choices, self._why)
        self.add(group)

    def _chosen(self) -> None:
        self._why.clear()
        self._reason = None
        way = self.choices.code
        if way in _WHY:
            label, _ = _WHY[way]
            self._reason = TextArea()
            self._reason.setAccessibleName(label)
            self._why.add(Words(label, bold=True), Frame(self._reason))

    def _press(self) -> None:
        way = self.choices.code
        reason = self._reason.text.strip() if self._reason is not None else ""
        if way in _WHY and not reason:
            assert self._reason is not None
            self._fault(_WHY[way][1], self._reason.setFocus)
        elif not way:
            self._fault("Select how you want to send it", self.choices.setFocus)
        else:
            self.clear_problem()
            self._send(reason if way == URGENT else "", reason if way == NO_LEAD else "")

    def _fault(self, words: str, go: Press) -> None:
        self._error.say(f"Error: {words}")
        self._error.show()
        self.show_problem([(words, go)])
