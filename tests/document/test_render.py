"""The readable copy as a reader's tools see it: structure, metadata, text, pictures, sameness."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from document.sample import FIRST, REFERENCE, SAMPLE
from referral_client.document import (
    AdultLine,
    BodyMark,
    Call,
    ChildLine,
    Disagreement,
    Fact,
    FirstPage,
    HeldPhoto,
    KeepFromLine,
    Known,
    NotKnownLine,
    NotTold,
    PhotoLine,
    Quote,
    ReadableCopy,
    Referrer,
    Row,
    Section,
    Side,
    VisitingRisk,
    Whereabouts,
)
from referral_client.document.render import _NOT_IN_UA, _compiler, pages_as_png, render

TRICKS = (
    '#read("/etc/passwd")',
    "*bold*",
    "$x^2$",
    "@a",
    "</Document>",
    "`code`",
    "_e_",
    "// gone?",
    "/* gone? */",
    "= Heading",
    "- item",
    "#pagebreak()",
    "\\u{1F600}",
    '", "x": "',
    "<label>",
    "http://x.example/?a=b#c",
    "~ -- --- ...",
)


def copy_of_answer(words: str, **more: Any) -> ReadableCopy:
    return ReadableCopy(
        front_door="Front door",
        reference=REFERENCE,
        sent="Not sent yet",
        created_at=SAMPLE.created_at,
        first=FIRST,
        sections=(Section("Answers", (Row("Question", words, **more),)),),
    )


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


def tags(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    found: list[pikepdf.Dictionary] = []
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, pikepdf.Dictionary):
            continue
        if "/S" in node:
            found.append(node)
        children = node.get("/K", pikepdf.Array())
        waiting.extend(children if isinstance(children, pikepdf.Array) else [children])
    return found


def text_of(pdf: bytes, tmp_path: Path, *options: str) -> str:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not on this machine")
    (tmp_path / "copy.pdf").write_bytes(pdf)
    command = [tool, "-enc", "UTF-8", *options, str(tmp_path / "copy.pdf"), "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    # Break opportunities inside long words take no room and are no letters.
    return done.stdout.decode("utf-8").replace("\u200b", "")


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def without_spaces(text: str) -> str:
    return "".join(text.split())


# --- structure ------------------------------------------------------------------------------------------------


def test_the_copy_declares_pdf_ua_1_and_its_language() -> None:
    pdf = opened(render(SAMPLE))
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
    assert str(pdf.Root.Lang) == "en-GB"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


def test_headings_quotations_and_header_cells_are_tagged() -> None:
    pdf = opened(render(SAMPLE))
    counts = Counter(str(tag.S) for tag in tags(pdf))
    assert counts["/H1"] == 1
    assert counts["/H2"] >= 10, "every part of page one can be jumped to"
    assert counts["/H3"] == len(SAMPLE.sections) + 4
    assert counts["/H4"] == 2, "one for each child"
    assert counts["/BlockQuote"] == 3
    tables = 2 + len(SAMPLE.sections) + 4
    assert counts["/Table"] == counts["/THead"] == tables
    assert counts["/TH"] > tables


def test_no_name_of_a_child_is_in_the_metadata() -> None:
    pdf = opened(render(SAMPLE))
    assert str(pdf.docinfo["/Title"]) == "Child protection referral 3f9a2c1e"
    everything = " ".join(str(value) for value in pdf.docinfo.values()) + bytes(pdf.Root.Metadata.read_bytes()).decode()
    for word in ("Ayla", "Rowan", "Brightwater", "Marlow", "Acorn"):
        assert word not in everything


def test_the_same_copy_gives_the_same_bytes_here_and_in_another_process() -> None:
    here = render(SAMPLE)
    assert render(SAMPLE) == here
    program = (
        "import sys, hashlib\n"
        f"sys.path[:0] = {[str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]!r}\n"
        "from document.sample import SAMPLE\n"
        "from referral_client.document import render\n"
        "sys.stdout.write(render(SAMPLE).hex())\n"
    )
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert bytes.fromhex(there) == here


def test_another_time_gives_other_bytes() -> None:
    later = replace(SAMPLE, created_at=SAMPLE.created_at.replace(minute=53))
    assert render(later) != render(SAMPLE)


# --- words ----------------------------------------------------------------------------------------------------


def test_page_one_says_what_a_worker_must_know_in_thirty_seconds(tmp_path: Path) -> None:
    first_page = in_one_line(text_of(render(SAMPLE), tmp_path).split("\f")[0])
    places = [
        first_page.index(words)
        for words in (
            "3f9a2c1e",
            "URGENT",
            "Ayla Brightwater",
            "Large dog loose",
            "Not told: Kayleigh Brightwater",
            "The nights that Dean Marlow stays",
            "He has gone and has no contact.",
            "He lives ten minutes away",
            "Where Dean Marlow lives.",
            "Stays some nights at 4 Mill Row",
        )
    ]
    assert places == sorted(places)
    assert "Written by the safeguarding lead" in first_page
    assert REFERENCE in first_page


def test_every_page_has_its_number_and_reference_but_no_name_at_its_foot(tmp_path: Path) -> None:
    pages = text_of(render(SAMPLE), tmp_path).split("\f")[:-1]
    for number, page in enumerate(pages, 1):
        foot = in_one_line(page)[-90:]
        assert f"Page {number} of {len(pages)}" in foot
        assert "reference 3f9a2c1e" in in_one_line(page)


def test_a_practice_copy_says_so_on_every_page_and_another_never(tmp_path: Path) -> None:
    pages = text_of(render(replace(SAMPLE, practice=True)), tmp_path).split("\f")[:-1]
    for page in pages:
        assert in_one_line(page).count("PRACTICE - nobody received this") >= 2
    assert "PRACTICE" not in text_of(render(SAMPLE), tmp_path)


def test_silence_is_printed_as_not_answered(tmp_path: Path) -> None:
    silent = replace(
        copy_of_answer("", silent=True), first=replace(FIRST, visiting_risk=VisitingRisk(Known.SILENT), why_now="")
    )
    text = in_one_line(text_of(render(silent), tmp_path))
    assert "Risk to anyone who visits Not answered" in text
    assert "Why now Not answered" in text
    assert "Question Not answered" in text


def test_an_empty_copy_prints(tmp_path: Path) -> None:
    empty = ReadableCopy("", "", "", SAMPLE.created_at, FirstPage())
    assert "Not answered" in text_of(render(empty), tmp_path)


def test_exact_words_are_marked_as_exact(tmp_path: Path) -> None:
    text = in_one_line(text_of(render(copy_of_answer("He gets cross.", verbatim=True)), tmp_path))
    assert "Exact words “He gets cross.”" in text


@pytest.mark.parametrize("trick", TRICKS)
def test_what_a_person_typed_is_never_markup(trick: str, tmp_path: Path) -> None:
    first = replace(FIRST, children=(ChildLine(trick, trick, trick),), why_now=trick)
    copy = replace(copy_of_answer(f"before {trick} after", note=trick, under=trick), first=first, urgent=trick)
    text = without_spaces(text_of(render(copy), tmp_path))
    assert without_spaces(f"before {trick} after") in text
    assert text.count(without_spaces(trick)) >= 7


def test_a_word_of_ten_thousand_letters_is_printed_whole(tmp_path: Path) -> None:
    word = "".join("abcdefghij"[n % 10] for n in range(10_000))
    text = text_of(render(copy_of_answer(word)), tmp_path)
    letters = "".join(line for line in text.split() if set(line) <= set("abcdefghij") and len(line) > 20)
    assert letters == word


def test_nothing_runs_off_the_page_however_long_every_text_is(tmp_path: Path) -> None:
    words: list[str] = []
    letters = [chr(point) for point in range(0x100, 0x180) if point not in (0x132, 0x133, 0x149, 0x17F)]
    unbroken: list[str] = []

    def long(name: str) -> str:
        mine = [f"<{name}.{n}>" for n in range(100)]
        words.extend(mine)
        unbroken.append(letters.pop())
        return " ".join(mine[:50]) + "\n" + "\n".join(mine[50:]) + "\n\n" + unbroken[-1] * 400

    first = FirstPage(
        children=(ChildLine(long("a"), long("b"), long("c"), long("d")),),
        visiting_risk=VisitingRisk(Known.YES, long("f")),
        not_told=(NotTold(long("g"), (long("h"),), long("i")),),
        keep_from=(KeepFromLine(long("j"), long("k"), long("l")),),
        adults=(AdultLine(long("m"), (long("n"),), (Whereabouts(long("o"), long("p"), long("q")), Whereabouts("x"))),),
        disagreements=(Disagreement(long("r"), (Side(long("s"), long("t"), long("u"), long("v")), Side("x"))),),
        not_known=(NotKnownLine(long("x"), long("y")),),
        why_now="first lines only",
        referrer=Referrer(*(long(f"aa{n}") for n in range(6))),
        call=Call(*(long(f"ab{n}") for n in range(6))),
    )
    copy = ReadableCopy(
        long("ac"),
        REFERENCE,
        "now",
        SAMPLE.created_at,
        first,
        urgent=long("ad"),
        labels=(long("af"),),
        sections=(
            Section("Answers", (Row(long("ag"), long("ah"), long("ai"), keep_from=(long("aj"),)),)),
            Section("More", (Row("Said", long("ak"), verbatim=True),)),
        ),
        body_marks=(BodyMark(1, *(long(f"al{n}") for n in range(6)), explanations=(Quote(long("am"), long("an")),)),),
        photographs=(PhotoLine(1, "1.jpg", long("ao"), *(long(f"ap{n}") for n in range(4)), image=picture("PNG")),),
        held_photographs=(HeldPhoto(long("aq"), long("ar"), long("as")),),
        about=(Fact(long("at"), long("au")),),
    )
    on_paper = text_of(render(copy), tmp_path, "-x", "0", "-y", "0", "-W", "595", "-H", "795")
    found = without_spaces(on_paper)
    assert [word for word in words if word not in found] == []
    counts = Counter(found)
    assert [letter for letter in unbroken if counts[letter] != 400] == []


def test_lines_stay_lines(tmp_path: Path) -> None:
    text = text_of(render(copy_of_answer("first line\r\nsecond line\n\nnew paragraph")), tmp_path)
    assert "first line\nsecond line\n" in text
    assert "\nnew paragraph\n" in text


def test_names_in_the_scripts_of_our_families_are_printed(tmp_path: Path) -> None:
    names = ("Ŵyn Ŷoung", "Łukasz", "Ștefan", "Nguyễn Thị Hương", "王小明", "陳大文", "אבי", "Ольга", "Ελένη", "አበበ")
    text = text_of(render(copy_of_answer("\n".join(names))), tmp_path)
    for name in names:
        assert name in text or name[::-1] in text
    assert "not printable" not in text


@pytest.mark.parametrize("name", ["محمد أحمد", "খাদিজা আক্তার", "ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "प्रिया शर्मा", "પ્રિયા", "தமிழ்செல்வி", "น้ำฝน"])
def test_scripts_that_join_their_letters_are_printed(name: str, tmp_path: Path) -> None:
    text = text_of(render(copy_of_answer(name)), tmp_path)
    assert "not printable" not in text
    # Readers give joined letters back in the order drawn; none may be missing.
    base = {letter for letter in name if letter.isalpha()}
    assert base <= set(text)


def test_a_letter_that_no_font_has_is_named_and_not_lost(tmp_path: Path) -> None:
    text = in_one_line(text_of(render(copy_of_answer("He wrote 😡 to 김")), tmp_path))
    assert "U+1F621 POUTING FACE, see answers.json" in text
    assert "U+AE40 HANGUL SYLLABLE GIM" in text


def test_a_reordering_mark_cannot_turn_a_sentence_round(tmp_path: Path) -> None:
    text = in_one_line(text_of(render(copy_of_answer("ring \u202e1234\u202c now")), tmp_path))
    assert "1234" in text
    assert "RIGHT-TO-LEFT OVERRIDE" in text


def test_a_glyph_that_a_font_promised_and_lacks_is_a_known_kind_of_failure() -> None:
    """The second, narrower try hangs on these words of the typesetter."""
    promised = _compiler(copy_of_answer("김"), lambda cluster: True)
    with pytest.raises(typst.TypstError) as caught:
        promised.compile(format="pdf", pdf_standards=["ua-1"])
    assert caught.value.message.startswith(_NOT_IN_UA)


def test_a_copy_with_every_part_empty_but_present_prints() -> None:
    assert render(
        ReadableCopy(
            "",
            "",
            "",
            SAMPLE.created_at,
            FirstPage(
                children=(ChildLine(""),),
                not_told=(NotTold(""),),
                keep_from=(KeepFromLine("", ""),),
                adults=(AdultLine("", ("",), (Whereabouts(""),)),),
                disagreements=(Disagreement("", ()), Disagreement("", (Side(""),) * 5)),
                not_known=(NotKnownLine(""),),
            ),
            urgent=" ",
            labels=("",),
            sections=(Section("", ()), Section("", (Row(""), Row("", under="x"), Row("")))),
            body_marks=(BodyMark(1, "", "", explanations=(Quote(""),)),),
            photographs=(PhotoLine(1, "", "", image=picture("PNG")),),
            held_photographs=(HeldPhoto("", ""),),
            about=(Fact("", ""),),
        )
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200).filter(lambda text: all(not 0xD800 <= ord(letter) < 0xE000 for letter in text)))
def test_no_text_stops_the_copy(words: str) -> None:
    first = replace(FIRST, children=(ChildLine(words, words, words),))
    assert render(replace(copy_of_answer(words, note=words, under=words, verbatim=True), first=first, urgent=words))


# --- pictures -------------------------------------------------------------------------------------------------


def picture(kind: str, size: tuple[int, int] = (60, 40)) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, kind)
    return out.getvalue()


def test_how_a_photograph_came_to_the_sender_stands_beside_it(tmp_path: Path) -> None:
    line = PhotoLine(
        1, "0001.jpg", "A mark", story="How the sender got it: sent by the father\nExhibit reference: EX/1"
    )
    printed = text_of(render(replace(SAMPLE, photographs=(line,))), tmp_path)
    assert "How the sender got it: sent by the father" in in_one_line(printed)
    assert "Exhibit reference: EX/1" in in_one_line(printed)


def test_a_photograph_is_embedded_unchanged_and_described() -> None:
    jpeg = picture("JPEG")
    photographs = (
        PhotoLine(1, "0001.jpg", "A mark on the left cheek", image=jpeg),
        PhotoLine(2, "0002.png", "A text message", image=picture("PNG", (30, 90))),
        PhotoLine(3, "0003.jpg", "Not printed here"),
    )
    pdf = opened(render(replace(SAMPLE, photographs=photographs)))
    embedded = [
        stream.read_raw_bytes()
        for stream in pdf.objects
        if isinstance(stream, pikepdf.Stream) and stream.get("/Subtype") == "/Image"
    ]
    assert len(embedded) == 2
    assert jpeg in embedded
    figures = [tag for tag in tags(pdf) if tag.S == "/Figure"]
    assert {str(figure.Alt) for figure in figures} == {
        "Photograph 1: A mark on the left cheek",
        "Photograph 2: A text message",
    }


def test_pages_as_pictures_are_as_many_as_the_pages() -> None:
    pages = pages_as_png(SAMPLE, 40)
    assert len(pages) == len(opened(render(SAMPLE)).pages)
    assert all(page.startswith(b"\x89PNG") for page in pages)
