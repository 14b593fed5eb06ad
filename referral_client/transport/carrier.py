"""What every way of moving bytes offers the queue: announce, send, complete. Values only; imports base."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

# Called with (bytes there, bytes in all), from the thread that sends.
Progress = Callable[[int, int], None]
# Asked between small pieces and while waiting; True ends the attempt with Stopped.
Stop = Callable[[], bool]


class AnnouncedState(StrEnum):
    SEND = "send"
    HELD = "held"
    PROCESSING = "processing"


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A part the destination says it has. n counts from 1."""

    n: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Announced:
    """The destination's answer to a ticket.

    send: `upload_url`, `part_size` and `parts` say where to and from where to go on.
    held: `receipt` is the newest receipt, an untrusted signed envelope.
    processing: ask again after `retry_after` seconds (None when not said).
    """

    state: AnnouncedState
    upload_url: str = ""
    part_size: int = 0
    parts: tuple[HeldPart, ...] = ()
    receipt: bytes | None = None
    retry_after: int | None = None


class Carrier(Protocol):
    """One way to one destination. Used by one thread at a time. Every fault is a TransportFault."""

    def announce(self, ticket: bytes) -> Announced:
        """Hand over the signed ticket and learn what the destination has. Safe to repeat for ever."""

    def send_parts(self, announced: Announced, package: Path, *, progress: Progress, stop: Stop) -> None:
        """Bring the sealed file over, skipping what is there. Needs an answer with state `send`."""

    def complete(self, announced: Announced, *, size: int, stop: Stop) -> Announced:
        """Ask for the receipt of what was brought: state held or processing."""

    def close(self) -> None:
        """Let go of connections."""
