"""The composition root: run one command, or open the window; turn every ending into words and an exit code.

0 done, 1 refused with reasons, 2 wrong use, 3 this machine lacks something (said in words). A bug is reported by a
code without data, never by a traceback: tracebacks can hold what a person wrote.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from referral_client.base import log
from referral_client.base.errors import KnownError, Refused, bug_code
from referral_client.base.files import disk_trouble
from referral_client.base.process import leave_no_core_dump
from referral_client.cli.asking import home_of
from referral_client.cli.main import parse
from referral_client.cli.output import complain, print_error


def main(arguments: Sequence[str] | None = None) -> int:
    """The whole program. Returns the exit code."""
    leave_no_core_dump()
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in a legacy code page must not stop on a name it cannot show.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else arguments
    try:
        args = parse(given, _open_window)
        code: int = args.run(args)
    except KnownError as error:
        return _ended(error, given)
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        complain("Stopped. Nothing that was saved is lost.")
        return 1
    except Exception as error:  # noqa: BLE001 - the one place where a bug is told to a person
        return _ended((disk_trouble(error) if isinstance(error, OSError) else None) or _bug(error), given)
    finally:
        log.stop()
    return code


def _ended(error: KnownError, given: Sequence[str]) -> int:
    print_error(error, as_json="--json" in given)
    return error.exit_code


def _bug(error: Exception) -> Refused:
    code = bug_code(error)
    log.trouble("bug", code=code)
    return Refused(
        code,
        "Something in this program went wrong. What was saved is safe.",
        meaning="If a child may be in danger, ring 999 or the front door now; do not wait for the computer.",
        next_step="Tell your help desk the code below. It holds nothing about a child.",
    )


def _open_window(args: argparse.Namespace, *, practice: bool) -> int:
    """Qt is loaded here and nowhere else, once it is known that there is a screen and that its libraries are there."""
    display = importlib.import_module("referral_client.desktop.display")
    display.need_a_screen()
    display.need_qt()
    start = importlib.import_module("referral_client.desktop.start")
    code: int = start.open_window(home_of(args), practice=practice)
    return code
