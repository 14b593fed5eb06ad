"""Every page of the window over the sample referral, for the tests that look at all of them and for the pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from PySide6.QtWidgets import QApplication

from referral_client.base.canonical import strict_json
from referral_client.base.errors import Refused
from referral_client.base.ids import DestinationId, ReferralId, SubmissionId
from referral_client.desktop.pages.checking import CheckPage
from referral_client.desktop.pages.delivered import StandingPage
from referral_client.desktop.pages.home import HomePage
from referral_client.desktop.pages.page import Page
from referral_client.desktop.pages.people import ListPage, RemovePage
from referral_client.desktop.pages.questions import ONCE_MORE, QuestionPage
from referral_client.desktop.pages.sending import SendPage
from referral_client.desktop.pages.tasks import TaskListPage
from referral_client.desktop.pages.unlocking import NewPersonPage, RealChildPage, UnlockPage, WaitPage
from referral_client.desktop.window import Window
from referral_client.practice import sample_answers
from referral_client.questionnaire import problems
from referral_client.referral import AnswerSet, DeliveryState, answers_from_json
from referral_client.services.delivering import Standing
from referral_client.services.drafting import Checked
from referral_client.services.shipped_forms import shipped_forms
from referral_client.services.sitting import BeforeSending, Overview, Picture, Referral, Telephone
from referral_client.services.writing import Sheet
from referral_client.vault import Delivery

NOW = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
TELEPHONE = Telephone(
    "Practice front door",
    (("front door", "01632 960777", "Monday to Thursday 9:00 to 17:00, Friday 9:00 to 16:00"),),
    (),
)
UNCONFIRMED = Telephone("Compass", (), (("First Point of Contact", "0345 678 9021", 2015),))
Make = Callable[[], Page]


def nothing(*_: object) -> None:
    """What a press does in a picture."""


def sheet(answers: AnswerSet | None = None, form: str = "shropshire") -> Sheet:
    """The sample referral, or one with other answers."""
    if answers is None:
        untrusted = strict_json(Path(sample_answers()).read_bytes(), limit=1_000_000)
        answers = answers_from_json(untrusted)
    return Sheet(shipped_forms().form(form), answers, {"today": date(2026, 11, 20).isoformat(), "sector": "school"})


def window_of(app: QApplication, *, practice: bool = False) -> Window:
    """A window with nothing behind it."""
    window = Window(practice=practice, hide_all=nothing, closing=lambda: True)
    window.telephone = TELEPHONE
    return window


def question_pages(of: Sheet) -> Iterator[tuple[str, Make]]:
    """Each page of a form once, with the answers there are."""
    seen = set()
    first = of.steps()[0].place
    for step in of.steps():
        kind = (step.page, step.collects)
        if kind in seen:
            continue
        seen.add(kind)
        name = f"{step.page}{'-list' if step.collects else ''}"
        if step.collects:
            yield (
                name,
                lambda step=step: ListPage(
                    of,
                    step,
                    add=nothing,
                    change=nothing,
                    remove=nothing,
                    go_on=nothing,
                    task_list=nothing,
                    back=nothing,
                ),
            )
        else:
            danger = UNCONFIRMED if step.place == first else None
            yield (
                name,
                lambda step=step, danger=danger: QuestionPage(
                    of, step, answered=lambda _q, _a: of, go_on=nothing, task_list=nothing, back=nothing, danger=danger
                ),
            )


def standing(state: DeliveryState, words: str, *, not_sent: bool) -> Standing:
    """A delivery in words, as the services give it."""
    delivery = Delivery(
        submission_id=SubmissionId("4f1e2d3c-0000-4000-8000-0123456789ab"),
        referral_id=ReferralId("1f1e2d3c-0000-4000-8000-0123456789ab"),
        destination_id=DestinationId("practice-front-door"),
        state=state, parcel_sha256="0" * 64, parcel_size=1, urgent=False, mode="normal", attempts=1, due_at=NOW,
        first_byte_left=True, last_outcome="", queued_at=NOW, changed_at=NOW, offset=0, transport="native", receipts=0,
    )  # fmt: skip
    return Standing(delivery, words, not_sent, TELEPHONE.front_door, TELEPHONE_NUMBERS if not_sent else ())


TELEPHONE_NUMBERS = ()
WAITING = standing(DeliveryState.WAITING, "NOT SENT. Trying again by itself.", not_sent=True)
STORED = standing(DeliveryState.STORED, "Delivered, not opened yet.", not_sent=False)


def overview(*, connected: str = "Practice front door") -> Overview:
    """A home page with one of everything."""

    def row(title: str, draft: bool, words: str, not_sent: bool) -> Referral:
        return Referral(ReferralId(title), title, draft, words, not_sent, NOW, (WAITING,) if not_sent else ())

    referrals = (
        row("Isla Sample", draft=True, words="Draft, NOT SENT", not_sent=False),
        row("Mason Sample", draft=False, words=WAITING.words, not_sent=True),
        row("No name yet", draft=False, words=STORED.words, not_sent=False),
    )
    return Overview(
        "Ruth Sample", False, connected, (), TELEPHONE, (("shropshire", "Multi-agency referral"),), referrals
    )


def before_sending(*, connected: str = "Practice front door", needs_review: bool = False) -> BeforeSending:
    """The send page's facts: something open, one photograph that goes and one that waits."""
    of = sheet()
    silent = tuple(each for each in problems(of.form, of.answers, of.settings) if each.level.value == "silent")
    pictures = (
        Picture(True, "Your policy lets this photograph go.", ("Policy 4.2: marks on the face, on a device of ours.",)),
        Picture(False, "Your policy asks your safeguarding lead to agree first.", ()),
    )  # fmt: skip
    return BeforeSending(connected, TELEPHONE, Checked(silent, (), (), ()), of, pictures, 1, needs_review)


def with_fault(page: QuestionPage) -> QuestionPage:
    """The page as it stands after going on with something silent."""
    page.show_faults(page.faults_now(), note=ONCE_MORE)
    return page


def refused(page: Page) -> Page:
    """A page that has to explain something."""
    page.show_error(
        Refused(
            "VAULT-WRONG-PASSPHRASE",
            "That passphrase opens nothing here.",
            next_step="Type it again. Look at Caps Lock.",
        )
    )
    return page


def every_page() -> Iterator[tuple[str, Make]]:
    """Name and maker of each page there is."""
    full, empty = sheet(), sheet(AnswerSet())
    yield "unlock", lambda: UnlockPage(unlock=nothing, other=nothing, hidden=False)
    yield "unlock-refused", lambda: refused(UnlockPage(unlock=nothing, other=nothing, hidden=False))
    yield "hidden", lambda: UnlockPage(unlock=nothing, other=nothing, hidden=True)
    yield "new-person", lambda: NewPersonPage(make=nothing, back=nothing)
    yield "real-child", lambda: RealChildPage(practise=nothing, real=nothing)
    yield "wait", lambda: WaitPage("Making it ready", "NOT SENT yet.")
    yield "home", lambda: HomePage(overview(), begin=nothing, begin_sample=None, open_one=nothing, lock=nothing)
    yield (
        "home-not-connected",
        lambda: HomePage(
            replace(overview(connected=""), referrals=()),
            begin=nothing,
            begin_sample=nothing,
            open_one=nothing,
            lock=nothing,
        ),
    )
    yield "tasks", lambda: TaskListPage(full, saved="Saved 14:02", open_section=nothing, check=nothing, back=nothing)
    for name, make in question_pages(full):
        yield f"page-{name}", make
    filled = {name for name, _ in question_pages(full)}
    for name, make in question_pages(empty):
        if name not in filled or name in ("danger", "call"):
            yield f"empty-{name}", make
    child = next(step for step in full.steps() if step.page == "child_home")
    yield (
        "errors",
        lambda: with_fault(
            QuestionPage(
                full, child, answered=lambda _q, _a: full, go_on=nothing, task_list=nothing, back=nothing, danger=None
            )
        ),
    )
    yield "remove", lambda: RemovePage("Isla Sample", remove=nothing, back=nothing)
    yield "check", lambda: CheckPage(full, change=nothing, go_on=nothing, back=nothing)
    for name, before in (
        ("send", before_sending()),
        ("send-review", before_sending(needs_review=True)),
        ("send-not-connected", before_sending(connected="")),
    ):
        yield name, lambda before=before: SendPage(before, send=nothing, task_list=nothing, back=nothing)
    for name, one in (("not-sent", WAITING), ("delivered", STORED)):
        yield name, lambda one=one: StandingPage((one,), TELEPHONE, look_again=nothing, home=nothing)
