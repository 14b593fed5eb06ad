"""Photographs without a referral: what a file holds, its clean copy, and what a policy says about it.

Keeping a photograph with a referral is `attaching`. Nothing here writes but the one clean file that was asked for.
Imports base, photo and policy.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from referral_client.base.canonical import Json, NotStrictJson, strict_json
from referral_client.base.errors import WrongUse
from referral_client.base.files import read_file
from referral_client.photo import CleanPhoto, PhotoFacts, facts_of, read_photo, strip_file
from referral_client.policy import (
    FACTS_LIMIT,
    FoundFacts,
    Verdict,
    attested_from_json,
    before_a_byte_is_read,
    may_attach,
)
from referral_client.services.policies import read_policy

# What each kind is called on screen; a photograph's own values are never shown.
METADATA_WORDS = {
    "camera-details": "camera details, with dates and settings",
    "position": "where it was taken",
    "serial-number": "a serial number",
    "name-of-a-person": "a name (owner, author or copyright)",
    "maker-note": "the camera maker's own notes",
    "small-copy": "a small copy of the picture",
    "xmp": "XMP (notes of a photo program)",
    "iptc": "IPTC or Photoshop notes",
    "comment": "a comment",
    "text": "text",
    "time": "a time",
    "colour-profile": "a colour profile",
    "more-pictures": "a list of more pictures inside",
    "content-credentials": "content credentials",
    "private-data": "a program's private data",
    "print-size": "a print size",
    "padding": "padding",
    "data-after-the-picture": "data after the picture's end",
}


def inspect_photo(source: Path) -> PhotoFacts:
    """What the file is and which kinds of hidden information it holds, counted and never quoted."""
    return facts_of(read_photo(source))


def strip_photo(source: Path, target: Path) -> CleanPhoto:
    """Exactly one clean file at the target; Refused and nothing there otherwise. Needs no policy."""
    return strip_file(source, target)


def read_facts(path: Path, called: str) -> Json:
    """The stated facts of one picture (F.json), checked; WrongUse names every fault.

    `called` stands for the file's name, which may be a child's.
    """
    untrusted = read_file(path, limit=FACTS_LIMIT, what="the facts file", code="PHOTO-FACTS")
    try:
        stated = strict_json(untrusted, limit=FACTS_LIMIT)
    except NotStrictJson as fault:
        raise WrongUse(
            "PHOTO-FACTS-NOT-JSON",
            "The facts about the picture are not JSON of the strict kind.",
            meaning="The picture was not looked at. The referral goes on without it.",
            next_step="Correct the file and try again.",
            reasons=(f"{called}: {fault}",),
        ) from None
    attested_from_json(stated, file_name=called)
    return stated


def check_photo(source: Path, policy_file: Path, facts_file: Path, *, today: date) -> Verdict:
    """What a policy says about one photograph. The file stays closed when the stated facts already settle it."""
    attested = attested_from_json(read_facts(facts_file, "facts"))
    stopped = before_a_byte_is_read(attested)
    if stopped is not None:
        return stopped
    policy = read_policy(policy_file)
    facts = inspect_photo(source)
    found = FoundFacts(facts.media_type, facts.size, facts.captured_at, facts.looks_forwarded)
    return may_attach(policy, attested, found, today=today)
