"""Talking to a child process that may do anything: linger, lie, shout, or never stop.

Promises: returns within the deadline plus the two graces of the kill ladder; reads no more than it asked for; every
number is checked by the caller before it is used; the child's error output is thrown away unread. Nothing of the
picture reaches a file, an environment variable or a command line. Imports base.errors, base.log, this room.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO

from referral_client.base.errors import MachineLacks
from referral_client.base.log import trouble

TERMINATE_GRACE = 2.0
KILL_GRACE = 5.0


class Ending(StrEnum):
    """How a conversation ended."""

    FINISHED = "finished"  # the child closed its output and left with 0
    DIED = "died"  # it left with anything else, or was killed by the system
    TOO_SLOW = "too-slow"
    TOO_MUCH = "too-much"  # it said more than it may


class Conversation:
    """One child, asked one thing. `untrusted_reply` is what it said, whole, at most `limit` bytes."""

    def __init__(self, ending: Ending, untrusted_reply: bytes) -> None:
        self.ending = ending
        self.untrusted_reply = untrusted_reply


def converse(command: Sequence[str], request: Iterable[bytes], *, limit: int, seconds: float) -> Conversation:
    """Start the command, send the request, read at most `limit` bytes until it closes its output, see it gone.

    MachineLacks when the command cannot be started at all.
    """
    try:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
            cwd=Path(sys.executable).anchor,
            env=_bare_environment(),
            start_new_session=os.name != "nt",
            bufsize=0,
        )
    except OSError as error:
        raise MachineLacks(
            "PHOTO-NO-CHILD",
            "This computer does not let the program start the helper that opens photographs safely.",
            meaning="Photographs cannot be added here. The referral can go without them.",
            next_step="Tell the person who looks after this computer, with this code.",
        ) from error
    if child.stdin is None or child.stdout is None:
        raise AssertionError("both pipes were asked for")
    heard = _Listener(child.stdout, limit)
    threading.Thread(target=_tell, args=(child.stdin, request), daemon=True).start()
    threading.Thread(target=heard.listen, daemon=True).start()
    done = heard.done.wait(seconds)
    ending = _see_off(child, done=done and not heard.overflow)
    if not done:
        ending = Ending.TOO_SLOW
    elif heard.overflow:
        ending = Ending.TOO_MUCH
    return Conversation(ending, bytes(heard.untrusted))


class _Listener:
    """Reads until the child closes its output or says one byte too many."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self.untrusted = bytearray()
        self.overflow = False
        self.done = threading.Event()

    def listen(self) -> None:
        try:
            while piece := self._stream.read(1 << 16):
                if len(self.untrusted) + len(piece) > self._limit:
                    self.overflow = True
                    break
                self.untrusted += piece
        except (OSError, ValueError):
            pass  # the pipe went away with the child: what was heard so far is judged
        self.done.set()


def _tell(stream: IO[bytes], request: Iterable[bytes]) -> None:
    try:
        with stream:
            for piece in request:
                view = memoryview(piece)
                while view:
                    view = view[stream.write(view) or 0 :]
    except (OSError, ValueError):
        pass  # the child stopped listening: its reply, or its silence, says why


def _see_off(child: subprocess.Popen[bytes], *, done: bool) -> Ending:
    """Wait, then ask it to stop, then make it stop; never wait for ever."""
    try:
        if done:
            try:
                return Ending.FINISHED if child.wait(TERMINATE_GRACE) == 0 else Ending.DIED
            except subprocess.TimeoutExpired:
                pass
        child.terminate()
        try:
            child.wait(TERMINATE_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            try:
                child.wait(KILL_GRACE)
            except subprocess.TimeoutExpired:
                trouble("photo-child-would-not-die")
        return Ending.DIED
    finally:
        if child.stdout is not None:
            _close_quietly(child)


def _close_quietly(child: subprocess.Popen[bytes]) -> None:
    for stream in (child.stdout, child.stdin):
        try:
            if stream is not None:
                stream.close()
        except OSError:
            pass


def _bare_environment() -> dict[str, str]:
    kept = ("SYSTEMROOT", "WINDIR") if sys.platform == "win32" else ()
    return {name: os.environ[name] for name in kept if name in os.environ}
