"""Seal a referral and queue it: decide by which way it goes, gather what goes, build the package, commit.

Order on disk: package -> ticket -> one transaction (the referral is sealed, the delivery is queued). Killed before the
transaction, the files are swept and nothing was sent; killed after it, the queue sends exactly those bytes.
A photograph that is not cleared stays behind; it never holds the referral. Imports most rooms below services.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from referral_client import __version__
from referral_client.base.canonical import Json, canonical_bytes
from referral_client.base.clock import Clock, to_rfc3339
from referral_client.base.errors import Refused
from referral_client.base.files import write_file
from referral_client.base.ids import DestinationId, RandomBytes, ReferralId, SubmissionId, new_uuid
from referral_client.document import Fact, render
from referral_client.organisation import AuthorityProfile, Destination, Installed, OrganisationBundle
from referral_client.questionnaire import Form, Problem, raw_answers, visible_answers
from referral_client.referral import (
    AnswerSet,
    ReferralEvent,
    ReferralState,
    answers_digest,
    answers_to_json,
    next_referral,
)
from referral_client.sealing.manifest import (
    Act,
    App,
    ChainHead,
    FormUsed,
    Manifest,
    Original,
    PersonAct,
    PolicyUsed,
    RecipientEntry,
    RecipientRole,
    Review,
    Sender,
)
from referral_client.sealing.manifest import Destination as ManifestDestination
from referral_client.sealing.package import Attachment, BuiltPackage, PackageContents, build
from referral_client.sealing.recipients import recipient_of
from referral_client.services.attaching import Judged, judged, left_out
from referral_client.services.draft_forms import form_of, form_to_read_by
from referral_client.services.drafting import check_draft, settings_of
from referral_client.services.packing import Load, bytes_of, opened, packed
from referral_client.services.people import NAME_LIMIT
from referral_client.services.readable import CopyFacts, attachment_name, readable_copy
from referral_client.vault import Delivery, NewDelivery, Person, StoredReferral, Vault

LOCAL_TIME = ZoneInfo("Europe/London")
_REASON_LIMIT = 2000  # docs/package-format.md, Manifest


@dataclass(frozen=True, slots=True)
class Way:
    """How a referral leaves: the event of the table, a code for the row, why review was passed over, a label."""

    event: ReferralEvent
    mode: str
    waived: str = ""
    label: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What was queued: NOT SENT until a receipt comes back."""

    delivery: Delivery
    silent: tuple[Problem, ...]
    going: tuple[Judged, ...]
    held: tuple[Judged, ...]
    left_out: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class _Sealing:
    """Everything one sealing needs, gathered once."""

    vault: Vault
    referral: StoredReferral
    form: Form
    answers: AnswerSet
    organisation: OrganisationBundle
    authority: AuthorityProfile
    destination: Destination
    way: Way
    load: Load
    left_out: tuple[Json, ...]
    submission_id: str
    now: datetime
    settings: dict[str, str]
    stand_in: str


def send(
    vault: Vault,
    referral_id: ReferralId,
    installed: Installed,
    *,
    clock: Clock,
    random: RandomBytes,
    urgent: str = "",
    lead_not_reachable: str = "",
) -> Sent:
    """Seal and queue. `urgent`: whom you rang, or why you could not. `lead_not_reachable`: whom you tried, and when.

    Refused: no council connected, answers that cannot be true (not when urgent), or a review that is still to come.
    """
    referral = vault.referral(referral_id)
    organisation, authority, destination = _where(vault, referral, installed)
    way = _way(vault, referral, organisation, urgent=urgent.strip(), tried=lead_not_reachable.strip())
    next_referral(referral.state, way.event)  # refused now, before anything is made
    now = clock.now()
    _enrolled(vault, organisation, way, now)
    checked = check_draft(vault, referral_id, installed, now.date())
    if checked.cannot_be_true and not way.urgent:
        raise Refused(
            "SEND-CANNOT-BE-TRUE",
            "Some answers cannot be true as they stand.",
            meaning="The referral is NOT SENT. Everything you wrote is kept.",
            next_step="Change them, or say that you do not know. If a child is in danger, send it as urgent.",
            reasons=tuple(f"{each.question}: {each.message}" for each in checked.cannot_be_true),
        )
    read_by = form_to_read_by(vault, referral)
    form = read_by.form if way.urgent else form_of(vault, referral)
    settings = settings_of(installed, now.date())
    sealing = _Sealing(
        vault=vault,
        referral=referral,
        form=form,
        # By another form than its own nothing can be said to be hidden, so all of it goes.
        answers=referral.answers if read_by.stand_in else visible_answers(form, referral.answers, settings),
        organisation=organisation,
        authority=authority,
        destination=destination,
        way=way,
        load=opened(vault, judged(vault, referral_id, installed.policies, now.date())),
        left_out=left_out(vault, referral_id),
        submission_id=new_uuid(random),
        now=now,
        settings=dict(settings),
        stand_in=read_by.stand_in,
    )
    delivery, load = _seal(sealing, random)
    return Sent(delivery, checked.silent, load.going, load.held, sealing.left_out)


def _where(
    vault: Vault, referral: StoredReferral, installed: Installed
) -> tuple[OrganisationBundle, AuthorityProfile, Destination]:
    authority = installed.authority_for(referral.form.id)
    if installed.organisation is None or authority is None or installed.practice != vault.practice:
        raise Refused(
            "SEND-NOT-CONNECTED",
            "This computer is not connected to a council for this form.",
            meaning="The referral is NOT SENT. Everything you wrote is kept.",
            next_step="If a child is in danger now, ring 999. Ring the council’s front door; their number is on their "
            "own site. Ask IT to install the organisation’s and the council’s files.",
        )
    destination = authority.destinations[0]
    if not destination.current_recipients():
        raise Refused(
            "SEND-NO-RECIPIENT",
            "The council’s settings name no key that a referral can be locked for.",
            meaning="The referral is NOT SENT. Everything you wrote is kept.",
            next_step="Ring the council’s front door, and ask IT for the council’s newest file.",
        )
    return installed.organisation, authority, destination


def _way(vault: Vault, referral: StoredReferral, organisation: OrganisationBundle, *, urgent: str, tried: str) -> Way:
    """No policy and no absence closes the urgent ways; the normal one needs a second person if the bundle says so."""
    if urgent:
        return Way(
            ReferralEvent.SEAL_URGENT, "urgent", f"urgent: {urgent}", "Sent as urgent, not reviewed", urgent=True
        )
    if tried:
        waived = f"lead not reachable: {tried}"
        return Way(
            ReferralEvent.SEAL_LEAD_NOT_REACHABLE,
            "lead-not-reachable",
            waived,
            "Sent without review: lead not reachable",
        )
    if referral.state is ReferralState.APPROVED:
        return Way(ReferralEvent.SEAL, "normal")
    me = organisation.person(vault.person.id)
    # The id alone is only a folder's name: the keys say that this is the vault of the person whom the bundle names.
    if me is not None and me.may_approve and me.keys.public() == vault.person_keys().public:
        return Way(ReferralEvent.SEAL, "by-lead", "written by the lead", "Written by the lead")
    if not organisation.review_required:
        return Way(ReferralEvent.SEAL, "normal", "this organisation asks for no review")
    raise Refused(
        "SEND-NEEDS-CHECKING",
        "Your organisation asks for a second person to check a referral before it goes.",
        meaning="The referral is NOT SENT. Everything you wrote is kept.",
        next_step="Ask your safeguarding lead to check it. If they cannot be reached, send it with "
        "--lead-not-reachable; if a child is in danger, ring first and send it with --urgent. Neither is ever refused.",
    )


def _enrolled(vault: Vault, organisation: OrganisationBundle, way: Way, now: datetime) -> None:
    """A computer that the bundle does not know is asked to be enrolled first; an urgent referral goes all the same,
    and the council's side keeps it apart as "sender not recognised: ring"."""
    known = organisation.workstation_keys(vault.workstation_id, now)
    if way.event is ReferralEvent.SEAL and known != vault.workstation_keys().public:
        raise Refused(
            "SEND-NOT-ENROLLED",
            "Your organisation’s settings do not know this computer, or its time there is over.",
            meaning="The referral is NOT SENT. Everything you wrote is kept.",
            next_step="Ask IT to enrol this computer (referral-client person enrolment). If a child is in danger, "
            "ring first and send it with --urgent: it goes, and the council sees that it does not know this computer.",
        )


def _seal(sealing: _Sealing, random: RandomBytes) -> tuple[Delivery, Load]:
    vault, referral = sealing.vault, sealing.referral
    queue = vault.queue
    submission = SubmissionId(sealing.submission_id)
    path = queue.package_path(submission)
    load, package = packed(
        sealing.load, lambda load: build(_contents(replace(sealing, load=load)), path, random=random)
    )
    sealing = replace(sealing, load=load)
    write_file(queue.ticket_path(submission), package.ticket)
    # A lead's own referral is approved by being sealed: a step between the two could be cut off, and its label lost.
    delivery = vault.commit_sealing(
        referral.id, sealing.way.event, _new_delivery(sealing, package), actor=vault.person.id, detail=_said(sealing)
    )
    return delivery, load


def _new_delivery(sealing: _Sealing, package: BuiltPackage) -> NewDelivery:
    return NewDelivery(
        submission_id=SubmissionId(package.submission_id),
        destination_id=DestinationId(sealing.destination.id),
        parcel_sha256=package.sha256,
        parcel_size=package.size,
        urgent=sealing.way.urgent,
        mode=sealing.way.mode,
    )


def _said(sealing: _Sealing) -> Json:
    return {
        "mode": sealing.way.mode,
        "waived": sealing.way.waived,
        "digest": answers_digest(sealing.referral.answers),
        "photographs": [each.photo.id for each in sealing.load.going],
        "held_photographs": [each.photo.id for each in sealing.load.held],
        "held_because": {each.photo.id: each.because.code for each in sealing.load.held if each.because is not None},
        "task_for_lead": sealing.way.event is not ReferralEvent.SEAL,
    }


def _contents(sealing: _Sealing) -> PackageContents:
    vault = sealing.vault
    custody = vault.custody(sealing.referral.id)
    manifest = _manifest(sealing, custody)
    pdf = render(
        readable_copy(sealing.form, sealing.referral.answers, sealing.settings, _copy_facts(sealing, manifest))
    )
    document = {
        "form": {
            "id": sealing.referral.form.id,
            "version": sealing.referral.form.version,
            "sha256": sealing.referral.form.sha256,
        },
        **answers_to_json(sealing.answers),
    }
    return PackageContents(
        manifest=manifest,
        answers_json=canonical_bytes(document),
        referral_pdf=pdf,
        custody_jsonl=custody,
        attachments=[_attachment(vault, number, each) for number, each in enumerate(sealing.load.going, 1)],
        keys=vault.workstation_keys(),
        recipients=sealing.destination.current_recipients(),
    )


def _attachment(vault: Vault, number: int, each: Judged) -> Attachment:
    facts = each.photo.facts
    return Attachment(
        name=attachment_name(number, each.photo.media_type),
        media_type=each.photo.media_type,
        title=f"Photograph {number}",
        data=partial(bytes_of, vault, each),
        original=Original(each.photo.original_sha256, facts["original_size"], tuple(sorted(facts["removed"].items()))),
        policy=_policy_used(each.says.as_json()),
        facts=tuple(sorted(_facts_beside(each).items())),
    )


def _facts_beside(each: Judged) -> dict[str, str]:
    """The stated facts that the policy wants to travel with the picture, as words; its digest is the part's own."""
    attested = each.attested
    by = attested.taken_by
    known = {
        "taken_at": attested.taken_at,
        "taken_by": ", ".join(part for part in (by.name, by.role) if part),
        "device_id": attested.device_id,
        "place": attested.place,
        "record_number": attested.record_number,
        "exhibit_ref": attested.exhibit_ref,
    }
    wanted = (code for code in each.says.handling.keep_in_manifest if code != "sha256")
    return {code: known[code] or "" for code in wanted if known[code]}


def _manifest(sealing: _Sealing, custody: bytes) -> Manifest:
    vault, now, used = sealing.vault, to_rfc3339(sealing.now), sealing.referral.form
    audit_head, audit_count = vault.queue.audit_head()
    return Manifest(
        submission_id=sealing.submission_id,
        destination=ManifestDestination(
            sealing.destination.id,
            sealing.authority.seq,
            hashlib.sha256(canonical_bytes(sealing.authority.model_dump(mode="json"))).hexdigest(),
        ),
        recipients=tuple(
            RecipientEntry(entry.rid, RecipientRole(entry.role))
            for entry in sealing.destination.recipients
            if entry.state == "current"
        ),
        sender=Sender(
            sealing.organisation.org_id,
            "",
            vault.workstation_id,
            vault.workstation_keys().public,
            sealing.organisation.seq,
        ),
        people=(
            _act(Act.WROTE, vault.person, to_rfc3339(sealing.referral.created_at)),
            _act(Act.SENT, vault.person, now),
        ),
        review=Review(waived=_cut(sealing.way.waived, _REASON_LIMIT) or "checked in this program"),
        form=FormUsed(used.id, used.version, used.sha256, sealing.form.language),
        created_at=now,
        custody=_custody_head(custody),
        audit=ChainHead(audit_head, audit_count),
        app=App("referral-client", __version__),
        reply_to=recipient_of(vault.reading_identity()),
        policies=_policies_used(sealing),
        practice=vault.practice,
    )


def _act(act: Act, person: Person, at: str) -> PersonAct:
    return PersonAct(act, _cut(person.name, NAME_LIMIT), _cut(person.role, NAME_LIMIT), at)


def _cut(text: str, limit: int) -> str:
    """What receivers take of a text; a long reason stands whole in the audit entry and in the readable copy."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _policy_used(says: Json) -> PolicyUsed | None:
    """None where no policy was in force, or the picture was stopped before one was asked."""
    if not says["policy_id"]:
        return None
    return PolicyUsed(says["policy_id"], says["policy_version"], says["policy_sha256"])


def _policies_used(sealing: _Sealing) -> tuple[PolicyUsed, ...]:
    """Each policy that judged a picture of this referral, whether it goes, was held or was left out."""
    answers = [each.says.as_json() for each in (*sealing.load.going, *sealing.load.held)]
    answers += [entry["says"] for entry in sealing.left_out]
    return tuple(dict.fromkeys(used for says in answers if (used := _policy_used(says)) is not None))


def _custody_head(custody: bytes) -> ChainHead:
    lines = custody.splitlines()
    return ChainHead(json.loads(lines[-1])["hash"], len(lines))


def _copy_facts(sealing: _Sealing, manifest: Manifest) -> CopyFacts:
    labels = [label for label in (sealing.way.label, sealing.stand_in) if label]
    return CopyFacts(
        front_door=sealing.authority.front_door.name,
        reference=sealing.submission_id,
        sent=f"Ready to send {_local(sealing.now)}",
        created_at=sealing.now,
        practice=sealing.vault.practice,
        urgent=sealing.way.waived.removeprefix("urgent: ") if sealing.way.urgent else "",
        labels=tuple(labels),
        about=(
            Fact("Form", f"{sealing.form.title}, {sealing.form.id} {sealing.form.version}"),
            Fact("Sent by", f"{sealing.vault.person.name}, {sealing.vault.person.role}, {sealing.organisation.name}"),
            Fact("Review", sealing.way.label or "Checked before sending"),
            *([Fact("Lawful basis", sealing.organisation.lawful_basis)] if sealing.organisation.lawful_basis else []),
            Fact("Record of custody", f"{manifest.custody.count} entries, ending {manifest.custody.head[:16]}"),
            Fact("Chain of this vault", f"{manifest.audit.count} entries, ending {manifest.audit.head[:16]}"),
        ),
        going=sealing.load.going,
        held=sealing.load.held,
        left_out=sealing.left_out,
        unsorted=(raw_answers(sealing.form, sealing.answers),) if sealing.stand_in else (),
        picture=lambda each: sealing.load.prints[each.photo.id],
    )


def _local(moment: datetime) -> str:
    local = moment.astimezone(LOCAL_TIME)
    return f"{local:%A} {local.day} {local:%B %Y at %H:%M}"
