"""The one logger: events by name, with ids, codes and numbers, and nothing a person wrote.

`event("delivery-attempt", delivery=submission_id, outcome="unreachable", attempt=3)` becomes one JSON line.
A string passes only as a member of a StrEnum of ours, or in the shape of an id, digest, time, version or
upper-case code; anything else is replaced by "(removed)", so a name cannot slip in.
"""

from __future__ import annotations

import json
import logging
import re
from enum import StrEnum
from logging.handlers import RotatingFileHandler
from pathlib import Path

_logger = logging.getLogger("referral_client")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False

_HARMLESS = re.compile(
    r"^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|[0-9a-f]{32,64}"  # a digest
    r"|[A-Z0-9]+(?:-[A-Z0-9]+)+"  # a stable code
    r"|[0-9.]+|[0-9T:-]+Z)$"  # a version, a time
)

LogValue = str | int | float | bool | None


def event(name: str, **facts: LogValue) -> None:
    """Record that something happened."""
    _logger.info(_line(name, facts))


def trouble(name: str, **facts: LogValue) -> None:
    """Record that something went wrong that a help desk may want to see."""
    _logger.warning(_line(name, facts))


class _File(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """A disk that takes no log stops nothing, and is told by whatever else it does not take."""


def log_to(folder: Path) -> None:
    """Send the log to `folder`, at most 5 files of 500 kB, until `stop`. A second folder is passed over."""
    if any(isinstance(handler, RotatingFileHandler) for handler in _logger.handlers):
        return
    handler = _File(folder / "referral-client.log", maxBytes=500_000, backupCount=4, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _logger.addHandler(handler)
    _logger.setLevel(logging.INFO)


def stop() -> None:
    """Close the file that `log_to` opened."""
    for handler in [each for each in _logger.handlers if isinstance(each, RotatingFileHandler)]:
        _logger.removeHandler(handler)
        handler.close()


def _line(name: str, facts: dict[str, LogValue]) -> str:
    kept = {
        key: value
        if not isinstance(value, str) or isinstance(value, StrEnum) or _HARMLESS.match(value)
        else "(removed)"
        for key, value in facts.items()
    }
    return json.dumps({"event": name, **kept}, sort_keys=True)
