"""Names, roles and the order of the tab key: what a screen reader and a keyboard meet.

A control that is not by itself what it is for a reader (a heading, a group, a link) says so by a `reads_as`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QScrollArea, QWidget

_named: list[bool] = []


def name_the_roles() -> None:
    """Let Qt ask us for the role of our own controls. Once for a process."""
    if not _named:
        QAccessible.installFactory(_interface)
        _named.append(True)


def _interface(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    role = getattr(thing, "reads_as", None)
    if isinstance(thing, QWidget) and isinstance(role, QAccessible.Role):
        return QAccessibleWidget(thing, role)
    return None


def in_reading_order(root: QWidget) -> Iterator[QWidget]:
    """`root` and everything in it: down, then across. Whatever holds others lists them as its `in_order`.

    Qt's own lists of what a layout holds are not asked: their entries end without Python hearing of it, and what is
    made next at the same place in memory is then taken for them.
    """
    yield root
    children = [root.widget()] if isinstance(root, QScrollArea) else getattr(root, "in_order", ())
    for child in children:
        if child is not None and not _put_away(child):
            yield from in_reading_order(child)


def _put_away(widget: QWidget) -> bool:
    """Hidden by us. A widget that was added a moment ago is hidden too, until its layout comes round to it."""
    return widget.isHidden() and widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)


def order_tabs(root: QWidget) -> None:
    """Make the tab key go the way a person reads. Qt's own order is that of creation, so after every rebuild.

    Headings are in the chain though the key does not stop at them: from a heading it goes to what is below it.
    """
    for before, after in pairwise(_focusable(root)):
        QWidget.setTabOrder(before, after)


def _focusable(root: QWidget) -> list[QWidget]:
    """Of the radio buttons of one question the key stops at one alone; all of them are in the chain."""
    none = Qt.FocusPolicy.NoFocus
    return [each for each in in_reading_order(root) if each.focusPolicy() != none and each.isEnabled()]
