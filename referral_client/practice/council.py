"""A practice council: its offline keys, its intake as a process with TLS, its signed profile, its caseworker.

FOLDER/casework/   the offline side       FOLDER/intake/   the online side
FOLDER/tls/        a certificate authority of its own and the intake's certificate
FOLDER/root.keys.json, FOLDER/authority.dsse.json
"""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from referral_client import casework, intake
from referral_client.base.canonical import Json
from referral_client.base.clock import Clock, to_rfc3339
from referral_client.base.errors import Refused
from referral_client.base.files import make_private_folder, write_file
from referral_client.base.ids import RandomBytes
from referral_client.organisation import sign_authority
from referral_client.practice.commands import command, environment, run_json
from referral_client.sealing.certificates import issue, make_authority
from referral_client.sealing.keyfile import create_key_file
from referral_client.sealing.signing import PublicKeys, SigningKeys

DESTINATION = "practice-front-door"
FORM = "shropshire"
_HOST = "127.0.0.1"
_START_SECONDS = 30.0


@dataclass(slots=True)
class Council:
    """One practice council in one folder. `begin` makes everything; `start` and `stop` are its intake process."""

    folder: Path
    clock: Clock
    random: RandomBytes
    port: int = 0
    root: PublicKeys | None = None
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def authority_file(self) -> Path:
        return self.folder / "authority.dsse.json"

    @property
    def intake_folder(self) -> Path:
        return self.folder / "intake"

    @property
    def casework_folder(self) -> Path:
        return self.folder / "casework"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def begin(self) -> None:
        """Make both key sets and the certificate, find a free port, and sign the profile. Leaves the intake stopped."""
        make_private_folder(self.folder)
        made = casework.keygen(self.casework_folder, self.random)
        casework.set_up(self.casework_folder, destination_id=DESTINATION, practice=True)
        intake.keygen(self.intake_folder, self.random)
        intake.set_up(
            self.intake_folder,
            destination_id=DESTINATION,
            practice=True,
            casework_public=(self.casework_folder / "public.json").read_bytes(),
        )
        self._make_certificates()
        self.start()
        self.stop()
        keys = SigningKeys.make(self.random)
        create_key_file(self.folder / "root.keys.json", keys)
        self.root = keys.public
        write_file(self.authority_file, sign_authority(self._profile(made), keys), mode=0o644)

    def register(self, entry: Path, bundle: Path) -> None:
        """Let both sides know an organisation and its newest bundle."""
        intake.register(self.intake_folder, entry.read_bytes(), bundle.read_bytes())
        casework.know_organisation(self.casework_folder, entry.read_bytes(), bundle.read_bytes())

    def start(self) -> None:
        """Start the intake and wait until it says that it listens."""
        words = ("intake", "serve", "--config", self.intake_folder, "--listen", f"{_HOST}:{self.port}")
        tls = ("--tls-cert", self.folder / "tls" / "intake.pem", "--tls-key", self.folder / "tls" / "intake.key")
        self._process = subprocess.Popen(
            command(*words, *tls), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment()
        )
        watchdog = threading.Timer(_START_SECONDS, self._process.kill)
        watchdog.start()
        try:
            assert self._process.stdout is not None
            said = self._process.stdout.readline()
            self.port = json.loads(said)["port"]
        except (ValueError, KeyError, TypeError) as fault:
            self.kill()
            raise Refused(
                "PRACTICE-INTAKE", "The practice intake did not start.", next_step="Try again in a new folder."
            ) from fault
        finally:
            watchdog.cancel()

    def stop(self) -> None:
        """Ask the intake to end, and wait for it."""
        if self._process is not None:
            self._process.terminate()
            self._finish()

    def kill(self) -> None:
        """End the intake as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._finish()

    def _finish(self) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def received(self) -> Json:
        """What the intake holds, as `intake list --json` says it."""
        return run_json("intake", "list", "--config", self.intake_folder)["received"]

    def open(self, package: Path, out: Path) -> Json:
        """The caseworker opens a package; the receipt goes back to the intake."""
        said = run_json(
            "casework", "open", package, "--keys", self.casework_folder,
            "--identity", self.casework_folder / "identity.txt", "--out", out,
        )  # fmt: skip
        return self._carried(said)

    def write_reference(self, package: Path, reference: str) -> Json:
        """The caseworker enters it in the case system."""
        return self._carried(
            run_json("casework", "register", package, "--keys", self.casework_folder, "--ref", reference)
        )

    def decide(self, package: Path, outcome: str) -> Json:
        """The council decides."""
        return self._carried(
            run_json("casework", "decide", package, "--keys", self.casework_folder, "--outcome", outcome)
        )

    def _carried(self, said: Json) -> Json:
        """Carry a receipt from the offline side to the intake, as a person with a stick would."""
        receipt = Path(said["receipt"])
        write_file(make_private_folder(self.intake_folder / "incoming") / receipt.name, receipt.read_bytes())
        return said

    def _make_certificates(self) -> None:
        folder = make_private_folder(self.folder / "tls")
        authority, authority_key = make_authority(self.clock.now())
        certificate, key = issue(authority, authority_key, _HOST, self.clock.now())
        for name, content in (("authority.pem", authority), ("intake.pem", certificate), ("intake.key", key)):
            write_file(folder / name, content)

    def _profile(self, made: casework.MadeKeys) -> Json:
        now = self.clock.now()
        online = json.loads((self.intake_folder / "public.json").read_bytes())
        return {
            "practice": True,
            "seq": 1,
            "issued_at": to_rfc3339(now),
            "expires_at": to_rfc3339(now + timedelta(days=365)),
            "authority_id": "practice-council",
            "name": "Practice council",
            "front_door": {
                "name": "Practice front door",
                "numbers": [
                    {
                        "label": "front door (nobody answers: practice)",
                        "number": "01632 960777",
                        "hours": "Monday to Thursday 9:00 to 17:00, Friday 9:00 to 16:00",
                        "confirmed_by": "Practice",
                        "confirmed_on": now.date().isoformat(),
                    }
                ],
            },
            "destinations": [
                {
                    "id": DESTINATION,
                    "transports": [
                        {
                            "kind": "native",
                            "base_url": f"https://{_HOST}:{self.port}",
                            "tls_ca": (self.folder / "tls" / "authority.pem").read_text(encoding="ascii"),
                        }
                    ],
                    "recipients": [{"recipient": made.recipient, "role": "operational"}],
                    "receipt_keys": [
                        {"role": "intake", "keys": online.get("keys", online)},
                        {"role": "casework", "keys": made.keys.as_json()},
                    ],
                }
            ],
            "forms": [FORM],
        }
