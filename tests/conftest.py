"""Settings every test shares."""

import os
from collections.abc import Iterator

import pytest

from referral_client.base import log

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def _no_log_is_left_open() -> Iterator[None]:
    """A command run inside a test turns the log on; left open, it would swallow what the next test looks for."""
    yield
    log.stop()
