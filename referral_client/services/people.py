"""People on this computer: make a person's vault, open it, and the small file that IT enrols them by.

Imports base, vault, sealing. A vault is opened under the home's lock, so one copy at a time writes referrals.
Queues are worked through under a lock of their own: waiting for a network must never keep anybody from writing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from referral_client.base import log
from referral_client.base.canonical import Json
from referral_client.base.clock import Clock
from referral_client.base.errors import KnownError, Refused, WrongUse
from referral_client.base.home import Home
from referral_client.base.ids import PersonId, RandomBytes, new_uuid
from referral_client.base.locks import only_copy
from referral_client.organisation import installed
from referral_client.sealing.atrest import DEFAULT_COST, Cost
from referral_client.sealing.recipients import recipient_of
from referral_client.sealing.signing import PublicKeys
from referral_client.vault import (
    NoKey,
    Person,
    Queue,
    Vault,
    WrongPassphrase,
    create_vault,
    open_queue,
    open_vault,
)

# The most that a manifest and a bundle hold of either (docs/package-format.md).
NAME_LIMIT = 200
_CUT_OFF = "VAULT-NONE"  # what a vault says whose making was cut off


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The public half of a person and their workstation: what an organisation signs into its bundle."""

    person: Person
    person_keys: PublicKeys
    reading: str
    workstation_id: str
    workstation_keys: PublicKeys

    def as_json(self) -> Json:
        return {
            "person": {"id": self.person.id, "name": self.person.name, "role": self.person.role},
            "person_keys": self.person_keys.as_json(),
            "person_fingerprint": self.person_keys.fingerprint,
            "reading": self.reading,
            "workstation": {
                "id": self.workstation_id,
                "keys": self.workstation_keys.as_json(),
                "fingerprint": self.workstation_keys.fingerprint,
            },
        }


def new_person(
    home: Home,
    *,
    name: str,
    role: str,
    passphrase: str | None,
    practice: bool,
    clock: Clock,
    random: RandomBytes,
    cost: Cost = DEFAULT_COST,
) -> Enrolment:
    """Make a vault for one person of this home, with keys of their own.

    Without a passphrase the login's keyring keeps the key, where the organisation declares logins here personal;
    anywhere else that is VAULT-NO-KEY.
    """
    personal = logins_are_personal(home, clock)
    if not name.strip() or not role.strip():
        raise WrongUse("PERSON-NO-NAME", "A person needs a name and a role.", next_step="Give both.")
    if max(len(name.strip()), len(role.strip())) > NAME_LIMIT:
        raise WrongUse(
            "PERSON-NAME-TOO-LONG",
            f"A name or a role is longer than {NAME_LIMIT} characters, more than a council’s side reads.",
            meaning="No vault was made.",
            next_step="Give a shorter one.",
        )
    person = Person(PersonId(new_uuid(random)), name.strip(), role.strip())
    with only_copy(home.lock, what="this computer’s vaults"):
        if passphrase is not None:
            _opens_nothing_yet(home, passphrase, clock, random)
        folder = home.people / person.id
        try:
            create_vault(
                folder,
                person=person,
                passphrase=passphrase,
                practice=practice,
                clock=clock,
                random=random,
                personal_login=personal,
                cost=cost,
            )
            with open_vault(folder, passphrase, clock, random, personal_login=personal) as vault:
                return enrolment_of(vault)
        except BaseException:
            forget_new_person(home, person.id)
            raise


def forget_new_person(home: Home, person_id: PersonId) -> None:
    """Take away a vault that was being made just now and holds nothing yet."""
    shutil.rmtree(home.people / person_id, ignore_errors=True)


def _opens_nothing_yet(home: Home, passphrase: str, clock: Clock, random: RandomBytes) -> None:
    """A passphrase is all that tells people of one home apart, so each has one of their own."""
    for folder in _vaults(home):
        try:
            open_vault(folder, passphrase, clock, random).close()
        except KnownError:
            continue
        raise Refused(
            "PERSON-PASSPHRASE-TAKEN",
            "That passphrase opens a vault here already.",
            meaning="No vault was made.",
            next_step="Choose another passphrase. If the vault is yours, use it as it is.",
        )


def _vaults(home: Home) -> list[Path]:
    """Every vault of this home; a creation that was cut off may be among them, and is passed over when opened."""
    return sorted(path for path in home.people.iterdir() if (path / "vault.db").exists())


def logins_are_personal(home: Home, clock: Clock) -> bool:
    """What the signed bundle in force declares. Staff rooms share accounts, so the answer is no unless IT says yes."""
    organisation = installed(home.organisation, clock.now()).organisation
    return organisation is not None and organisation.personal_logins


def enrolment_of(vault: Vault) -> Enrolment:
    """The public half of an open vault's keys."""
    return Enrolment(
        person=vault.person,
        person_keys=vault.person_keys().public,
        reading=recipient_of(vault.reading_identity()),
        workstation_id=vault.workstation_id,
        workstation_keys=vault.workstation_keys().public,
    )


@contextmanager
def vault_of(home: Home, passphrase: str | None, *, clock: Clock, random: RandomBytes) -> Iterator[Vault]:
    """The vault that this passphrase opens, held for the length of the block.

    None: the vault that this login's keyring opens, where logins are declared personal; else VAULT-NO-KEY.

    Several people may share a home; a passphrase opens its own person's vault and says nothing about the others.
    Refused: no vault yet, a wrong passphrase, another running copy.
    """
    with only_copy(home.lock, what="your vault"):
        organisation = installed(home.organisation, clock.now()).organisation
        enrolled = {person.id for person in organisation.people} if organisation is not None else set()
        folders = sorted(_vaults(home), key=lambda folder: folder.name not in enrolled)
        personal = logins_are_personal(home, clock)
        with _first_that_opens(folders, passphrase, clock, random, personal=personal) as vault:
            yield vault


def _first_that_opens(
    folders: Sequence[Path], passphrase: str | None, clock: Clock, random: RandomBytes, *, personal: bool
) -> Vault:
    """One person's damaged vault must not keep another from theirs; its trouble is told when no vault opens."""
    troubles: list[KnownError] = []
    for folder in folders:
        try:
            return open_vault(folder, passphrase, clock, random, personal_login=personal)
        except KnownError as trouble:
            if trouble.code != _CUT_OFF:
                troubles.append(trouble)
    if not troubles:
        raise Refused(
            "VAULT-NONE",
            "Nobody has a vault here yet.",
            next_step="Make one first: referral-client organisation init, or referral-client person new.",
        )
    raise next((trouble for trouble in troubles if not isinstance(trouble, WrongPassphrase | NoKey)), troubles[0])


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues here that open, and what is wrong with each that does not."""

    open: tuple[Queue, ...]
    troubles: tuple[KnownError, ...]


@contextmanager
def queues_of(home: Home, *, clock: Clock, random: RandomBytes, to_send: bool = False) -> Iterator[Queues]:
    """The queue of every vault here, without a passphrase: sealed packages, states and receipts only.

    `to_send`: refused while another running copy sends. A vault may be open meanwhile, here or in another process.
    One person's damaged vault never holds up what another person waits to send.
    """
    with only_copy(home.sending_lock, what="the queue") if to_send else nullcontext():
        queues: list[Queue] = []
        troubles: list[KnownError] = []
        try:
            for path in sorted(home.people.iterdir()):
                if (path / "vault.db").exists():
                    try:
                        queues.append(open_queue(path, clock, random))
                    except KnownError as trouble:
                        if trouble.code == _CUT_OFF:
                            continue  # nothing can wait there
                        log.trouble("queue-not-opened", code=trouble.code)
                        troubles.append(trouble)
            yield Queues(tuple(queues), tuple(troubles))
        finally:
            for queue in queues:
                queue.close()
