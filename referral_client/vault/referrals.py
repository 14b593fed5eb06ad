"""Referrals in an open vault: answers with their revisions, states, notes, custody.

Promises: every save is one transaction with its audit entry; a state moves only through `referral.states`; the last
twenty revisions are kept; what is in clear is bound to the sealed part and checked against it on reading; the form
that a referral was begun on lies beside its answers, as revision 0, for as long as they do.

Autosave writes one audit entry for each referral while the vault is open, at the first save, and one whenever a save
changes the state (an edit voids an approval); every other change has an entry of its own.
"""

from __future__ import annotations

import base64
import sqlite3
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from referral_client.base.canonical import Json
from referral_client.base.clock import Clock, from_rfc3339, to_rfc3339
from referral_client.base.ids import PersonId, ReferralId, is_uuid, new_uuid
from referral_client.referral.answers import AnswerSet, NotFitting, answers_digest, answers_from_json, answers_to_json
from referral_client.referral.family import family_of
from referral_client.referral.states import ReferralEvent, ReferralState, next_referral
from referral_client.sealing.atrest import CannotOpen, Place
from referral_client.vault.audit import AuditKind, append_sealed, custody_lines, open_detail
from referral_client.vault.keys import StoreKeys, cell
from referral_client.vault.schema import row_check, transaction
from referral_client.vault.trouble import Damaged, in_words, no_such
from referral_client.vault.values import FormRef, ReferralRow, Revision, StoredReferral

KEPT_REVISIONS = 20
_FORM_REVISION = 0  # before the first revision of the answers stands what they are answers to
_LARGEST_FORM = 8_000_000
_LONGEST_TITLE = 200
# These two bring more than a change of state: `commit_sealing` and `erase` do them.
_NOT_BY_MOVE = frozenset(event for event in ReferralEvent if event.name.startswith("SEAL")) | {ReferralEvent.ERASE}

_Row = tuple[str, str, str, str, int, int, bytes | None, bytes | None, int]
_SELECT = "SELECT id, state, created_at, changed_at, revision, counter, wrapped_key, facts, row_check FROM referral"

_LIST = (
    "SELECT id, state, created_at, changed_at, revision, counter, row_check FROM referral WHERE wrapped_key IS NOT NULL"
)


@dataclass(slots=True)
class Record:
    """One row being worked on inside a transaction: clear columns, opened key, opened facts."""

    id: ReferralId
    state: ReferralState
    created_at: datetime
    changed_at: datetime
    revision: int
    counter: int
    key: bytes
    facts: dict[str, Json]  # title, form, notes


class Referrals:
    """The part of the vault that keeps referrals. `Vault` is this and more."""

    def __init__(
        self, connection: sqlite3.Connection, folder: Path, keys: StoreKeys, clock: Clock, person_id: PersonId
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._keys = keys
        self._clock = clock
        self._person_id = person_id
        self._edited: set[ReferralId] = set()
        self._listed: dict[str, tuple[tuple[object, ...], ReferralRow]] = {}

    # --- reading

    @in_words
    def referrals(self) -> list[ReferralRow]:
        """Every referral that was not erased, the last changed first.

        Opening ten thousand titles takes a while, so those whose clear columns did not change are remembered.
        """
        listed: dict[str, tuple[tuple[object, ...], ReferralRow]] = {}
        for clear in self._connection.execute(_LIST).fetchall():
            known = self._listed.get(clear[0])
            if known is None or known[0] != clear:
                record = self._load(clear[0])
                title = record.facts["title"]
                row = ReferralRow(record.id, record.state, record.created_at, record.changed_at, title)
                known = (clear, row)
            listed[clear[0]] = known
        self._listed = listed
        return sorted((row for _, row in listed.values()), key=lambda row: (row.changed_at, row.id), reverse=True)

    @in_words
    def referral(self, referral_id: ReferralId) -> StoredReferral:
        record = self._load(referral_id)
        form = record.facts["form"]
        return StoredReferral(
            id=record.id,
            state=record.state,
            form=FormRef(form["id"], form["version"], form["sha256"]),
            answers=self._answers(record, record.revision),
            revision=record.revision,
            created_at=record.created_at,
            changed_at=record.changed_at,
            title=record.facts["title"],
            notes=record.facts["notes"],
        )

    @in_words
    def revisions(self, referral_id: ReferralId) -> list[Revision]:
        """The saved states that can be brought back, the newest first."""
        record = self._load(referral_id)
        numbers = self._connection.execute(
            "SELECT revision FROM answers WHERE referral_id = ? AND revision > 0 ORDER BY revision DESC", (referral_id,)
        ).fetchall()
        return [Revision(number, from_rfc3339(self._saved(record, number)["saved_at"])) for (number,) in numbers]

    @in_words
    def answers_at(self, referral_id: ReferralId, revision: int) -> AnswerSet:
        """The answers as they were at one of the kept revisions."""
        return self._answers(self._load(referral_id), revision)

    @in_words
    def form_source(self, referral_id: ReferralId) -> bytes:
        """The form that was kept with the referral when it was begun; b"" when none was."""
        record = self._load(referral_id)
        row = self._connection.execute(
            "SELECT cell FROM answers WHERE referral_id = ? AND revision = ?", (referral_id, _FORM_REVISION)
        ).fetchone()
        if row is None:
            return b""
        kept: dict[str, Json] = {}
        with suppress(CannotOpen):
            kept = self._keys.open(record.key, _source_cell(record), row[0])
        if "source" not in kept:
            raise Damaged("The form of a referral is damaged.")
        return zlib.decompressobj().decompress(base64.b64decode(kept["source"]), _LARGEST_FORM)

    @in_words
    def custody(self, referral_id: ReferralId) -> bytes:
        """What happened to one referral, as JSON lines that verify on their own: see `audit.custody_lines`."""
        key = self._load(referral_id).key
        rows = self._connection.execute(
            "SELECT seq, at, kind, referral_id, sealed, body, prev, hash FROM audit WHERE referral_id = ? ORDER BY seq",
            (referral_id,),
        )
        return b"".join(custody_lines(rows, lambda seq, sealed, raw: self._detail(seq, sealed, raw, key)))

    # --- writing

    @in_words
    def new_referral(self, form: FormRef, answers: AnswerSet, *, source: bytes = b"") -> ReferralId:
        """Start a draft with a key of its own. `source`: the form itself, to be kept with it; see `form_source`."""
        now = self._clock.now()
        referral_id = ReferralId(new_uuid(self._keys.random))
        key, wrapped = self._keys.new_referral_key(referral_id)
        facts: dict[str, Json] = {
            "title": title_of(answers),
            "form": {"id": form.id, "version": form.version, "sha256": form.sha256},
            "notes": {},
        }
        record = Record(referral_id, ReferralState.DRAFT, now, now, 1, 1, key, facts)
        with transaction(self._connection):
            clear = _clear(record)
            self._connection.execute(
                "INSERT INTO referral VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*clear, wrapped, self._sealed_facts(record), row_check(*clear)),
            )
            self._write_answers(record, answers)
            if source:
                self._write_source(record, source)
            detail = {"form": facts["form"], "answers_sha256": answers_digest(answers)}
            self._note(record, AuditKind.STARTED, detail)
        self._edited.add(referral_id)
        return referral_id

    @in_words
    def save_answers(self, referral_id: ReferralId, answers: AnswerSet) -> int:
        """Keep the answers as a new revision and give its number. NoSuchMove where the state allows no edit.

        Answers that are the same as those kept change nothing.
        """
        digest = answers_digest(answers)
        with transaction(self._connection):
            record = self._load(referral_id)
            after = next_referral(record.state, ReferralEvent.EDIT)
            if after is record.state and digest == answers_digest(self._answers(record, record.revision)):
                return record.revision
            changes_state, record.state = after is not record.state, after
            record.revision += 1
            record.facts["title"] = title_of(answers)
            self._write_answers(record, answers)
            self._write(record)
            if changes_state or referral_id not in self._edited:
                detail = {"revision": record.revision, "answers_sha256": digest, "state": str(after)}
                self._note(record, AuditKind.EDITED, detail)
        self._edited.add(referral_id)
        return record.revision

    @in_words
    def set_notes(self, referral_id: ReferralId, notes: Mapping[str, Json]) -> None:
        """Keep the caller's own facts about a referral (what it supplements, open tasks, ...), sealed."""
        with transaction(self._connection):
            record = self._load(referral_id)
            record.facts["notes"] = dict(notes)
            self._write(record)
            self._note(record, AuditKind.NOTED, {"keys": sorted(notes)})

    @in_words
    def move(
        self, referral_id: ReferralId, event: ReferralEvent, *, actor: str, detail: Mapping[str, Json] | None = None
    ) -> ReferralState:
        """Take one step of the table, with its audit entry. ValueError for sealing and erasing: see their own steps."""
        if event in _NOT_BY_MOVE:
            raise ValueError("sealing and erasing have steps of their own")
        with transaction(self._connection):
            record = self._load(referral_id)
            self._move(record, event, AuditKind.MOVED, actor, detail or {})
        return record.state

    # --- inside; callers hold the transaction where something is written

    def _load(self, referral_id: ReferralId) -> Record:
        if not is_uuid(referral_id):
            raise no_such("referral")
        row = self._connection.execute(f"{_SELECT} WHERE id = ?", (referral_id,)).fetchone()
        if row is None or row[6] is None:
            raise no_such("referral")
        return self._record(row)

    def _record(self, row: _Row) -> Record:
        """A row with its sealed part opened; Damaged unless the two say the same."""
        referral_id, state, created_at, changed_at, revision, counter, wrapped, facts, check = row
        if check != row_check(*row[:6]) or wrapped is None or facts is None:
            raise Damaged("A referral in the vault is damaged.")
        try:
            key = self._keys.referral_key(referral_id, wrapped)
            opened = self._keys.open(key, cell("referral", "facts", referral_id, counter), facts)
        except CannotOpen:
            opened = {}
        if opened.pop("clear", None) != [state, created_at, changed_at, revision]:
            raise Damaged("A referral in the vault is damaged.")
        return Record(
            id=ReferralId(referral_id),
            state=ReferralState(state),
            created_at=from_rfc3339(created_at),
            changed_at=from_rfc3339(changed_at),
            revision=revision,
            counter=counter,
            key=key,
            facts=opened,
        )

    def _write(self, record: Record) -> None:
        record.counter += 1
        record.changed_at = self._clock.now()
        clear = _clear(record)
        self._connection.execute(
            "UPDATE referral SET state = ?, changed_at = ?, revision = ?, counter = ?, facts = ?, row_check = ? "
            "WHERE id = ?",
            (clear[1], *clear[3:], self._sealed_facts(record), row_check(*clear), record.id),
        )

    def _sealed_facts(self, record: Record) -> bytes:
        _, state, created_at, changed_at, revision, counter = _clear(record)
        bound = {**record.facts, "clear": [state, created_at, changed_at, revision]}
        return self._keys.seal(record.key, cell("referral", "facts", record.id, counter), bound)

    def _write_answers(self, record: Record, answers: AnswerSet) -> None:
        saved_at = to_rfc3339(self._clock.now())
        value = {"saved_at": saved_at, "answers": answers_to_json(answers)}
        sealed = self._keys.seal(record.key, cell("answers", "cell", record.id, record.revision), value)
        self._connection.execute(
            "INSERT INTO answers VALUES (?, ?, ?, ?)", (record.id, record.revision, saved_at, sealed)
        )
        self._connection.execute(
            "DELETE FROM answers WHERE referral_id = ? AND revision > 0 AND revision <= ?",
            (record.id, record.revision - KEPT_REVISIONS),
        )

    def _write_source(self, record: Record, source: bytes) -> None:
        packed = base64.b64encode(zlib.compress(source, 9)).decode("ascii")
        sealed = self._keys.seal(record.key, _source_cell(record), {"source": packed})
        self._connection.execute(
            "INSERT INTO answers VALUES (?, ?, ?, ?)",
            (record.id, _FORM_REVISION, to_rfc3339(record.created_at), sealed),
        )

    def _answers(self, record: Record, revision: int) -> AnswerSet:
        try:
            return answers_from_json(self._saved(record, revision)["answers"])
        except NotFitting:
            pass
        raise Damaged("The answers of a referral are damaged.")

    def _saved(self, record: Record, revision: int) -> dict[str, Json]:
        """One revision as it was sealed: {"saved_at", "answers"}."""
        row = self._connection.execute(
            "SELECT saved_at, cell FROM answers WHERE referral_id = ? AND revision = ?", (record.id, revision)
        ).fetchone()
        if row is None and revision != record.revision:
            raise no_such("revision")
        saved: dict[str, Json] = {}
        if row is not None:
            with suppress(CannotOpen):
                saved = self._keys.open(record.key, cell("answers", "cell", record.id, revision), row[1])
        if row is None or saved.get("saved_at") != row[0]:
            raise Damaged("The answers of a referral are damaged.")
        return saved

    def _move(
        self,
        record: Record,
        event: ReferralEvent,
        kind: AuditKind,
        actor: str,
        detail: Mapping[str, Json],
    ) -> None:
        before = record.state
        record.state = next_referral(before, event)
        self._write(record)
        said = {
            "event": event.name,
            "before": str(before),
            "state": str(record.state),
            "revision": record.revision,
            "actor": actor,
            "detail": dict(detail),
        }
        self._note(record, kind, said)

    def _note(self, record: Record, kind: AuditKind, detail: Mapping[str, Json]) -> None:
        said = {"person": self._person_id, **detail}
        append_sealed(self._connection, self._clock.now(), kind, record.id, said, self._keys, record.key)

    def _detail(self, seq: int, sealed: int, raw: bytes, key: bytes) -> dict[str, Json] | None:
        return open_detail(self._keys, seq, sealed, raw, key)


def _source_cell(record: Record) -> Place:
    return cell("answers", "form", record.id, _FORM_REVISION)


def title_of(answers: AnswerSet) -> str:
    """What a referral is called in the list: the names of its children, as the person wrote them."""
    children = family_of(answers).children
    named = [child.name for child in children if child.referred] or [child.name for child in children]
    return ", ".join(named)[:_LONGEST_TITLE]


def _clear(record: Record) -> tuple[str, str, str, str, int, int]:
    times = to_rfc3339(record.created_at), to_rfc3339(record.changed_at)
    return record.id, str(record.state), *times, record.revision, record.counter
