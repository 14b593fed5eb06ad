"""A practice council for each journey, whose intake ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_client.practice import Council
from tests.journeys.place import make_council


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    """Everything made and signed; the intake is not running."""
    made = make_council(tmp_path / "council")
    yield made
    made.kill()
