"""The three BagIt 1.0 (RFC 8493) tag files that make a package a bag. Pure functions over the parts.

There is no tag manifest: the signed manifest covers the tag files. Imports its neighbours in this room.
"""

from __future__ import annotations

from collections.abc import Iterable

from referral_client.sealing.manifest import Manifest, Part

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_PAYLOAD = "data/"


def payload_manifest(parts: Iterable[Part]) -> bytes:
    """`manifest-sha256.txt`, as `sha256sum -c` reads it, in the order of the parts."""
    return "".join(f"{part.sha256}  {part.name}\n" for part in parts if part.name.startswith(_PAYLOAD)).encode()


def bag_info(manifest: Manifest, parts: Iterable[Part]) -> bytes:
    """`bag-info.txt`: ids, the day and the size; nothing a person wrote."""
    payload = [part for part in parts if part.name.startswith(_PAYLOAD)]
    return (
        f"Bagging-Date: {manifest.created_at[:10]}\n"
        f"External-Identifier: {manifest.submission_id}\n"
        f"Payload-Oxum: {sum(part.size for part in payload)}.{len(payload)}\n"
        f"Source-Organization: {manifest.sender.org_id}\n"
    ).encode()
