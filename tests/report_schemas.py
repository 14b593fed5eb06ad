"""The shape of every report that a command prints with --json: one table, from which docs/schemas/ is written.

python -m tests.report_schemas     writes the files anew
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from referral_client.casework import Outcome
from referral_client.organisation import AuthorityProfile, OrganisationBundle
from referral_client.referral import DeliveryState, ReferralState
from referral_client.sealing.receipt import ReceiptStatus

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schemas"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
YES_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
UUID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
NAME: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"}
FINGERPRINT: Schema = {"type": "string", "pattern": r"^\d{4}( \d{4}){11}$"}
CODE: Schema = {"type": "string", "pattern": "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$"}


def one_of(*values: Any) -> Schema:
    return {"enum": [str(value) for value in values]}


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def record(description: str = "", **fields: Schema) -> Schema:
    """An object with exactly these keys; a key that ends in `_or_not` may be left out."""
    said = {"description": description} if description else {}
    properties = {key.removesuffix("_or_not"): schema for key, schema in fields.items()}
    required = [key for key in fields if not key.endswith("_or_not")]
    return {**said, "type": "object", "additionalProperties": False, "required": required, "properties": properties}


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def see(name: str) -> Schema:
    return {"$ref": f"{name}.schema.json"}


KEYS = record("Public keys, base64.", ed25519=TEXT, mldsa65=TEXT)
ERROR = {"$ref": "error.schema.json#/properties/error"}
FORM = {"form_id": TEXT, "version": TEXT, "sha256": TEXT}
POLICY = {"policy_id": TEXT, "version": TEXT, "organisation": TEXT, "sha256": TEXT}
CHANGE = record(key=TEXT, before=TEXT, after=TEXT)
STATE = one_of(*DeliveryState)
PHOTOGRAPH = record(
    "One picture that was offered: kept or not, what the policy says, what was left out of it, or why it is of no use.",
    number={"type": "integer", "minimum": 1},
    photo=or_null(UUID),
    kept=YES_NO,
    policy=or_null(see("photo-says")),
    clean=or_null(see("photo-strip")),
    error=or_null(ERROR),
)
PROBLEM = record(question=TEXT, item=TEXT, item_title=TEXT, code=CODE, message=TEXT)
LOCAL: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"}
DUE = or_null(
    record(
        "When the written form is due by the form's own rule, in local time; `closed`: the front door, then.",
        at=LOCAL,
        closed=or_null(YES_NO),
        opens_at=or_null(LOCAL),
        words=many(TEXT),
    )
)
RECEIPT = record(
    "A receipt that verified, as the council signed it.",
    type=TEXT, v={"const": 1}, receipt_id=UUID, submission_id=UUID, destination_id=NAME, org_id=NAME,
    parcel_sha256=SHA256, parcel_size=COUNT, status=one_of(*ReceiptStatus), received_at=TIME,
    log=record(index=COUNT, prev_sha256=SHA256, replica=TEXT),
    reason_or_not=TEXT, outcome_or_not=one_of(*Outcome), case_ref_sealed_or_not=TEXT, manifest_sha256_or_not=SHA256,
    next_check_s_or_not=COUNT, crit_or_not=many(TEXT),
)  # fmt: skip

# Schema by name: what it describes, and its body.
REPORTS: dict[str, tuple[str, Schema]] = {
    "demo": (
        "demo; also report.json in its folder. `ok` is false, and `error` is there, when a step failed",
        record(
            ok=YES_NO, practice={"const": True}, submission_or_not=UUID, parcel_sha256_or_not=SHA256,
            notices_or_not=many(CODE), children_or_not=COUNT, adults_or_not=COUNT,
            receipts_or_not=many(one_of(*ReceiptStatus)), case_reference_or_not=TEXT,
            photographs_going_or_not=COUNT, photographs_held_or_not=COUNT, photographs_left_out_or_not=COUNT,
            photographs_or_not=many(record(
                file=TEXT, stands_for=TEXT, kept=YES_NO, policy=see("photo-says"), clean=or_null(see("photo-strip")),
            )),
            steps=many(record(step=TEXT, happened=TEXT, ms=COUNT)),
            error_or_not=ERROR,
        ),
    ),
    "form-check": (
        "form check: every fault as file:line:column: place: reason",
        record(files=many(record(file=TEXT, loads=YES_NO, faults=many(TEXT), warnings=many(TEXT), **FORM))),
    ),
    "form-list": (
        "form show without an id",
        record(forms=many(record(title=TEXT, authority=TEXT, example=YES_NO, **FORM))),
    ),
    "form-show": ("form show ID", record(title=TEXT, lines=many(TEXT), **FORM)),
    "form-diff": (
        "form diff",
        record(
            before=record(**FORM), after=record(**FORM),
            differences=many(record(
                part=TEXT, change=one_of("added", "removed", "changed"), key=TEXT, before=TEXT, after=TEXT
            )),
        ),
    ),
    "policy-check": (
        "policy check: every fault as file:line: key: reason",
        record(files=many(record(file=TEXT, loads=YES_NO, faults=many(TEXT), **POLICY))),
    ),
    "policy-explain": ("policy explain", record(lines=many(TEXT), **POLICY)),
    "policy-test": (
        "policy test",
        record(
            passed=YES_NO,
            cases=many(record(
                name=TEXT, passed=YES_NO, expected=TEXT, differences=many(TEXT), says=see("photo-says")
            )),
            **POLICY,
        ),
    ),
    "policy-matrix": (
        "policy matrix: who x device x part of the body",
        record(cells=many(record(who=TEXT, device=TEXT, region=TEXT, outcome=TEXT)), **POLICY),
    ),
    "policy-diff": (
        "policy diff",
        record(before=record(**POLICY), after=record(**POLICY), settings=many(CHANGE), answers=many(CHANGE)),
    ),
    "person": (
        "person new, person enrolment: the public half of a person and this computer",
        record(
            person=record(id=UUID, name=TEXT, role=TEXT), person_keys=KEYS, person_fingerprint=FINGERPRINT,
            reading={"type": "string", "pattern": "^age1pq1"},
            workstation=record(id=UUID, keys=KEYS, fingerprint=FINGERPRINT),
        ),
    ),
    "root-key": (
        "organisation keygen, authority keygen", record(fingerprint=FINGERPRINT, thumbprint=SHA256)
    ),
    "organisation-init": (
        "organisation init",
        record(
            org_id=NAME, fingerprint=FINGERPRINT, root_key=TEXT, bundle=TEXT, for_council=TEXT,
            seq={"type": "integer", "minimum": 1},
        ),
    ),
    "organisation-signed": ("organisation sign, organisation install", record(org_id=NAME, seq=COUNT)),
    "organisation-show": (
        "organisation show: what a file says, not checked against anything",
        record(fingerprint=FINGERPRINT, thumbprint=SHA256, statement=see("organisation-bundle")),
    ),
    "organisation-diff": ("organisation diff: one line each, as place: before -> after", many(TEXT)),
    "organisation-for-council": (
        "organisation for-council, and the file it writes", record(org_id=NAME, name=TEXT, root=KEYS)
    ),
    "authority-signed": ("authority sign, authority install", record(authority_id=NAME, seq=COUNT)),
    "authority-show": (
        "authority show: what a file says, not checked against anything",
        record(fingerprint=FINGERPRINT, thumbprint=SHA256, statement=see("authority-profile")),
    ),
    "referral-new": ("referral new", record(referral=UUID, state={"const": "draft"}, photographs=many(PHOTOGRAPH))),
    "referral-attach": ("referral attach", record(referral=UUID, photographs=many(PHOTOGRAPH))),
    "referral-check": (
        "referral check",
        record(
            stand_in=TEXT, due=DUE,
            silent=many(PROBLEM), cannot_be_true=many(PROBLEM), look_again=many(PROBLEM),
            notices=many(record(code=CODE, sentence=TEXT, about=many(TEXT), sides=many(TEXT))),
        ),
    ),
    "referral-show": (
        "referral show",
        record(
            referral=UUID, state=one_of(*ReferralState), form=record(id=NAME, version=TEXT), due=DUE,
            sections=many(record(
                title=TEXT, rows=many(record(question=TEXT, item=TEXT, label=TEXT, words=TEXT))
            )),
            deliveries=many(record(
                submission=UUID, state=STATE, words=TEXT, receipts=many(RECEIPT), case_reference=TEXT
            )),
        ),
    ),
    "referral-list": (
        "referral list",
        many(record(referral=UUID, state=one_of(*ReferralState), title=TEXT, changed_at=TIME)),
    ),
    "referral-send": (
        "referral send: sealed and queued, which is NOT SENT",
        record(
            referral=UUID, submission=UUID, state=STATE, parcel_sha256=SHA256, parcel_size=COUNT,
            not_answered=many(TEXT), photographs_going=many(UUID), photographs_held=many(UUID),
        ),
    ),
    "queue": (
        "queue list, queue run, queue release, queue withdraw",
        many(record(
            submission=UUID, referral=UUID, destination=NAME, state=STATE, words=TEXT, not_sent=YES_NO, urgent=YES_NO,
            mode=TEXT, attempts=COUNT, last_outcome=TEXT, due_at=TIME, queued_at=TIME, parcel_sha256=SHA256,
            parcel_size=COUNT, receipts=COUNT, ring=many(record(label=TEXT, number=TEXT, hours=TEXT)),
        )),
    ),
    "public-keys": (
        "intake keygen", record(keys=KEYS, fingerprint=FINGERPRINT)
    ),
    "intake-register": (
        "intake register", record(org_id=NAME, fingerprint=FINGERPRINT, bundle_seq=COUNT, workstations=COUNT)
    ),
    "intake-list": (
        "intake list",
        record(received=many(record(
            submission_id=UUID, org_id=NAME, sender_known=YES_NO, status=one_of(*ReceiptStatus), parcel_sha256=SHA256,
            parcel_size=COUNT, received_at=TIME, path=TEXT,
        ))),
    ),
    "casework-keygen": ("casework keygen", record(recipient=TEXT, keys=KEYS, fingerprint=FINGERPRINT)),
    "casework-open": (
        "casework open; without `out` and `receipt` also opened.json in its folder",
        record(
            submission_id=UUID, manifest_sha256=SHA256, parcel_sha256=SHA256, destination_id=NAME, org_id=NAME,
            workstation=TEXT, sender_known=YES_NO, label=one_of("", "SENDER-NOT-RECOGNISED"), unrecognised_reason=TEXT,
            fingerprint=FINGERPRINT, practice=YES_NO,
            created_at=TIME, amends=TEXT, form=record(id=NAME, version=TEXT, sha256=SHA256), review_waived=TEXT,
            people=many(record(act=TEXT, name=TEXT, role=TEXT, at=TIME)),
            parts=many(record(name=TEXT, type=TEXT, title=TEXT)), out=TEXT, receipt=TEXT,
        ),
    ),
    "casework-signed": (
        "casework register, casework decide, casework cannot-open",
        record(submission_id=UUID, status=one_of(*ReceiptStatus), sender_known=YES_NO, receipt=TEXT),
    ),
}  # fmt: skip

# Which schema a command's report has. Those of photo, package verify and receipt verify are written by their rooms.
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "demo": ("demo",),
    "form check": ("form-check",),
    "form show": ("form-list", "form-show"),
    "form diff": ("form-diff",),
    "policy check": ("policy-check",),
    "policy explain": ("policy-explain",),
    "policy test": ("policy-test",),
    "policy matrix": ("policy-matrix",),
    "policy diff": ("policy-diff",),
    "photo inspect": ("photo-inspect",),
    "photo strip": ("photo-strip",),
    "photo check": ("photo-says",),
    "package verify": ("package-verify",),
    "receipt verify": ("receipt-verify",),
    "person new": ("person",),
    "person enrolment": ("person",),
    "organisation keygen": ("root-key",),
    "organisation init": ("organisation-init",),
    "organisation sign": ("organisation-signed",),
    "organisation show": ("organisation-show",),
    "organisation diff": ("organisation-diff",),
    "organisation install": ("organisation-signed",),
    "organisation for-council": ("organisation-for-council",),
    "authority keygen": ("root-key",),
    "authority sign": ("authority-signed",),
    "authority show": ("authority-show",),
    "authority install": ("authority-signed",),
    "referral new": ("referral-new",),
    "referral attach": ("referral-attach",),
    "referral check": ("referral-check",),
    "referral show": ("referral-show",),
    "referral list": ("referral-list",),
    "referral send": ("referral-send",),
    "queue list": ("queue",),
    "queue run": ("queue",),
    "queue release": ("queue",),
    "queue withdraw": ("queue",),
    "intake keygen": ("public-keys",),
    "intake register": ("intake-register",),
    "intake list": ("intake-list",),
    "casework keygen": ("casework-keygen",),
    "casework open": ("casework-open",),
    "casework register": ("casework-signed",),
    "casework decide": ("casework-signed",),
    "casework cannot-open": ("casework-signed",),
}


def schemas() -> dict[str, Schema]:
    """Every schema of this table by its file name."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    written = {
        f"{name}.schema.json": {**dialect, "$id": f"{name}.schema.json", "title": f"referral-client {title}", **body}
        for name, (title, body) in REPORTS.items()
    }
    for name, model in (("authority-profile", AuthorityProfile), ("organisation-bundle", OrganisationBundle)):
        file = f"{name}.schema.json"
        written[file] = {**dialect, "$id": file, **model.model_json_schema()}
    return written


def text_of(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def write() -> None:
    """Put every file where it is published."""
    for name, schema in schemas().items():
        (FOLDER / name).write_text(text_of(schema), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
