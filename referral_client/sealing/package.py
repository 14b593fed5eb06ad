"""Builds the sealed package: a BagIt bag in a deterministic archive, signed, padded and encrypted in one pass.

What a reader may rely on is in docs/package-format.md. Attachments may be handed in as functions, so that one
picture at a time is in memory; the archive itself never is. The bytes differ between two builds of the same contents
only in the ML-DSA-65 signatures and in the encryption. Imports base and its neighbours in this room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from referral_client.base.errors import Refused
from referral_client.base.files import write_file_with
from referral_client.base.ids import RandomBytes, system_random
from referral_client.sealing import names, ustar
from referral_client.sealing.age_write import seal, sealed_size
from referral_client.sealing.bag import BAGIT_TXT, bag_info, payload_manifest
from referral_client.sealing.limits import BUILT_PACKAGE, Limits
from referral_client.sealing.manifest import Manifest, Original, Part, PartRole, PolicyUsed
from referral_client.sealing.manifest_read import parse
from referral_client.sealing.recipients import rid
from referral_client.sealing.signing import MANIFEST_NAMESPACE, PayloadType, SigningKeys, sign, sshsig
from referral_client.sealing.statements import NotUnderstood
from referral_client.sealing.ticket import Ticket, sign_ticket

Content = bytes | Callable[[], bytes]
_ZEROS = bytes(65536)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One picture or other file, under a number and never under its own name.

    name: "0001.jpg". data: the bytes, or a function that gives the same bytes each time it is called.
    policy, facts: as in the manifest's `Part`.
    """

    name: str
    media_type: str
    title: str
    data: Content = field(repr=False)
    original: Original | None = None
    policy: PolicyUsed | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PackageContents:
    """What goes in. `manifest` holds every fact but the parts, which `build` fills in.

    recipients: the age1pq1 texts, the very keys that `manifest.recipients` names. keys: the workstation's.
    """

    manifest: Manifest
    answers_json: bytes = field(repr=False)
    referral_pdf: bytes = field(repr=False)
    custody_jsonl: bytes = field(repr=False)
    attachments: Sequence[Attachment]
    keys: SigningKeys
    recipients: Sequence[str]
    earlier_digests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """What came out. sha256 and size are of the sealed file; `ticket` is the signed ticket that names them."""

    submission_id: str
    path: Path
    sha256: str
    size: int
    manifest_sha256: str
    ticket: bytes


class TooLarge(Refused):
    """Over the limits that every receiver keeps."""

    def __init__(self) -> None:
        super().__init__(
            "SEALING-TOO-LARGE",
            "Together the photographs are larger than the council's side takes in one go.",
            meaning="Nothing was sent. The draft is as it was.",
            next_step="Send it with fewer photographs, and the others in a supplement.",
        )


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the archive, with what is known about it before it is written."""

    part: Part
    data: Content = field(repr=False)


def build(
    contents: PackageContents, out: Path, padded: bool = True, *, random: RandomBytes = system_random
) -> BuiltPackage:
    """Write the sealed package to `out`, whole or not at all, and sign its ticket.

    Refused: over the limits that every receiver keeps, a recipient that cannot be used, a source that changed, a
    manifest that no receiver would read.
    ValueError: contents that contradict themselves, which is a fault of the caller.
    """
    _check(contents)
    files = _files(contents)
    manifest = replace(contents.manifest, parts=tuple(file.part for file in files))
    manifest_bytes = manifest.as_bytes()
    _check_that_receivers_read(manifest_bytes)
    entries = _entries(manifest_bytes, files, contents.keys, padded=padded)
    size = sum(ustar.space(length) for _, length, _ in entries) + len(ustar.END)
    if sealed_size(size, len(contents.recipients)) > BUILT_PACKAGE:
        raise TooLarge
    digests: list[str] = []

    def fill(stream: BinaryIO) -> None:
        archive = _Pieces(_archive(manifest.submission_id, entries))
        digests.append(seal(archive, size, contents.recipients, stream, random=random))

    write_file_with(out, fill)
    ticket = _ticket(contents, digests[0], sealed_size(size, len(contents.recipients)))
    return BuiltPackage(
        submission_id=manifest.submission_id,
        path=out,
        sha256=ticket.parcel_sha256,
        size=ticket.parcel_size,
        manifest_sha256=hashlib.sha256(manifest_bytes).hexdigest(),
        ticket=sign_ticket(ticket, contents.keys),
    )


def padded_size(size: int) -> int:
    """The next Padmé size (PURBs, section 4): at most 12 % more, and few sizes in all."""
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (size + mask) & ~mask


def _check(contents: PackageContents) -> None:
    manifest = contents.manifest
    if sorted(entry.rid for entry in manifest.recipients) != sorted(rid(text) for text in contents.recipients):
        raise ValueError("the manifest names other recipients than the package is sealed for")
    if manifest.sender.keys != contents.keys.public:
        raise ValueError("the manifest names other keys than it is signed with")
    attached = [attachment.name for attachment in contents.attachments]
    if manifest.parts or len(set(attached)) != len(attached) or not all(map(names.is_attachment_name, attached)):
        raise ValueError("parts are filled in here, and attachments are numbered, each once")


def _check_that_receivers_read(manifest_bytes: bytes) -> None:
    """By the receiver's own parser: else its computer would say "stored", and its people could never open it."""
    try:
        parse(manifest_bytes, accept_practice=True)
    except NotUnderstood as fault:
        raise Refused(
            "SEALING-NOT-READABLE",
            "Something about this referral does not fit what the council’s side can read.",
            meaning="Nothing was sent. The draft is as it was. If a child is in danger, ring now.",
            next_step="Shorten what the lines below name, and send it again. Tell your help desk if you cannot.",
            reasons=fault.reasons,
        ) from None


def _files(contents: PackageContents) -> list[_File]:
    """The files of the bag but the four that carry and hide it, in the archive's order."""
    data = [
        _file(names.ANSWERS, PartRole.ANSWERS, "application/json", contents.answers_json),
        _file(names.READABLE, PartRole.READABLE, "application/pdf", contents.referral_pdf),
        _file(names.CUSTODY, PartRole.CUSTODY, "application/jsonl", contents.custody_jsonl),
    ]
    for attachment in contents.attachments:
        name = names.ATTACHMENTS + attachment.name
        file = _file(name, PartRole.ATTACHMENT, attachment.media_type, attachment.data)
        part = replace(
            file.part,
            title=attachment.title,
            original=attachment.original,
            policy=attachment.policy,
            facts=attachment.facts,
        )
        data.append(replace(file, part=part))
    parts = tuple(file.part for file in data)
    limits = Limits()
    if len(parts) > limits.files or any(part.size > limits.part(part.name) for part in parts):
        raise TooLarge
    tags = [
        (names.BAGIT, BAGIT_TXT),
        (names.BAG_INFO, bag_info(contents.manifest, parts)),
        (names.PAYLOAD_MANIFEST, payload_manifest(parts)),
    ]
    return [_file(name, PartRole.BAG, "text/plain", content) for name, content in tags] + data


def _file(name: str, role: PartRole, media_type: str, data: Content) -> _File:
    content = data if isinstance(data, bytes) else data()
    digest = hashlib.sha256(content).hexdigest()
    return _File(Part(name, role.value, media_type, len(content), digest), data)


def _entries(
    manifest_bytes: bytes, files: list[_File], keys: SigningKeys, *, padded: bool
) -> list[tuple[str, int, Callable[[], Iterator[bytes]]]]:
    """Name, size and content of every archive entry, in order."""
    listed = [(file.part.name, file.part.size, _reading(file)) for file in files]
    own = [
        (names.MANIFEST, manifest_bytes),
        (names.MANIFEST_DSSE, sign(manifest_bytes, PayloadType.MANIFEST, keys)),
        (names.MANIFEST_SIG, sshsig(manifest_bytes, keys, MANIFEST_NAMESPACE)),
    ]
    tags = len(names.BAG_FILES)
    middle = [(name, len(content), _giving(content)) for name, content in own]
    entries = listed[:tags] + middle + listed[tags:]
    if padded:
        size = sum(ustar.space(length) for _, length, _ in entries) + len(ustar.END) + ustar.BLOCK
        zeros = padded_size(size) - size
        entries.insert(tags + len(middle), (names.PADDING, zeros, lambda: _zeros(zeros)))
    return entries


def _giving(content: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: iter((content,))


def _reading(file: _File) -> Callable[[], Iterator[bytes]]:
    """The file's bytes, once more and still the same."""

    def pieces() -> Iterator[bytes]:
        content = file.data if isinstance(file.data, bytes) else file.data()
        if hashlib.sha256(content).hexdigest() != file.part.sha256:
            raise Refused(
                "SEALING-SOURCE-CHANGED",
                "A photograph changed while it was being made ready.",
                meaning="Nothing was sent. The draft is as it was.",
                next_step="Try to send it again.",
            )
        yield content

    return pieces


def _zeros(size: int) -> Iterator[bytes]:
    for _ in range(size // len(_ZEROS)):
        yield _ZEROS
    yield _ZEROS[: size % len(_ZEROS)]


def _archive(submission_id: str, entries: list[tuple[str, int, Callable[[], Iterator[bytes]]]]) -> Iterator[bytes]:
    for name, size, content in entries:
        yield ustar.header(f"{submission_id}/{name}", size)
        yield from content()
        yield ustar.filler(size)
    yield ustar.END


class _Pieces:
    """An iterator of bytes, read as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = memoryview(b"")

    def readinto(self, buffer: memoryview | bytearray, /) -> int:
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._held = memoryview(piece)
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count


def _ticket(contents: PackageContents, sha256: str, size: int) -> Ticket:
    manifest = contents.manifest
    return Ticket(
        submission_id=manifest.submission_id,
        destination_id=manifest.destination.id,
        org_id=manifest.sender.org_id,
        workstation=manifest.sender.workstation,
        parcel_sha256=sha256,
        parcel_size=size,
        rids=tuple(entry.rid for entry in manifest.recipients),
        created_at=manifest.created_at,
        bundle_seq=manifest.destination.bundle_seq,
        earlier_digests=contents.earlier_digests,
        practice=manifest.practice,
    )
