"""How large a package may be. The side that opens takes all that the side that builds makes, and more."""

from __future__ import annotations

from dataclasses import dataclass

from referral_client.sealing import names

_MIB = 2**20
# What is built is not larger than the least that a front door takes in: nothing is sealed that would be sent back.
BUILT_PACKAGE = 512 * _MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, and a count of files. A reader may set lower ones; a package within these is always to be taken."""

    package: int = 1024 * _MIB
    files: int = 500
    attachment: int = 256 * _MIB
    readable: int = 256 * _MIB
    other: int = 32 * _MIB

    def part(self, name: str) -> int:
        """The most bytes that the part of this name may have."""
        if name.startswith(names.ATTACHMENTS):
            return self.attachment
        return self.readable if name == names.READABLE else self.other
