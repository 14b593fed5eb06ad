"""What this process must never leave behind: its memory, which holds answers and keys. Imports the standard library."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4  # Linux UAPI, prctl.h


def leave_no_core_dump() -> None:
    """From now on a crash writes no memory to disk, and no other program of this account may read it (Linux).

    A crash handler that the kernel pipes to ignores the limit, so both are needed. Windows has neither.
    """
    if sys.platform == "win32":
        return
    import resource  # not on Windows

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
