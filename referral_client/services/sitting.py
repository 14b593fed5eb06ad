"""One person at the window: their open vault under the home's lock until they get up, and each thing they do there.

Promises: used from one thread; nothing is handed out but values; what is shown as delivered comes from the delivery's
state alone. The queue is worked through elsewhere (`delivering.run_queue`). Imports vault and organisation.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from referral_client.base.clock import Clock
from referral_client.base.home import Home
from referral_client.base.ids import RandomBytes, ReferralId
from referral_client.organisation import Installed
from referral_client.questionnaire import Form
from referral_client.referral import AnswerSet, ReferralState, answers_from_json
from referral_client.services.attaching import judged, left_out
from referral_client.services.delivering import Standing, standing_of
from referral_client.services.draft_forms import begin_draft, form_to_read_by
from referral_client.services.drafting import Checked, check_draft, new_draft, settings_of
from referral_client.services.people import vault_of
from referral_client.services.sending import send
from referral_client.services.settings import settings_in_force
from referral_client.services.shipped_forms import shipped_forms
from referral_client.services.writing import Sheet
from referral_client.vault import Vault

__all__ = [
    "BeforeSending",
    "Opened",
    "Overview",
    "Picture",
    "Referral",
    "Sitting",
    "Standing",
    "Telephone",
    "anybody_here",
]

NO_TITLE = "No name yet"


@dataclass(frozen=True, slots=True)
class Telephone:
    """The front door's numbers. `ring`: confirmed within a year; `seen`: printed somewhere once, to be checked."""

    front_door: str
    ring: tuple[tuple[str, str, str], ...]
    seen: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral as the home page shows it. `words`: its state for a person; `not_sent`: it waits to be delivered."""

    id: ReferralId
    title: str
    draft: bool
    words: str
    not_sent: bool
    changed_at: datetime
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The home page. `connected`: the council's name for this computer's form, or "" when NOT CONNECTED."""

    person: str
    practice: bool
    connected: str
    troubles: tuple[str, ...]
    telephone: Telephone
    forms: tuple[tuple[str, str], ...]
    referrals: tuple[Referral, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A referral taken up to be written or read."""

    id: ReferralId
    draft: bool
    sheet: Sheet
    telephone: Telephone
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One photograph and what the policy says of it now."""

    goes: bool
    headline: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BeforeSending:
    """All that a person should know before they send. `connected` is "" when there is nowhere to send to."""

    connected: str
    telephone: Telephone
    checked: Checked
    sheet: Sheet
    pictures: tuple[Picture, ...]
    left_out: int
    needs_review: bool


def anybody_here(home: Home) -> bool:
    """True when somebody has a vault in this home."""
    return any((path / "vault.db").exists() for path in home.people.iterdir())


def telephone_of(installed: Installed, form: Form, now: datetime) -> Telephone:
    """Confirmed numbers of the signed profile for this form; else what the form last saw, with the year."""
    authority = installed.authority_for(form.id)
    if authority is not None:
        door = authority.front_door
        ring = tuple((each.label, each.number, each.hours) for each in door.numbers if each.ring_this(now.date()))
        seen = tuple(
            (each.label, each.number, each.last_seen_year) for each in door.numbers if not each.ring_this(now.date())
        )
        return Telephone(door.name, ring, seen)
    facts = form.profile
    return Telephone(facts.front_door, (), tuple((each.label, each.number, each.last_seen) for each in facts.numbers))


class Sitting:
    """An open vault, from `open` to `close`."""

    def __init__(self, home: Home, vault: Vault, held: ExitStack, clock: Clock, random: RandomBytes) -> None:
        self._home = home
        self._vault = vault
        self._held = held
        self._clock = clock
        self._random = random

    @classmethod
    def open(cls, home: Home, passphrase: str, *, clock: Clock, random: RandomBytes) -> Self:
        """Refused: a wrong passphrase, no vault, another running copy."""
        held = ExitStack()
        vault = held.enter_context(vault_of(home, passphrase, clock=clock, random=random))
        return cls(home, vault, held, clock, random)

    def close(self) -> None:
        self._held.close()

    # --- looking

    def overview(self) -> Overview:
        """The home page: everything of this person, the last changed first."""
        installed, now = self._settings(), self._clock.now()
        forms = shipped_forms().forms
        usual = next((form for form in forms.values() if installed.authority_for(form.id)), None)
        offered = [usual] if usual else [form for form in forms.values() if form.profile.authority_name]
        authority = installed.authority_for(usual.id) if usual else None
        return Overview(
            person=self._vault.person.name,
            practice=self._vault.practice,
            connected=authority.front_door.name if authority is not None else "",
            troubles=tuple(trouble.sentence for trouble in installed.troubles),
            telephone=telephone_of(installed, offered[0], now),
            forms=tuple((form.id, form.title) for form in offered),
            referrals=tuple(self._referrals(installed, now)),
        )

    def _referrals(self, installed: Installed, now: datetime) -> list[Referral]:
        found = []
        for row in self._vault.referrals():
            deliveries = self._vault.queue.deliveries_of(row.id)
            standings = tuple(standing_of(self._vault.queue, each, installed, now) for each in deliveries)
            last = standings[-1] if standings else None
            found.append(
                Referral(
                    id=row.id,
                    title=row.title or NO_TITLE,
                    draft=last is None,
                    words=last.words if last else "Draft, NOT SENT",
                    not_sent=last.not_sent if last else False,
                    changed_at=row.changed_at,
                    standings=standings,
                )
            )
        return found

    def take_up(self, referral_id: ReferralId) -> Opened:
        """Open one to write on, or to look at once it has left."""
        installed, now = self._settings(), self._clock.now()
        referral = self._vault.referral(referral_id)
        form = form_to_read_by(self._vault, referral).form
        deliveries = self._vault.queue.deliveries_of(referral_id)
        return Opened(
            id=referral_id,
            draft=referral.state in (ReferralState.DRAFT, ReferralState.RETURNED, ReferralState.APPROVED),
            sheet=Sheet(form, referral.answers, settings_of(installed, now.date())),
            telephone=telephone_of(installed, form, now),
            standings=tuple(standing_of(self._vault.queue, each, installed, now) for each in deliveries),
        )

    def before_sending(self, referral_id: ReferralId) -> BeforeSending:
        """What would happen now, by the answers, the policy and the settings."""
        installed, now = self._settings(), self._clock.now()
        opened = self.take_up(referral_id)
        authority = installed.authority_for(opened.sheet.form.id)
        organisation = installed.organisation
        me = organisation.person(self._vault.person.id) if organisation is not None else None
        may_approve = me is not None and me.may_approve
        return BeforeSending(
            connected=authority.front_door.name if authority is not None and organisation is not None else "",
            telephone=opened.telephone,
            checked=check_draft(self._vault, referral_id, installed, now.date()),
            sheet=opened.sheet,
            pictures=tuple(
                Picture(each.says.goes, each.says.headline, tuple(f.clause for f in each.says.findings if f.clause))
                for each in judged(self._vault, referral_id, installed.policies, now.date())
            ),
            left_out=len(left_out(self._vault, referral_id)),
            needs_review=bool(organisation is not None and organisation.review_required and not may_approve),
        )

    # --- doing

    def begin(self, form_id: str) -> Opened:
        """A new draft on a shipped form."""
        form = shipped_forms().form(form_id)
        return self.take_up(begin_draft(self._vault, form, answers_from_json({})))

    def begin_from(self, form_id: str, answers: Path) -> Opened:
        """A new draft with the answers of a file: the sample family, in practice."""
        return self.take_up(new_draft(self._vault, form_id, answers))

    def save(self, referral_id: ReferralId, answers: AnswerSet) -> datetime:
        """Keep the answers; the moment they were kept."""
        self._vault.save_answers(referral_id, answers)
        return self._clock.now()

    def send(self, referral_id: ReferralId, *, urgent: str = "", tried: str = "") -> Opened:
        """Make it ready and put it in line. It is NOT SENT until a receipt comes back."""
        send(
            self._vault,
            referral_id,
            self._settings(),
            clock=self._clock,
            random=self._random,
            urgent=urgent,
            lead_not_reachable=tried,
        )
        return self.take_up(referral_id)

    def _settings(self) -> Installed:
        return settings_in_force(self._home, self._clock)
