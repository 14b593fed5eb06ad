"""Opening: a whole package gives its parts; a hostile one gives a sentence, and leaves nothing anywhere."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from referral_client.base.canonical import canonical_bytes, strict_json
from referral_client.base.errors import Refused
from referral_client.sealing import names, ustar
from referral_client.sealing.age_read import HeaderDamaged, NoMatch, PayloadDamaged, open_bytes
from referral_client.sealing.age_write import seal_bytes
from referral_client.sealing.limits import Limits
from referral_client.sealing.manifest import Act, PersonAct
from referral_client.sealing.opening import (
    NotForThisKey,
    OpenedPackage,
    SenderUnknown,
    open_package,
    unpack_to,
)
from referral_client.sealing.package import Attachment, BuiltPackage, PackageContents, build
from referral_client.sealing.recipients import recipient_of
from referral_client.sealing.signing import NotGenuine, PayloadType, SigningKeys, sign, sshsig
from referral_client.sealing.statements import NotUnderstood, OnlyPractice
from referral_client.sealing.ticket import verify_ticket
from referral_client.sealing.ustar import ArchiveRefused
from sealing.sample import SUBMISSION, Keys

LIMIT = 1 << 24
Files = dict[str, bytes]
Change = Callable[[Files], None]


def opened(path: Path, keys: Keys, **options: object) -> OpenedPackage:
    return open_package(path, [keys.identity], **({"lookup": keys.lookup} | options))  # type: ignore[arg-type]


def tar(files: list[tuple[str, bytes]]) -> bytes:
    pieces = [ustar.header(name, len(content)) + content + ustar.filler(len(content)) for name, content in files]
    return b"".join(pieces) + ustar.END


@dataclass(frozen=True)
class Workshop:
    """Takes the sample package apart, and seals it again after a change."""

    archive: bytes
    keys: Keys
    folder: Path

    @property
    def files(self) -> Files:
        entries = ustar.read_entries(self._read_at, len(self.archive), most=99)
        return {
            entry.name.partition("/")[2]: self.archive[entry.offset : entry.offset + entry.size] for entry in entries
        }

    def seal(self, archive: bytes) -> Path:
        path = self.folder / f"{hashlib.sha256(archive).hexdigest()[:8]}.age"
        path.write_bytes(seal_bytes(archive, [recipient_of(self.keys.identity)]))
        return path

    def changed(self, change: Change) -> Path:
        """The package with its files changed, and the manifest and signatures as they were."""
        files = self.files
        change(files)
        return self.seal(tar([(f"{SUBMISSION}/{name}", content) for name, content in files.items()]))

    def signed_again(self, change: Callable[[dict[str, object]], None], signer: SigningKeys | None = None) -> Path:
        """The package with another manifest, rightly signed."""

        def put(files: Files) -> None:
            document = strict_json(files[names.MANIFEST], limit=LIMIT)
            change(document)
            self.sign(files, canonical_bytes(document), signer or self.keys.workstation)

        return self.changed(put)

    @staticmethod
    def sign(files: Files, manifest: bytes, signer: SigningKeys) -> None:
        files[names.MANIFEST] = manifest
        files[names.MANIFEST_DSSE] = sign(manifest, PayloadType.MANIFEST, signer)
        files[names.MANIFEST_SIG] = sshsig(manifest, signer, "referral-manifest@referral-client")

    def _read_at(self, start: int, length: int) -> bytes:
        return self.archive[start : start + length]


@pytest.fixture
def workshop(built: BuiltPackage, keys: Keys, tmp_path: Path) -> Workshop:
    folder = tmp_path / "hostile"
    folder.mkdir()
    return Workshop(open_bytes(built.path.read_bytes(), [keys.identity], LIMIT), keys, folder)


def test_a_whole_package_gives_every_part_and_its_manifest(built: BuiltPackage, keys: Keys) -> None:
    with opened(built.path, keys) as package:
        assert package.sender_known
        assert package.manifest.submission_id == SUBMISSION
        assert package.manifest.people[0] == PersonAct(
            Act.WROTE, "Priya Example", "Class teacher", "2026-11-22T15:40:00Z"
        )
        assert package.manifest_sha256 == built.manifest_sha256
        assert (package.parcel_sha256, package.parcel_size) == (built.sha256, built.size)
        assert package.parts["data/attachments/0002.jpg"] == b"\xff\xd8second\xff\xd9"
        assert package.manifest.parts[-2].original is not None
        assert package.manifest.parts[-2].original.removed == (("exif", 1), ("gps", 1))
        assert "padding" not in package.parts
        package.check_ticket(verify_ticket(built.ticket, keys.workstation.public))


def test_either_of_two_recipients_opens_it(built: BuiltPackage, keys: Keys) -> None:
    with open_package(built.path, [keys.reply, keys.recovery], lookup=keys.lookup) as package:
        assert len(package.parts) == len(package.names())
    with pytest.raises(NoMatch):
        open_package(built.path, [keys.reply], lookup=keys.lookup)


def test_unpacking_writes_the_bag_for_this_account_alone(built: BuiltPackage, keys: Keys, tmp_path: Path) -> None:
    with opened(built.path, keys) as package:
        bag = unpack_to(package, tmp_path / "out")
        assert bag == tmp_path / "out" / SUBMISSION
        found = {str(path.relative_to(bag)) for path in bag.rglob("*") if path.is_file()}
        assert found == set(package.names())
        assert {path.stat().st_mode & 0o077 for path in bag.rglob("*")} == {0}
        assert list((tmp_path / "out").iterdir()) == [bag]
        with pytest.raises(Refused) as refused:
            unpack_to(package, tmp_path / "out")
        assert refused.value.code == "SEALING-ALREADY-UNPACKED"


def test_a_package_that_changes_while_it_is_unpacked_leaves_nothing(
    contents: PackageContents, keys: Keys, tmp_path: Path
) -> None:
    large = Attachment("0001.jpg", "image/jpeg", "", bytes(300_000))
    copy = build(replace(contents, attachments=(large,)), tmp_path / "copy.age").path
    with opened(copy, keys) as package:
        damaged = bytearray(copy.read_bytes())
        damaged[-100] ^= 1
        copy.write_bytes(damaged)
        with pytest.raises(PayloadDamaged):
            unpack_to(package, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_opening_writes_nothing_at_all(built: BuiltPackage, keys: Keys) -> None:
    before = set(built.path.parent.iterdir())
    with opened(built.path, keys) as package:
        assert package.parts["data/answers.json"]
        assert set(built.path.parent.iterdir()) == before


def test_a_bit_changed_anywhere_is_refused(built: BuiltPackage, keys: Keys, tmp_path: Path) -> None:
    content = built.path.read_bytes()
    for place in [*range(0, 200, 7), *range(200, len(content), 911), len(content) - 1]:
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        (tmp_path / "damaged.age").write_bytes(damaged)
        with pytest.raises((HeaderDamaged, PayloadDamaged, NoMatch)):
            opened(tmp_path / "damaged.age", keys)


def test_a_package_cut_short_anywhere_is_refused(built: BuiltPackage, keys: Keys, tmp_path: Path) -> None:
    content = built.path.read_bytes()
    for length in [*range(0, 100, 9), *range(100, len(content), 1201), len(content) - 1]:
        (tmp_path / "short.age").write_bytes(content[:length])
        with pytest.raises((HeaderDamaged, PayloadDamaged)):
            opened(tmp_path / "short.age", keys)


def test_an_unknown_sender_is_refused_with_a_fingerprint_and_opened_only_if_accepted(
    built: BuiltPackage, keys: Keys
) -> None:
    with pytest.raises(SenderUnknown) as refused:
        open_package(built.path, [keys.identity], lookup=lambda _org, _workstation: None)
    assert refused.value.fingerprint == keys.workstation.public.fingerprint
    with open_package(
        built.path, [keys.identity], lookup=lambda _org, _workstation: None, accept_unknown_sender=True
    ) as package:
        assert not package.sender_known


def test_an_unknown_sender_must_still_be_consistent(workshop: Workshop, keys: Keys) -> None:
    def swap_signature(files: Files) -> None:
        files[names.MANIFEST_DSSE] = sign(files[names.MANIFEST], PayloadType.MANIFEST, keys.intake)

    with pytest.raises(NotGenuine):
        opened(workshop.changed(swap_signature), keys, lookup=lambda *_: None, accept_unknown_sender=True)


def test_a_package_signed_by_other_keys_than_the_registered_ones_is_not_genuine(workshop: Workshop, keys: Keys) -> None:
    def pose(document: dict[str, object]) -> None:
        sender = document["sender"]
        assert isinstance(sender, dict)
        sender["keys"] = keys.intake.public.as_json()

    with pytest.raises(NotGenuine):
        opened(workshop.signed_again(pose, keys.intake), keys)
    with pytest.raises(NotGenuine):
        opened(workshop.signed_again(pose), keys)


def test_a_package_sealed_again_for_another_council_is_refused(built: BuiltPackage, keys: Keys, tmp_path: Path) -> None:
    archive = open_bytes(built.path.read_bytes(), [keys.identity], LIMIT)
    (tmp_path / "passed-on.age").write_bytes(seal_bytes(archive, [recipient_of(keys.reply)]))
    with pytest.raises(NotForThisKey):
        open_package(tmp_path / "passed-on.age", [keys.reply], lookup=keys.lookup)


def test_a_practice_package_is_refused_outside_practice(build_with: Callable[..., BuiltPackage], keys: Keys) -> None:
    built = build_with(practice=True)
    with pytest.raises(OnlyPractice):
        opened(built.path, keys)
    with opened(built.path, keys, accept_practice=True) as package:
        assert package.manifest.practice


def test_a_ticket_about_another_package_does_not_fit(
    build_with: Callable[..., BuiltPackage], built: BuiltPackage, keys: Keys
) -> None:
    other = verify_ticket(build_with(created_at="2026-11-23T09:00:00Z").ticket, keys.workstation.public)
    with opened(built.path, keys) as package, pytest.raises(NotGenuine) as refused:
        package.check_ticket(replace(other, org_id="someone-else"))
    assert {reason.split(":")[0] for reason in refused.value.reasons} == {"org_id", "parcel_sha256", "created_at"}


def tar_with(change: Callable[[tarfile.TarInfo], None], format_: int = tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format_) as archive:
        entry = tarfile.TarInfo(f"{SUBMISSION}/bagit.txt")
        entry.size = 4
        entry.mode = 0o600
        change(entry)
        archive.addfile(entry, io.BytesIO(b"text"))
    return out.getvalue()


def setting(**facts: object) -> Callable[[tarfile.TarInfo], None]:
    def change(entry: tarfile.TarInfo) -> None:
        for name, value in facts.items():
            setattr(entry, name, value)

    return change


def bare(*names_and_contents: tuple[str, bytes]) -> bytes:
    return tar(list(names_and_contents))


ONE = (f"{SUBMISSION}/bagit.txt", b"text")
HOSTILE_ARCHIVES = {
    "no archive at all": b"",
    "not a multiple of a block": bytes(700),
    "empty": ustar.END,
    "no end": bare(ONE)[:-1024],
    "half an end": bare(ONE)[:-512],
    "something after the end": bare(ONE) + bytes(512),
    "a longer tail than two blocks": bare(ONE) + bytes(9 * 512),
    "a symbolic link": tar_with(setting(type=tarfile.SYMTYPE, linkname="/etc/passwd", size=0)),
    "a hard link": tar_with(setting(type=tarfile.LNKTYPE, linkname="x", size=0)),
    "a character device": tar_with(setting(type=tarfile.CHRTYPE, devmajor=1, devminor=3, size=0)),
    "a block device": tar_with(setting(type=tarfile.BLKTYPE, size=0)),
    "a named pipe": tar_with(setting(type=tarfile.FIFOTYPE, size=0)),
    "a folder": tar_with(setting(type=tarfile.DIRTYPE, size=0)),
    "a sparse file": tar_with(setting(type=tarfile.GNUTYPE_SPARSE)),
    "a pax header": tar_with(setting(pax_headers={"path": "/etc/passwd"}), tarfile.PAX_FORMAT),
    "a GNU long name": tar_with(setting(name=f"{SUBMISSION}/{'a' * 150}"), tarfile.GNU_FORMAT),
    "an owner": tar_with(setting(uid=1000)),
    "an owner's name": tar_with(setting(uname="someone")),
    "a time": tar_with(setting(mtime=1)),
    "an executable": tar_with(setting(mode=0o4755)),
    "a name in two halves": tar_with(setting(name=f"{SUBMISSION}/{'a' * 60}/{'b' * 30}")),
    "a size beyond the end": ustar.header(ONE[0], 8**11 - 1) + bytes(2048),
    "a size beyond the end by one block": ustar.header(ONE[0], 1025) + bytes(1024) + ustar.END,
    "a negative size in base 256": ustar.header(ONE[0], 0)[:124] + b"\xff" * 12 + bytes(376) + ustar.END,
    "a wrong checksum": ustar.header(ONE[0], 0).replace(b"0000600", b"0000601") + ustar.END,
    "stray bytes after a file": ustar.header(ONE[0], 4) + b"text" + b"x" * 508 + ustar.END,
    "no folder": bare(("bagit.txt", b"")),
    "a folder of another name": bare(("referral/bagit.txt", b"")),
    "two folders": bare(ONE, ("3f2b8c1e-5a47-4d0b-9c11-2f7e6a90b1c5/bag-info.txt", b"")),
    "the same name twice": bare(ONE, ONE),
    "a way out": bare((f"{SUBMISSION}/../../etc/passwd", b"")),
    "an absolute path": bare(("/etc/passwd", b"")),
    "capital letters": bare((f"{SUBMISSION}/Bagit.txt", b"")),
    "a device of Windows": bare((f"{SUBMISSION}/data/nul.txt", b"")),
    "a stream of Windows": bare((f"{SUBMISSION}/data/a:b", b"")),
    "a back slash": bare((f"{SUBMISSION}/data\\a", b"")),
    "a file that is also a folder": bare(ONE, (f"{SUBMISSION}/data", b""), (f"{SUBMISSION}/data/a", b"")),
    "no manifest": bare(ONE),
    "far too many files": bare(*[(f"{SUBMISSION}/data/{number}", b"") for number in range(600)]),
}


@pytest.mark.parametrize("name", HOSTILE_ARCHIVES)
def test_a_hostile_archive_is_refused_in_words(workshop: Workshop, keys: Keys, name: str) -> None:
    with pytest.raises(ArchiveRefused) as refused:
        opened(workshop.seal(HOSTILE_ARCHIVES[name]), keys)
    assert refused.value.reasons
    assert refused.value.next_step


def move_to_the_end(name: str) -> Change:
    def change(files: Files) -> None:
        files[name] = files.pop(name)

    return change


def putting(name: str, content: bytes) -> Change:
    return lambda files: files.__setitem__(name, content)


DISAGREEMENTS: dict[str, tuple[Change, type[Refused]]] = {
    "a part that is not in the manifest": (putting("data/extra.txt", b"x"), ArchiveRefused),
    "a tag file that is not in the manifest": (putting("tagmanifest-sha256.txt", b""), ArchiveRefused),
    "a part left out": (lambda files: files.pop("data/attachments/0001.jpg") and None, ArchiveRefused),
    "the answers left out": (lambda files: files.pop(names.ANSWERS) and None, ArchiveRefused),
    "a part exchanged": (putting(names.ANSWERS, b'{"concern.why_now":"A fictitious Answer."}'), ArchiveRefused),
    "a part of another size": (putting(names.ANSWERS, b"{}"), ArchiveRefused),
    "two parts exchanged with each other": (
        lambda files: files.update(
            {
                "data/attachments/0001.jpg": files["data/attachments/0002.jpg"],
                "data/attachments/0002.jpg": files["data/attachments/0001.jpg"],
            }
        ),
        ArchiveRefused,
    ),
    "another order": (move_to_the_end(names.ANSWERS), ArchiveRefused),
    "the padding at the end": (move_to_the_end(names.PADDING), ArchiveRefused),
    "something hidden in the padding": (
        lambda files: files.update({names.PADDING: files[names.PADDING][:-1] + b"x"}),
        ArchiveRefused,
    ),
    "the bag's own list changed": (
        lambda files: files.update({names.PAYLOAD_MANIFEST: files[names.PAYLOAD_MANIFEST].upper()}),
        ArchiveRefused,
    ),
    "no signatures": (lambda files: files.pop(names.MANIFEST_DSSE) and None, ArchiveRefused),
    "no SSH signature": (lambda files: files.pop(names.MANIFEST_SIG) and None, ArchiveRefused),
    "a manifest changed after signing": (
        lambda files: files.update({names.MANIFEST: files[names.MANIFEST].replace(b"Priya", b"Peter")}),
        NotGenuine,
    ),
    "the manifest written another way": (
        lambda files: files.update({names.MANIFEST: files[names.MANIFEST] + b"\n"}),
        NotGenuine,
    ),
    "an empty signature": (putting(names.MANIFEST_DSSE, b"{}"), NotGenuine),
    "an empty SSH signature": (putting(names.MANIFEST_SIG, b""), NotGenuine),
    "a signature that never ends": (putting(names.MANIFEST_SIG, bytes(5000)), ArchiveRefused),
}


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_a_package_that_disagrees_with_itself_is_refused(workshop: Workshop, keys: Keys, name: str) -> None:
    change, error = DISAGREEMENTS[name]
    with pytest.raises(error):
        opened(workshop.changed(change), keys)


def test_the_changes_above_are_what_is_refused(workshop: Workshop, keys: Keys) -> None:
    with opened(workshop.changed(lambda _files: None), keys) as package:
        assert package.sender_known
    with opened(workshop.signed_again(lambda document: document.update(colour="blue")), keys) as package:
        assert package.manifest.submission_id == SUBMISSION


Document = dict[str, object]
SIGNED_WRONG: dict[str, tuple[Callable[[Document], None], type[Refused]]] = {
    "another submission id than its folder": (
        lambda document: document.update(submission_id="3f2b8c1e-5a47-4d0b-9c11-2f7e6a90b1c5"),
        ArchiveRefused,
    ),
    "something critical that is not known": (lambda document: document.update(crit=["encrypt-twice"]), NotUnderstood),
    "a type of another statement": (lambda document: document.update(type="referral-ticket"), NotUnderstood),
    "no recipients": (lambda document: document.update(recipients=[]), NotUnderstood),
    "neither a review nor a reason for none": (lambda document: document.update(review={}), NotUnderstood),
    "a fraction": (lambda document: document.update(clock={"skew_s": True, "basis": "none"}), NotUnderstood),
    "a reply to a key of the older kind": (lambda document: document.update(reply_to="age1xyz"), NotUnderstood),
    "a sender without a site": (
        lambda document: document["sender"].pop("site") and None,  # type: ignore[attr-defined]
        NotUnderstood,
    ),
    "parts in another order": (
        lambda document: document["parts"].reverse(),  # type: ignore[attr-defined]
        ArchiveRefused,
    ),
    "a part twice": (
        lambda document: document["parts"].append(document["parts"][-1]),  # type: ignore[attr-defined,index]
        NotUnderstood,
    ),
    "a part outside data": (
        lambda document: document["parts"][-1].update(name="padding"),  # type: ignore[index]
        NotUnderstood,
    ),
    "a part with a way out": (
        lambda document: document["parts"][-1].update(name="data/../../x"),  # type: ignore[index]
        NotUnderstood,
    ),
    "the answers under another role": (
        lambda document: document["parts"][3].update(role="attachment"),  # type: ignore[index]
        ArchiveRefused,
    ),
    "a wrong size": (lambda document: document["parts"][3].update(size=1), ArchiveRefused),  # type: ignore[index]
}


@pytest.mark.parametrize("name", SIGNED_WRONG)
def test_a_rightly_signed_manifest_that_says_what_cannot_be_is_refused(
    workshop: Workshop, keys: Keys, name: str
) -> None:
    change, error = SIGNED_WRONG[name]
    with pytest.raises(error):
        opened(workshop.signed_again(change), keys)


def test_parts_are_not_parsed_before_the_signature_is_checked(workshop: Workshop, keys: Keys) -> None:
    """A wrong digest and a wrong signature together: the signature is what is reported."""

    def both(files: Files) -> None:
        files[names.ANSWERS] = b"{" * 42
        files[names.MANIFEST] = files[names.MANIFEST].replace(b"Priya", b"Peter")
        files[names.MANIFEST_DSSE] = sign(files[names.MANIFEST], PayloadType.MANIFEST, keys.intake)

    with pytest.raises(NotGenuine):
        opened(workshop.changed(both), keys)


@pytest.mark.parametrize(
    "limits",
    [Limits(package=1000), Limits(files=1), Limits(attachment=3), Limits(readable=3), Limits(other=3)],
)
def test_every_limit_is_kept(built: BuiltPackage, keys: Keys, limits: Limits) -> None:
    with pytest.raises(ArchiveRefused):
        opened(built.path, keys, limits=limits)


def test_a_package_that_is_not_there_is_a_sentence(keys: Keys, tmp_path: Path) -> None:
    for path in (tmp_path / "none.age", tmp_path):
        with pytest.raises(Refused) as refused:
            opened(path, keys)
        assert refused.value.code == "SEALING-NOT-READABLE"
