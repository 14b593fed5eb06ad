"""Reads a photograph policy: TOML text in, a `Policy` out, or every fault with its line.

Promises: the size is checked before anything is parsed; no byte string makes it raise anything but `PolicyFaults`; a
file that tries to loosen the rule about intimate images does not load. Imports base and the room's own modules.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from datetime import date, time
from typing import Any

from pydantic import ValidationError

from referral_client.base.errors import Refused
from referral_client.policy.crosschecks import cross_faults
from referral_client.policy.faults import Fault, Path, fault_of, field_names
from referral_client.policy.lines import LineMap, map_lines
from referral_client.policy.model import Policy

POLICY_LIMIT = 256 * 1024
_LINE_LIMIT = 4000  # a longer line is no policy, and makes the parser slow
_DEPTH_LIMIT = 8
_MOST_FAULTS = 500  # more than a person can have made: the file is something else
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_NAMES = field_names(Policy)
# Keys that people try when they want the one rule that no file changes.
_ABOUT_INTIMATE = re.compile("intimate|under_18|nude", re.IGNORECASE)
# Settings that other programs have and this one does not obey: said so, rather than taken for a slip of the pen.
_NOT_YET = {
    ("original", "seal_in_package"): "this program cannot do that yet: the original stays with you. "
    "Write retain_in_org_record or discard",
}
_NOT_CHANGED = "no file changes this: an intimate image of a child is never opened, sent, copied or deleted"


class PolicyFaults(Refused):
    """The policy does not load. `reasons`: every fault (500 at most), `file:line: key: reason (you wrote ...)`."""


def load_policy(untrusted: bytes, file_name: str) -> Policy:
    """Read one policy. `file_name` is shown in the faults and opens nothing."""
    name = _plain(file_name, 100) or "policy"
    text = _text_of(untrusted, name)
    lines = map_lines(text)
    document = _parse(text, name, lines)
    document, usual_faults = _with_usual_facts(document)
    policy, faults = _validated(document)
    faults = [*usual_faults, *faults, *cross_faults(document)]
    if faults or policy is None:
        faults.sort(key=lambda fault: lines.line_of(fault.path))
        raise _refused([_line(name, lines, fault) for fault in faults])
    policy._sha256 = hashlib.sha256(untrusted).hexdigest()
    return policy


def _text_of(untrusted: bytes, name: str) -> str:
    """UTF-8 text of a bearable size, or the fault."""
    if len(untrusted) > POLICY_LIMIT:
        raise _refused([f"{name}:1: file: larger than {POLICY_LIMIT // 1024} KiB, the most a policy may be"])
    if not untrusted.strip():
        raise _refused([f"{name}:1: file: there is nothing in it"])
    try:
        text = untrusted.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = untrusted[: error.start].count(b"\n") + 1
        raise _refused([f"{name}:{line}: file: not UTF-8 text; save it as plain text, UTF-8"]) from None
    for number, line_text in enumerate(text.split("\n"), start=1):
        if len(line_text) > _LINE_LIMIT:
            raise _refused([f"{name}:{number}: file: a line longer than {_LINE_LIMIT} characters"])
    return text


def _parse(text: str, name: str, lines: LineMap) -> dict[str, Any]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(_syntax(str(error), name, lines)) from None
    except (ValueError, RecursionError):
        raise _refused([f"{name}:1: file: nested too deep, or a number too long, to be a policy"]) from None
    if _deeper_than(document, _DEPTH_LIMIT):
        raise _refused([f"{name}:1: file: tables nested more than {_DEPTH_LIMIT} deep"])
    return document


def _syntax(message: str, name: str, lines: LineMap) -> list[str]:
    """tomllib stops at the first fault; keys written twice are all known from the scan."""
    twice = [
        f"{name}:{second}: {_dotted(path)}: written twice; the first is at line {first}"
        for path, first, second in lines.duplicates
    ]
    place = _AT_LINE.search(message)
    line = int(place[1]) if place else 1
    if twice and ("overwrite" in message or "twice" in message or "Cannot" in message):
        return twice
    key = _dotted(lines.key_at(line)) or "file"
    column = f" at column {place[2]}" if place else " at the end of the file"
    return [f"{name}:{line}: {key}: this is not TOML{column}: {_hint(message)}", *twice]


def _hint(message: str) -> str:
    if "'='" in message:
        return 'one setting to a line, like taking = "forbidden"'
    if "value" in message.lower():
        return 'text goes in "quotes", yes and no are true and false, a list in [brackets]'
    if "newline" in message or "statement" in message:
        return "one setting to a line, and every quote and bracket closed"
    return "check the quotes, brackets and equals sign"


def _deeper_than(document: dict[str, Any], limit: int) -> bool:
    level: list[Any] = [document]
    for _ in range(limit):
        level = [inner for value in level for inner in _inside(value)]
    return bool(level)


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _with_usual_facts(document: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Each case begins with `[usual_facts]`; its own facts go over them, and `without` takes some away."""
    document = dict(document)
    usual = document.pop("usual_facts", {})
    cases = document.get("case", [])
    if not isinstance(usual, dict) or not isinstance(cases, list):
        return document, [Fault(("usual_facts",), "must be a table of facts, and case a list of tables")]
    faults = [Fault(("usual_facts",), "is used by no case")] if usual and not cases else []
    document["case"] = [_case_with(usual, case, number, faults) for number, case in enumerate(cases)]
    return document, faults


def _case_with(usual: dict[str, Any], case: object, number: int, faults: list[Fault]) -> object:
    if not isinstance(case, dict):
        return case
    case = dict(case)
    own, without = case.get("facts", {}), case.pop("without", [])
    if not isinstance(without, list):
        without = [without]
    faults += [
        Fault(("case", number, "without"), "is not one of the usual facts", fact)
        for fact in without
        if fact not in usual
    ]
    if isinstance(own, dict):
        case["facts"] = _over({key: value for key, value in usual.items() if key not in without}, own)
    return case


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def _validated(document: dict[str, Any]) -> tuple[Policy | None, list[Fault]]:
    try:
        return Policy.model_validate_json(json.dumps(document, default=_as_text)), []
    except ValidationError as error:
        return None, [_ours(fault_of(detail, _NAMES)) for detail in error.errors(include_url=False)]
    except ValueError:
        return None, [Fault((), "holds a number or a character that no policy needs", shows_value=False)]


def _as_text(value: date | time) -> str:
    """TOML dates and times, as text, so that one strict reader serves the file and F.json."""
    return value.isoformat()


def _ours(fault: Fault) -> Fault:
    for (key, value), reason in _NOT_YET.items():
        if fault.path == (key,) and fault.written == value:
            return Fault(fault.path, reason, fault.written)
    if fault.path and len(fault.path) == 1 and _ABOUT_INTIMATE.search(str(fault.path[0])):
        return Fault(fault.path, _NOT_CHANGED, fault.written)
    return fault


def _line(name: str, lines: LineMap, fault: Fault) -> str:
    wrote = f" (you wrote {_shown(fault.written)})" if fault.shows_value and fault.written is not None else ""
    return f"{name}:{lines.line_of(fault.path)}: {_dotted(fault.path) or 'file'}: {fault.reason}{wrote}"


def _dotted(path: Path) -> str:
    """`case[2].facts.region`: list places count from 1, as people do."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{_plain(step, 60)}"
    return text.removeprefix(".")


def _shown(value: object) -> str:
    shown = "a table" if isinstance(value, dict) else json.dumps(value, ensure_ascii=False, default=_as_text)
    return _plain(shown, 60)


def _plain(text: str, most: int) -> str:
    """One line of printable characters, cut."""
    clean = "".join(character for character in text if character.isprintable())
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"


def _refused(reasons: list[str]) -> PolicyFaults:
    if len(reasons) > _MOST_FAULTS:
        reasons = [*reasons[:_MOST_FAULTS], f"{len(reasons) - _MOST_FAULTS} more like these"]
    return PolicyFaults(
        "POLICY-FAULTS",
        "The photograph policy does not load.",
        meaning="Until it does, no photograph goes; body maps, words and every referral still do.",
        next_step="Correct each line below and check the file again.",
        reasons=tuple(dict.fromkeys(reasons)),
    )
