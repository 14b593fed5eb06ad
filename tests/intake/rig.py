"""A real front door for tests: its folders, a registered school, and the intake in a process of its own over TLS."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from referral_client import casework, intake
from referral_client.base.canonical import Json, canonical_bytes
from referral_client.base.clock import SystemClock
from referral_client.base.ids import new_uuid, system_random
from referral_client.organisation import sign_organisation
from referral_client.sealing.certificates import issue, make_authority
from referral_client.sealing.receipt import FIRST_IN_LOG, Receipt, peek_receipt, verify_receipt
from referral_client.sealing.signing import PublicKeys, SigningKeys
from referral_client.sealing.ticket import Ticket, sign_ticket
from referral_client.transport import Announced, Endpoint, NativeTransport, Timeouts

DESTINATION = "example-council"
SCHOOL = "oakfield-school"
WORKSTATION = "office-2"
ROOT = Path(__file__).resolve().parents[2]
_SERVE = (
    "import pathlib, sys; from referral_client import intake; folder = pathlib.Path(sys.argv[1]);"
    "intake.serve(intake.load_config(folder), host='127.0.0.1', port=int(sys.argv[2]),"
    " tls_cert=folder / 'tls.pem', tls_key=folder / 'tls.key')"
)


@dataclass(frozen=True, slots=True)
class School:
    """An organisation with one workstation, and what it hands to a front door to be registered."""

    root: SigningKeys
    workstation: SigningKeys
    entry: bytes
    bundle: bytes


def make_school(
    *,
    org_id: str = SCHOOL,
    practice: bool = True,
    seq: int = 1,
    root: SigningKeys | None = None,
    workstation: SigningKeys | None = None,
    not_after: str = "2099-11-01T00:00:00Z",
) -> School:
    root = root or SigningKeys.make(system_random)
    workstation = workstation or SigningKeys.make(system_random)
    entry = canonical_bytes({"org_id": org_id, "name": "Oakfield School", "root": root.public.as_json()})
    statement = {
        "practice": practice,
        "seq": seq,
        "issued_at": "2026-11-01T00:00:00Z",
        "expires_at": "2027-11-01T00:00:00Z",
        "org_id": org_id,
        "name": "Oakfield School",
        "sector": "school",
        "workstations": [{"id": WORKSTATION, "keys": workstation.public.as_json(), "not_after": not_after}],
        "accepts_authority_roots": ["0" * 64],
    }
    return School(root, workstation, entry, sign_organisation(statement, root))


@dataclass(slots=True)
class FrontDoor:
    """One intake, which can be started, killed and started again at the same address."""

    folder: Path
    school: School
    public: PublicKeys
    office: Path
    authority: tuple[bytes, bytes]
    practice: bool = True
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None)

    def start(self) -> None:
        command = [sys.executable, "-c", _SERVE, str(self.folder), str(self.port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        assert self.process.stdout is not None
        self.port = int(json.loads(self.process.stdout.readline())["port"])

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None

    def endpoint(self, port: int | None = None) -> Endpoint:
        return Endpoint(f"https://127.0.0.1:{port or self.port}", self.authority[0].decode())

    def carrier(self, *, port: int | None = None, timeouts: Timeouts | None = None) -> NativeTransport:
        return NativeTransport(self.endpoint(port), timeouts=timeouts or Timeouts())

    def receipt(self, untrusted: bytes | None) -> Receipt:
        """The receipt, verified as a client would."""
        assert untrusted is not None
        casework_keys = casework.load_office(self.office).keys.public
        return verify_receipt(
            untrusted, {"intake": [self.public], "casework": [casework_keys]}, accept_practice=self.practice
        )

    def received(self) -> tuple[intake.Received, ...]:
        return intake.list_received(self.folder, SystemClock(), system_random)

    def log(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.folder / "data" / "log").rglob("*.json"))]


def make_front_door(folder: Path, *, practice: bool = True, limits: Json = None) -> FrontDoor:
    """Folders and keys of both sides, one registered school, a certificate for 127.0.0.1. Not started."""
    school = make_school(practice=practice)
    office = folder / "casework"
    casework.keygen(office, system_random)
    casework.set_up(office, destination_id=DESTINATION, practice=practice)
    casework.know_organisation(office, school.entry, school.bundle)
    online = folder / "intake"
    public = intake.keygen(online, system_random)
    intake.set_up(
        online,
        destination_id=DESTINATION,
        practice=practice,
        casework_public=(office / "public.json").read_bytes(),
        limits=limits,
    )
    intake.register(online, school.entry, school.bundle)
    now = SystemClock().now()
    authority = make_authority(now)
    certificate, key = issue(*authority, "127.0.0.1", now)
    (online / "tls.pem").write_bytes(certificate)
    (online / "tls.key").write_bytes(key)
    return FrontDoor(online, school, public, office, authority, practice)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Random bytes in place of a sealed package: the intake cannot tell, and must not."""

    path: Path
    ticket: bytes
    sha256: str
    submission_id: str
    size: int


def make_parcel(
    folder: Path,
    size: int,
    keys: SigningKeys,
    *,
    submission_id: str = "",
    org_id: str = SCHOOL,
    destination_id: str = DESTINATION,
    workstation: str = WORKSTATION,
    practice: bool = True,
    earlier_digests: Sequence[str] = (),
) -> Parcel:
    content = system_random(size)
    submission_id = submission_id or new_uuid()
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{submission_id}-{digest[:8]}.age"
    path.write_bytes(content)
    ticket = Ticket(
        submission_id=submission_id,
        destination_id=destination_id,
        org_id=org_id,
        workstation=workstation,
        parcel_sha256=digest,
        parcel_size=size,
        rids=("0" * 32,),
        created_at="2026-11-22T15:52:00Z",
        bundle_seq=1,
        earlier_digests=tuple(earlier_digests),
        practice=practice,
    )
    return Parcel(path, sign_ticket(ticket, keys), digest, submission_id, size)


def send(carrier: NativeTransport, parcel: Parcel) -> Announced:
    """The whole way once: announce, parts, complete."""
    announced = carrier.announce(parcel.ticket)
    if announced.upload_url:
        carrier.send_parts(announced, parcel.path)
        announced = carrier.complete(announced, size=parcel.size)
    return announced


def chain_faults(log: Sequence[bytes]) -> list[str]:
    """What is wrong with a chain of receipts, in words; nothing when it is one unbroken chain."""
    faults = []
    previous = FIRST_IN_LOG
    for index, envelope in enumerate(log):
        receipt = peek_receipt(envelope, accept_practice=True)
        if receipt.log_index != index:
            faults.append(f"entry {index} has index {receipt.log_index}")
        if receipt.log_prev_sha256 != previous:
            faults.append(f"entry {index} names another one before it")
        previous = hashlib.sha256(envelope).hexdigest()
    return faults
