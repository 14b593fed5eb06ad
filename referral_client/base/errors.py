"""The one exception tree, in two kinds.

    Exception
    └── KnownError            the environment, a file or a person: said in words, with a stable code
        ├── Refused           exit 1  the thing was understood and not done, with reasons
        ├── WrongUse          exit 2  the command or its arguments do not fit
        └── MachineLacks      exit 3  this computer lacks something

Anything else that escapes is a bug and is reported by `bug_code`, which holds no data of a person.
Every room subclasses the three leaves only where a caller must tell cases apart; otherwise it raises a leaf.
Messages are for a frightened person: what happened, what it means for the child's referral, what to do next.
"""

from __future__ import annotations

import hashlib
import re
import traceback
from pathlib import Path

_CODE = re.compile(r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$")


class KnownError(Exception):
    """A failure that a person can act on.

    code: stable, upper case words joined by hyphens, first word names the room ("PHOTO-CUT-SHORT").
    what: one sentence, what happened. meaning: what it means for the child's referral.
    next_step: what to do now. reasons: every fault found, one line each (never only the first).
    None of the four may hold an answer, a name or a path that came from a person.
    """

    exit_code = 1

    def __init__(
        self,
        code: str,
        what: str,
        *,
        meaning: str = "",
        next_step: str = "",
        reasons: tuple[str, ...] = (),
    ) -> None:
        if not _CODE.match(code):
            raise ValueError(f"not a stable error code: {code!r}")
        super().__init__(code)
        self.code = code
        self.what = what
        self.meaning = meaning
        self.next_step = next_step
        self.reasons = reasons

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.meaning, self.next_step) if part)

    def as_json(self) -> dict[str, object]:
        """The published shape of an error in `--json` output."""
        return {
            "error": {
                "code": self.code,
                "what": self.what,
                "meaning": self.meaning,
                "next_step": self.next_step,
                "reasons": list(self.reasons),
            }
        }


class Refused(KnownError):
    """Understood and not done. Exit code 1."""

    exit_code = 1


class WrongUse(KnownError):
    """The command, or a file it was given, does not fit. Exit code 2."""

    exit_code = 2


class MachineLacks(KnownError):
    """This computer lacks something the step needs. Exit code 3."""

    exit_code = 3


def bug_code(error: BaseException) -> str:
    """Two groups of four hex digits: where in our code, and what kind. Holds nothing of the data.

    The first group follows the chain of our own files, functions and lines; the second the exception's type.
    The same fault gives the same code on every machine that runs the same version.
    """
    ours = Path(__file__).resolve().parent.parent
    places = []
    for frame in traceback.extract_tb(error.__traceback__):
        try:
            relative = Path(frame.filename).resolve().relative_to(ours)
        except ValueError:
            continue
        places.append(f"{relative.as_posix()}:{frame.name}:{frame.lineno}")
    where = hashlib.sha256("\n".join(places).encode()).hexdigest()[:4].upper()
    kind = hashlib.sha256(type(error).__qualname__.encode()).hexdigest()[:4].upper()
    return f"BUG-{where}-{kind}"
