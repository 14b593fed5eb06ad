"""A real council and a real organisation, made by the program's own commands and nothing else. No practice mark."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.base.clock import to_rfc3339
from referral_client.practice.commands import command, environment
from referral_client.sealing.certificates import issue, make_authority
from tests.journeys.place import CLOCK, Ran, done, run

DESTINATION = "example-front-door"
ORGANISATION = "oakfield"
COUNCIL_WORDS = "the council's own long sentence"
SCHOOL_WORDS = "the school's own long sentence"
POLICY = Path(__file__).resolve().parents[2] / "policies" / "school-dsl-approval.toml"


@dataclass(slots=True)
class Real:
    """Folders of both, and what the set-up commands said."""

    folder: Path
    port: int
    tls_ca: str
    said: dict[str, Any]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def office(self) -> Path:
        return self.folder / "office"

    @property
    def online(self) -> Path:
        return self.folder / "online"

    @property
    def authority(self) -> Path:
        return self.folder / "authority.dsse.json"

    @property
    def organisation(self) -> Path:
        return self.folder / "organisation"

    def mine(self, *words: str | Path, passphrase: str = SCHOOL_WORDS) -> Any:
        """A command in the school's home that must end well."""
        return done(*words, "--home", self.home, passphrase=passphrase)

    def refused(self, *words: str | Path) -> Ran:
        """A command in the school's home that must be refused, in words and with a code."""
        ran = run(*words, "--home", self.home, "--json", passphrase=SCHOOL_WORDS)
        assert ran.code == 1, ran.out + ran.err
        assert ran.json["error"]["what"]
        return ran

    def office_words(self) -> tuple[str | Path, ...]:
        return ("--keys", self.office)

    def sign_profile(self, name: str, **changes: Json) -> Path:
        """The council signs a profile; its file."""
        draft, signed = self.folder / f"{name}.json", self.folder / f"{name}.dsse.json"
        draft.write_bytes(canonical_bytes({**self._profile(), **changes}))
        words = ("authority", "sign", draft, "--root-key", self.folder / "council.key", "--out", signed)
        self.said["authority sign"] = done(*words, passphrase=COUNCIL_WORDS)
        return signed

    def destinations(self) -> Json:
        return self._profile()["destinations"]

    def received(self) -> Any:
        return done("intake", "list", "--config", self.online)["received"]

    def _profile(self) -> dict[str, Json]:
        now = CLOCK.now()
        number = {
            "label": "front door",
            "number": "01632 960555",
            "confirmed_by": "A. Sample",
            "confirmed_on": now.date().isoformat(),
        }
        online = json.loads((self.online / "public.json").read_bytes())
        offline = json.loads((self.office / "public.json").read_bytes())
        destination = {
            "id": DESTINATION,
            "transports": [
                {"kind": "native", "base_url": f"https://127.0.0.1:{self.port}", "tls_ca": self.tls_ca},
            ],
            "recipients": [{"recipient": offline["recipient"], "role": "operational"}],
            "receipt_keys": [{"role": each["role"], "keys": each["keys"]} for each in (online, offline)],
        }
        return {
            "seq": 1,
            "issued_at": to_rfc3339(now),
            "expires_at": to_rfc3339(now + timedelta(days=30)),
            "authority_id": "example",
            "name": "Example Council",
            "front_door": {"name": "Example front door", "numbers": [number]},
            "destinations": [destination],
            "forms": ["shropshire"],
        }


@contextmanager
def real_world(folder: Path, *, accept_too: tuple[str, ...] = ()) -> Iterator[Real]:
    """Everything from empty folders to an enrolled school and a running intake; the intake ends with the block."""
    folder.mkdir()
    said: dict[str, Any] = {}
    keygen = ("--destination", DESTINATION)
    said["casework keygen"] = done("casework", "keygen", "--out", folder / "office", *keygen)
    public = folder / "office" / "public.json"
    said["intake keygen"] = done("intake", "keygen", "--out", folder / "online", *keygen, "--casework-public", public)
    now = CLOCK.now()
    ca, ca_key = make_authority(now)
    certificate, key = issue(ca, ca_key, "127.0.0.1", now)
    (folder / "tls.pem").write_bytes(certificate)
    (folder / "tls.key").write_bytes(key)
    words = ("intake", "serve", "--config", folder / "online", "--listen", "127.0.0.1:0")
    tls = ("--tls-cert", folder / "tls.pem", "--tls-key", folder / "tls.key")
    with subprocess.Popen(
        command(*words, *tls), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment()
    ) as serving:
        try:
            assert serving.stdout is not None
            said["intake serve"] = json.loads(serving.stdout.readline())
            real = Real(folder, said["intake serve"]["port"], ca.decode(), said)
            _sign_and_install(real, accept_too)
            yield real
        finally:
            serving.terminate()
    assert serving.returncode is not None


def _sign_and_install(real: Real, accept_too: tuple[str, ...]) -> None:
    said = real.said
    said["authority keygen"] = done(
        "authority", "keygen", "--out", real.folder / "council.key", passphrase=COUNCIL_WORDS
    )
    real.sign_profile("authority")
    said["authority show"] = done("authority", "show", real.authority)
    accepted = [
        word for root in (said["authority show"]["thumbprint"], *accept_too) for word in ("--accept-authority", root)
    ]
    said["organisation init"] = real.mine(
        "organisation", "init", "--id", ORGANISATION, "--name", "Oakfield School", "--sector", "school",
        "--person", "Ruth Sample", "--role", "Designated safeguarding lead", "--policy", POLICY,
        *accepted, "--out", real.organisation,
    )  # fmt: skip
    said["authority install"] = real.mine("authority", "install", real.authority)
    said["intake register"] = done(
        "intake", "register", said["organisation init"]["for_council"],
        "--bundle", said["organisation init"]["bundle"], "--config", real.online,
    )  # fmt: skip
