"""Every page of the window over the sample referral as a picture, with an index: make screenshots.

screens.py [--only WORD]     pictures into build/screens; with a word, only the pages whose name holds it
"""

from __future__ import annotations

import html
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from PySide6.QtGui import QPixmap  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from referral_client.desktop import theme  # noqa: E402
from referral_client.desktop.start import application_of  # noqa: E402
from referral_client.desktop.window import Window  # noqa: E402
from tests.desktop.gallery import every_page, window_of  # noqa: E402

OUT = ROOT / "build" / "screens"
LOOKS = [(scheme, zoom) for scheme in theme.Scheme for zoom in (100, 400)]
WIDTH, LEAST, MOST = 1000, 600, 6000


def main(arguments: list[str]) -> int:
    """Take the pictures."""
    only = arguments[1] if arguments[:1] == ["--only"] else ""
    app = application_of([])
    if not only:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    names = [name for name, _ in every_page() if only in name]
    for scheme, zoom in LOOKS:
        theme.wear(scheme, zoom)
        for name, make in every_page():
            if only in name:
                window = window_of(app, practice=name == "real-child")
                window.open_page(make, neutral=name == "hidden")
                picture_of(app, window).save(str(OUT / file_of(name, scheme, zoom)))
                window.close()
                window.deleteLater()
                app.processEvents()
    index(names)
    sys.stdout.write(f"{len(names) * len(LOOKS)} pictures: {OUT / 'index.html'}\n")
    return 0


def picture_of(app: QApplication, window: Window) -> QPixmap:
    """The window, as high as its page within reason."""
    window.resize(WIDTH, LEAST)
    window.show()
    for _ in range(3):
        app.processEvents()
        high = window.view.widget().sizeHint().height() if window.view.widget() else LEAST
        inner = window.view.widget().heightForWidth(window.view.viewport().width())
        around = window.height() - window.view.viewport().height()
        window.resize(WIDTH, min(max(LEAST, max(inner, high if inner < 0 else 0) + around), MOST))
    app.processEvents()
    return window.grab()


def file_of(name: str, scheme: theme.Scheme, zoom: int) -> str:
    """The file of one picture."""
    return f"{name}-{scheme.value.replace(' ', '-')}-{zoom}.png"


def index(names: list[str]) -> None:
    """One page with all of them."""
    rows = "".join(
        f"<h2 id='{html.escape(name)}'>{html.escape(name)}</h2><p>"
        + "".join(
            f"<a href='{file_of(name, scheme, zoom)}'><img loading='lazy' width='300' alt='{html.escape(name)}, "
            f"{scheme.value}, {zoom} %' src='{file_of(name, scheme, zoom)}'></a> "
            for scheme, zoom in LOOKS
        )
        + "</p>"
        for name in names
    )
    (OUT / "index.html").write_text(
        "<!doctype html><html lang='en-GB'><meta charset='utf-8'><title>Screens</title>"
        f"<style>img{{border:1px solid #999;vertical-align:top}}</style><h1>Screens</h1>{rows}</html>\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
