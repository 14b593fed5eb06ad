"""Which photographs can go in a package: nothing about one photograph ever holds the referral.

Each is opened once, for its small print. One that cannot be read or opened stays behind with its reason, and so does
the largest as long as the package is too large. Imports photo, sealing, vault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from referral_client.base.errors import KnownError
from referral_client.base.ids import PhotoId
from referral_client.photo import prove_opens
from referral_client.sealing.package import BuiltPackage, TooLarge
from referral_client.services.attaching import Judged
from referral_client.vault import Vault


@dataclass(frozen=True, slots=True)
class Load:
    """The photographs that go, with a small print of each, and those that stay behind."""

    going: tuple[Judged, ...]
    held: tuple[Judged, ...]
    prints: dict[PhotoId, bytes] = field(default_factory=dict, repr=False)

    def without(self, each: Judged, because: KnownError) -> Load:
        """This one stays behind."""
        staying = replace(each, because=because)
        return replace(
            self, going=tuple(other for other in self.going if other is not each), held=(*self.held, staying)
        )


class _Spoilt(Exception):
    """A photograph that was there a moment ago cannot be read any more."""

    def __init__(self, each: Judged, trouble: KnownError) -> None:
        super().__init__(trouble.code)
        self.each = each
        self.trouble = trouble


def opened(vault: Vault, pictures: tuple[Judged, ...]) -> Load:
    """What the policy lets go and what opens; all else is held."""
    load = Load(
        going=tuple(each for each in pictures if each.says.goes),
        held=tuple(each for each in pictures if not each.says.goes),
    )
    for each in load.going:
        try:
            load.prints[each.photo.id] = prove_opens(vault.photo_bytes(each.photo.id)).png
        except KnownError as trouble:
            load = load.without(each, trouble)
    return load


def bytes_of(vault: Vault, each: Judged) -> bytes:
    """The clean copy, for `packed` alone: it knows which photograph it was when that fails."""
    try:
        return vault.photo_bytes(each.photo.id)
    except KnownError as trouble:
        raise _Spoilt(each, trouble) from None


def packed(load: Load, build: Callable[[Load], BuiltPackage]) -> tuple[Load, BuiltPackage]:
    """Build, and leave photographs behind until it can be built. Raises what no photograph is to blame for."""
    while True:
        try:
            return load, build(load)
        except _Spoilt as spoilt:
            load = load.without(spoilt.each, spoilt.trouble)
        except TooLarge as refusal:
            if not load.going:
                raise
            load = load.without(max(load.going, key=lambda each: each.photo.size), refusal)
