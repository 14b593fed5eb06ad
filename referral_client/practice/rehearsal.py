"""Practice in the window: a home of its own with a sample organisation, and a council whose computer can be stopped.

    HOME/practice/            a home like any other; every statement in it carries the practice mark
    HOME/practice/council/    the practice council

A real home never holds any of it, and a real vault accepts none of its statements. Used from one thread.
"""

from __future__ import annotations

import shutil
from urllib.parse import urlsplit

from referral_client.base.clock import Clock
from referral_client.base.home import Home
from referral_client.base.ids import RandomBytes
from referral_client.practice.council import Council
from referral_client.practice.sample import sample_policy
from referral_client.services.organisations import begin_organisation, install_authority_file
from referral_client.services.settings import settings_in_force
from referral_client.services.sitting import anybody_here


def practice_home(home: Home) -> Home:
    """The practice home inside a real one; its folders exist afterwards."""
    return Home(home.root / "practice").create()


class Rehearsal:
    """The council's side of practice, and the making of the sample organisation."""

    def __init__(self, home: Home, *, clock: Clock, random: RandomBytes) -> None:
        self.home = home
        self._clock = clock
        self._random = random
        self._council = Council(home.root / "council", clock, random)

    @property
    def running(self) -> bool:
        """True while the council's computer answers."""
        return self._council.running

    def begin(self, *, name: str, role: str, passphrase: str) -> None:
        """A council, and an organisation of this one person that is registered with it. Leaves the council running."""
        if not anybody_here(self.home):
            shutil.rmtree(self._council.folder, ignore_errors=True)  # left by a beginning that was cut off
        self._council.begin()
        assert self._council.root is not None
        begun = begin_organisation(
            self.home,
            self.home.root / "signing",
            passphrase,
            org_id="practice-school",
            name="Practice school (sample)",
            sector="school",
            person=name,
            role=role,
            policies=[sample_policy()],
            accepts=(self._council.root.thumbprint,),
            clock=self._clock,
            random=self._random,
            practice=True,
        )
        install_authority_file(self.home, self._council.authority_file)
        self._council.register(begun.for_council, begun.signed)
        self._council.start()

    def start(self) -> None:
        """Start the council's computer where its signed profile says that it is. Nothing when there is none yet."""
        if self.running or not anybody_here(self.home):
            return
        for authority in settings_in_force(self.home, self._clock).authorities:
            self._council.port = urlsplit(authority.destinations[0].transports[0].base_url).port or 0
            self._council.start()

    def stop(self) -> None:
        """Stop it, as when the network is gone."""
        self._council.stop()
