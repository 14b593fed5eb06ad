"""How a person of this computer likes the window: its zoom and colours. Nothing about a referral. Imports base."""

from __future__ import annotations

from dataclasses import dataclass

from referral_client.base.canonical import NotStrictJson, canonical_bytes, strict_json
from referral_client.base.errors import KnownError
from referral_client.base.files import read_file, write_file
from referral_client.base.home import Home

_LIMIT = 10_000
_FILE = "window.json"


@dataclass(frozen=True, slots=True)
class Preferences:
    """`scheme`: "light", "dark", "high contrast", or "" for what the system says."""

    zoom: int = 100
    scheme: str = ""


def preferences_of(home: Home) -> Preferences:
    """What was kept; the usual when nothing was, or when it cannot be read."""
    path = home.root / _FILE
    if not path.exists():
        return Preferences()
    try:
        kept = strict_json(read_file(path, limit=_LIMIT, what="the window’s settings", code="WINDOW"), limit=_LIMIT)
        return Preferences(int(kept["zoom"]), str(kept["scheme"]))
    except (KnownError, NotStrictJson, KeyError, TypeError, ValueError):
        return Preferences()


def keep_preferences(home: Home, preferences: Preferences) -> None:
    """For the next time."""
    write_file(home.root / _FILE, canonical_bytes({"zoom": preferences.zoom, "scheme": preferences.scheme}))
