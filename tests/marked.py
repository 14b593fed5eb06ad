"""A referral in which everything that takes words holds a marker of its own, and pictures that hold some as well."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hunting import Markers
from PIL import Image

from referral_client.questionnaire import Form
from referral_client.questionnaire.form import Question
from referral_client.questionnaire.values import ADDRESS_PARTS, Kind, nhs_check_digit, upn_check_letter

ITEMS = 2  # of each repeat


class MarkedReferral:
    """`answers`: the published shape. `values`: distinctive values where a type takes no words, by value."""

    def __init__(self, form: Form, markers: Markers) -> None:
        self._form = form
        self._markers = markers
        self._random = random.Random()
        self.values: dict[str, str] = {}
        self.answers: Mapping[str, Any] = {
            "answers": {question.id: self._answer(question, 0) for question in self._of("")},
            "items": {repeat: self._items(repeat) for repeat in form.repeats},
            "reasons": {
                section.id: {"state": "withheld", "because": markers.new(f"reason of section {section.id}")}
                for section in form.sections
            },
        }

    def _of(self, group: str) -> list[Question]:
        return [question for question in self._form.questions.values() if question.group == group]

    def _items(self, repeat: str) -> list[Mapping[str, Any]]:
        pair = self._form.repeats[repeat].pair
        ids = (
            [f"{repeat}~{pair[0]}-{one}~{pair[1]}-{other}" for one in (1, 2) for other in (1, 2)]
            if pair
            else [f"{repeat}-{number}" for number in range(1, ITEMS + 1)]
        )
        return [
            {
                "id": item,
                "answers": {question.id: self._answer(question, number, item) for question in self._of(repeat)},
            }
            for number, item in enumerate(ids)
        ]

    def _answer(self, question: Question, number: int, item: str = "") -> Mapping[str, Any]:
        """Items after the first take turns with every way of not answering, each with its words."""
        mark = lambda part: self._markers.new(f"{item} {question.id} {part}".strip())  # noqa: E731
        keep_from = [{"who": mark("keep_from.who"), "why": mark("keep_from.why")}]
        turn = len(self._markers.made) % 5 if number else 0
        if turn == 1:
            asked = {"whom": mark("asked.whom"), "when": "2026-11", "said": mark("asked.said")}
            return {"state": "not_known", "asked": asked, "because": mark("because"), "keep_from": keep_from}
        if turn in (2, 3, 4):
            state = {2: "withheld", 3: "declined", 4: "not_applicable"}[turn]
            return {"state": state, "because": mark("because"), "keep_from": keep_from}
        state = "estimated" if question.kind is Kind.DATE else "value"
        return {"state": state, "value": self._value(question, mark), "keep_from": keep_from}

    def _value(self, question: Question, mark: Any) -> Any:
        kind = question.kind
        if kind is Kind.CHOOSE_ONE:
            codes = [option.code for option in question.options]
            return "yes" if "yes" in codes else codes[0]
        if kind is Kind.CHOOSE_MANY:
            return [option.code for option in question.options][:2]
        if kind is Kind.ADDRESS:
            return {part: mark(part) for part in ADDRESS_PARTS if part != "no_fixed_address"}
        if kind is Kind.ITEM_REF:
            return f"{question.about[0]}-1"
        if kind is Kind.ITEM_REFS:
            return [f"{question.about[0]}-1"]
        if kind is Kind.EMAIL:
            return f"{mark('email')}@example.org"
        if kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.VERBATIM, Kind.NAME):
            return mark("value")
        value = self._distinctive(kind)
        self.values[str(value)] = question.id
        return value

    def _distinctive(self, kind: Kind) -> str | int:
        pick = self._random.randint
        if kind in (Kind.DATE, Kind.DATETIME):
            day = f"{pick(1931, 1969)}-{pick(1, 12):02d}-{pick(1, 28):02d}"
            return f"{day}T03:{pick(10, 59)}" if kind is Kind.DATETIME else day
        if kind is Kind.WHOLE_NUMBER:
            return pick(51_000_000_001, 99_999_999_999)
        if kind is Kind.PHONE:
            return f"07700 900{pick(100, 999)} ext {pick(1000, 9999)}"
        if kind is Kind.NHS_NUMBER:
            nine = next(
                nine for nine in (f"999{pick(0, 999_999):06d}" for _ in range(99)) if nhs_check_digit(nine) < 10
            )
            return f"{nine}{nhs_check_digit(nine)}"
        twelve = f"{pick(10**11, 10**12 - 1)}"
        return upn_check_letter(twelve) + twelve


def marked_jpeg(markers: Markers, what: str) -> bytes:
    """A noisy JPEG with markers in EXIF, XMP, a comment and behind its end."""
    noise = random.randbytes(96 * 72 * 3)
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = markers.new(f"{what}: EXIF description"), markers.new(f"{what}: EXIF artist")
    Image.frombytes("RGB", (96, 72), noise).save(out, "JPEG", quality=92, exif=exif)
    picture = out.getvalue()
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + markers.new(f"{what}: XMP").encode() + b"</x:xmpmeta>"
    added = _segment(0xE1, xmp) + _segment(0xFE, markers.new(f"{what}: comment").encode())
    return picture[:2] + added + picture[2:] + markers.new(f"{what}: behind the end").encode()


def scan_data(jpeg: bytes) -> bytes:
    """What follows the header of the first scan: the picture itself."""
    start = jpeg.index(b"\xff\xda")
    return jpeg[start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big") : jpeg.rindex(b"\xff\xd9")]


def marked_png(markers: Markers, what: str) -> bytes:
    """A PNG whose rows of dots are markers, neither filtered nor compressed, with more in its text chunks."""
    words = b"".join(markers.new(f"{what}: dots").encode() for _ in range(9))
    row = words[: len(words) // 3 * 3]
    header = struct.pack(">IIBBBBB", len(row) // 3, 20, 8, 2, 0, 0, 0)
    picture = b"".join(
        _chunk(name, payload)
        for name, payload in (
            (b"IHDR", header),
            (b"tEXt", b"Author\0" + markers.new(f"{what}: text chunk").encode()),
            (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + markers.new(f"{what}: XMP").encode()),
            (b"IDAT", zlib.compress((b"\0" + row) * 20, 0)),
            (b"IEND", b""),
        )
    )
    return b"\x89PNG\r\n\x1a\n" + picture


def _chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def marked_facts(markers: Markers, what: str, **changes: Any) -> Mapping[str, Any]:
    """What staff attest, with a marker wherever a person writes words. As it stands the picture may go."""
    mark = lambda part: markers.new(f"{what}: {part}")  # noqa: E731
    facts = {
        "source": "colleague", "how_obtained": mark("how_obtained"), "device": "org_tablet", "device_id": "TAB-01",
        "taken_by": {"name": mark("taken_by"), "role": "deputy_dsl"}, "place": "medical_room",
        "second_adult": True, "others_present": mark("others_present"), "child_distressed": False,
        "child_refused": False, "clothing_moved": False, "intimate": False, "edited": False, "filtered": False,
        "written_description": True, "body_map_done": True, "reason": mark("reason"),
        "taken_at": "2026-11-18T09:10:00Z", "child": "child-1", "injury": "injury-1", "region": "hand",
        "side": "right", "view": "close_up_with_scale", "scale_in_view": True,
        "consent": {"child": "yes", "parent_pr": "yes", "form": "verbal_recorded"},
        "preauthorised": {
            "by_role": "dsl", "by": mark("preauthorised by"), "at": "2026-11-18T09:02:00Z",
            "reference": mark("preauthorised reference"),
        },
        "approval": {
            "by_role": "dsl", "by": mark("approved by"), "at": "2026-11-20T09:30:00Z",
            "reference": mark("approval reference"),
        },
        "record_number": mark("record_number"), "exhibit_ref": mark("exhibit_ref"),
    }  # fmt: skip
    return {key: value for key, value in {**facts, **changes}.items() if value is not None}


def lay(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
