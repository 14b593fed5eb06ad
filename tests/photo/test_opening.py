"""Proof that a photograph opens comes from a confined child, and no reply of it is believed unchecked."""

from __future__ import annotations

import ctypes
import io
import platform
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from referral_client.photo import PhotoRefused, Preview, opening, prove_opens, rescan, strip
from referral_client.photo.opening import child_command, judge
from referral_client.photo.supervising import Conversation, Ending

from .builders import chunks, deep_scene, jpeg, planted_jpeg, planted_png, png, rebuilt_png, scene, upright

CLEAN = strip(planted_jpeg(jpeg(scene(400, 300)), orientation=6)).data
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="these fences are Linux's")


def preview_of(preview: Preview) -> Image.Image:
    with Image.open(io.BytesIO(preview.png)) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    "make", [lambda o: planted_jpeg(jpeg(), orientation=o), lambda o: planted_png(png(), orientation=o)]
)
def test_the_preview_is_the_picture_the_right_way_up(make: object, orientation: int) -> None:
    clean = strip(make(orientation)).data  # type: ignore[operator]
    preview = prove_opens(clean)
    assert (preview.width, preview.height) == (61, 43)
    shown, expected = preview_of(preview), upright(clean).convert("RGB")
    assert shown.size == expected.size
    assert shown.tobytes() == expected.tobytes()


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_colour_opens(mode: str) -> None:
    picture = deep_scene() if mode == "I;16" else scene(mode=mode)
    preview = prove_opens(strip(jpeg(picture) if mode == "CMYK" else png(picture)).data)
    shown = preview_of(preview)
    assert shown.size == (61, 43)
    assert len(shown.getcolors(10_000) or []) > 1


def test_a_large_picture_gives_a_small_preview() -> None:
    preview = prove_opens(strip(jpeg(scene(3000, 1500))).data)
    assert (preview.width, preview.height) == (3000, 1500)
    assert preview_of(preview).size == (1024, 512)


@LINUX
def test_the_fences_stand_before_the_picture_is_read() -> None:
    assert "limits" in prove_opens(CLEAN).confinement
    assert "no-new-privileges" in prove_opens(CLEAN).confinement


def test_what_was_not_cleaned_is_never_given_to_a_decoder() -> None:
    with pytest.raises(PhotoRefused) as refused:
        prove_opens(planted_jpeg(jpeg()))
    assert refused.value.code == "PHOTO-NOT-CLEAN"


def test_a_picture_that_is_whole_but_does_not_decode_is_refused() -> None:
    made = chunks(png())
    broken = [(name, zlib.compress(b"\x09" * (43 * 184))) if name == b"IDAT" else (name, body) for name, body in made]
    with pytest.raises(PhotoRefused) as refused:
        prove_opens(strip(rebuilt_png(broken)).data)
    assert refused.value.code == "PHOTO-DOES-NOT-OPEN"


def test_a_picture_that_needs_more_memory_than_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_memory_for", lambda _seen, _size: 120 * 1024 * 1024)
    with pytest.raises(PhotoRefused) as refused:
        prove_opens(strip(png(scene(6000, 6000, "1").convert("RGB"))).data)
    assert refused.value.code in {"PHOTO-TOO-MUCH-MEMORY", "PHOTO-DOES-NOT-OPEN"}


HELLO = struct.pack(">8sI", b"RCHELLO1", 15)
REPLY = struct.Struct(">8sIIIIIQ")


def reply(
    status: int = 0, width: int = 400, height: int = 300, across: int = 3, down: int = 4, length: int | None = None
) -> bytes:
    pixels = bytes(3 * across * down) if across * down < 4_000_000 else b""
    return (
        REPLY.pack(b"RCREPLY1", status, width, height, across, down, len(pixels) if length is None else length) + pixels
    )


HOSTILE = {
    "nothing": b"",
    "hello alone": HELLO,
    "wrong hello": b"RCHELLO2" + HELLO[8:] + reply(),
    "unknown fences": HELLO[:8] + b"\xff\xff\xff\xff" + reply(),
    "wrong magic": HELLO + reply().replace(b"RCREPLY1", b"RCREPLY2"),
    "half a reply": HELLO + reply()[:20],
    "a byte too few": HELLO + reply()[:-1],
    "a byte too many": HELLO + reply() + b"\0",
    "a length of its own": HELLO + reply(length=35),
    "an enormous length": HELLO + reply(length=2**63),
    "an unknown status": HELLO + reply(status=77),
    "a bad-request status": HELLO + reply(status=4),
    "another width": HELLO + reply(width=401),
    "another height": HELLO + reply(height=2**32 - 1),
    "no preview": HELLO + reply(across=0, down=0),
    "a flat preview": HELLO + reply(across=4, down=0),
    "a preview of another shape": HELLO + reply(across=40, down=30),
    "a preview beyond the side": HELLO + reply(across=1200, down=1600),
    "a preview that overflows": HELLO + reply(across=2**31, down=2**31, length=0),
    "pixels with a refusal": HELLO + reply(status=1),
    "text": b"<html>" * 40,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_reply_is_a_refusal_and_nothing_else(name: str) -> None:
    with pytest.raises(PhotoRefused) as refused:
        judge(Conversation(Ending.FINISHED, HOSTILE[name]), rescan(CLEAN))
    assert refused.value.code == "PHOTO-DOES-NOT-OPEN"


@pytest.mark.parametrize("ending", [Ending.DIED, Ending.TOO_MUCH, Ending.TOO_SLOW])
def test_even_a_perfect_reply_counts_only_from_a_child_that_ended_well(ending: Ending) -> None:
    assert judge(Conversation(Ending.FINISHED, HELLO + reply()), rescan(CLEAN)).width == 400
    with pytest.raises(PhotoRefused):
        judge(Conversation(ending, HELLO + reply()), rescan(CLEAN))


def test_the_child_gets_no_picture_on_its_command_line() -> None:
    command = child_command(1, 2)
    assert command[1:4] == ["-I", "-S", "-B"]
    assert command[-2:] == ["1", "2"]


ESCAPES = {
    "read a file": "open('/etc/hostname').read()",
    "write a file": "open('/tmp/escaped', 'w')",
    "list a folder": "os.listdir('/')",
    "open a socket": "socket.socket()",
    "start a process": "os.fork()",
    "become a program": "os.execv('/bin/true', ['true'])",
    "take all memory": "bytearray(3_000_000_000)",
}


FILTERS = Path("/proc/sys/kernel/seccomp/actions_avail").exists() and platform.machine() in ("x86_64", "aarch64")
LANDLOCK = sys.platform == "linux" and ctypes.CDLL(None).syscall(444, None, 0, 1) >= 1


def fenced(tmp_path: Path, act: str, *, before: str = "") -> int:
    """The exit code of a process that puts the fences up and then acts: 0 stopped by them, 1 not stopped."""
    fences = Path(opening.__file__).parent
    script = (
        f"import os, socket, sys; sys.path.insert(0, {str(fences)!r}); import fences\n{before}\n"
        "fences.put_up(1_000_000_000, 20)\n"
        f"try:\n    {act}\nexcept (OSError, MemoryError):\n    os._exit(0)\nos._exit(1)"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", script]
    return subprocess.run(command, timeout=60, cwd=tmp_path, check=False).returncode


@pytest.mark.skipif(not FILTERS, reason="this kernel has no filter for system calls")
@pytest.mark.parametrize("name", ESCAPES)
def test_behind_the_fences_a_child_can_do_no_harm(name: str, tmp_path: Path) -> None:
    assert fenced(tmp_path, ESCAPES[name]) == 0


@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
@pytest.mark.parametrize("name", ["read a file", "write a file", "list a folder"])
def test_files_stay_closed_even_where_calls_cannot_be_filtered(name: str, tmp_path: Path) -> None:
    before = "fences._few_calls = lambda _kernel: 0; fences._limits = lambda _memory, _seconds: 0"
    assert fenced(tmp_path, ESCAPES[name], before=before) == 0


def test_only_the_child_imports_pillow() -> None:
    program = Path(opening.__file__).parent.parent
    importers = {
        path.name
        for path in program.rglob("*.py")
        if re.search(r"^\s*(?:from|import) PIL\b", path.read_text("utf-8"), re.M)
    }
    assert importers == {"child.py"}
