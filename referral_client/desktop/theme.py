"""How it looks: colours, sizes, the typeface, and how much larger a person wants it.

Promises: text on paper has a contrast of 7 to 1 or more in light and dark, borders and focus 3 to 1 (computed here by
the rule of WCAG 2.2, 1.4.3, and held by a test); every length is a multiple of the person's zoom; high contrast uses
the colours of the system and none of our own. Imports PySide6 and base.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from referral_client.base.shipped import shipped

ZOOMS = (100, 125, 150, 175, 200, 250, 300, 400)
FAMILY = "Inter"
SMALL, BODY, LEAD, TITLE, STATE = 14, 16, 19, 24, 32
LINE_CHARACTERS = 68
GRID = 4


class Scheme(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "high contrast"


@dataclass(frozen=True, slots=True)
class Colours:
    """One token each, as "#rrggbb". `on_action` is the text on a filled button."""

    paper: str
    ground: str
    ink: str
    quiet: str
    line: str
    action: str
    on_action: str
    danger: str
    good: str
    wait: str
    focus: str
    focus_edge: str


LIGHT = Colours(
    paper="#FFFFFF", ground="#F4F2EE", ink="#1A1D21", quiet="#4A5058", line="#75797F", action="#0A5566",
    on_action="#FFFFFF", danger="#A4211B", good="#1A6438", wait="#7A4B00", focus="#F5B700", focus_edge="#1A1D21",
)  # fmt: skip
DARK = Colours(
    paper="#1C2126", ground="#14181C", ink="#F3F2EF", quiet="#BFC3C8", line="#8A9097", action="#7CCBDB",
    on_action="#0B1D22", danger="#FFA69E", good="#8CDBA9", wait="#F0C06A", focus="#F5B700", focus_edge="#F3F2EF",
)  # fmt: skip


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def of_palette(palette: QPalette) -> Colours:
    """The system's own colours, for high contrast: none of ours."""

    def colour(role: QPalette.ColorRole) -> str:
        return palette.color(QPalette.ColorGroup.Active, role).name()

    text, mark = colour(QPalette.ColorRole.WindowText), colour(QPalette.ColorRole.Highlight)
    paper = colour(QPalette.ColorRole.Window)
    return Colours(
        paper=paper, ground=paper, ink=text, quiet=text, line=text, action=text,
        on_action=paper, danger=text, good=text, wait=text, focus=mark, focus_edge=text,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """Everything a control needs to paint itself."""

    scheme: Scheme
    zoom: int
    colours: Colours

    def px(self, length: float) -> int:
        """A length of the design in pixels on this screen, at the person's zoom."""
        return round(length * self.zoom / 100)

    def margin(self, length: float) -> int:
        """A length at the side of a text: it grows less, so that large text keeps its room on a narrow screen."""
        return round(length * min(self.zoom, 125) / 100)

    def font(self, size: int = BODY, *, bold: bool = False, underline: bool = False) -> QFont:
        return _font(self.px(size), bold, underline)

    def colour(self, token: str) -> QColor:
        return QColor(getattr(self.colours, token))

    @property
    def column(self) -> int:
        """The widest a column of text may be."""
        return _character(self.px(BODY)) * LINE_CHARACTERS


@lru_cache(maxsize=64)
def _character(pixels: int) -> int:
    return QFontMetrics(_font(pixels, False, False)).averageCharWidth()


@lru_cache(maxsize=64)
def _font(pixels: int, bold: bool, underline: bool) -> QFont:
    font = QFont(FAMILY)
    font.setPixelSize(pixels)
    font.setBold(bold)
    font.setUnderline(underline)
    return font


_in_force: list[Look] = [Look(Scheme.LIGHT, 100, LIGHT)]


def look() -> Look:
    """The look in force. Controls are made anew when it changes."""
    return _in_force[0]


def wear(scheme: Scheme, zoom: int) -> Look:
    """Put a look in force for the whole application."""
    colours = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK}.get(scheme) or of_palette(_system_palette())
    _in_force[0] = Look(scheme, min(max(zoom, ZOOMS[0]), ZOOMS[-1]), colours)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    # The palette reaches scroll bars and text selections on every platform; setColorScheme only on some.
    application.setPalette(_palette(colours) if scheme is not Scheme.CONTRAST else _system_palette())
    application.setFont(_in_force[0].font())
    return _in_force[0]


def load_typeface() -> None:
    """Inter, as it came with the program. Other scripts come from the system."""
    for name in ("Inter-Regular.ttf", "Inter-Bold.ttf"):
        if QFontDatabase.addApplicationFont(str(shipped("resources") / "fonts" / name)) < 0:
            raise RuntimeError(f"{name} did not load")


def scheme_of_system() -> Scheme:
    """What the person has asked their system for."""
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return Scheme.CONTRAST
    return Scheme.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else Scheme.LIGHT


@lru_cache(maxsize=1)
def _system_palette() -> QPalette:
    style = QApplication.style()
    return style.standardPalette()


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for token, roles in (
        (colours.ground, (role.Window, role.Button, role.AlternateBase)),
        (colours.paper, (role.Base, role.ToolTipBase, role.HighlightedText)),
        (colours.ink, (role.WindowText, role.Text, role.ButtonText, role.ToolTipText)),
        (colours.action, (role.Highlight, role.Link, role.LinkVisited, role.Accent)),
        (colours.quiet, (role.PlaceholderText,)),
        (colours.line, (role.Mid, role.Dark, role.Midlight, role.Light)),
    ):
        for each in roles:
            palette.setColor(each, QColor(token))
    return palette
