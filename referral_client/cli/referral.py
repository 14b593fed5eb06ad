"""referral new | attach | check | show | list | send."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from referral_client.base.canonical import Json
from referral_client.base.clock import SystemClock, to_rfc3339
from referral_client.base.errors import WrongUse
from referral_client.base.ids import ReferralId, system_random
from referral_client.cli.asking import home_of, vault_passphrase_of
from referral_client.cli.output import complain, print_error, report
from referral_client.services.attaching import Offered, attach_files, stated_facts
from referral_client.services.delivering import case_reference, counted_receipts, standing_of
from referral_client.services.drafting import Checked, Due, Problem, check_draft, due_of_draft, new_draft, show_draft
from referral_client.services.people import vault_of
from referral_client.services.sending import send
from referral_client.services.settings import settings_in_force, trouble_sentences
from referral_client.services.wording import STATE_WORDS

_CLOCK = SystemClock()


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Add the noun and its verbs."""
    noun = nouns.add_parser("referral", help="write, check, send and list referrals")
    verbs = noun.add_subparsers(required=True, metavar="VERB")
    new = verbs.add_parser("new", parents=parents, help="start a draft from a file of answers")
    new.add_argument("--form", required=True, metavar="ID")
    new.add_argument("--answers", required=True, type=Path, metavar="A.json")
    _pictures(new)
    new.set_defaults(run=_new)
    add = verbs.add_parser("attach", parents=parents, help="offer photographs to a draft")
    add.add_argument("id", metavar="ID")
    _pictures(add)
    add.set_defaults(run=_attach)
    for verb, words, run in (
        ("check", "what is still open about a draft", _check),
        ("show", "a draft's answers in words", _show),
    ):
        one = verbs.add_parser(verb, parents=parents, help=words)
        one.add_argument("id", metavar="ID")
        one.set_defaults(run=run)
    listing = verbs.add_parser("list", parents=parents, help="every referral in your vault")
    listing.set_defaults(run=_list)
    sending = verbs.add_parser("send", parents=parents, help="lock a referral and put it in the queue")
    sending.add_argument("id", metavar="ID")
    sending.add_argument("--urgent", metavar="REASON", help="whom you rang, or why you could not")
    sending.add_argument("--lead-not-reachable", metavar="WORDS", help="whom you tried, and when")
    sending.set_defaults(run=_send)


def _pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--photo", action="append", default=[], type=Path, metavar="FILE")
    parser.add_argument(
        "--facts", action="append", default=[], type=Path, metavar="F.json", help="one for each --photo"
    )


def _new(args: argparse.Namespace) -> int:
    pictures = _pictures_of(args)
    home = home_of(args)
    with vault_of(home, vault_passphrase_of(args), clock=_CLOCK, random=system_random) as vault:
        referral_id = new_draft(vault, args.form, args.answers)
        offered = attach_files(vault, referral_id, pictures, settings_in_force(home, _CLOCK).policies, _CLOCK)
    data = {"referral": referral_id, "state": "draft", "photographs": _offered_json(offered)}
    report(args, data, [f"Draft {referral_id}", *_offered_lines(offered)])
    _complain_of(args, offered)
    return 1 if any(each.refused for each in offered) else 0


def _attach(args: argparse.Namespace) -> int:
    pictures = _pictures_of(args)
    if not pictures:
        raise WrongUse("PHOTO-NONE-NAMED", "No photograph was named.", next_step="Give --photo FILE --facts F.json.")
    home = home_of(args)
    with vault_of(home, vault_passphrase_of(args), clock=_CLOCK, random=system_random) as vault:
        policies = settings_in_force(home, _CLOCK).policies
        offered = attach_files(vault, ReferralId(args.id), pictures, policies, _CLOCK)
    report(args, {"referral": args.id, "photographs": _offered_json(offered)}, _offered_lines(offered))
    _complain_of(args, offered)
    return 0 if all(each.attached and each.attached.photo_id for each in offered) else 1


def _pictures_of(args: argparse.Namespace) -> list[tuple[Path, Json]]:
    if len(args.photo) != len(args.facts):
        raise WrongUse(
            "PHOTO-WITHOUT-FACTS",
            "Each photograph needs one file of facts: who took it, with what, when, and of what.",
            meaning="Nothing was opened.",
            next_step="Give one --facts F.json for each --photo FILE, in the same order.",
        )
    return list(zip(args.photo, stated_facts(args.facts), strict=True))


def _offered_json(offered: Sequence[Offered]) -> Json:
    return [
        {
            "number": number,
            "photo": each.attached.photo_id if each.attached else None,
            "kept": each.attached is not None and each.attached.photo_id is not None,
            "policy": each.attached.says.as_json() if each.attached else None,
            "clean": each.attached.clean.as_json() if each.attached and each.attached.clean else None,
            "error": each.refused.as_json()["error"] if each.refused else None,
        }
        for number, each in enumerate(offered, 1)
    ]


def _offered_lines(offered: Sequence[Offered]) -> Iterator[str]:
    for number, each in enumerate(offered, 1):
        if each.attached is None:
            yield f"Photograph {number}: not taken."
            continue
        says = each.attached.says
        yield f"Photograph {number}: {says.headline}"
        for finding in says.findings:
            yield f"  {finding.message}"
            if finding.clause:
                yield f"    Your policy: {finding.clause}"
        for task in says.tasks:
            yield f"  To do: {task.words}"


def _complain_of(args: argparse.Namespace, offered: Sequence[Offered]) -> None:
    """With --json the report says it already."""
    for number, each in enumerate(offered, 1):
        if each.refused and not args.json:
            complain(f"Photograph {number}:")
            print_error(each.refused, as_json=False)


def _tell_troubles(args: argparse.Namespace) -> None:
    """What is wrong with the signed settings: said beside the result, and never in its way."""
    for sentence in trouble_sentences(home_of(args), _CLOCK):
        complain(f"Settings: {sentence}")


def _check(args: argparse.Namespace) -> int:
    home = home_of(args)
    _tell_troubles(args)
    with vault_of(home, vault_passphrase_of(args), clock=_CLOCK, random=system_random) as vault:
        checked = check_draft(vault, ReferralId(args.id), settings_in_force(home, _CLOCK), _CLOCK.now().date())
    report(args, _checked_json(checked), _checked_lines(checked))
    return 1 if checked.cannot_be_true else 0


def _checked_json(checked: Checked) -> Json:
    def problems(found: Sequence[Problem]) -> Json:
        return [
            {
                "question": each.question,
                "item": each.item,
                "item_title": each.item_title,
                "code": each.code,
                "message": each.message,
            }
            for each in found
        ]

    return {
        "stand_in": checked.stand_in,
        "due": _due_json(checked.due),
        "silent": problems(checked.silent),
        "cannot_be_true": problems(checked.cannot_be_true),
        "look_again": problems(checked.look_again),
        "notices": [
            {"code": each.code.value, "sentence": each.sentence, "about": list(each.about), "sides": list(each.sides)}
            for each in checked.notices
        ],
    }


def _due_json(due: Due | None) -> Json:
    """Times of the clock on the wall, without a zone: "2026-11-21T09:20"."""
    if due is None:
        return None
    return {
        "at": due.at.isoformat(timespec="minutes"),
        "closed": due.closed,
        "opens_at": due.opens_at.isoformat(timespec="minutes") if due.opens_at else None,
        "words": list(due.words),
    }


def _checked_lines(checked: Checked) -> Iterator[str]:
    if checked.stand_in:
        yield checked.stand_in
    yield from checked.due.words if checked.due else ()
    for notice in checked.notices:
        yield f"{notice.sentence} ({notice.code})"
        for side in notice.sides:
            yield f"  {side}"
    for words, found in (
        ("Cannot be true as it stands", checked.cannot_be_true),
        ("Look again", checked.look_again),
        ("Not answered; it goes as “not answered”", checked.silent),
    ):
        for problem in found:
            yield f"{words}: {problem.sentence}"
    if not (checked.notices or checked.cannot_be_true or checked.look_again or checked.silent):
        yield "Nothing is open."


def _show(args: argparse.Namespace) -> int:
    home = home_of(args)
    with vault_of(home, vault_passphrase_of(args), clock=_CLOCK, random=system_random) as vault:
        settings = settings_in_force(home, _CLOCK)
        today = _CLOCK.now().date()
        referral, sections = show_draft(vault, ReferralId(args.id), settings, today)
        due = due_of_draft(vault, referral.id, settings, today)
        deliveries = []
        for delivery in vault.queue.deliveries_of(referral.id):
            receipts = counted_receipts(vault.queue, delivery.submission_id, settings)
            deliveries.append(
                {
                    "submission": delivery.submission_id,
                    "state": delivery.state.value,
                    "words": standing_of(vault.queue, delivery, settings, _CLOCK.now()).words,
                    "receipts": [receipt.as_json() for receipt in receipts],
                    "case_reference": case_reference(vault, receipts),
                }
            )
    data = {
        "referral": referral.id,
        "state": referral.state.value,
        "form": {"id": referral.form.id, "version": referral.form.version},
        "due": _due_json(due),
        "sections": [
            {
                "title": section.title,
                "rows": [
                    {"question": row.question, "item": row.item, "label": row.label, "words": row.words}
                    for row in section.rows
                ],
            }
            for section in sections
        ],
        "deliveries": deliveries,
    }
    lines = [f"{referral.id}: {STATE_WORDS[referral.state]}.", *(due.words if due else ())]
    for section in sections:
        lines += ["", section.title]
        under = ""
        for row in section.rows:
            if row.item_title != under:
                under = row.item_title
                lines.append(f"  {under}")
            lines.append(f"    {row.label}: {row.words}")
    for each in deliveries:
        lines += ["", f"{each['words']} {each['case_reference']}".rstrip()]
    report(args, data, lines)
    return 0


def _list(args: argparse.Namespace) -> int:
    with vault_of(home_of(args), vault_passphrase_of(args), clock=_CLOCK, random=system_random) as vault:
        rows = vault.referrals()
    data = [
        {"referral": row.id, "state": row.state.value, "title": row.title, "changed_at": to_rfc3339(row.changed_at)}
        for row in rows
    ]
    report(args, data, [f"{row.id}  {STATE_WORDS[row.state]:<26} {row.title}" for row in rows] or ["Nothing here yet."])
    return 0


def _said(words: str | None, option: str) -> str:
    """An option that is given must say something: it must never turn quietly into the ordinary way."""
    if words is not None and not words.strip():
        raise WrongUse(
            "SEND-SAY-WHY",
            f"{option} needs a few words: whom you rang or tried, and when.",
            meaning="The referral is NOT SENT. Everything you wrote is kept.",
            next_step=f'Say for example: {option} "rang the front door 09:20, nobody answered"',
        )
    return words or ""


def _send(args: argparse.Namespace) -> int:
    home = home_of(args)
    _tell_troubles(args)
    with vault_of(home, vault_passphrase_of(args), clock=_CLOCK, random=system_random) as vault:
        sent = send(
            vault,
            ReferralId(args.id),
            settings_in_force(home, _CLOCK),
            clock=_CLOCK,
            random=system_random,
            urgent=_said(args.urgent, "--urgent"),
            lead_not_reachable=_said(args.lead_not_reachable, "--lead-not-reachable"),
        )
    delivery = sent.delivery
    data = {
        "referral": args.id,
        "submission": delivery.submission_id,
        "state": delivery.state.value,
        "parcel_sha256": delivery.parcel_sha256,
        "parcel_size": delivery.parcel_size,
        "not_answered": [each.question for each in sent.silent],
        "photographs_going": [each.photo.id for each in sent.going],
        "photographs_held": [each.photo.id for each in sent.held],
    }
    lines = [
        "Locked, and waiting to be sent. It is NOT SENT until a receipt comes back.",
        "If a child is in danger now, ring 999. Do not wait for the computer.",
        f"Reference {delivery.submission_id}",
    ]
    if sent.silent:
        lines.append(f"{len(sent.silent)} questions go as “not answered”.")
    if sent.held:
        lines.append(f"{len(sent.held)} photographs stay here until they are cleared.")
        lines += [f"  {each.because.what}" for each in sent.held if each.because is not None]
    report(args, data, [*lines, "Next: referral-client queue run"])
    return 0
