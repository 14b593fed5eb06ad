"""Is there a screen, and can Qt use it? Asked before Qt is loaded, because Qt ends the process when it cannot.

Imports base only.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
from collections.abc import Mapping

from referral_client.base.errors import MachineLacks

APT_LINE = (
    "apt-get install -y --no-install-recommends libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 "
    "libx11-6 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0"
)
_X_LIBRARIES = (
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
    "libxcb-shape.so.0",
    "libxcb-xkb.so.1",
    "libxkbcommon-x11.so.0",
)


def need_a_screen(environment: Mapping[str, str] = os.environ) -> None:
    """MachineLacks, in words, when the window cannot open here."""
    if not sys.platform.startswith("linux"):
        return
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        raise _no_screen("There is no screen here, so the window cannot open.")
    if (environment.get("QT_QPA_PLATFORM") or "xcb").startswith("xcb") and not environment.get("WAYLAND_DISPLAY"):
        _need_x(environment["DISPLAY"])


def need_qt() -> None:
    """MachineLacks with the one line to type, when Qt's libraries are not on this computer."""
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as fault:
        raise _no_libraries() from fault


def _need_x(display: str) -> None:
    for library in _X_LIBRARIES:
        try:
            ctypes.CDLL(library)
        except OSError as fault:
            raise _no_libraries() from fault
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as fault:
        raise _no_libraries() from fault
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if refused:
        raise _no_screen("The screen that this computer names does not answer, so the window cannot open.")


def _no_screen(what: str) -> MachineLacks:
    return MachineLacks(
        "SCREEN-NONE",
        what,
        next_step="Use the commands (referral-client --help), or try the main job without a screen: "
        "referral-client demo --out demo",
    )


def _no_libraries() -> MachineLacks:
    return MachineLacks(
        "SCREEN-LIBRARIES",
        "This computer lacks libraries that the window needs.",
        meaning="The commands work without them.",
        next_step=f"On Debian or Ubuntu: {APT_LINE}",
    )
