"""What ticket, receipt and manifest have in common: JSON objects with `type`, `v` and `crit`, parsed the same way.

Unknown members are passed over; a member named in `crit` that this program does not know is refused, and so is the
mark of practice unless the caller takes part in practice. All faults of a field set are reported at once.
Imports base alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from referral_client.base.canonical import Json, NotStrictJson, integer_of, strict_json, text_of
from referral_client.base.clock import from_rfc3339
from referral_client.base.errors import Refused
from referral_client.base.ids import is_plain_name, is_uuid

Value = TypeVar("Value")
PRACTICE = "practice"
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_RID = re.compile(r"^[0-9a-f]{32}$")


class NotUnderstood(Refused):
    """A signed statement that does not have the fields it must have."""

    def __init__(self, what: str, *reasons: str) -> None:
        super().__init__(
            "SEALING-NOT-UNDERSTOOD",
            f"This {what} does not have the form that this program knows.",
            meaning="Nothing in it was used.",
            next_step="Check for a newer version of this program, or ask the sender to send it again.",
            reasons=reasons,
        )


class OnlyPractice(Refused):
    """Something made in practice was met outside it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "SEALING-ONLY-PRACTICE",
            f"This {what} was made for practice and is not about a real child.",
            meaning="It was not taken in.",
            next_step="Open it in practice, or send the real one.",
        )


class Fields:
    """Reads typed fields from one untrusted object and gathers every fault; `finish` raises them together."""

    def __init__(
        self, untrusted: Mapping[str, Json], what: str, path: str = "", faults: list[str] | None = None
    ) -> None:
        self.untrusted = untrusted
        self._what = what
        self._path = path
        self._faults: list[str] = [] if faults is None else faults

    def has(self, key: str) -> bool:
        return key in self.untrusted

    def text(self, key: str, *, limit: int = 2000, default: str | None = None) -> str:
        if default is not None and key not in self.untrusted:
            return default
        return self._take(lambda: text_of(self.untrusted, key, limit=limit), "")

    def checked(
        self, key: str, good: Callable[[str], bool], shape: str, *, limit: int = 2000, default: str | None = None
    ) -> str:
        if default is not None and key not in self.untrusted:
            return default
        value = self.text(key, limit=limit)
        if isinstance(self.untrusted.get(key), str) and not good(value):
            self.fault(key, f"must be {shape}")
        return value

    def uuid(self, key: str) -> str:
        return self.checked(key, is_uuid, "a version 4 UUID in lower case")

    def name(self, key: str, *, default: str | None = None) -> str:
        return self.checked(key, is_plain_name, "1 to 63 of a-z, 0-9 and hyphen", default=default)

    def sha256(self, key: str, *, default: str | None = None) -> str:
        return self.checked(key, is_sha256, "a SHA-256 in lower-case hex", default=default)

    def time(self, key: str, *, default: str | None = None) -> str:
        return self.checked(key, is_time, "a time like 2026-11-22T15:40:00Z", default=default)

    def integer(self, key: str, *, least: int = 0, default: int | None = None) -> int:
        if default is not None and key not in self.untrusted:
            return default
        return self._take(lambda: integer_of(self.untrusted, key, least=least), 0)

    def texts(self, key: str, good: Callable[[str], bool], shape: str, *, most: int, least: int = 0) -> tuple[str, ...]:
        """A list of strings that all pass; absent counts as empty when none are required."""
        if least == 0 and key not in self.untrusted:
            return ()
        value = self.untrusted.get(key)
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.fault(key, f"must be a list of {least} to {most}")
            return ()
        if not all(isinstance(entry, str) and good(entry) for entry in value):
            self.fault(key, f"each must be {shape}")
            return ()
        if len(set(value)) != len(value):
            self.fault(key, "the same entry twice")
        return tuple(value)

    def inside(self, key: str) -> Fields:
        """The object at `key`, sharing this one's faults."""
        value = self.untrusted.get(key)
        if not isinstance(value, dict):
            self.fault(key, "must be an object")
            value = {}
        return Fields(value, self._what, f"{self._path}{key}.", self._faults)

    def each(self, key: str, *, most: int, least: int = 0) -> tuple[Fields, ...]:
        """The objects in the list at `key`, sharing this one's faults."""
        if least == 0 and key not in self.untrusted:
            return ()
        value = self.untrusted.get(key)
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.fault(key, f"must be a list of {least} to {most}")
            return ()
        result = []
        for place, entry in enumerate(value):
            if not isinstance(entry, dict):
                self.fault(f"{key}[{place}]", "must be an object")
                continue
            result.append(Fields(entry, self._what, f"{self._path}{key}[{place}].", self._faults))
        return tuple(result)

    def fault(self, key: str, reason: str) -> None:
        self._faults.append(f"{self._path}{key}: {reason}")

    def finish(self) -> None:
        if self._faults:
            raise NotUnderstood(self._what, *dict.fromkeys(self._faults))

    def _take(self, read: Callable[[], Value], instead: Value) -> Value:
        try:
            return read()
        except NotStrictJson as error:
            self._faults.append(f"{self._path}{error}")
            return instead


def open_statement(
    untrusted_payload: bytes, *, kind: str, what: str, limit: int, accept_practice: bool
) -> tuple[Fields, bool]:
    """The fields of a statement of this `type`, version 1, and whether it is a practice one."""
    try:
        untrusted = strict_json(untrusted_payload, limit=limit)
    except NotStrictJson as error:
        raise NotUnderstood(what, str(error)) from error
    if not isinstance(untrusted, dict):
        raise NotUnderstood(what, "must be an object")
    if untrusted.get("type") != kind or untrusted.get("v") != 1 or isinstance(untrusted.get("v"), bool):
        raise NotUnderstood(what, f'type and v: must be "{kind}" and 1')
    critical = untrusted.get("crit", [])
    if not isinstance(critical, list) or not all(isinstance(entry, str) for entry in critical):
        raise NotUnderstood(what, "crit: must be a list of names")
    if set(critical) - {PRACTICE}:
        raise NotUnderstood(what, "crit: it needs something that this version of the program does not know")
    practice = PRACTICE in critical
    if practice and not accept_practice:
        raise OnlyPractice(what)
    return Fields(untrusted, what), practice


def is_sha256(untrusted_text: str) -> bool:
    return _SHA256.fullmatch(untrusted_text) is not None


def is_rid(untrusted_text: str) -> bool:
    return _RID.fullmatch(untrusted_text) is not None


def is_time(untrusted_text: str) -> bool:
    try:
        from_rfc3339(untrusted_text)
    except ValueError:
        return False
    return True
