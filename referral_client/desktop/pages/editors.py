"""One editor for each kind of question: a stored value goes in, a stored value comes out, None while it is blank."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget

from referral_client.desktop import theme
from referral_client.desktop.controls.choices import Check, Choices
from referral_client.desktop.controls.dates import DateFields
from referral_client.desktop.controls.fields import WHOLE_LINE, Frame, TextArea, TextField
from referral_client.desktop.controls.layout import Column
from referral_client.desktop.controls.words import Words
from referral_client.questionnaire import Kind, Question

Value = str | int | bool | tuple[str, ...] | Mapping[str, "str | bool"]
Changed = Callable[[], None]
Options = Sequence[tuple[str, str, str]]

_WIDTHS = {
    Kind.NHS_NUMBER: 14, Kind.UPN: 16, Kind.PHONE: 30, Kind.POSTCODE: 10, Kind.WHOLE_NUMBER: 6, Kind.NAME: 40,
    Kind.EMAIL: 40, Kind.TEXT: WHOLE_LINE,
}  # fmt: skip
_ADDRESS = (
    ("line_1", "Address line 1", WHOLE_LINE),
    ("line_2", "Address line 2 (optional)", WHOLE_LINE),
    ("town", "Town or city", 30),
    ("county", "County (optional)", 30),
    ("postcode", "Postcode", 10),
)


class Editor(Protocol):
    """What a question page asks of an editor."""

    @property
    def widget(self) -> QWidget: ...

    @property
    def value(self) -> Value | None: ...

    def describe(self, words: str) -> None:
        """An error, then the hint, for a screen reader."""

    def show_error(self, error: bool) -> None: ...

    def focus(self) -> None: ...


def editor_for(question: Question, options: Options, value: Value | None, changed: Changed) -> Editor:
    """The editor of a kind."""
    kind = question.kind
    if kind in (Kind.CHOOSE_ONE, Kind.CHOOSE_MANY, Kind.ITEM_REF, Kind.ITEM_REFS):
        return _Choice(options, value, many=kind in (Kind.CHOOSE_MANY, Kind.ITEM_REFS), changed=changed)
    if kind in (Kind.DATE, Kind.DATETIME):
        return _Date(question.label, value, with_time=kind is Kind.DATETIME, changed=changed)
    if kind in (Kind.LONG_TEXT, Kind.VERBATIM):
        return _Area(question.label, value, changed)
    if kind is Kind.ADDRESS:
        return _Address(question.label, value, changed)
    return _Line(question, value, changed)


class _Line:
    def __init__(self, question: Question, value: Value | None, changed: Changed) -> None:
        self._number = question.kind is Kind.WHOLE_NUMBER
        self._field = TextField("" if value is None else str(value), changed=changed)
        self._field.setAccessibleName(question.label)
        self._frame = Frame(self._field, _WIDTHS[question.kind])

    @property
    def widget(self) -> QWidget:
        return self._frame

    @property
    def value(self) -> Value | None:
        text = self._field.text()
        if self._number and text.strip().isdecimal() and text.isascii():
            return int(text)
        return text if text.strip() else None

    def describe(self, words: str) -> None:
        self._field.setAccessibleDescription(words)

    def show_error(self, error: bool) -> None:
        self._frame.show_error(error)

    def focus(self) -> None:
        self._field.setFocus()


class _Area:
    def __init__(self, label: str, value: Value | None, changed: Changed) -> None:
        self._field = TextArea(str(value or ""), changed=changed)
        self._field.setAccessibleName(label)
        self._frame = Frame(self._field)

    @property
    def widget(self) -> QWidget:
        return self._frame

    @property
    def value(self) -> Value | None:
        return self._field.text if self._field.text.strip() else None

    def describe(self, words: str) -> None:
        self._field.setAccessibleDescription(words)

    def show_error(self, error: bool) -> None:
        self._frame.show_error(error)

    def focus(self) -> None:
        self._field.setFocus()


class _Date:
    def __init__(self, label: str, value: Value | None, *, with_time: bool, changed: Changed) -> None:
        self._fields = DateFields(label, str(value or ""), with_time=with_time, changed=changed)

    @property
    def widget(self) -> QWidget:
        return self._fields

    @property
    def value(self) -> Value | None:
        return self._fields.stored or None

    def describe(self, words: str) -> None:
        self._fields.describe(words)

    def show_error(self, error: bool) -> None:
        self._fields.show_error(error)

    def focus(self) -> None:
        self._fields.setFocus()


class _Choice:
    def __init__(self, options: Options, value: Value | None, *, many: bool, changed: Changed) -> None:
        chosen = value if isinstance(value, tuple) else (str(value),) if value else ()
        self._many = many
        self._choices = Choices(options, many=many, chosen=chosen, changed=changed)

    @property
    def widget(self) -> QWidget:
        return self._choices

    @property
    def value(self) -> Value | None:
        return (self._choices.codes or None) if self._many else (self._choices.code or None)

    def describe(self, words: str) -> None:
        self._choices.describe(words)

    def show_error(self, error: bool) -> None:
        """The words beside the question say it; circles have no border to redden."""

    def focus(self) -> None:
        self._choices.setFocus()


class _Address:
    def __init__(self, label: str, value: Value | None, changed: Changed) -> None:
        stored = value if isinstance(value, Mapping) else {}
        self._column = Column(gap=6)
        self._fields: dict[str, TextField] = {}
        self._frames: list[Frame] = []
        for part, words, characters in _ADDRESS:
            field = TextField(str(stored.get(part, "")), changed=changed)
            field.setAccessibleName(f"{words}: {label}")
            frame = Frame(field, characters)
            self._column.add(Words(words, theme.SMALL), frame)
            self._fields[part] = field
            self._frames.append(frame)
        self._none = Check("No fixed address")
        self._none.setChecked(stored.get("no_fixed_address") is True)
        self._none.setAccessibleName(f"No fixed address: {label}")
        self._none.toggled.connect(lambda _on: changed())
        self._column.add(self._none)
        self._kept = {key: part for key, part in stored.items() if key in ("country", "words")}

    @property
    def widget(self) -> QWidget:
        return self._column

    @property
    def value(self) -> Value | None:
        parts: dict[str, str | bool] = {
            key: field.text() for key, field in self._fields.items() if field.text().strip()
        }
        parts.update(self._kept)
        if self._none.isChecked():
            parts["no_fixed_address"] = True
        return parts or None

    def describe(self, words: str) -> None:
        self._fields["line_1"].setAccessibleDescription(words)

    def show_error(self, error: bool) -> None:
        for frame in self._frames:
            frame.show_error(error)

    def focus(self) -> None:
        self._fields["line_1"].setFocus()
