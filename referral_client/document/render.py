"""Prints a readable copy: one template, the data beside it as JSON, both only in memory.

Nothing that a person typed is ever joined into markup: the template reads one JSON text and prints its strings.
Photographs travel as SVG wrappers around their own bytes, which typst embeds unchanged.
Imports base, copy, picture and text of this room, and typst.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import typst

from referral_client.base.shipped import shipped
from referral_client.document.copy import PhotoLine, ReadableCopy
from referral_client.document.picture import as_svg
from referral_client.document.text import Covers, plain_only, printable

_MAIN = "main.typ"
# How typst begins when a text cannot be in PDF/UA, such as a glyph that the tables promised and no font gave.
_NOT_IN_UA = "PDF/UA-1 error"


def render(copy: ReadableCopy) -> bytes:
    """The PDF (1.7, PDF/UA-1, tagged). The same copy gives the same bytes."""
    pages = _typeset(copy, lambda compiler: compiler.compile(format="pdf", pdf_standards=["ua-1"]))
    if not isinstance(pages, bytes):
        raise TypeError("a PDF is one piece")
    return pages


def pages_as_png(copy: ReadableCopy, ppi: float = 96) -> list[bytes]:
    """Each page as a PNG picture, from the same typesetting as the PDF."""
    pages = _typeset(copy, lambda compiler: compiler.compile(format="png", ppi=ppi))
    return [pages] if isinstance(pages, bytes) else list(pages or ())


Compiled = bytes | list[bytes] | None


def _typeset(copy: ReadableCopy, compile_with: Callable[[typst.Compiler], Compiled]) -> Compiled:
    """As the fonts allow; should the typesetter refuse a text all the same, once more with Latin letters only."""
    try:
        return compile_with(_compiler(copy, None))
    except typst.TypstError as error:
        if not error.message.startswith(_NOT_IN_UA):
            raise
    return compile_with(_compiler(copy, plain_only))


def _compiler(copy: ReadableCopy, covers: Covers | None) -> typst.Compiler:
    template = (shipped("resources") / "document" / "referral.typ").read_bytes()
    pictures = dict(_pictures(copy.photographs))
    # Several files in memory are given as a dictionary, which the published types leave out.
    files: Any = {_MAIN: template, **pictures}
    return typst.Compiler(
        files,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"copy": json.dumps(_as_data(copy, covers), ensure_ascii=False)},
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Only the fonts that came with the program, so that every machine prints the same."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(shipped("resources") / "fonts")],
    )


def _pictures(photographs: Iterable[PhotoLine]) -> Iterable[tuple[str, bytes]]:
    for photograph in photographs:
        if photograph.image is not None:
            yield _picture_name(photograph), as_svg(photograph.image)


def _picture_name(photograph: PhotoLine) -> str:
    return f"photograph-{photograph.number}.svg"


def _as_data(copy: ReadableCopy, covers: Covers | None) -> dict[str, Any]:
    data = {field.name: _plain(getattr(copy, field.name), covers) for field in fields(copy)}
    data["short_reference"] = printable(copy.short_reference, covers)
    return data


def _plain(value: Any, covers: Covers | None) -> Any:
    """A value of the copy as JSON: every text made printable, every time in UTC, every image by its file name."""
    if isinstance(value, str):
        return printable(str(value), covers)
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    if isinstance(value, tuple):
        return [_plain(part, covers) for part in value]
    if is_dataclass(value):
        data = {f.name: _plain(getattr(value, f.name), covers) for f in fields(value) if f.name != "image"}
        if isinstance(value, PhotoLine):
            data["picture"] = _picture_name(value) if value.image is not None else ""
        return data
    raise TypeError(f"not part of a readable copy: {type(value).__name__}")
