"""The council's offline side: open a package, check all of it, read it, and say what became of it.

Promises: nothing is handed out before everything is verified; each step signs one receipt, in one chain, with keys
that the online side never has; a case reference leaves only sealed to the sender; a package for another destination,
another content under a known id, or practice among real ones is refused. Imports base, sealing and organisation.
"""

from referral_client.casework.book import Entry
from referral_client.casework.deciding import CANNOT_OPEN_REASONS, Signed, cannot_open, decide, register
from referral_client.casework.office import MadeKeys, Office, keygen, know_organisation, load_office, set_up
from referral_client.casework.opening import Opened, open_package_file
from referral_client.sealing.receipt import Outcome

__all__ = [
    "CANNOT_OPEN_REASONS",
    "Entry",
    "MadeKeys",
    "Office",
    "Opened",
    "Outcome",
    "Signed",
    "cannot_open",
    "decide",
    "keygen",
    "know_organisation",
    "load_office",
    "open_package_file",
    "register",
    "set_up",
]
