"""queue list | run | release | withdraw. Needs no passphrase: it moves sealed packages and reads nothing in them."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator, Sequence

from referral_client.base.canonical import Json
from referral_client.base.clock import SystemClock, to_rfc3339
from referral_client.base.errors import KnownError
from referral_client.base.ids import system_random
from referral_client.cli.asking import home_of
from referral_client.cli.output import complain, report
from referral_client.services.delivering import Standing, next_due, release, run_queue, shut_queues, standings, withdraw

_CLOCK = SystemClock()
# How long the loop of `queue run` may wait before it looks again, whatever falls due.
_LOOK_AGAIN_SECONDS = 15.0


def add_commands(
    nouns: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Add the noun and its verbs."""
    noun = nouns.add_parser("queue", help="what is waiting to be sent, and send it")
    verbs = noun.add_subparsers(required=True, metavar="VERB")
    listing = verbs.add_parser("list", parents=parents, help="every referral on its way, and where it stands")
    listing.set_defaults(run=_list)
    run = verbs.add_parser("run", parents=parents, help="send what waits; goes on until it is stopped")
    run.add_argument("--once", action="store_true", help="try everything that waits once, then stop")
    run.set_defaults(run=_run)
    for verb, words, act in (
        ("release", "try a held referral again, after a person looked at it", _release),
        ("withdraw", "take a referral back; only before anything of it was sent", _withdraw),
    ):
        one = verbs.add_parser(verb, parents=parents, help=words)
        one.add_argument("submission", metavar="REFERENCE", help="the full reference")
        one.set_defaults(run=act)


def _list(args: argparse.Namespace) -> int:
    found = standings(home_of(args), clock=_CLOCK, random=system_random)
    report(args, [_json(each) for each in found], _lines(found))
    return _tell_shut(args)


def _run(args: argparse.Namespace) -> int:
    home = home_of(args)
    if args.once:
        run_queue(home, clock=_CLOCK, random=system_random, everything=True)
    else:
        _until_stopped(args)
    found = standings(home, clock=_CLOCK, random=system_random)
    report(args, [_json(each) for each in found], _lines(found))
    return _tell_shut(args)


def _release(args: argparse.Namespace) -> int:
    release(home_of(args), args.submission, clock=_CLOCK, random=system_random)
    return _list(args)


def _withdraw(args: argparse.Namespace) -> int:
    withdraw(home_of(args), args.submission, clock=_CLOCK, random=system_random)
    return _list(args)


def _tell_shut(args: argparse.Namespace) -> int:
    """A vault that does not open may hold referrals that wait: never pass over it in silence."""
    troubles = shut_queues(home_of(args), clock=_CLOCK, random=system_random)
    for trouble in troubles:
        complain(f"Not shown above and NOT SENT: whatever waits in a vault here that cannot be used. {trouble.what}")
        complain(f"{trouble.next_step} Code for the help desk: {trouble.code}")
    return 1 if troubles else 0


def _until_stopped(args: argparse.Namespace) -> None:
    """Each round takes the lock anew, so a draft can be written between two rounds. Ctrl+C ends it."""
    home = home_of(args)
    pause = threading.Event()
    while True:
        due = None
        try:
            run_queue(home, clock=_CLOCK, random=system_random)
            due = next_due(home, clock=_CLOCK, random=system_random)
        except (KnownError, OSError) as trouble:
            # Another copy is sending, or the disk does not answer now: this loop is the one that must not end.
            complain(f"Trying again soon. {trouble if isinstance(trouble, KnownError) else ''}".rstrip())
        seconds = _LOOK_AGAIN_SECONDS if due is None else (due - _CLOCK.now()).total_seconds()
        pause.wait(min(max(seconds, 1.0), _LOOK_AGAIN_SECONDS))


def _json(standing: Standing) -> Json:
    delivery = standing.delivery
    return {
        "submission": delivery.submission_id,
        "referral": delivery.referral_id,
        "destination": delivery.destination_id,
        "state": delivery.state.value,
        "words": standing.words,
        "not_sent": standing.not_sent,
        "urgent": delivery.urgent,
        "mode": delivery.mode,
        "attempts": delivery.attempts,
        "last_outcome": delivery.last_outcome,
        "due_at": to_rfc3339(delivery.due_at),
        "queued_at": to_rfc3339(delivery.queued_at),
        "parcel_sha256": delivery.parcel_sha256,
        "parcel_size": delivery.parcel_size,
        "receipts": delivery.receipts,
        "ring": [{"label": each.label, "number": each.number, "hours": each.hours} for each in standing.ring],
    }


def _lines(found: Sequence[Standing]) -> Iterator[str]:
    if not found:
        yield "Nothing is waiting."
    for standing in found:
        delivery = standing.delivery
        yield f"{delivery.submission_id[:8]}  {standing.words}"
        if standing.not_sent and delivery.last_outcome:
            yield f"          Last try: {delivery.last_outcome}"
        for number in standing.ring:
            yield f"          Ring {standing.front_door}, {number.label}: {number.number} {number.hours}".rstrip()
