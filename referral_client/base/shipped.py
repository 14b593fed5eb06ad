"""Where the forms, policies and resources that came with the program are.

In a checkout they stand beside the package; in an installed wheel they travel inside it (`shipped/`).
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """The folder `forms`, `policies` or `resources`."""
    inside = _PACKAGE / "shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
