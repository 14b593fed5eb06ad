"""The main job from end to end, with no screen: real keys, real pictures, a real intake over TLS, a real caseworker.

Nothing is simulated. The network is "pulled" by stopping the intake. Every artefact stays in the folder:

    OUT/report.json                what happened, step by step
    OUT/referral.pdf               the readable copy as the caseworker got it
    OUT/opened/                    everything the caseworker got
    OUT/receipts/                  the signed receipts as the sender keeps them
    OUT/<submission id>.age        the sealed package as it left, and its ticket
    OUT/home/, OUT/council/        the sender's and the council's folders
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from referral_client.base.canonical import Json, canonical_bytes, strict_json
from referral_client.base.clock import Clock
from referral_client.base.errors import KnownError, Refused, WrongUse
from referral_client.base.files import make_private_folder, write_file
from referral_client.base.home import Home
from referral_client.base.ids import RandomBytes, ReferralId
from referral_client.policy import Outcome, Severity
from referral_client.practice.council import FORM, Council
from referral_client.practice.sample import sample_answers, sample_photographs, sample_policy
from referral_client.referral import DeliveryState
from referral_client.services.attaching import Attached, attach
from referral_client.services.delivering import case_reference, counted_receipts, run_queue, standings
from referral_client.services.drafting import check_draft, new_draft
from referral_client.services.organisations import begin_organisation, install_authority_file
from referral_client.services.people import vault_of
from referral_client.services.sending import Sent, send
from referral_client.services.settings import settings_in_force
from referral_client.vault import Vault

_MARKER = "report.json"
_REFERENCE = "PRACTICE-2026-0001"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table: what was done, what happened, and how many milliseconds it took."""

    step: str
    happened: str
    milliseconds: int


class _Steps:
    """Collects the steps and hands each to the printer as it ends."""

    def __init__(self, clock: Clock, tell: Callable[[Step], None]) -> None:
        self._clock = clock
        self._tell = tell
        self.done: list[Step] = []

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """The block appends what happened, in words."""
        begun = self._clock.monotonic()
        happened: list[str] = []
        yield happened
        step = Step(name, "; ".join(happened), round((self._clock.monotonic() - begun) * 1000))
        self.done.append(step)
        self._tell(step)


def run_demo(out: Path, *, clock: Clock, random: RandomBytes, tell: Callable[[Step], None]) -> Json:
    """Do it all in `out`, which must be new, empty, or left by an earlier demo. Returns the report."""
    _prepare(out)
    steps = _Steps(clock, tell)
    passphrase = random(24).hex()
    home = Home(out / "home").create()
    council = Council(out / "council", clock, random)
    report: dict[str, Json] = {"ok": False, "practice": True}
    try:
        _set_up(steps, home, council, passphrase, out, clock, random)
        with vault_of(home, passphrase, clock=clock, random=random) as vault:
            referral_id = _write(steps, home, vault, clock, report)
            sent = _seal(steps, home, vault, referral_id, clock, random, report)
        submission = sent.delivery.submission_id
        _pull_the_network(steps, home, clock, random)
        council.start()
        with steps.step("Network back") as happened:
            run_queue(home, clock=clock, random=random, everything=True)
            happened.append(_standing(home, clock, random, DeliveryState.STORED))
        package = _council_opens(steps, council, submission, out)
        with steps.step("Receipt back") as happened:
            run_queue(home, clock=clock, random=random, everything=True)
            happened.append(_standing(home, clock, random, DeliveryState.OPENED))
        with steps.step("Council registers it") as happened:
            council.write_reference(package, _REFERENCE)
            happened.append("receipt signed, case reference locked for the sender")
        with steps.step("Receipt back") as happened:
            run_queue(home, clock=clock, random=random, everything=True)
            happened.append(_standing(home, clock, random, DeliveryState.REGISTERED))
            happened += _collect(home, passphrase, referral_id, submission, out, clock, random, report)
        report |= {"ok": True, "submission": submission, "parcel_sha256": sent.delivery.parcel_sha256}
    except KnownError as error:
        report |= error.as_json()
        raise
    finally:
        council.stop()
        report["steps"] = [
            {"step": each.step, "happened": each.happened, "ms": each.milliseconds} for each in steps.done
        ]
        write_file(out / _MARKER, canonical_bytes(report) + b"\n", mode=0o644)
    return report


def _prepare(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise WrongUse("DEMO-OUT", "That is a file, not a folder.", next_step="Name a new folder.")
    if out.is_dir() and any(out.iterdir()):
        if not (out / _MARKER).is_file() or not (out / "council").is_dir():
            raise WrongUse(
                "DEMO-OUT",
                "That folder holds other things, and the demo would mix with them.",
                meaning="Nothing was touched.",
                next_step="Name a new folder.",
            )
        shutil.rmtree(out)
    make_private_folder(out)


def _set_up(
    steps: _Steps, home: Home, council: Council, passphrase: str, out: Path, clock: Clock, random: RandomBytes
) -> None:
    with steps.step("Council set up") as happened:
        council.begin()
        assert council.root is not None
        happened.append("offline and online keys made, profile signed")
    with steps.step("School set up") as happened:
        begun = begin_organisation(
            home,
            out / "organisation",
            passphrase,
            org_id="brook-lane",
            name="Brook Lane Primary School and Nursery (sample)",
            sector="school",
            person="Ruth Sample",
            role="Designated safeguarding lead",
            policies=[sample_policy()],
            accepts=(council.root.thumbprint,),
            clock=clock,
            random=random,
            practice=True,
        )
        install_authority_file(home, council.authority_file)
        council.register(begun.for_council, begun.signed)
        happened.append("vault, bundle and council profile installed; council has registered the school")


def _write(steps: _Steps, home: Home, vault: Vault, clock: Clock, report: dict[str, Json]) -> ReferralId:
    settings = settings_in_force(home, clock)
    with steps.step("Draft written") as happened:
        referral_id = new_draft(vault, FORM, sample_answers())
        checked = check_draft(vault, referral_id, settings, clock.now().date())
        happened.append(f"{len(checked.silent)} not answered, {len(checked.notices)} things to ask about")
        report["notices"] = [notice.code.value for notice in checked.notices]
    pictures: list[Json] = []
    for number, picture in enumerate(sample_photographs(), 1):
        with steps.step(f"Photograph {number}") as happened:
            attached = attach(vault, referral_id, picture.path, picture.facts, settings.policies, clock)
            happened.append(_what_became(attached))
            pictures.append(
                {
                    "file": picture.path.name,
                    "stands_for": picture.stands_for,
                    "kept": attached.photo_id is not None,
                    "policy": attached.says.as_json(),
                    "clean": attached.clean.as_json() if attached.clean else None,
                }
            )
    report["photographs"] = pictures
    return referral_id


_BECAME = {
    Outcome.ATTACH: "goes",
    Outcome.ATTACH_WITH_WARNINGS: "goes, with warnings",
    Outcome.NEEDS_APPROVAL: "held back until somebody agrees",
    Outcome.NEEDS_MORE_INFORMATION: "held back until more is known",
    Outcome.BLOCKED_USE_BODY_MAP: "refused: body map or words instead",
    Outcome.BLOCKED_TELL_YOUR_LEAD: "not opened: tell your lead now",
}
_GRAVEST_FIRST = (Severity.BLOCK, Severity.APPROVE, Severity.ASK, Severity.WARN)


def _what_became(attached: Attached) -> str:
    """In one line: what happens to the picture, and the organisation's own clause for the gravest reason."""
    says = attached.says
    findings = sorted(says.findings, key=lambda finding: _GRAVEST_FIRST.index(finding.severity))
    clauses = [finding.clause for finding in findings if finding.clause]
    clauses += [task.clause for task in says.tasks if task.clause]
    parts = [_BECAME[says.outcome]]
    if attached.clean:
        parts.append(f"{sum(entry.count for entry in attached.clean.removed)} pieces of metadata removed")
    if clauses:
        parts.append(f"policy {clauses[0]}")
    return "; ".join(parts)


def _seal(
    steps: _Steps,
    home: Home,
    vault: Vault,
    referral_id: ReferralId,
    clock: Clock,
    random: RandomBytes,
    report: dict[str, Json],
) -> Sent:
    with steps.step("Locked and queued") as happened:
        sent = send(vault, referral_id, settings_in_force(home, clock), clock=clock, random=random)
        happened.append(
            f"{sent.delivery.parcel_size:,} bytes, {len(sent.going)} photographs go, {len(sent.held)} held back, "
            f"{len(sent.left_out)} left out"
        )
        report["photographs_going"] = len(sent.going)
        report["photographs_held"] = len(sent.held)
        report["photographs_left_out"] = len(sent.left_out)
    return sent


def _pull_the_network(steps: _Steps, home: Home, clock: Clock, random: RandomBytes) -> None:
    with steps.step("No network") as happened:
        run_queue(home, clock=clock, random=random, everything=True)
        happened.append(_standing(home, clock, random, DeliveryState.WAITING))


def _standing(home: Home, clock: Clock, random: RandomBytes, expected: DeliveryState) -> str:
    standing = standings(home, clock=clock, random=random)[-1]
    if standing.delivery.state is not expected:
        raise Refused(
            "DEMO-UNEXPECTED",
            f"The delivery is “{standing.delivery.state}”, not “{expected}”.",
            reasons=(standing.delivery.last_outcome,),
        )
    return standing.words


def _council_opens(steps: _Steps, council: Council, submission: str, out: Path) -> Path:
    with steps.step("Council opens it") as happened:
        received = next(each for each in council.received() if each["submission_id"] == submission)
        package = Path(received["path"])
        council.open(package, out / "opened")
        happened.append("decrypted offline; signatures, digests and sender verified before anything was read")
    return package


def _collect(
    home: Home,
    passphrase: str,
    referral_id: ReferralId,
    submission: str,
    out: Path,
    clock: Clock,
    random: RandomBytes,
    report: dict[str, Json],
) -> list[str]:
    """Bring what a person wants to look at to the top of the folder."""
    settings = settings_in_force(home, clock)
    with vault_of(home, passphrase, clock=clock, random=random) as vault:
        delivery = vault.queue.deliveries_of(referral_id)[-1]
        receipts = counted_receipts(vault.queue, delivery.submission_id, settings)
        reference = case_reference(vault, receipts)
        folder = make_private_folder(out / "receipts")
        for number, untrusted in enumerate(vault.queue.receipts(delivery.submission_id), 1):
            write_file(folder / f"{number:02d}.dsse.json", untrusted)
        shutil.copyfile(vault.queue.package_path(delivery.submission_id), out / f"{submission}.age")
        shutil.copyfile(vault.queue.ticket_path(delivery.submission_id), out / f"{submission}.ticket.json")
    opened = next((out / "opened").rglob("referral.pdf"))
    shutil.copyfile(opened, out / "referral.pdf")
    answers = next((out / "opened").rglob("answers.json"))
    sent = strict_json(answers.read_bytes(), limit=20_000_000)
    report |= {
        "receipts": [receipt.status.value for receipt in receipts],
        "case_reference": reference,
        "children": len(sent["items"]["child"]),
        "adults": len(sent["items"]["adult"]),
    }
    return [", ".join(f"{receipt.status}" for receipt in receipts) + f", reference {reference}"]
