"""The other ways to answer: not known (asked whom, when, what they said), declined, withheld, does not apply."""

from __future__ import annotations

from collections.abc import Callable

from referral_client.desktop import theme
from referral_client.desktop.controls.buttons import Link
from referral_client.desktop.controls.choices import Choices
from referral_client.desktop.controls.dates import DateFields
from referral_client.desktop.controls.fields import Frame, TextField
from referral_client.desktop.controls.layout import Column, Flow, Group
from referral_client.desktop.controls.words import Words
from referral_client.referral import Answer, Asked, State

_ASKED, _NOT_ASKED = "asked", "not_asked"
_WAYS = (
    (_ASKED, "Not known: I asked", ""),
    (_NOT_ASKED, "Not known: nobody was asked", ""),
    (State.DECLINED.value, "They declined to say", ""),
    (State.WITHHELD.value, "Withheld: telling it would raise a risk", ""),
    (State.NOT_APPLICABLE.value, "Does not apply", ""),
)
_BECAUSE = {
    _NOT_ASKED: "Why was nobody asked?",
    State.DECLINED.value: "Who declined, and did they say why?",
    State.WITHHELD.value: "Why is it withheld?",
    State.NOT_APPLICABLE.value: "Why does it not apply? (optional)",
}


class Silence(Column):
    """A link that opens the other ways to answer one question. `rebuilt`: there are other fields than before."""

    def __init__(
        self, label: str, answer: Answer | None, changed: Callable[[], None], rebuilt: Callable[[], None]
    ) -> None:
        super().__init__(gap=8)
        self._label = label
        self._changed = changed
        self._rebuilt = rebuilt
        self._choices: Choices | None = None
        self._way = ""
        self._more: Group | None = None
        self._fields: dict[str, TextField] = {}
        self._date: DateFields | None = None
        self._link = Link("I cannot answer this", self.toggle, name=f"I cannot answer this: {label}")
        self.add(Flow([self._link]))
        if answer is not None and not answer.has_value:
            self._open(answer)

    @property
    def answer(self) -> Answer | None:
        """What was chosen instead of a value; None while nothing was."""
        way = self._choices.code if self._choices is not None else ""
        if not way:
            return None
        because = self._text("because")
        if way == _ASKED:
            asked = Asked(self._text("whom"), self._date.stored if self._date else "", self._text("said"))
            return Answer(State.NOT_KNOWN, asked=asked if asked.whom else None)
        if way == _NOT_ASKED:
            return Answer(State.NOT_KNOWN, because=because)
        state = State(way)
        if state is State.WITHHELD and not because:
            return None  # a withheld answer is one only with its reason
        return Answer(state, because=because)

    def toggle(self) -> None:
        """Open the ways, or close them and go back to a plain answer."""
        if self._choices is None:
            self._open(None).setFocus()
        else:
            self._shut()
            self._link.setFocus()
        self._rebuilt()
        self._changed()

    def _open(self, answer: Answer | None) -> Choices:
        chosen = _way_of(answer)
        choices = self._choices = Choices(_WAYS, chosen=(chosen,) if chosen else (), changed=self._chosen)
        self._group = Group(f"{self._label}: why there is no answer")
        self._group.add(choices)
        self.add(self._group)
        self._link.retitle("Answer it after all", name=f"Answer it after all: {self._label}")
        self._show_more(answer)
        return choices

    def _shut(self) -> None:
        self.drop(self._group)
        self._choices, self._way = None, ""
        self._drop_more()
        self._link.retitle("I cannot answer this", name=f"I cannot answer this: {self._label}")

    def _chosen(self) -> None:
        way = self._choices.code if self._choices is not None else ""
        if way == self._way:  # one button going off and another coming on are told one by one
            return
        self._show_more(None)
        self._rebuilt()
        self._changed()

    def _drop_more(self) -> None:
        if self._more is not None:
            self.drop(self._more)
        self._more, self._fields, self._date = None, {}, None

    def _show_more(self, answer: Answer | None) -> None:
        way = self._way = self._choices.code if self._choices is not None else ""
        self._drop_more()
        if not way:
            return
        self._more = Group(f"{self._label}: more about why")
        asked = answer.asked if answer is not None else None
        if way == _ASKED:
            self._field("whom", "Whom did you ask?", asked.whom if asked else "")
            self._more.add(Words("When did you ask?", theme.SMALL))
            self._date = DateFields(
                f"when you asked ({self._label})", asked.when if asked else "", changed=self._changed
            )
            self._more.add(self._date)
            self._field("said", "What did they say?", asked.said if asked else "")
        else:
            self._field("because", _BECAUSE[way], answer.because if answer is not None else "")
        self.add(self._more)

    def _field(self, key: str, words: str, text: str) -> None:
        assert self._more is not None
        field = TextField(text, changed=self._changed)
        field.setAccessibleName(f"{words} ({self._label})")
        self._fields[key] = field
        self._more.add(Words(words, theme.SMALL), Frame(field))

    def _text(self, key: str) -> str:
        return self._fields[key].text().strip() if key in self._fields else ""


def _way_of(answer: Answer | None) -> str:
    if answer is None or answer.has_value:
        return ""
    if answer.state is State.NOT_KNOWN:
        return _ASKED if answer.asked is not None else _NOT_ASKED
    return answer.state.value
