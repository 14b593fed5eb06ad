"""What this room says about a photograph, as values, and the limits it works within.

Promises: no value here ever holds a position, a serial number or a person's name out of a photograph; those are
counted, never read out. Imports the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_FILE_BYTES = 150_000_000
MAX_PIXELS = 260_000_000  # a 200-megapixel phone with room to spare
MAX_SCANS = 100  # a real progressive JPEG has about ten
MAX_SEGMENTS = 20_000
MAX_CHUNKS = 100_000
MAX_ICC_BYTES = 8_000_000
PREVIEW_SIDE = 1024


class Kind(StrEnum):
    """What the bytes are, by their own first bytes and never by the file's name."""

    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"
    AVIF = "avif"
    WEBP = "webp"
    GIF = "gif"
    TIFF = "tiff"
    BMP = "bmp"
    JXL = "jxl"
    JPEG2000 = "jpeg2000"
    PSD = "psd"
    VIDEO = "video"
    PDF = "pdf"
    SVG = "svg"
    WEB_PAGE = "web-page"
    ARCHIVE = "archive"
    PROGRAM = "program"
    EMPTY = "empty"
    UNKNOWN = "unknown"


MEDIA_TYPES = {Kind.JPEG: "image/jpeg", Kind.PNG: "image/png"}


class Metadata(StrEnum):
    """Kinds of hidden information. Counted for the person, never quoted."""

    CAMERA = "camera-details"
    POSITION = "position"
    SERIAL = "serial-number"
    PERSON = "name-of-a-person"
    MAKER_NOTE = "maker-note"
    THUMBNAIL = "small-copy"
    XMP = "xmp"
    IPTC = "iptc"
    COMMENT = "comment"
    TEXT = "text"
    TIME = "time"
    COLOUR_PROFILE = "colour-profile"
    MORE_PICTURES = "more-pictures"
    PROVENANCE = "content-credentials"
    PRIVATE = "private-data"
    RESOLUTION = "print-size"
    PADDING = "padding"
    TRAILER = "data-after-the-picture"


@dataclass(frozen=True, slots=True)
class Found:
    """How many pieces of one kind a photograph holds."""

    kind: Metadata
    count: int


@dataclass(frozen=True, slots=True)
class Removed:
    """How many pieces of one kind were left out of the clean copy."""

    kind: Metadata
    count: int


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a policy and a person need to know, read from headers without decoding a pixel.

    width, height: pixels as stored, before turning. orientation: 1 to 8 as EXIF numbers them.
    captured_at: "2026-11-20T15:40:00" with the camera's offset when it gave one, or "" (a camera's clock, unproven).
    make, model: printable, at most 64 characters, or "". trailing_bytes: bytes after the picture's end.
    looks_forwarded: no camera named itself, and it is small or a PNG (a screenshot or a forwarded copy).
    """

    kind: Kind
    media_type: str
    width: int
    height: int
    size: int
    sha256: str
    orientation: int
    captured_at: str
    make: str
    model: str
    metadata: tuple[Found, ...]
    trailing_bytes: int
    looks_forwarded: bool

    def as_json(self) -> dict[str, object]:
        """The published shape (docs/schemas/photo-inspect.schema.json)."""
        return {
            "kind": self.kind.value,
            "media_type": self.media_type,
            "width": self.width,
            "height": self.height,
            "size": self.size,
            "sha256": self.sha256,
            "orientation": self.orientation,
            "captured_at": self.captured_at,
            "make": self.make,
            "model": self.model,
            "metadata": [{"kind": found.kind.value, "count": found.count} for found in self.metadata],
            "trailing_bytes": self.trailing_bytes,
            "looks_forwarded": self.looks_forwarded,
        }


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photograph with the same compressed picture and nothing else but colour and which way is up."""

    data: bytes
    media_type: str
    sha256: str
    original_sha256: str
    removed: tuple[Removed, ...]
    width: int
    height: int
    orientation: int

    def as_json(self) -> dict[str, object]:
        """The published shape, without the bytes (docs/schemas/photo-strip.schema.json)."""
        return {
            "media_type": self.media_type,
            "size": len(self.data),
            "sha256": self.sha256,
            "original_sha256": self.original_sha256,
            "removed": [{"kind": removed.kind.value, "count": removed.count} for removed in self.removed],
            "width": self.width,
            "height": self.height,
            "orientation": self.orientation,
        }


@dataclass(frozen=True, slots=True)
class Rescanned:
    """What the second look read from the clean bytes: enough to bound a decoder before it starts."""

    kind: Kind
    width: int
    height: int
    orientation: int
    components: int
    whole_in_memory: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Proof that a clean photograph opens: its full size, and a small upright PNG made from raw pixels.

    confinement: the fences the child process reported standing before it was given the picture.
    """

    width: int
    height: int
    png: bytes
    confinement: tuple[str, ...]
