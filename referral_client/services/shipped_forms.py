"""The forms that this program has, read once a process. Imports questionnaire."""

from __future__ import annotations

from functools import cache

from referral_client.base.files import read_file
from referral_client.base.shipped import shipped
from referral_client.questionnaire import Library, load_library

_FORM_LIMIT = 1024 * 1024


@cache
def shipped_forms() -> Library:
    """Every form below the shipped folder. FormFaults when one of them does not load."""
    return load_library(
        {
            path.name: read_file(path, limit=_FORM_LIMIT, what="a form", code="FORM")
            for path in sorted(shipped("forms").glob("*.yaml"))
        }
    )
