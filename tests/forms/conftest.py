"""The shipped forms, read once."""

from __future__ import annotations

import pytest

from referral_client.base.shipped import shipped
from referral_client.questionnaire import Form, Library, load_library


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library({path.name: path.read_bytes() for path in sorted(shipped("forms").glob("*.yaml"))})


@pytest.fixture(scope="session")
def marf(library: Library) -> Form:
    return library.form("marf")


@pytest.fixture(scope="session")
def shropshire(library: Library) -> Form:
    return library.form("shropshire")
