"""The zoom and colours of the window are kept, and a file that cannot be read is no trouble."""

from pathlib import Path

from referral_client.base.home import Home
from referral_client.services.preferences import Preferences, keep_preferences, preferences_of


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    assert preferences_of(home) == Preferences()
    keep_preferences(home, Preferences(200, "dark"))
    assert preferences_of(home) == Preferences(200, "dark")


def test_a_file_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    for untrusted in (b"", b"[]", b"{}", b'{"zoom": "much", "scheme": 1}', b"\xff"):
        (home.root / "window.json").write_bytes(untrusted)
        assert preferences_of(home) == Preferences()
