"""Every page of the window, over every page of the sample form: names, roles, order, nothing cut off or sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QRadioButton, QWidget

from referral_client.desktop import theme
from referral_client.desktop.controls.access import in_reading_order
from referral_client.desktop.window import Window
from tests.desktop.gallery import every_page, window_of

Role = QAccessible.Role
ALLOWED = {
    Role.StaticText, Role.Heading, Role.Button, Role.Link, Role.RadioButton, Role.CheckBox, Role.EditableText,
    Role.Grouping, Role.AlertMessage, Role.Client, Role.Window, Role.ScrollBar, Role.Pane,
}  # fmt: skip
PAGES = dict(every_page())


@pytest.fixture
def window(qapp: QApplication) -> Iterator[Window]:
    made = window_of(qapp)
    yield made
    made.hide()


def show(qapp: QApplication, window: Window, name: str, *, width: int = 1280, zoom: int = 100) -> None:
    theme.wear(theme.Scheme.LIGHT, zoom)
    window.resize(width, 900)
    window.open_page(PAGES[name])
    window.show()
    for _ in range(3):
        qapp.processEvents()


def tab_stops(root: QWidget) -> list[QWidget]:
    """Everything that keys alone can reach."""
    return [
        widget
        for widget in in_reading_order(root)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, QRadioButton)
    ]


def walk(node: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield node
    for index in range(node.childCount()):
        child = node.child(index)
        if child is not None and not child.state().invisible:
            yield from walk(child)


@pytest.mark.parametrize("name", PAGES)
def test_everything_has_a_role_and_whatever_can_be_reached_has_a_name(
    qapp: QApplication, window: Window, name: str
) -> None:
    QAccessible.setActive(True)
    show(qapp, window, name)
    root = QAccessible.queryAccessibleInterface(window)
    assert root is not None
    headings = 0
    for node in walk(root):
        role, words = node.role(), node.text(QAccessible.Text.Name)
        assert role in ALLOWED, (role, words)
        headings += role == Role.Heading
        if role == Role.Client:
            assert not words
        if node.state().focusable and node.object() is not window.view:
            assert words, role
        if role in (Role.Grouping, Role.Heading, Role.Button, Role.Link, Role.RadioButton, Role.CheckBox):
            assert words, role
    assert headings >= 1


@pytest.mark.parametrize("name", PAGES)
def test_no_two_controls_of_a_page_have_the_same_name(qapp: QApplication, window: Window, name: str) -> None:
    """“Change” fifty times over says nothing; answers of one question stand in their own group."""
    show(qapp, window, name)
    names = [
        f"{widget.accessibleName()}"
        for widget in tab_stops(window)
        if widget.metaObject().className() not in ("Radio", "Check")
    ]
    assert len(names) == len(set(names)), sorted(each for each in names if names.count(each) > 1)


@pytest.mark.parametrize("name", PAGES)
def test_the_tab_key_goes_as_the_eye_does(qapp: QApplication, window: Window, name: str) -> None:
    show(qapp, window, name)
    root = window.view.widget()
    chain, widget = [], window.nextInFocusChain()
    while widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.focusProxy() is None:
            chain.append(widget)
        widget = widget.nextInFocusChain()
    inside = [each for each in chain if root.isAncestorOf(each)]
    assert inside or name == "wait"

    def place(each: QWidget) -> tuple[int, int]:
        at = each.mapTo(root, QPoint(0, 0))
        return at.y() + each.height() // 2, at.x()

    ordered = sorted(inside, key=place)
    start = chain.index(ordered[0]) if ordered else 0
    turned = [each for each in chain[start:] + chain[:start] if each in inside]
    assert [each.accessibleName() for each in turned] == [each.accessibleName() for each in ordered]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_and_nothing_scrolls_sideways(qapp: QApplication, window: Window, name: str) -> None:
    for zoom in (100, 200, 400):
        for width in (360, 1280):
            show(qapp, window, name, width=width, zoom=zoom)
            assert window.width() == width
            assert window.view.horizontalScrollBar().maximum() == 0, (zoom, width)
            holder = window.view.widget()
            for widget in holder.findChildren(QWidget):
                if widget.isVisible() and widget.hasHeightForWidth() and widget.layout() is None:
                    words = (widget.accessibleName(), zoom, width)
                    assert widget.heightForWidth(widget.width()) <= widget.height(), words
                    assert widget.mapTo(holder, QPoint(widget.width(), 0)).x() <= holder.width(), words
