"""The child process: the only place in the program where a picture is decoded.

Started as `python -I -S -B child.py FOLDER-OF-PILLOW MEMORY SECONDS`. It imports Pillow, puts the fences up, says
which stand, and only then reads the picture. It answers in numbers and raw pixels; no text, no name, no exception
crosses over.

    child -> parent   "RCHELLO1", fences u32
    parent -> child   "RCASKED1", kind u32, orientation u32, side u32, most pixels u64, size u64; then the bytes
    child -> parent   "RCREPLY1", status u32, width u32, height u32, preview width u32, preview height u32,
                      length u64; then raw RGB, upright

All integers big-endian. Imports the standard library and Pillow.
"""

from __future__ import annotations

import importlib.util
import io
import os
import struct
import sys
import warnings
from pathlib import Path
from typing import Any

HELLO, ASKED, REPLY = b"RCHELLO1", b"RCASKED1", b"RCREPLY1"
REQUEST = struct.Struct(">8sIIIQQ")
ANSWER = struct.Struct(">8sIIIIIQ")
OPENS, DOES_NOT_OPEN, TOO_MANY_PIXELS, TOO_MUCH_MEMORY, BAD_REQUEST = range(5)
KINDS = {1: "JPEG", 2: "PNG"}


def main(folder_of_pillow: str, memory: str, seconds: str) -> int:
    fences = _load_fences()
    sys.path.append(folder_of_pillow)
    from PIL import Image, TiffImagePlugin  # noqa: F401  (the second reads the orientation block)

    Image.preinit()  # loads the readers now: behind the fences no file opens any more
    warnings.simplefilter("error")
    stands = fences.put_up(int(memory), int(seconds))
    _say(HELLO + struct.pack(">I", stands))
    magic, kind, orientation, side, max_pixels, size = REQUEST.unpack(_hear(REQUEST.size))
    if magic != ASKED or kind not in KINDS:
        _say(ANSWER.pack(REPLY, BAD_REQUEST, 0, 0, 0, 0, 0))
        return 0
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        status, width, height, preview, pixels = _open(Image, _hear(size), KINDS[kind], orientation, side)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        status, width, height, preview, pixels = TOO_MANY_PIXELS, 0, 0, (0, 0), b""
    except MemoryError:
        status, width, height, preview, pixels = TOO_MUCH_MEMORY, 0, 0, (0, 0), b""
    except Exception:  # noqa: BLE001  whatever a decoder raises means that the picture does not open
        status, width, height, preview, pixels = DOES_NOT_OPEN, 0, 0, (0, 0), b""
    _say(ANSWER.pack(REPLY, status, width, height, *preview, len(pixels)) + pixels)
    return 0


def _open(
    image_module: Any, untrusted: bytes, kind: str, orientation: int, side: int
) -> tuple[int, int, int, tuple[int, int], bytes]:
    turns = image_module.Transpose
    turn = {
        2: turns.FLIP_LEFT_RIGHT, 3: turns.ROTATE_180, 4: turns.FLIP_TOP_BOTTOM, 5: turns.TRANSPOSE,
        6: turns.ROTATE_270, 7: turns.TRANSVERSE, 8: turns.ROTATE_90,
    }.get(orientation)  # fmt: skip
    with image_module.open(io.BytesIO(untrusted), formats=[kind]) as picture:
        width, height = picture.size
        picture.draft("RGB", (side, side))  # JPEG: decode at a half, a quarter or an eighth; PNG: nothing
        picture.load()
        scale = min(1.0, side / max(picture.size))
        target = (max(1, round(picture.size[0] * scale)), max(1, round(picture.size[1] * scale)))
        if picture.mode.startswith("I"):  # 16 bits a dot
            picture = picture.point(lambda level: level * (1 / 256)).convert("L")
        elif picture.mode == "P":
            picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
        if picture.size != target:
            picture = picture.resize(target, image_module.Resampling.BOX)
        upright = picture.convert("RGB")
    if turn is not None:
        upright = upright.transpose(turn)
    return OPENS, width, height, upright.size, upright.tobytes()


def _load_fences() -> Any:
    spec = importlib.util.spec_from_file_location("fences", Path(__file__).with_name("fences.py"))
    if spec is None or spec.loader is None:
        raise SystemExit(3)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _hear(size: int) -> bytes:
    pieces = []
    while size:
        piece = os.read(0, min(size, 1 << 20))
        if not piece:
            raise SystemExit(4)
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _say(message: bytes) -> None:
    view = memoryview(message)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))
