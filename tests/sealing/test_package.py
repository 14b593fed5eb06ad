"""Building: the same archive as stock tar makes, one that every bag tool accepts, padded, streamed, or not at all."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bagit
import pytest

from referral_client.base.errors import Refused
from referral_client.sealing import ustar
from referral_client.sealing.age_read import open_bytes
from referral_client.sealing.manifest import Act, PersonAct, Review
from referral_client.sealing.names import is_part_name, is_safe_name
from referral_client.sealing.package import Attachment, BuiltPackage, PackageContents, build, padded_size
from referral_client.sealing.recipients import recipient_of
from referral_client.sealing.signing import ssh_public_line
from referral_client.sealing.ticket import verify_ticket
from sealing.sample import SUBMISSION, Keys
from sealing.stock import node, run, tool
from sealing.test_age_stock import DECRYPT

LIMIT = 1 << 24


def archive_of(built: BuiltPackage, keys: Keys) -> bytes:
    return open_bytes(built.path.read_bytes(), [keys.identity], LIMIT)


def files_of(archive: bytes) -> dict[str, bytes]:
    entries = ustar.read_entries(lambda start, length: archive[start : start + length], len(archive), most=99)
    return {entry.name: archive[entry.offset : entry.offset + entry.size] for entry in entries}


def test_a_package_opens_with_stock_tools_alone(built: BuiltPackage, keys: Keys, tmp_path: Path) -> None:
    """An independent age, tar, sha256sum, bagit.py and ssh-keygen: none of them knows this program."""
    node(DECRYPT, built.path, tmp_path / "package.tar", keys.identity)
    run(tool("tar"), "-xf", tmp_path / "package.tar", "-C", tmp_path)
    bag = tmp_path / SUBMISSION
    run(tool("sha256sum"), "--check", "--strict", "manifest-sha256.txt", cwd=bag)
    run(tool("bagit.py"), "--validate", "--quiet", bag)
    (tmp_path / "allowed_signers").write_text(f"office-2 {ssh_public_line(keys.workstation.public, '')}\n")
    run(
        *[tool("ssh-keygen"), "-Y", "verify", "-n", "referral-manifest@referral-client", "-I", "office-2"],
        *["-f", tmp_path / "allowed_signers", "-s", bag / "manifest.json.sig"],
        stdin=(bag / "manifest.json").read_bytes(),
    )
    assert (bag / "data" / "attachments" / "0001.jpg").read_bytes() == b"\xff\xd8first\xff\xd9"


def test_stock_tar_makes_the_very_same_archive(built: BuiltPackage, keys: Keys, tmp_path: Path) -> None:
    if b"GNU tar" not in run(tool("tar"), "--version"):
        pytest.skip("the tar of this machine is not GNU tar")
    archive = archive_of(built, keys)
    files = files_of(archive)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    run(
        *[tool("tar"), "--format=ustar", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=0600"],
        *["-b1", "-cf", "again.tar", *files],
        cwd=tmp_path,
    )
    assert (tmp_path / "again.tar").read_bytes() == archive


def test_the_bag_is_a_whole_one(built: BuiltPackage, keys: Keys, tmp_path: Path) -> None:
    for name, content in files_of(archive_of(built, keys)).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    bag = bagit.Bag(str(tmp_path / SUBMISSION))
    assert bag.validate()
    assert bag.info["External-Identifier"] == SUBMISSION
    assert not (tmp_path / SUBMISSION / "tagmanifest-sha256.txt").exists()


def test_the_files_stand_in_the_order_of_the_format(built: BuiltPackage, keys: Keys) -> None:
    assert [name.removeprefix(f"{SUBMISSION}/") for name in files_of(archive_of(built, keys))] == [
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "manifest.json",
        "manifest.dsse.json",
        "manifest.json.sig",
        "padding",
        "data/answers.json",
        "data/referral.pdf",
        "data/custody.jsonl",
        "data/attachments/0001.jpg",
        "data/attachments/0002.jpg",
    ]


def test_ticket_and_result_name_the_very_bytes_on_disk(built: BuiltPackage, keys: Keys) -> None:
    content = built.path.read_bytes()
    ticket = verify_ticket(built.ticket, keys.workstation.public)
    assert ticket.parcel_sha256 == built.sha256 == hashlib.sha256(content).hexdigest()
    assert ticket.parcel_size == built.size == len(content)
    assert built.path.stat().st_mode & 0o777 == 0o600


def test_nothing_a_person_wrote_is_in_ticket_or_sealed_file(built: BuiltPackage) -> None:
    for marker in (b"Priya", b"fictitious", b"bucket", b"Class teacher"):
        assert marker not in built.path.read_bytes()
        assert marker not in built.ticket


def test_the_archive_is_padded_to_one_of_few_sizes(build_with: Callable[..., BuiltPackage], keys: Keys) -> None:
    padded = len(archive_of(build_with(), keys))
    bare = files_of(archive_of(build_with(padded=False), keys))
    assert padded_size(padded) == padded
    assert f"{SUBMISSION}/padding" not in bare


@pytest.mark.parametrize("size", [1, 2, 9, 1000, 8193, 65_537, 10_000_001, 2**30 + 1])
def test_padding_never_shrinks_and_adds_at_most_an_eighth(size: int) -> None:
    assert size <= padded_size(size) <= size * 1.125 + 1
    assert padded_size(padded_size(size)) == padded_size(size)
    if size > 8192:
        assert padded_size(size) % 512 == 0


def test_two_builds_differ_only_in_what_must_be_random(build_with: Callable[..., BuiltPackage], keys: Keys) -> None:
    first, second = (files_of(archive_of(build_with(), keys)) for _ in range(2))
    assert [name for name in first if first[name] != second[name]] == [f"{SUBMISSION}/manifest.dsse.json"]


def test_a_picture_that_changes_between_two_readings_stops_the_build(contents: PackageContents, tmp_path: Path) -> None:
    answers = iter([b"first answer", b"other answer"])
    fickle = Attachment("0001.jpg", "image/jpeg", "", lambda: next(answers))
    with pytest.raises(Refused) as refused:
        build(replace(contents, attachments=(fickle,)), tmp_path / "out.age")
    assert refused.value.code == "SEALING-SOURCE-CHANGED"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "break_it",
    [
        lambda contents, keys: replace(contents, recipients=(recipient_of(keys.identity),)),
        lambda contents, keys: replace(contents, recipients=(recipient_of(keys.reply), recipient_of(keys.identity))),
        lambda contents, keys: replace(contents, keys=keys.intake),
        lambda contents, keys: replace(contents, attachments=(Attachment("mine.jpg", "image/jpeg", "", b""),)),
        lambda contents, keys: replace(contents, attachments=(Attachment("0001.jpg", "image/jpeg", "", b""),) * 2),
    ],
)
def test_contents_that_contradict_themselves_are_a_fault_of_the_caller(
    contents: PackageContents, keys: Keys, tmp_path: Path, break_it: Callable[[PackageContents, Keys], PackageContents]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        build(break_it(contents, keys), tmp_path / "out.age")
    assert list(tmp_path.iterdir()) == []


def test_too_many_photographs_are_refused_in_words(contents: PackageContents, tmp_path: Path) -> None:
    many = tuple(Attachment(f"{number:04}.jpg", "image/jpeg", "", b"x") for number in range(600))
    with pytest.raises(Refused) as refused:
        build(replace(contents, attachments=many), tmp_path / "out.age")
    assert refused.value.code == "SEALING-TOO-LARGE"


@pytest.mark.parametrize(
    "name",
    ["data/answers.json", "bagit.txt", "padding", "data/attachments/0001.jpg", "a", "a_b-c.d", "data/x/y/z"],
)
def test_ordinary_names_fit_the_rule(name: str) -> None:
    assert is_safe_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *[
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/..",
            "../a",
            "a/../b",
            ".hidden",
            "a/.b",
            "a.",
            "a..b",
            "-a",
            "A",
            "a b",
        ],
        *[
            "a\\b",
            "a:b",
            "é",
            "a\n",
            "a\0",
            "con",
            "con.txt",
            "data/nul",
            "com1.jpg",
            "lpt0",
            "a/b/c/d/e",
            "a" * 64,
            "~a",
        ],
    ],
)
def test_names_that_some_system_would_misread_do_not(name: str) -> None:
    assert not is_safe_name(name)


def test_a_manifest_lists_bag_files_and_data_and_nothing_else() -> None:
    assert is_part_name("bagit.txt")
    assert is_part_name("data/answers.json")
    for name in ("manifest.json", "padding", "data", "other.txt", "tagmanifest-sha256.txt"):
        assert not is_part_name(name)


BUILD_LARGE = """
import resource, sys
from dataclasses import replace
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from referral_client.sealing.package import Attachment, build
from sealing.sample import sample_contents, sample_keys

def picture(number):
    return Attachment(f"{number:04}.jpg", "image/jpeg", "", lambda: bytes([number]) * (8 << 20))

contents = replace(sample_contents(sample_keys()), attachments=tuple(picture(number) for number in range(24)))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
build(contents, Path(sys.argv[1]))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_one_picture_at_a_time_is_in_memory(tmp_path: Path) -> None:
    """24 pictures of 8 MiB are built in a process of their own, whose memory grows by far less than their sum."""
    tests = Path(__file__).resolve().parents[1]
    grown_mib = int(run(sys.executable, "-c", BUILD_LARGE, tmp_path / "large.age", tests.parent, tests))
    assert (tmp_path / "large.age").stat().st_size > 24 * (8 << 20)
    assert grown_mib < 48


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"review": Review(waived="urgent: " + "x" * 2000)}, "review.waived"),
        ({"people": (PersonAct(Act.SENT, "x" * 201, "Teacher", "2026-11-22T15:40:00Z"),)}, "people[0].name"),
    ],
)
@pytest.mark.parametrize("practice", [False, True])
def test_nothing_is_sealed_that_its_receiver_could_not_read(
    build_with: Callable[..., BuiltPackage], tmp_path: Path, facts: dict[str, object], named: str, practice: bool
) -> None:
    with pytest.raises(Refused) as refused:
        build_with(practice=practice, **facts)
    assert refused.value.code == "SEALING-NOT-READABLE"
    assert refused.value.reasons[0].startswith(f"{named}: longer than")
    assert list(tmp_path.iterdir()) == []
