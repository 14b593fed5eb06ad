"""What somebody not recognised may use: so many bytes and so many new uploads, each key and all together.

A child may be inside, so such a package is kept; but nobody can fill the store with rubbish under a made-up key, nor
close it by announcing what never comes: only bytes that are there count, and an upload without any is dropped soon.
Half of every budget is kept for tickets that name a registered organisation, as those of a new computer do.
Bytes are counted from storage, so they survive a restart; rates are counted by this process. Imports base.
"""

from __future__ import annotations

import threading
from collections import deque

from referral_client.base.clock import Clock
from referral_client.intake.config import Limits
from referral_client.intake.senders import UNKNOWN, Sender
from referral_client.intake.store import Objects
from referral_client.intake.uploads import Uploads

_HOUR = 3600.0


class Quarantine:
    """The budgets of unknown senders. Safe to use from many threads."""

    def __init__(self, objects: Objects, uploads: Uploads, limits: Limits, clock: Clock) -> None:
        self._objects = objects
        self._uploads = uploads
        self._limits = limits
        self._clock = clock
        self._begun: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()

    def wait(self, sender: Sender) -> int:
        """0 when a new upload may begin now, and counts it; otherwise the seconds to come back after."""
        with self._lock:
            now = self._clock.monotonic()
            while self._begun and self._begun[0][0] <= now - _HOUR:
                self._begun.popleft()
            self._uploads.drop_empty(UNKNOWN, self._clock.now(), self._limits.quarantine_empty_seconds)
            of_this_key = sum(1 for _, shelf in self._begun if shelf == sender.shelf)
            if (
                len(self._begun) >= _share(self._limits.quarantine_uploads_per_hour, sender)
                or of_this_key >= self._limits.quarantine_uploads_per_hour_per_key
                or not self._has_room(sender, sender.ticket.parcel_size)
            ):
                return int(_HOUR)
            self._begun.append((now, sender.shelf))
            return 0

    def wait_for_part(self, sender: Sender, size: int) -> int:
        """0 when so many more bytes of an upload may be kept; otherwise the seconds to come back after."""
        with self._lock:
            return 0 if self._has_room(sender, size) else int(_HOUR)

    def _has_room(self, sender: Sender, size: int) -> bool:
        used = self._uploads.held_bytes(UNKNOWN)
        for entry in self._objects.listing(f"packages/{UNKNOWN}"):
            shelf = "/".join(entry.name.split("/")[1:3])
            used[shelf] = used.get(shelf, 0) + entry.size
        return (
            sum(used.values()) + size <= _share(self._limits.quarantine_bytes, sender)
            and used.get(sender.shelf, 0) + size <= self._limits.quarantine_bytes_per_key
        )


def _share(budget: int, sender: Sender) -> int:
    return budget if sender.names_registered else max(1, budget // 2)
