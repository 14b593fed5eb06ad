"""The look keeps its contrast in numbers, and grows as a whole."""

import pytest
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from referral_client.desktop import theme
from referral_client.desktop.theme import DARK, LIGHT, Colours, Scheme, contrast

TEXTS = ("ink", "quiet", "action", "danger", "good", "wait")


def test_the_rule_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("token", TEXTS)
def test_text_on_paper_has_seven_to_one(colours: Colours, token: str) -> None:
    assert contrast(getattr(colours, token), colours.paper) >= 7


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_the_ground_and_on_buttons_has_four_and_a_half_to_one(colours: Colours) -> None:
    assert all(contrast(getattr(colours, token), colours.ground) >= 4.5 for token in TEXTS)
    assert contrast(colours.on_action, colours.action) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_borders_and_focus_have_three_to_one(colours: Colours) -> None:
    for behind in (colours.paper, colours.ground):
        assert contrast(colours.line, behind) >= 3
        assert contrast(colours.focus_edge, behind) >= 3
    assert contrast(colours.focus, colours.focus_edge) >= 3 or colours is DARK
    # In the dark the amber itself stands out from what is behind it.
    assert contrast(colours.focus, DARK.paper) >= 3


@pytest.mark.parametrize("zoom", theme.ZOOMS)
def test_every_length_grows_with_the_zoom(zoom: int) -> None:
    look = theme.wear(Scheme.LIGHT, zoom)
    assert look.px(100) == zoom
    assert look.font(theme.BODY).pixelSize() == round(16 * zoom / 100)


def test_the_typeface_is_the_one_that_came_with_the_program() -> None:
    assert QFontInfo(theme.look().font()).family() == "Inter"
    assert QFontInfo(theme.look().font(bold=True)).bold()


def test_high_contrast_has_no_colour_of_ours(qapp: QApplication) -> None:
    look = theme.wear(Scheme.CONTRAST, 100)
    system = {
        qapp.palette().color(QPalette.ColorGroup.Active, role).name().upper()
        for role in (QPalette.ColorRole.Window, QPalette.ColorRole.WindowText, QPalette.ColorRole.Highlight)
    }
    used = {QColor(getattr(look.colours, token)).name().upper() for token in Colours.__dataclass_fields__}
    assert used <= system


def test_dark_reaches_what_qt_paints_itself(qapp: QApplication) -> None:
    theme.wear(Scheme.DARK, 100)
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.ground
