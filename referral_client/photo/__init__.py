"""Photographs: what a file is, its facts, its clean copy, a second look, and proof that it opens.

Promises: pixels are copied, never re-made; nothing but colour and which way is up is kept beside them; nothing is
decoded in this process (a confined child does that), and no picture, however made, stops the program.
Imports base. Pillow is imported by `child.py` alone, which runs as a process of its own. Public face: names below.
"""

from referral_client.photo.filing import read_photo, strip_file, write_clean
from referral_client.photo.looking_again import rescan
from referral_client.photo.opening import prove_opens
from referral_client.photo.refusals import PhotoRefused
from referral_client.photo.sniffing import sniff
from referral_client.photo.stripping import facts_of, strip
from referral_client.photo.values import (
    MAX_FILE_BYTES,
    MAX_PIXELS,
    CleanPhoto,
    Found,
    Kind,
    Metadata,
    PhotoFacts,
    Preview,
    Removed,
    Rescanned,
)

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "CleanPhoto",
    "Found",
    "Kind",
    "Metadata",
    "PhotoFacts",
    "PhotoRefused",
    "Preview",
    "Removed",
    "Rescanned",
    "facts_of",
    "prove_opens",
    "read_photo",
    "rescan",
    "sniff",
    "strip",
    "strip_file",
    "write_clean",
]
