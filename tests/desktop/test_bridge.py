"""What is run elsewhere comes back to the window's thread, in order, and never from the wrong place."""

import gc
import threading

import pytest
from pytestqt.qtbot import QtBot

from referral_client.base.errors import KnownError, Refused
from referral_client.desktop.bridge import Bridge, Task


@pytest.fixture
def bridge(qtbot: QtBot) -> Bridge:
    return Bridge()


def test_the_work_is_done_on_the_lane_and_the_answer_comes_to_the_window(bridge: Bridge, qtbot: QtBot) -> None:
    lane, seen = bridge.lane("vault"), []
    Task(lane, threading.get_ident).then(lambda worker: seen.append((worker, threading.get_ident()))).run()
    qtbot.waitUntil(lambda: bool(seen))
    worker, shown = seen[0]
    assert worker != shown == threading.get_ident()
    bridge.close()


def test_operations_of_a_lane_run_in_the_order_they_were_given(bridge: Bridge, qtbot: QtBot) -> None:
    lane, seen = bridge.lane("vault"), []
    for number in range(200):
        Task(lane, lambda number=number: number).then(seen.append).run()
    qtbot.waitUntil(lambda: len(seen) == 200)
    assert seen == list(range(200))
    bridge.close()


def test_a_known_error_comes_back_as_itself(bridge: Bridge, qtbot: QtBot) -> None:
    lane, seen = bridge.lane("vault"), []

    def refuse() -> None:
        raise Refused("TEST-REFUSED", "It was not done.")

    Task(lane, refuse).otherwise(seen.append).run()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0].code == "TEST-REFUSED"
    bridge.close()


def test_a_bug_comes_back_as_a_code_that_holds_no_data_and_the_lane_lives(bridge: Bridge, qtbot: QtBot) -> None:
    lane = bridge.lane("vault")
    errors: list[KnownError] = []
    later: list[int] = []

    def stumble() -> None:
        raise ValueError("Amira Khan")

    Task(lane, stumble).otherwise(errors.append).run()
    Task(lane, lambda: 7).then(later.append).run()
    qtbot.waitUntil(lambda: later == [7])
    assert errors[0].code.startswith("BUG-") and "Amira" not in f"{errors[0]}{errors[0].reasons}"
    bridge.close()


def test_a_task_from_another_thread_is_a_bug_and_says_so(bridge: Bridge) -> None:
    lane, raised = bridge.lane("vault"), []

    def elsewhere() -> None:
        try:
            Task(lane, lambda: None).run()
        except RuntimeError as error:
            raised.append(str(error))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "another thread" in raised[0]
    bridge.close()


def test_an_answer_that_is_no_longer_wanted_is_dropped(bridge: Bridge, qtbot: QtBot) -> None:
    lane, seen, wanted = bridge.lane("vault"), [], [True]
    go = threading.Event()
    Task(lane, lambda: go.wait(10), wanted=lambda: wanted[0]).then(lambda _: seen.append("page")).run()
    Task(lane, lambda: None).then(lambda _: seen.append("after")).run()
    wanted[0] = False
    go.set()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["after"]
    bridge.close()


def test_closing_finishes_what_was_given_and_takes_no_more(bridge: Bridge) -> None:
    lane, done = bridge.lane("vault"), []
    for number in range(50):
        Task(lane, lambda number=number: done.append(number)).run()
    bridge.close()
    assert done == list(range(50))
    with pytest.raises(RuntimeError, match="after the end"):
        Task(lane, lambda: None).run()


def test_what_a_task_held_is_let_go_on_the_windows_thread_alone(bridge: Bridge, qtbot: QtBot) -> None:
    freed: list[int] = []

    class Held:
        def __del__(self) -> None:
            freed.append(threading.get_ident())

        def look(self) -> None:
            raise Refused("TEST-REFUSED", "It was not done.")

    lane = bridge.lane("vault")
    for number in range(200):
        held = Held()
        task = Task(lane, held.look if number % 2 else lambda held=held: None)
        task.then(lambda _, held=held: None).otherwise(lambda _, held=held: None).run()
    del held, task
    qtbot.waitUntil(lambda: lane.waiting == 0)
    bridge.close()
    assert len(freed) == 200
    assert set(freed) == {threading.get_ident()}


def test_cycles_are_collected_on_the_windows_thread_alone_while_lanes_live(bridge: Bridge, qtbot: QtBot) -> None:
    freed: list[int] = []

    class Ring:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            freed.append(threading.get_ident())

    lane = bridge.lane("vault")
    rings = [Ring() for _ in range(2000)]
    rings.clear()
    Task(lane, lambda: [[number] for number in range(50_000)]).run()
    qtbot.waitUntil(lambda: lane.waiting == 0)
    assert set(freed) <= {threading.get_ident()}
    gc.collect()
    assert len(freed) == 2000
    assert set(freed) == {threading.get_ident()}
    bridge.close()
