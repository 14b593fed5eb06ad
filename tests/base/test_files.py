"""The one atomic write and the one suspicious read."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_client.base.errors import Refused
from referral_client.base.files import create_file, make_private_folder, read_file, write_file


def test_a_written_file_is_private_and_whole(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"words")
    assert (tmp_path / "a").read_bytes() == b"words"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_no_temporary(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"old")

    def failing() -> Iterator[bytes]:
        yield b"new"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_file(tmp_path / "a", failing())
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_creating_a_file_that_exists_changes_nothing(tmp_path: Path) -> None:
    assert create_file(tmp_path / "a", b"first")
    assert not create_file(tmp_path / "a", b"second")
    assert (tmp_path / "a").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_only_one_of_many_processes_creates_a_file(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from referral_client.base.files import create_file;"
        "print(create_file(Path(sys.argv[1]), sys.argv[2].encode()))"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "a"), str(n)], stdout=subprocess.PIPE, text=True)
        for n in range(6)
    ]
    answers = [child.communicate()[0].strip() for child in children]
    assert answers.count("True") == 1


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "THING-GONE"),
        (lambda path: path.mkdir(), "THING-NOT-A-FILE"),
        (lambda path: os.mkfifo(path), "THING-NOT-A-FILE"),
        (lambda path: path.symlink_to("/dev/zero"), "THING-NOT-A-FILE"),
        (lambda path: path.write_bytes(b"x" * 11), "THING-TOO-LARGE"),
        (lambda path: path.symlink_to(path), "THING-NOT-READABLE"),
    ],
    ids=["missing", "folder", "named pipe", "device", "too large", "link to itself"],
)
def test_reading_something_odd_is_refused_in_words(tmp_path: Path, make, code) -> None:
    make(tmp_path / "thing")
    with pytest.raises(Refused) as refusal:
        read_file(tmp_path / "thing", limit=10, what="the thing", code="THING")
    assert refusal.value.code == code
    assert str(tmp_path) not in str(refusal.value)


def test_a_private_folder_is_private_with_every_parent_that_was_made_for_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    before = os.umask(0o022)
    try:
        assert make_private_folder(tmp_path / "a" / "b" / "c") == tmp_path / "a" / "b" / "c"
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path, *sorted(tmp_path.rglob("*")))]
    assert modes == [0o755, 0o700, 0o700, 0o700]
    make_private_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_private_folder_is_never_made_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        with pytest.raises(OSError, match=r"exists|Not a directory"):
            make_private_folder(path)


def test_a_stick_without_links_takes_a_new_file_and_keeps_an_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As vfat and exfat answer; a test has no right to mount one."""

    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    assert create_file(tmp_path / "root.key", b"first")
    assert not create_file(tmp_path / "root.key", b"second")
    assert [path.name for path in tmp_path.iterdir()] == ["root.key"]
    assert (tmp_path / "root.key").read_bytes() == b"first"
