"""Opens a sealed package: everything is verified before anything is handed out, and nothing readable is written.

The file is decrypted twice: once to know that all of it is whole, and again as parts are read, in place, so that
neither memory nor a temporary file ever holds the package. Order of work: limits, encryption, shape of the archive,
signatures, manifest, agreement of manifest and archive, digests of all parts. Only `unpack_to` writes, below the folder
it is given. Imports base and its neighbours in this room; only the council's offline side uses it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from referral_client.base.canonical import NotStrictJson, strict_json
from referral_client.base.errors import Refused
from referral_client.base.files import make_private_folder, sync_folder, write_file
from referral_client.base.ids import is_uuid, system_random
from referral_client.sealing import names
from referral_client.sealing.age_read import SealedFile
from referral_client.sealing.bag import BAGIT_TXT, bag_info, payload_manifest
from referral_client.sealing.limits import Limits
from referral_client.sealing.manifest import Manifest, PartRole
from referral_client.sealing.manifest_read import MANIFEST_LIMIT, parse
from referral_client.sealing.recipients import recipient_of, rid
from referral_client.sealing.signing import (
    ENVELOPE_LIMIT,
    MANIFEST_NAMESPACE,
    NotGenuine,
    PayloadType,
    PublicKeys,
    peek,
    verify,
    verify_sshsig,
)
from referral_client.sealing.ticket import Ticket
from referral_client.sealing.ustar import ArchiveRefused, Entry, read_entries

Lookup = Callable[[str, str], PublicKeys | None]
_PIECE = 1 << 20
_SIG_LIMIT = 4096
_REQUIRED = {
    names.ANSWERS: PartRole.ANSWERS,
    names.READABLE: PartRole.READABLE,
    names.CUSTODY: PartRole.CUSTODY,
    **dict.fromkeys(names.BAG_FILES, PartRole.BAG),
}


class SenderUnknown(Refused):
    """Whole and consistently signed, by keys that nobody registered for this organisation and workstation."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__(
            "SEALING-SENDER-UNKNOWN",
            "This package is whole, but its sender is not one you have registered.",
            meaning="A child may be waiting behind it. It is kept, and was not opened as a known sender's.",
            next_step="Ring the organisation on a number you already know and compare the fingerprint with them.",
            reasons=(f"fingerprint: {fingerprint}",),
        )
        self.fingerprint = fingerprint


class NotForThisKey(Refused):
    """Opened by a key that the signed manifest does not name: it was sealed again by someone else."""

    def __init__(self) -> None:
        super().__init__(
            "SEALING-SEALED-AGAIN",
            "The sender did not lock this package for the key that opened it.",
            meaning="Someone else passed it on. Nothing in it was used.",
            next_step="Ring the sender and ask whether they meant it for you.",
        )


class OpenedPackage:
    """A package of which every byte was verified. Close it, or use it in a `with` block.

    parts: the bytes of each part by its name ("data/answers.json"), read when asked for.
    sender_known: False only if the caller accepted an unknown sender; then say so on everything made from it.
    """

    def __init__(self, sealed: SealedFile, stream: BinaryIO, content: _Content, outside: _Outside) -> None:
        self._sealed = sealed
        self._stream = stream
        self._entries = {name: entry for name, entry in content.entries.items() if name != names.PADDING}
        self.manifest = content.manifest
        self.manifest_sha256 = content.manifest_sha256
        self.sender_known = content.sender_known
        self.parcel_sha256 = outside.sha256
        self.parcel_size = outside.size
        self.parts: Mapping[str, bytes] = _Parts(self)

    def names(self) -> tuple[str, ...]:
        """Every file in the bag but the padding, in the archive's order."""
        return tuple(self._entries)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of one file, at most 1 MiB at a time. KeyError if there is none of that name."""
        return _pieces(self._sealed, self._entries[name])

    def check_ticket(self, ticket: Ticket) -> None:
        """NotGenuine if a verified ticket is not about exactly this file and this manifest."""
        manifest = self.manifest
        pairs = {
            "submission_id": (ticket.submission_id, manifest.submission_id),
            "destination_id": (ticket.destination_id, manifest.destination.id),
            "org_id": (ticket.org_id, manifest.sender.org_id),
            "workstation": (ticket.workstation, manifest.sender.workstation),
            "parcel_sha256": (ticket.parcel_sha256, self.parcel_sha256),
            "parcel_size": (ticket.parcel_size, self.parcel_size),
            "rids": (ticket.rids, tuple(entry.rid for entry in manifest.recipients)),
            "created_at": (ticket.created_at, manifest.created_at),
            "bundle_seq": (ticket.bundle_seq, manifest.destination.bundle_seq),
            "practice": (ticket.practice, manifest.practice),
        }
        faults = [f"{name}: ticket and package differ" for name, (said, found) in pairs.items() if said != found]
        if faults:
            raise NotGenuine(*faults)

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Parts(Mapping[str, bytes]):
    """Reads a part whole when it is looked up."""

    def __init__(self, opened: OpenedPackage) -> None:
        self._opened = opened

    def __getitem__(self, name: str) -> bytes:
        return b"".join(self._opened.pieces(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened.names())

    def __len__(self) -> int:
        return len(self._opened.names())


@dataclass(frozen=True, slots=True)
class _Outside:
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class _Content:
    entries: dict[str, Entry]
    manifest: Manifest
    manifest_sha256: str
    sender_known: bool


def open_package(
    ciphertext_path: Path,
    identities: Sequence[str],
    *,
    lookup: Lookup,
    accept_practice: bool = False,
    accept_unknown_sender: bool = False,
    limits: Limits | None = None,
) -> OpenedPackage:
    """Verify the whole package and hand out its parts.

    lookup: the registered keys of (organisation, workstation), or None. An unknown sender is SenderUnknown unless
    accepted; then the keys in the manifest itself must still verify it. Refused, with nothing written, for anything
    that is not whole, genuine, in agreement with itself and meant for the key that opened it.
    The caller compares `manifest.destination.id` with its own, and the ticket with `check_ticket`.
    """
    limits = limits or Limits()
    stream = _open(ciphertext_path)
    try:
        size = _size(stream, limits)
        sealed = SealedFile(stream, identities)
        outside = _Outside(sealed.verify(), size)
        content = _verified(sealed, limits, lookup, accept_practice, accept_unknown_sender)
        return OpenedPackage(sealed, stream, content, outside)
    except BaseException:
        stream.close()
        raise


def unpack_to(opened: OpenedPackage, out: Path) -> Path:
    """Write the bag as `out`/`<submission id>`, whole or not at all, for this account alone; the bag's folder."""
    bag = out / opened.manifest.submission_id
    if bag.exists():
        raise Refused(
            "SEALING-ALREADY-UNPACKED",
            "This package was already unpacked into that folder.",
            meaning="Nothing was changed.",
            next_step="Use what is there, or choose another folder.",
        )
    make_private_folder(out)
    temporary = out / f".{opened.manifest.submission_id}.{system_random(6).hex()}.tmp"
    try:
        for name in opened.names():
            target = temporary.joinpath(*name.split("/"))
            make_private_folder(target.parent)
            write_file(target, opened.pieces(name))
        temporary.rename(bag)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(out)
    return bag


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Refused(
            "SEALING-NOT-READABLE",
            "There is no package that this account can read at that place.",
            next_step="Check the file and try again.",
        ) from error


def _size(stream: BinaryIO, limits: Limits) -> int:
    size = stream.seek(0, 2)
    if size > limits.package:
        raise ArchiveRefused("it is larger than any package may be")
    stream.seek(0)
    return size


def _verified(
    sealed: SealedFile, limits: Limits, lookup: Lookup, accept_practice: bool, accept_unknown_sender: bool
) -> _Content:
    submission_id, entries = _shape(read_entries(sealed.read_at, sealed.size, most=limits.files + 10))
    manifest_bytes = _small(sealed, entries, names.MANIFEST, MANIFEST_LIMIT)
    envelope = _small(sealed, entries, names.MANIFEST_DSSE, ENVELOPE_LIMIT)
    signature = _small(sealed, entries, names.MANIFEST_SIG, _SIG_LIMIT)
    if peek(envelope, PayloadType.MANIFEST) != manifest_bytes:
        raise NotGenuine("manifest.dsse.json signs other bytes than manifest.json holds")
    org_id, workstation, carried = _claimed_sender(manifest_bytes)
    registered = lookup(org_id, workstation)
    keys = registered or carried
    verify(envelope, PayloadType.MANIFEST, keys)
    verify_sshsig(signature, manifest_bytes, keys, MANIFEST_NAMESPACE)
    manifest = parse(manifest_bytes, accept_practice=accept_practice)
    if registered is None and not accept_unknown_sender:
        raise SenderUnknown(keys.fingerprint)
    if manifest.sender.keys != keys:
        raise NotGenuine("sender.keys: other keys than those that signed")
    if rid(recipient_of(sealed.identity)) not in {entry.rid for entry in manifest.recipients}:
        raise NotForThisKey
    _check_agreement(submission_id, entries, manifest, limits)
    _check_contents(sealed, entries, manifest)
    digest = hashlib.sha256(manifest_bytes).hexdigest()
    return _Content(entries, manifest, digest, sender_known=registered is not None)


def _shape(found: tuple[Entry, ...]) -> tuple[str, dict[str, Entry]]:
    """The one top folder, and the entries by their names below it. All faults of names at once."""
    if not found:
        raise ArchiveRefused("it is empty")
    top = found[0].name.split("/")[0]
    if not is_uuid(top):
        raise ArchiveRefused("its one folder is not named by a submission id")
    entries: dict[str, Entry] = {}
    faults = set()
    for entry in found:
        folder, _, name = entry.name.partition("/")
        if folder != top:
            faults.add("a file outside the one folder")
        elif not names.is_safe_name(name):
            faults.add("a name that breaks the rule for names")
        elif name.casefold() in entries:
            faults.add("the same name twice")
        entries[name.casefold()] = entry
    folders = {parent for name in entries for parent in _parents(name)}
    if folders & entries.keys():
        faults.add("a name that is both a file and a folder")
    if faults:
        raise ArchiveRefused(*sorted(faults))
    return top, entries


def _parents(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _small(sealed: SealedFile, entries: dict[str, Entry], name: str, limit: int) -> bytes:
    entry = entries.get(name)
    if entry is None:
        raise ArchiveRefused(f"{name} is missing")
    if entry.size > limit:
        raise ArchiveRefused(f"{name} is longer than {limit} bytes")
    return sealed.read_at(entry.offset, entry.size)


def _claimed_sender(untrusted_manifest: bytes) -> tuple[str, str, PublicKeys]:
    """Who the manifest says it is from: only to look up, or to check against itself, the keys to verify it with."""
    try:
        untrusted = strict_json(untrusted_manifest, limit=MANIFEST_LIMIT)
        sender = untrusted["sender"]
        org_id, workstation, keys = sender["org_id"], sender["workstation"], sender["keys"]
    except (NotStrictJson, KeyError, TypeError) as error:
        raise NotGenuine("the manifest does not say who signed it") from error
    if not isinstance(org_id, str) or not isinstance(workstation, str):
        raise NotGenuine("the manifest does not say who signed it")
    return org_id, workstation, PublicKeys.from_json(keys)


def _check_agreement(submission_id: str, entries: dict[str, Entry], manifest: Manifest, limits: Limits) -> None:
    """Manifest and archive name the same files, with the same sizes, in the one order."""
    faults = []
    if manifest.submission_id != submission_id:
        faults.append("the folder and the manifest have different submission ids")
    listed = [part.name for part in manifest.parts]
    tags, data = listed[: len(names.BAG_FILES)], listed[len(names.BAG_FILES) :]
    own = [name for name in names.UNLISTED if name in entries]
    expected = [*tags, *own, *data]
    if set(expected) - entries.keys():
        faults.append("a part of the manifest is missing in the archive")
    if entries.keys() - set(expected):
        faults.append("a file in the archive is not in the manifest")
    if not faults and (tags != list(names.BAG_FILES) or list(entries) != expected):
        faults.append("the files are not in their order")
    roles = {part.name: part.role for part in manifest.parts}
    if any(roles.get(name) != role for name, role in _REQUIRED.items()):
        faults.append("a part that every package has is missing or has another role")
    if any(part.size > limits.part(part.name) for part in manifest.parts):
        faults.append("a part is larger than it may be")
    if any(part.name in entries and entries[part.name].size != part.size for part in manifest.parts):
        faults.append("a part has another size than the manifest says")
    if faults:
        raise ArchiveRefused(*faults)


def _check_contents(sealed: SealedFile, entries: dict[str, Entry], manifest: Manifest) -> None:
    faults = []
    for part in manifest.parts:
        digest = hashlib.sha256()
        for piece in _pieces(sealed, entries[part.name]):
            digest.update(piece)
        if digest.hexdigest() != part.sha256:
            faults.append("a part has another digest than the manifest says")
    tags = {
        names.BAGIT: BAGIT_TXT,
        names.BAG_INFO: bag_info(manifest, manifest.parts),
        names.PAYLOAD_MANIFEST: payload_manifest(manifest.parts),
    }
    if any(b"".join(_pieces(sealed, entries[name])) != content for name, content in tags.items()):
        faults.append("the bag's own lists say something else than the manifest")
    padding = entries.get(names.PADDING)
    if padding and any(piece.strip(b"\0") for piece in _pieces(sealed, padding)):
        faults.append("the padding is not all zeros")
    if faults:
        raise ArchiveRefused(*dict.fromkeys(faults))


def _pieces(sealed: SealedFile, entry: Entry) -> Iterator[bytes]:
    for start in range(0, entry.size, _PIECE):
        yield sealed.read_at(entry.offset + start, min(_PIECE, entry.size - start))
