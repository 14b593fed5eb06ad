"""From one file to one clean file: whole and clean, or none at all, and the original untouched."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from referral_client.base.errors import Refused
from referral_client.photo import filing, read_photo, rescan, strip_file

from .builders import MARK, jpeg, planted_jpeg, planted_png, png

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="such files are of the other systems")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "Mair Ŵyn 2026 – IMG_20260601_123456.jpg"
    file.write_bytes(planted_jpeg(jpeg(), trailer=MARK))
    os.utime(file, (1_000_000_000, 1_000_000_000))
    return file


def code_of(source: Path, target: Path) -> str:
    with pytest.raises(Refused) as refused:
        strip_file(source, target)
    assert str(source) not in str(refused.value)
    return refused.value.code


def test_one_clean_file_is_written_and_the_original_stays_as_it_was(photo: Path, tmp_path: Path) -> None:
    before = (photo.read_bytes(), photo.stat().st_mtime_ns)
    target = tmp_path / "photo-1.jpg"
    clean = strip_file(photo, target)
    assert target.read_bytes() == clean.data
    rescan(target.read_bytes())
    assert hashlib.sha256(target.read_bytes()).hexdigest() == clean.sha256
    assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before
    assert target.stat().st_mtime_ns != before[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([photo.name, target.name])


def test_a_png_behind_a_jpeg_name_is_cleaned_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(planted_png(png()))
    assert strip_file(tmp_path / "a.jpg", tmp_path / "b.jpg").media_type == "image/png"


@pytest.mark.parametrize("content", [b"", b"<html>", planted_jpeg(jpeg())[:-40], b"\0\0\0\x18ftypheic"])
def test_a_refused_photograph_leaves_nothing_at_the_target(content: bytes, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    source.write_bytes(content)
    assert code_of(source, target).startswith("PHOTO-")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jpg"]


def test_a_file_already_at_the_target_is_never_touched(photo: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jpg"
    target.write_bytes(b"precious")
    assert code_of(photo, target) == "PHOTO-OUT-EXISTS"
    assert target.read_bytes() == b"precious"
    assert code_of(photo, photo) == "PHOTO-OUT-EXISTS"
    assert code_of(photo, tmp_path) == "PHOTO-OUT-EXISTS"
    assert code_of(photo, tmp_path / "nowhere" / "out.jpg") == "PHOTO-OUT-NOT-WRITABLE"


@POSIX
def test_a_link_that_leads_nowhere_is_not_followed_for_the_target(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert code_of(photo, tmp_path / "link") == "PHOTO-OUT-EXISTS"
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_gone_or_a_folder_is_refused_in_words(tmp_path: Path) -> None:
    assert code_of(tmp_path / "gone.jpg", tmp_path / "out") == "PHOTO-GONE"
    assert code_of(tmp_path, tmp_path / "out") == "PHOTO-NOT-A-FILE"


@POSIX
def test_pipes_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert code_of(tmp_path / "pipe", tmp_path / "out") == "PHOTO-NOT-A-FILE"
    assert code_of(Path("/dev/zero"), tmp_path / "out") == "PHOTO-NOT-A-FILE"


@POSIX
def test_five_gigabytes_of_nothing_are_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "sparse.jpg").open("wb") as stream:
        stream.write(b"\xff\xd8\xff")
        stream.truncate(5_000_000_000)
    assert code_of(tmp_path / "sparse.jpg", tmp_path / "out") == "PHOTO-TOO-LARGE"


def test_a_file_that_changes_while_it_is_read_is_refused(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really, calls = os.fstat, []

    def grow_between_looks(descriptor: int) -> os.stat_result:
        calls.append(descriptor)
        if calls.count(descriptor) == 2:
            with photo.open("ab") as stream:
                stream.write(b"more")
        return really(descriptor)

    monkeypatch.setattr(os, "fstat", grow_between_looks)
    with pytest.raises(Refused) as refused:
        read_photo(photo)
    assert refused.value.code == "PHOTO-CHANGED"


def test_a_full_disk_leaves_nothing_behind(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _content: bytes) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(filing, "create_file", full)
    assert code_of(photo, tmp_path / "out.jpg") == "PHOTO-OUT-NOT-WRITABLE"
    assert not (tmp_path / "out.jpg").exists()


def test_a_disk_that_writes_something_else_is_noticed_and_cleared(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(path: Path, content: bytes) -> bool:
        path.write_bytes(content[:-1])
        return True

    monkeypatch.setattr(filing, "create_file", lie)
    assert code_of(photo, tmp_path / "out.jpg") == "PHOTO-NOT-CLEAN"
    assert not (tmp_path / "out.jpg").exists()


def test_the_same_photograph_gives_the_same_bytes_wherever_and_whenever(photo: Path, tmp_path: Path) -> None:
    first = strip_file(photo, tmp_path / "one.jpg")
    os.utime(photo, (2_000_000_000, 2_000_000_000))
    assert strip_file(photo, tmp_path / "two.jpg").data == first.data
