"""The one way from the window to the disk and the network and back: "run this, then show that".

    Task(lane, operation).then(show).otherwise(explain).run()

`operation` runs on the lane's own thread; `show` or `explain` runs on the window's thread, in a later turn of its
loop. Lanes run one operation at a time, in order. There are two: one owns the vault, one carries the post, so that a
slow network never holds up the keeping of an answer.

Promises: every submitted operation is run, also while closing; an answer that is no longer wanted is dropped;
submitting from another thread than the window's is a bug and raises at once. Nothing of Qt is ever let go on a lane:
the window's side keeps each task until its answer has come, and while lanes live, Python's collector of cycles runs on
the window's thread alone (on any other it frees widgets under Qt's hands). Imports PySide6 and base.
"""

from __future__ import annotations

import gc
import queue
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from referral_client.base import log
from referral_client.base.errors import KnownError, Refused, bug_code
from referral_client.base.files import disk_trouble

T = TypeVar("T")
Explain = Callable[[KnownError], None]
COLLECT_EVERY_MS = 1000


class Bridge(QObject):
    """Lives on the window's thread and carries answers to it, by one queued signal."""

    _ended = Signal(int, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._lanes: list[Lane] = []
        self._tasks: dict[int, Task[Any]] = {}
        self._count = 0
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        gc.disable()
        self._collector = QTimer(self)
        self._collector.timeout.connect(_collect)
        self._collector.start(COLLECT_EVERY_MS)

    def lane(self, name: str) -> Lane:
        """A new thread that runs what it is given, in order."""
        lane = Lane(name, self)
        self._lanes.append(lane)
        return lane

    def here(self) -> bool:
        """True on the window's thread."""
        return QThread.currentThread() is self.thread()

    def expect(self, task: Task[Any]) -> int:
        """Keep a task until its answer comes; its number."""
        self._count += 1
        self._tasks[self._count] = task
        return self._count

    def report(self, number: int, result: object, error: KnownError | None) -> None:
        """Called by a lane, on its thread."""
        self._ended.emit(number, result, error)

    def close(self) -> None:
        """Let every lane finish what it was given, and wait for it. Answers that come now are dropped."""
        self._ended.disconnect(self._deliver)
        for lane in self._lanes:
            lane.stopping.set()
        for lane in self._lanes:
            lane.close()
        self._tasks.clear()
        self._collector.stop()
        gc.enable()

    def _deliver(self, number: int, result: object, error: KnownError | None) -> None:
        task = self._tasks.pop(number, None)
        if task is not None:  # answers that were under way when it closed still come, and are dropped
            task.end(result, error)


class Lane:
    """One thread with a line of operations before it. `stopping` is set when it is asked to end."""

    def __init__(self, name: str, bridge: Bridge) -> None:
        self.bridge = bridge
        self.stopping = threading.Event()
        self.waiting = 0
        self._line: queue.SimpleQueue[tuple[int, Callable[[], object]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"referral-client {name}")
        self._thread.start()

    def submit(self, task: Task[Any], operation: Callable[[], object]) -> None:
        if not self.bridge.here():
            raise RuntimeError("a task was submitted from another thread than the window's")
        if self.stopping.is_set():
            raise RuntimeError("a task was submitted after the end")
        self.waiting += 1
        self._line.put((self.bridge.expect(task), operation))

    def close(self) -> None:
        """Finish the line, end the thread, wait for it."""
        self._line.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (given := self._line.get()) is not None:
            number, operation = given
            result, error = _done(operation)
            del given, operation  # before the answer leaves: the window's side has to be the last to hold them
            self.bridge.report(number, result, error)
            del result, error


class Task(Generic[T]):
    """One operation for a lane, and what to do with its end, if it is still `wanted` when it comes."""

    def __init__(self, lane: Lane, operation: Callable[[], T], *, wanted: Callable[[], bool] = lambda: True) -> None:
        self._lane = lane
        self._operation = operation
        self._wanted = wanted
        self._then: Callable[[T], None] = lambda _result: None
        self._otherwise: Explain = _unexplained

    def then(self, show: Callable[[T], None]) -> Task[T]:
        """What to do with the result."""
        self._then = show
        return self

    def otherwise(self, explain: Explain) -> Task[T]:
        """What to do with a known error. A bug becomes one, with a code that holds no data."""
        self._otherwise = explain
        return self

    def run(self) -> None:
        """Hand it to the lane. Returns at once."""
        self._lane.submit(self, self._operation)

    def end(self, result: Any, error: KnownError | None) -> None:
        """On the window's thread: the right half of the task."""
        self._lane.waiting -= 1
        if not self._wanted():
            return
        if error is not None:
            self._otherwise(error)
        else:
            self._then(result)


def _done(operation: Callable[[], object]) -> tuple[object, KnownError | None]:
    """The result, or a known error without the traceback that would hold what the operation held."""
    try:
        return operation(), None
    except KnownError as error:
        known = error
    except Exception as error:  # noqa: BLE001 - a bug on a lane is told to the person and never ends the lane
        known = (disk_trouble(error) if isinstance(error, OSError) else None) or bug_in_words(error)
    known.__traceback__ = known.__cause__ = known.__context__ = None
    return None, known


def _collect() -> None:
    """What Python's collector would do by itself, by its own thresholds, on the thread that Qt's objects belong to."""
    counts, limits = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > limits[generation]:
            gc.collect(generation)
            return


def bug_in_words(error: Exception) -> Refused:
    """A bug as something to show: a code without data, and what it means for the referral."""
    code = bug_code(error)
    log.trouble("bug", code=code)
    return Refused(
        code,
        "Something in this program went wrong.",
        meaning="What was saved is safe. If a child may be in danger, ring now; do not wait for the computer.",
        next_step="Try again. If it happens twice, tell your help desk the code below; it holds nothing about a child.",
    )


def _unexplained(error: KnownError) -> None:
    log.trouble("unexplained", code=error.code)
