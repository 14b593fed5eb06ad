"""Uploads that have begun: an unguessable token each, parts that are written once, and a sweep of abandoned ones.

uploads/open/<shelf>/<id>/<sha256>.json   the one upload for these bytes: {token}
uploads/tokens/<token>.json               what the token is for: sender, part size and ticket
uploads/parts/<token>/<n>                 one part
uploads/digests/<token>/<n>               its SHA-256, so that an announcement need not read what is there

Parts need not survive a power cut: the whole is checked against the ticket before anything is signed.
Imports base and sealing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from referral_client.base.canonical import canonical_bytes, strict_json
from referral_client.base.ids import RandomBytes
from referral_client.intake.senders import Sender
from referral_client.intake.store import STAGING, Found, Objects
from referral_client.sealing.ticket import peek_ticket

_LIMIT = 200_000
_TOKEN_BYTES = 32
_DIGEST_BYTES = 64
# About what the files of an upload take that has no part yet.
_UPLOAD_ALLOWANCE = 4096


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload: where its parts go, for which ticket, and whose."""

    token: str
    sender: Sender
    ticket: bytes
    part_size: int

    @property
    def part_count(self) -> int:
        return -(-self.sender.ticket.parcel_size // self.part_size)

    def size_of(self, n: int) -> int:
        """How many bytes part `n` (from 1) must have; 0 when there is no such part."""
        if not 1 <= n <= self.part_count:
            return 0
        return min(self.part_size, self.sender.ticket.parcel_size - (n - 1) * self.part_size)


class Uploads:
    """The uploads in one storage. Safe to use from many threads and replicas."""

    def __init__(self, objects: Objects, random: RandomBytes, part_size: int) -> None:
        self._objects = objects
        self._random = random
        self._part_size = part_size

    def there(self, sender: Sender) -> Upload | None:
        """The upload that was begun for exactly these bytes, if any."""
        untrusted = self._objects.read(_open_name(sender))
        return self.by_token(strict_json(untrusted, limit=_LIMIT)["token"]) if untrusted else None

    def begin(self, sender: Sender, ticket: bytes) -> Upload:
        """The upload for these bytes: a new one, or the one another call began at the same moment.

        Unfinished uploads of other bytes under the same id are dropped: the sender sealed it again.
        """
        token = self._random(_TOKEN_BYTES).hex()
        purpose = {
            "shelf": sender.shelf,
            "known": sender.known,
            "other_shelf": sender.other_shelf,
            "names_registered": sender.names_registered,
            "part_size": self._part_size,
            "ticket": base64.b64encode(ticket).decode(),
        }
        self._objects.create(_token_name(token), canonical_bytes(purpose))
        if not self._objects.create(_open_name(sender), canonical_bytes({"token": token})):
            self._objects.delete([_token_name(token)])
            upload = self.there(sender)
            if upload is not None:
                return upload
            # Half of an upload: it was being dropped. What is left of it goes, and the next announcement begins anew.
            self._objects.delete([_open_name(sender)])
            return self.begin(sender, ticket)
        ours = _open_name(sender)
        folder = ours.rpartition("/")[0]
        for other in self._objects.listing(folder):
            if other.name != ours:
                self._drop_open(other.name)
        return Upload(token, sender, ticket, self._part_size)

    def by_token(self, untrusted_token: str) -> Upload | None:
        """The upload a token stands for, or None."""
        if len(untrusted_token) != 2 * _TOKEN_BYTES or set(untrusted_token) - set("0123456789abcdef"):
            return None
        content = self._objects.read(_token_name(untrusted_token))
        if content is None:
            return None
        purpose = strict_json(content, limit=_LIMIT)
        ticket = base64.b64decode(purpose["ticket"])
        sender = Sender(
            peek_ticket(ticket, accept_practice=True),
            purpose["known"],
            purpose["shelf"],
            purpose["other_shelf"],
            purpose.get("names_registered", False),
        )
        return Upload(untrusted_token, sender, ticket, purpose["part_size"])

    def put_part(self, upload: Upload, n: int, content: bytes) -> str | None:
        """Write a part once: None when it is new, otherwise the SHA-256 of the part that is there already."""
        name = _part_name(upload.token, n)
        if self._objects.create(name, content, durable=False):
            self._objects.create(_digest_name(name), hashlib.sha256(content).hexdigest().encode(), durable=False)
            return None
        return hashlib.sha256(self._objects.read(name) or b"").hexdigest()

    def parts(self, upload: Upload) -> list[tuple[int, str]]:
        """(n, SHA-256) of every part that is there whole. A part of the wrong length is removed."""
        found = []
        for entry in self._objects.listing(_parts_folder(upload.token)):
            n = int(entry.name.rpartition("/")[2])
            if entry.size != upload.size_of(n):
                self._objects.delete([_digest_name(entry.name), entry.name])
                continue
            found.append((n, self._digest(entry.name)))
        return found

    def _digest(self, part_name: str) -> str:
        """As it was when the part came; a part that was damaged since is found when the whole is checked."""
        kept = self._objects.read(_digest_name(part_name))
        if kept is not None and len(kept) == _DIGEST_BYTES:
            return kept.decode()
        digest = hashlib.sha256(self._objects.read(part_name) or b"").hexdigest()
        self._objects.create(_digest_name(part_name), digest.encode(), durable=False)
        return digest

    def has_all(self, upload: Upload) -> bool:
        sizes = {
            entry.name.rpartition("/")[2]: entry.size for entry in self._objects.listing(_parts_folder(upload.token))
        }
        return all(sizes.get(f"{n:05d}") == upload.size_of(n) for n in range(1, upload.part_count + 1))

    def content(self, upload: Upload) -> Iterator[bytes]:
        """The parts in order. FileNotFoundError when one is gone."""
        for n in range(1, upload.part_count + 1):
            part = self._objects.read(_part_name(upload.token, n))
            if part is None:
                raise FileNotFoundError
            yield part

    def finish(self, upload: Upload) -> None:
        """Free the room of an upload that was taken in; until it is swept, the token still leads to its receipt."""
        self._drop_parts(upload)
        self._objects.delete([_open_name(upload.sender)])

    def drop(self, upload: Upload) -> None:
        """Forget the upload: the next announcement begins anew."""
        self._drop_parts(upload)
        self._objects.delete([_open_name(upload.sender), _token_name(upload.token)])

    def held_bytes(self, shelf_prefix: str) -> dict[str, int]:
        """Bytes that unfinished uploads really hold, by shelf, of the shelves below the prefix; a little for each."""
        total: dict[str, int] = {}
        for upload, parts in self._open(shelf_prefix):
            shelf = upload.sender.shelf
            total[shelf] = total.get(shelf, 0) + _UPLOAD_ALLOWANCE + sum(part.size for part in parts)
        return total

    def drop_empty(self, shelf_prefix: str, now: datetime, older_than_seconds: int) -> None:
        """Drop uploads below the prefix that were begun so long ago and never got a part."""
        limit = now - timedelta(seconds=older_than_seconds)
        for entry in self._objects.listing(f"uploads/open/{shelf_prefix}"):
            upload = self._of_open(entry)
            if entry.changed_at < limit and upload and not self._objects.listing(_parts_folder(upload.token)):
                self.drop(upload)

    def sweep(self, now: datetime, older_than_seconds: int) -> int:
        """Drop uploads and staged files that nothing was added to for so long. Returns how many uploads."""
        limit = now - timedelta(seconds=older_than_seconds)
        swept = 0
        for entry in self._objects.listing("uploads/tokens"):
            token = entry.name.rpartition("/")[2].removesuffix(".json")
            newest = max([entry.changed_at, *(part.changed_at for part in self._objects.listing(_parts_folder(token)))])
            upload = self.by_token(token)
            if newest < limit and upload is not None:
                self.drop(upload)
                swept += 1
        self._objects.delete(entry.name for entry in self._objects.listing(STAGING) if entry.changed_at < limit)
        return swept

    def _drop_parts(self, upload: Upload) -> None:
        for entry in self._objects.listing(_parts_folder(upload.token)):
            self._objects.delete([_digest_name(entry.name), entry.name])

    def _open(self, shelf_prefix: str) -> Iterator[tuple[Upload, list[Found]]]:
        for entry in self._objects.listing(f"uploads/open/{shelf_prefix}"):
            upload = self._of_open(entry)
            if upload is not None:
                yield upload, self._objects.listing(_parts_folder(upload.token))

    def _of_open(self, entry: Found) -> Upload | None:
        content = self._objects.read(entry.name)
        return self.by_token(strict_json(content, limit=_LIMIT)["token"]) if content else None

    def _drop_open(self, name: str) -> None:
        content = self._objects.read(name)
        upload = self.by_token(strict_json(content, limit=_LIMIT)["token"]) if content else None
        if upload is not None:
            self.drop(upload)
        self._objects.delete([name])


def _open_name(sender: Sender) -> str:
    return f"uploads/open/{sender.shelf}/{sender.ticket.submission_id}/{sender.ticket.parcel_sha256}.json"


def _token_name(token: str) -> str:
    return f"uploads/tokens/{token}.json"


def _parts_folder(token: str) -> str:
    return f"uploads/parts/{token}"


def _part_name(token: str, n: int) -> str:
    return f"{_parts_folder(token)}/{n:05d}"


def _digest_name(part_name: str) -> str:
    return part_name.replace("/parts/", "/digests/", 1)
