"""The fences a child process puts round itself before it is given a picture.

Run inside the child only, standing alone (it is loaded by path, so it imports the standard library and nothing of
this program). Each fence is tried; what stands is told to the parent, and what this system cannot do is left out of
the answer instead of being claimed. Numbers: Linux UAPI (landlock.h, seccomp.h, prctl.h).
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from ctypes import CDLL
from typing import Any

resource: Any
try:
    import resource  # now: behind the fences no module loads any more
except ImportError:
    resource = None  # Windows has no such limits: the parent's deadline is all there is

LIMITS, NO_NEW_PRIVILEGES, NO_FILES, FEW_CALLS = 1, 2, 4, 8

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights each version of Landlock knows; later ones: 16
_RETURN_EPERM, _RETURN_ALLOW, _RETURN_KILL = 0x00050001, 0x7FFF0000, 0x80000000

# read, write, close, fstat, lseek, mmap, mprotect, munmap, brk, sigaction, sigprocmask, sigreturn, mremap, madvise,
# getpid, exit, gettid, futex, exit_group, clock_gettime, sched_yield, getrandom, poll or ppoll, sigaltstack, membarrier
_ON_X86_64: tuple[int, ...] = (0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 39, 60, 131, 186, 202, 228)
_ON_X86_64 += (231, 318, 324)
_ON_AARCH64: tuple[int, ...] = (
    57,
    62,
    63,
    64,
    73,
    80,
    93,
    94,
    98,
    113,
    124,
    132,
    134,
    135,
    139,
    172,
    178,
    214,
    215,
    216,
)
_ON_AARCH64 += (222, 226, 233, 278, 283)
_CALLS = {"x86_64": (0xC000003E, _ON_X86_64), "aarch64": (0xC00000B7, _ON_AARCH64)}


def put_up(memory: int, seconds: int) -> int:
    """Every fence this system has: bounds on memory, time, files and processes; then no new privileges, no file or
    socket ever again, and only the calls that arithmetic needs. The answer says which of them stand.
    """
    if sys.platform != "linux":
        return _limits(memory, seconds)
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return _limits(memory, seconds)
    return NO_NEW_PRIVILEGES | _no_files(kernel) | _limits(memory, seconds) | _few_calls(kernel)


def _limits(memory: int, seconds: int) -> int:
    if resource is None:
        return 0
    stood = LIMITS
    for what, bound in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_AS, memory),
    ):
        try:
            resource.setrlimit(what, (bound, bound))
        except (OSError, ValueError):
            stood = 0  # macOS refuses RLIMIT_AS; the parent's deadline still holds
    return stood


def _no_files(kernel: CDLL) -> int:
    version = int(kernel.syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1))
    if version < 1:
        return 0
    every_file_right = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    rules = struct.pack("<QQQ", every_file_right, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = int(kernel.syscall(_LANDLOCK_CREATE_RULESET, rules, size, 0))
    if ruleset < 0:
        return 0
    stood = int(kernel.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)) == 0
    kernel.close(ruleset)
    return NO_FILES if stood else 0


def _few_calls(kernel: CDLL) -> int:
    known = _CALLS.get(platform.machine())
    if known is None or struct.calcsize("P") != 8:
        return 0
    architecture, calls = known
    program = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, _RETURN_KILL), (0x20, 0, 0, 0)]
    for place, call in enumerate(calls):
        program.append((0x15, len(calls) - place, 0, call))
    program += [(0x06, 0, 0, _RETURN_EPERM), (0x06, 0, 0, _RETURN_ALLOW)]
    code = b"".join(struct.pack("<HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(buffer))
    stood = kernel.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0
    return FEW_CALLS if stood else 0
