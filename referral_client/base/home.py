"""The folder that one installation keeps: the same layout on every system, drawn here once.

HOME/
  lock                      held by the one running copy that writes in vaults
  sending.lock              held by the one that sends, so that a dead network never keeps anybody from writing
  organisation/             installed signed statements and the roots they are checked against
  people/<person id>/       one person's vault: vault.db, blobs/, outbox/
  log/                      codes and counts only
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from referral_client.base.errors import MachineLacks
from referral_client.base.files import make_private_folder


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below one home folder. Making one touches nothing; `create` makes the folders."""

    root: Path

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def sending_lock(self) -> Path:
        return self.root / "sending.lock"

    @property
    def organisation(self) -> Path:
        return self.root / "organisation"

    @property
    def people(self) -> Path:
        return self.root / "people"

    @property
    def log(self) -> Path:
        return self.root / "log"

    def create(self) -> Home:
        """Make what is missing. MachineLacks where this account cannot."""
        try:
            for folder in (self.root, self.organisation, self.people, self.log):
                make_private_folder(folder)
        except OSError as error:
            raise MachineLacks(
                "HOME-NOT-WRITABLE",
                "This account cannot make the folder that this program keeps everything in.",
                meaning="Nothing was written.",
                next_step="Name another folder with --home, or ask the person who looks after this computer.",
            ) from error
        return self


def default_home() -> Home:
    """This account's own home: local, never roaming (a roaming profile would copy it to a server)."""
    return Home(Path(platformdirs.user_data_dir("referral-client", appauthor=False, roaming=False)))
