"""The signed settings in force on this computer."""

from __future__ import annotations

from referral_client.base.clock import Clock
from referral_client.base.home import Home
from referral_client.organisation import Installed, installed


def settings_in_force(home: Home, clock: Clock) -> Installed:
    """Read and verified again; what cannot be trusted is left out and named in `troubles`."""
    return installed(home.organisation, clock.now())


def trouble_sentences(home: Home, clock: Clock) -> tuple[str, ...]:
    """What is wrong with the settings, in sentences: expired, not trusted, a policy that does not load."""
    return tuple(trouble.sentence for trouble in settings_in_force(home, clock).troubles)
