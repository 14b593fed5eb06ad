"""What a person does at this window, outside one referral: unlock, make a vault, home, hide, practise, leave.

Promises: the open vault lives on its lane and is touched nowhere else; hiding takes the page away before anything else
happens; closing keeps what was written, and waits for it. Imports services, practice, and this room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication

from referral_client.base.clock import Clock
from referral_client.base.errors import KnownError, Refused
from referral_client.base.home import Home
from referral_client.base.ids import RandomBytes, ReferralId
from referral_client.desktop import theme
from referral_client.desktop.bridge import Bridge, Task
from referral_client.desktop.flow import Flow
from referral_client.desktop.pages.home import HomePage
from referral_client.desktop.pages.unlocking import NewPersonPage, RealChildPage, UnlockPage, WaitPage
from referral_client.desktop.window import Window
from referral_client.practice import Rehearsal, sample_answers
from referral_client.services.delivering import run_queue
from referral_client.services.people import new_person
from referral_client.services.preferences import Preferences, keep_preferences, preferences_of
from referral_client.services.sitting import Opened, Overview, Sitting, anybody_here

T = TypeVar("T")
POST_EVERY_MS = 15_000
IDLE_MS = 10 * 60_000


class Desk:
    """One window and the vault behind it. `real_one` is called when practice turns out to be about a real child."""

    def __init__(
        self,
        home: Home,
        *,
        clock: Clock,
        random: RandomBytes,
        rehearsal: Rehearsal | None = None,
        real_one: Callable[[], None] = lambda: None,
    ) -> None:
        self._home = home
        self._clock = clock
        self._random = random
        self._rehearsal = rehearsal
        self._real_one = real_one
        self._sitting: Sitting | None = None  # touched on the vault's lane alone
        self._unlocked = False
        self._session = 0
        self._flow: Flow | None = None
        self.bridge = Bridge()
        self._vault_lane = self.bridge.lane("vault")
        self._post_lane = self.bridge.lane("post")
        self.window = Window(practice=rehearsal is not None, hide_all=self.hide, closing=self._may_close)
        self._post_timer = QTimer(self.window)
        self._post_timer.setInterval(POST_EVERY_MS)
        self._post_timer.timeout.connect(lambda: self.run_post(everything=False))
        self._idle_timer = QTimer(self.window)
        self._idle_timer.setSingleShot(True)
        self._idle_timer.setInterval(IDLE_MS)
        self._idle_timer.timeout.connect(self.hide)
        self.window.active.connect(self._idle_timer.start)
        self._closed = False
        if self.window.menus is not None:
            menu = self.window.menus.addMenu("Practice")
            menu.addAction("Stop the council’s computer", lambda: self._council(start=False))
            menu.addAction("Start the council’s computer", lambda: self._council(start=True))

    # --- beginning and ending

    def start(self) -> None:
        """Put the first page up, in the look this person of the computer likes."""
        Task(self._vault_lane, lambda: preferences_of(self._home)).then(self._dress).run()
        if self._rehearsal is not None:
            self.window.open_page(lambda: RealChildPage(practise=self._first_page, real=self._real_one))
        else:
            self._first_page()
        self._post_timer.start()

    def _dress(self, kept: Preferences) -> None:
        scheme = theme.Scheme(kept.scheme) if kept.scheme in set(theme.Scheme) else theme.scheme_of_system()
        self.window.dress(scheme, kept.zoom)

    def _first_page(self) -> None:
        if self._rehearsal is not None:
            rehearsal = self._rehearsal
            self.window.open_page(lambda: WaitPage("Practice", "The practice council is getting ready."))
            Task(self._post_lane, rehearsal.start).then(lambda _: self._lock_or_new()).otherwise(self.explain).run()
        else:
            self.window.open_page(lambda: WaitPage("Opening", "One moment."))
            self._lock_or_new()

    def _lock_or_new(self) -> None:
        Task(self._vault_lane, lambda: anybody_here(self._home)).then(
            lambda anybody: self.show_unlock() if anybody else self.show_new_person()
        ).run()

    def close(self) -> None:
        """Keep what was written, end both threads, stop what was started. Once."""
        if self._closed:
            return
        self._closed = True
        self._post_timer.stop()
        self._idle_timer.stop()
        if self._flow is not None:
            self._flow.keep()
        look = theme.look()
        Task(self._vault_lane, lambda: keep_preferences(self._home, Preferences(look.zoom, look.scheme.value))).run()
        Task(self._vault_lane, self._get_up).run()
        if self._rehearsal is not None:
            Task(self._post_lane, self._rehearsal.stop).run()
        self.bridge.close()

    def _may_close(self) -> bool:
        self.window.hide()  # what is still to be kept is kept behind it
        self.close()
        return True

    # --- the vault

    def ask(self, operation: Callable[[Sitting], T]) -> Task[T]:
        """A task for the open vault. What it refuses is explained on the page unless somebody says otherwise.

        An answer that comes after it was locked is dropped: nothing of a child may appear on a hidden window.
        """
        session = self._session
        return Task(
            self._vault_lane, lambda: operation(self._seat()), wanted=lambda: self._session == session
        ).otherwise(self.explain)

    def _seat(self) -> Sitting:
        if self._sitting is None:
            raise Refused("VAULT-LOCKED", "It is locked.", next_step="Type your passphrase to go on.")
        return self._sitting

    def _sit_down(self, passphrase: str) -> Overview:
        self._get_up()
        self._sitting = Sitting.open(self._home, passphrase, clock=self._clock, random=self._random)
        return self._sitting.overview()

    def _get_up(self) -> None:
        sitting, self._sitting = self._sitting, None
        if sitting is not None:
            sitting.close()

    def explain(self, error: KnownError) -> None:
        """A known error, on the page that is there."""
        if self.window.page is not None:
            self.window.page.show_error(error)
            self.window.settle()

    def show_unlock(self, *, hidden: bool = False) -> None:
        """Ask for the passphrase."""
        self._unlocked = False
        new_person = self.show_new_person if self._rehearsal is None else None
        other = self.show_unlock if hidden else new_person
        self.window.open_page(lambda: UnlockPage(unlock=self._unlock, other=other, hidden=hidden), neutral=hidden)

    def _unlock(self, passphrase: str) -> None:
        Task(self._vault_lane, lambda: self._sit_down(passphrase)).then(self._show_home).otherwise(self.explain).run()

    def show_new_person(self) -> None:
        """Make a vault."""
        self.window.open_page(lambda: NewPersonPage(make=self._make_person, back=self._lock_or_new))

    def _make_person(self, name: str, role: str, passphrase: str) -> None:
        rehearsal = self._rehearsal

        def make() -> Overview:
            if rehearsal is not None:
                rehearsal.begin(name=name, role=role, passphrase=passphrase)
            else:
                new_person(
                    self._home, name=name, role=role, passphrase=passphrase, practice=False,
                    clock=self._clock, random=self._random,
                )  # fmt: skip
            return self._sit_down(passphrase)

        Task(self._vault_lane, make).then(self._show_home).otherwise(self.explain).run()

    def hide(self) -> None:
        """Somebody walked in: a page that says nothing, then the lock."""
        self._lock(hidden=True)

    def lock(self) -> None:
        """Done for now: the page for whoever comes next."""
        self._lock(hidden=False)

    def _lock(self, *, hidden: bool) -> None:
        if not self._unlocked:
            return
        if self._flow is not None:
            self._flow.keep()
        self._flow = None
        self._session += 1
        self.window.telephone = None
        self.show_unlock(hidden=hidden)
        clipboard = QGuiApplication.clipboard()
        if clipboard.ownsClipboard():
            clipboard.clear()
        Task(self._vault_lane, self._get_up).run()

    # --- home

    def show_home(self) -> None:
        """The list of everything of this person."""
        if self._flow is not None:
            self._flow.keep()
        self.ask(lambda sitting: sitting.overview()).then(self._show_home).run()

    def _show_home(self, overview: Overview) -> None:
        self._unlocked = True
        self._flow = None
        self.window.telephone = overview.telephone
        self.window.open_page(
            lambda: HomePage(
                overview,
                begin=self._begin,
                begin_sample=self._begin_sample if overview.practice else None,
                open_one=self._open_one,
                lock=self.lock,
            )
        )
        self._idle_timer.start()

    def _begin(self, form: str) -> None:
        self.ask(lambda sitting: sitting.begin(form)).then(self._take_up).run()

    def _begin_sample(self, form: str) -> None:
        self.ask(lambda sitting: sitting.begin_from(form, sample_answers())).then(self._take_up).run()

    def _open_one(self, referral_id: ReferralId) -> None:
        self.ask(lambda sitting: sitting.take_up(referral_id)).then(self._take_up).run()

    def _take_up(self, opened: Opened) -> None:
        self._flow = Flow(self, opened)
        self._flow.begin()

    # --- the post

    def run_post(self, *, everything: bool) -> None:
        """One round over whatever waits here, by the lane that may be slow. One at a time."""
        if self._post_lane.waiting and not everything:
            return
        stopping = self._post_lane.stopping

        def round_of_post() -> None:
            run_queue(self._home, clock=self._clock, random=self._random, everything=everything, stop=stopping.is_set)

        Task(self._post_lane, round_of_post).then(lambda _: self._post_came()).run()

    def _post_came(self) -> None:
        if self._flow is not None:
            self._flow.post_came()

    def _council(self, *, start: bool) -> None:
        assert self._rehearsal is not None
        rehearsal = self._rehearsal
        Task(self._post_lane, rehearsal.start if start else rehearsal.stop).then(
            lambda _: self.run_post(everything=True)
        ).otherwise(self.explain).run()
