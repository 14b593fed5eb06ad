"""Files beside the database: encrypted photographs, and sealed packages with their tickets.

Order: a file is written and synced before the row that names it commits; so a row without a file is damage, and a
file without a row is a leftover of a step that was cut off, which the start-up sweep removes. Names are random ids.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection
from pathlib import Path

from referral_client.base.errors import Refused
from referral_client.base.files import TEMPORARY_SUFFIX, make_private_folder, write_file_with
from referral_client.base.ids import RandomBytes, is_uuid
from referral_client.sealing.atrest import CannotOpen, open_stream, seal_stream
from referral_client.vault.schema import BLOBS, OUTBOX
from referral_client.vault.trouble import Damaged, no_such

CLEAN, ORIGINAL = "clean", "original"
_PACKAGE, _TICKET = ".age", ".ticket.json"


class BlobFolder:
    """Encrypted photographs: `blobs/<photo id>.<clean or original>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / BLOBS

    def path(self, photo_id: str, part: str) -> Path:
        return self._folder / f"{_safe(photo_id)}.{part}"

    def write(self, photo_id: str, part: str, key: bytes, content: bytes, random: RandomBytes) -> None:
        write_file_with(self.path(photo_id, part), lambda out: seal_stream(key, io.BytesIO(content), out, random))

    def read(self, photo_id: str, part: str, key: bytes, sha256: str) -> bytes:
        """The content; Damaged when the file is gone, changed or another's."""
        try:
            with self.path(photo_id, part).open("rb") as stream:
                content = b"".join(open_stream(key, stream))
        except (FileNotFoundError, CannotOpen):
            content = None
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged("A photograph in the vault is damaged or gone.")
        return content

    def remove(self, photo_id: str) -> None:
        for part in (CLEAN, ORIGINAL):
            self.path(photo_id, part).unlink(missing_ok=True)

    def missing(self, wanted: Collection[str]) -> int:
        """How many of the file names `wanted` are not there."""
        return sum(not (self._folder / name).is_file() for name in wanted)

    def sweep(self, wanted: Collection[str]) -> tuple[int, int]:
        """Remove temporary files and files that no row names; how many of each."""
        return _sweep(self._folder, wanted, (f".{CLEAN}", f".{ORIGINAL}"))


class OutboxFolder:
    """Sealed packages: `outbox/<submission id>.age` and `<submission id>.ticket.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / OUTBOX

    def package(self, submission_id: str) -> Path:
        return self._folder / f"{_safe(submission_id)}{_PACKAGE}"

    def ticket(self, submission_id: str) -> Path:
        return self._folder / f"{_safe(submission_id)}{_TICKET}"

    def expect(self, submission_id: str, size: int) -> None:
        """Refused unless package and ticket lie there, the package with exactly this size."""
        package, ticket = self.package(submission_id), self.ticket(submission_id)
        if not package.is_file() or not ticket.is_file() or package.stat().st_size != size:
            raise Refused(
                "VAULT-PACKAGE-GONE",
                "The locked package is not where it was written.",
                meaning="It was not queued. The referral is as it was.",
                next_step="Send it again.",
            )

    def remove(self, submission_id: str) -> None:
        self.package(submission_id).unlink(missing_ok=True)
        self.ticket(submission_id).unlink(missing_ok=True)

    def missing(self, submission_ids: Collection[str]) -> int:
        return sum(not (self.package(each).is_file() and self.ticket(each).is_file()) for each in submission_ids)

    def sweep(self, submission_ids: Collection[str]) -> tuple[int, int]:
        """Remove temporary files, and packages and tickets that no delivery names; how many of each."""
        wanted = {f"{each}{suffix}" for each in submission_ids for suffix in (_PACKAGE, _TICKET)}
        return _sweep(self._folder, wanted, (_PACKAGE, _TICKET))


def make_folders(folder: Path) -> None:
    make_private_folder(folder / OUTBOX)
    make_private_folder(folder / BLOBS)


def _sweep(folder: Path, wanted: Collection[str], suffixes: tuple[str, ...]) -> tuple[int, int]:
    temporary = orphans = 0
    for path in folder.iterdir():
        if path.name.endswith(TEMPORARY_SUFFIX):
            path.unlink()
            temporary += 1
        elif path.name.endswith(suffixes) and path.name not in wanted:
            path.unlink()
            orphans += 1
    return temporary, orphans


def _safe(untrusted_id: str) -> str:
    if not is_uuid(untrusted_id):
        raise no_such("file")
    return untrusted_id
