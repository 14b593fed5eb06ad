"""One question on a page: its words, its editor, what the form says beside it, and the other ways to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from referral_client.desktop import theme
from referral_client.desktop.controls.choices import Check
from referral_client.desktop.controls.layout import Column, Group, Panel
from referral_client.desktop.controls.words import Words
from referral_client.desktop.pages.editors import Options, editor_for
from referral_client.desktop.pages.silence import Silence
from referral_client.questionnaire import Kind, Question, ShownPrompt
from referral_client.referral import Answer, State

# A list that has its own words for not knowing needs no second way to say so.
_OWN_WORDS = frozenset({"unknown", "unsure", "not_known", "not_yet", "not_asked", "could_not_get_through"})
_MAY_BE_ESTIMATED = (Kind.DATE, Kind.DATETIME, Kind.WHOLE_NUMBER)
_PROMPTS = {"stop": ("danger", "Stop"), "warn": ("wait", "Important"), "info": ("action", "Note")}


class Asked(Group):
    """`changed` is called with the new answer, None for silence; `rebuilt` when there are other fields than before."""

    def __init__(
        self,
        question: Question,
        options: Options,
        answer: Answer | None,
        changed: Callable[[Answer | None], None],
        rebuilt: Callable[[], None],
    ) -> None:
        super().__init__(question.label, gap=4)
        self.question = question
        self._changed = changed
        self._kept = answer.keep_from if answer is not None else ()
        self.add(Words(question.label, theme.LEAD, bold=True))
        if question.hint:
            self.add(Words(question.hint, token="quiet"))
        if question.why:
            self.add(Words(f"Why this is asked: {question.why.strip()}", theme.SMALL, token="quiet"))
        self._error = Words("", bold=True, token="danger")
        self._error.hide()
        self.add(self._error)
        value = answer.value if answer is not None else None
        self.editor = editor_for(question, options, value, self._tell)
        if question.about and not options:
            self.add(Words("Nobody and nothing to choose from has been added yet.", token="quiet"))
        self.add(self.editor.widget)
        self._estimate: Check | None = None
        if question.kind in _MAY_BE_ESTIMATED:
            self._estimate = Check("This is an estimate")
            self._estimate.setAccessibleName(f"This is an estimate: {question.label}")
            self._estimate.setChecked(answer is not None and answer.state is State.ESTIMATED)
            self._estimate.toggled.connect(lambda _on: self._tell())
            self.add(self._estimate)
        self._silence: Silence | None = None
        if (question.required or question.urgent) and not _OWN_WORDS & {option.code for option in question.options}:
            self._silence = Silence(question.label, answer, self._tell, rebuilt)
            self.add(self._silence)
        self._prompts = Column(gap=8)
        self._prompts.hide()
        self._shown: tuple[str, ...] = ()
        self.add(self._prompts)
        self.editor.describe(question.hint)

    @property
    def answer(self) -> Answer | None:
        """Instead of a value, a reason; otherwise the value; None for silence."""
        instead = self._silence.answer if self._silence is not None else None
        if instead is not None:
            return instead
        value = self.editor.value
        if value is None:
            return None
        estimated = self._estimate is not None and self._estimate.isChecked()
        return Answer(State.ESTIMATED if estimated else State.VALUE, value, keep_from=self._kept)

    def show_error(self, words: str) -> None:
        """Beside the field, in the words of the summary; "" takes it away."""
        self._error.say(f"Error: {words}" if words else "")
        self._error.setVisible(bool(words))
        self.editor.show_error(bool(words))
        self.editor.describe(f"Error: {words}. {self.question.hint}".strip() if words else self.question.hint)

    def show_prompts(self, prompts: Sequence[ShownPrompt]) -> None:
        """What the form says to these answers."""
        texts = tuple(prompt.text for prompt in prompts)
        if texts == self._shown:
            return
        self._shown = texts
        self._prompts.clear()
        for prompt in prompts:
            token, name = _PROMPTS[prompt.level]
            panel = Panel(token, name)
            panel.add(Words(prompt.text.strip(), theme.LEAD if prompt.level == "stop" else theme.BODY, bold=True))
            panel.add(Words(f"Source: {prompt.source}", theme.SMALL, token="quiet"))
            self._prompts.add(panel)
        self._prompts.setVisible(bool(prompts))

    def focus(self) -> None:
        self.editor.focus()

    def _tell(self) -> None:
        self._changed(self.answer)
