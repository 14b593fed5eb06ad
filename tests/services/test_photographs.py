"""The facts of a picture are read in one way, whether it is checked alone or offered to a referral."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from referral_client.base.errors import KnownError
from referral_client.policy import FACTS_LIMIT
from referral_client.practice import sample_photographs, sample_policy
from referral_client.services.attaching import stated_facts
from referral_client.services.photographs import check_photo

PICTURE = sample_photographs()[0].path


def checked(facts: Path) -> object:
    return check_photo(PICTURE, sample_policy(), facts, today=date(2026, 11, 22))


def offered(facts: Path) -> object:
    return stated_facts([facts])


@pytest.mark.parametrize("reading", [checked, offered])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "PHOTO-FACTS-NOT-JSON"),
        (b'{"source": "self", "source": "self"}', "PHOTO-FACTS-NOT-JSON"),
        (json.dumps({"source": "nobody"}).encode(), "POLICY-FACTS"),
        (b" " * (FACTS_LIMIT + 1), "PHOTO-FACTS-TOO-LARGE"),
        (None, "PHOTO-FACTS-GONE"),
    ],
)
def test_both_ways_refuse_the_same_files_with_the_same_code(
    tmp_path: Path, reading: Callable[[Path], object], content: bytes | None, code: str
) -> None:
    facts = tmp_path / "facts.json"
    if content is not None:
        facts.write_bytes(content)
    with pytest.raises(KnownError) as refusal:
        reading(facts)
    assert refusal.value.code == code
