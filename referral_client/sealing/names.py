"""Which names a file in a package may have: one rule for the writer, the manifest and the reader.

Safe as a relative path on every system, and short enough for a plain ustar header. Imports the standard library.
"""

from __future__ import annotations

import re

# 100 bytes of a ustar name, less a UUID and a slash.
NAME_LIMIT = 63
DEPTH_LIMIT = 4

MANIFEST = "manifest.json"
MANIFEST_DSSE = "manifest.dsse.json"
MANIFEST_SIG = "manifest.json.sig"
PADDING = "padding"
BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
PAYLOAD_MANIFEST = "manifest-sha256.txt"
ANSWERS = "data/answers.json"
READABLE = "data/referral.pdf"
CUSTODY = "data/custody.jsonl"
ATTACHMENTS = "data/attachments/"

BAG_FILES = (BAGIT, BAG_INFO, PAYLOAD_MANIFEST)
UNLISTED = (MANIFEST, MANIFEST_DSSE, MANIFEST_SIG, PADDING)

_SEGMENT = re.compile(r"^[a-z0-9][a-z0-9._-]*$")
_ATTACHMENT = re.compile(r"^[0-9]{4}\.[a-z0-9]{1,5}$")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin", "conout", "clock"]
    + [f"{device}{number}" for device in ("com", "lpt") for number in range(10)]
)


def is_safe_name(untrusted_text: str) -> bool:
    """Lower-case a-z, 0-9, `.`, `_` and `-` in at most four segments; no `..`, no device name, no dot at an end."""
    segments = untrusted_text.split("/")
    return (
        len(untrusted_text) <= NAME_LIMIT
        and len(segments) <= DEPTH_LIMIT
        and all(_is_safe_segment(segment) for segment in segments)
    )


def is_part_name(untrusted_text: str) -> bool:
    """A safe name that a manifest may list: a tag file of the bag, or a file below `data/`."""
    return is_safe_name(untrusted_text) and (untrusted_text in BAG_FILES or untrusted_text.startswith("data/"))


def is_attachment_name(untrusted_text: str) -> bool:
    """Four digits and a short suffix ("0001.jpg"): never the name a person's file had."""
    return _ATTACHMENT.fullmatch(untrusted_text) is not None


def _is_safe_segment(segment: str) -> bool:
    return (
        _SEGMENT.fullmatch(segment) is not None
        and ".." not in segment
        and not segment.endswith(".")
        and segment.split(".")[0] not in _DEVICES
    )
