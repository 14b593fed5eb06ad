"""The sample referral and its photographs, as files that came with the program.

The family is the one the program was made for: two children of different fathers, a partner in the home, a father
believed gone who stays some nights. No real person; telephone numbers from the ranges kept for drama; the
photographs show leaves, flowers and cups, and stand for what `stands_for` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from referral_client.base.canonical import Json, strict_json
from referral_client.base.shipped import shipped

_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class SamplePhotograph:
    """One picture, what it stands for in the story, and what the sample staff attest about it."""

    path: Path
    stands_for: str
    facts: Json


def sample_answers() -> Path:
    """The answers of the sample referral, for the form `shropshire`."""
    return shipped("resources") / "practice" / "referral.json"


def sample_photographs() -> tuple[SamplePhotograph, ...]:
    """The pictures that are offered with it, in order."""
    listed = _photographs_file()["photographs"]
    folder = shipped("resources") / "sample-photographs"
    return tuple(SamplePhotograph(folder / each["file"], each["stands_for"], each["facts"]) for each in listed)


def sample_policy() -> Path:
    """The photo policy of the sample organisation."""
    return shipped("policies") / f"{_photographs_file()['policy']}.toml"


def _photographs_file() -> Json:
    path = shipped("resources") / "practice" / "photographs.json"
    return strict_json(path.read_bytes(), limit=_LIMIT)
