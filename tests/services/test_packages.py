"""Checking a package or a receipt by command: exit codes, words, JSON, and no guess where keys are missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sealing.sample import SUBMISSION, Keys, sample_contents, sample_keys

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.base.errors import KnownError
from referral_client.cli.main import parse
from referral_client.sealing.package import BuiltPackage, build
from referral_client.sealing.receipt import FIRST_IN_LOG, Receipt, ReceiptStatus, sign_receipt
from referral_client.sealing.signing import PublicKeys
from referral_client.services.packages import schemas
from tests.no_window import no_window

ROOT = Path(__file__).resolve().parents[2]
Command = Callable[..., tuple[int, Json]]


@pytest.fixture(scope="module")
def keys() -> Keys:
    return sample_keys()


@pytest.fixture
def built(keys: Keys, tmp_path: Path) -> BuiltPackage:
    built = build(sample_contents(keys), tmp_path / f"{SUBMISSION}.age")
    (tmp_path / f"{SUBMISSION}.ticket.json").write_bytes(built.ticket)
    (tmp_path / "identity.txt").write_text(f"# a comment\n{keys.identity}\n")
    (tmp_path / "sender.json").write_bytes(canonical_bytes(keys.workstation.public.as_json()))
    return built


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command with a home of its own; its exit code and its JSON."""

    def run(*words: str | Path) -> tuple[int, Json]:
        args = parse([*map(str, words), "--home", str(tmp_path / "home"), "--json"], no_window)
        try:
            code = args.run(args)
        except KnownError as error:
            return error.exit_code, error.as_json()
        return code, json.loads(capsys.readouterr().out)

    return run


def test_without_keys_digest_and_size_are_checked_and_the_report_says_what_was_not(
    built: BuiltPackage, command: Command
) -> None:
    code, said = command("package", "verify", built.path)
    assert code == 0
    assert said["sha256"] == built.sha256
    assert said["ticket"]["signatures"] == "not checked"
    assert said["inside"] is None


def test_with_the_senders_keys_the_signatures_are_checked(built: BuiltPackage, command: Command) -> None:
    code, said = command("package", "verify", built.path, "--keys", built.path.with_name("sender.json"))
    assert (code, said["ticket"]["signatures"]) == (0, "verified")


def test_with_the_opening_key_everything_is_checked_and_nothing_is_written(
    built: BuiltPackage, command: Command
) -> None:
    folder = built.path.parent
    before = {path for path in folder.iterdir() if path.name != "home"}
    code, said = command(
        *["package", "verify", built.path, "--identity", folder / "identity.txt", "--keys", folder / "sender.json"]
    )
    assert code == 0
    assert said["inside"]["sender_known"] is True
    assert said["inside"]["manifest_sha256"] == built.manifest_sha256
    assert {"bucket", "Priya"} & set(json.dumps(said).split()) == set()
    assert {path for path in folder.iterdir() if path.name != "home"} == before


def test_an_unregistered_sender_is_named_by_fingerprint(built: BuiltPackage, command: Command, keys: Keys) -> None:
    code, said = command("package", "verify", built.path, "--identity", built.path.with_name("identity.txt"))
    assert code == 0
    assert said["inside"]["sender_known"] is False
    assert said["inside"]["sender_fingerprint"] == keys.workstation.public.fingerprint


def write_keys(path: Path, public: PublicKeys) -> Path:
    path.write_bytes(canonical_bytes(public.as_json()))
    return path


def test_keys_of_somebody_else_are_a_refusal(built: BuiltPackage, command: Command, keys: Keys) -> None:
    wrong = write_keys(built.path.with_name("wrong.json"), keys.intake.public)
    code, said = command("package", "verify", built.path, "--keys", wrong)
    assert (code, said["error"]["code"]) == (1, "SEALING-NOT-GENUINE")


def test_a_changed_package_is_a_refusal(built: BuiltPackage, command: Command) -> None:
    built.path.write_bytes(built.path.read_bytes() + b"x")
    code, said = command("package", "verify", built.path)
    assert (code, said["error"]["code"]) == (1, "PACKAGE-OTHER-BYTES")
    assert len(said["error"]["reasons"]) == 2


def test_a_package_alone_cannot_be_checked_from_outside(built: BuiltPackage, command: Command) -> None:
    built.path.with_name(f"{SUBMISSION}.ticket.json").unlink()
    code, said = command("package", "verify", built.path)
    assert (code, said["error"]["code"]) == (1, "PACKAGE-TICKET-GONE")
    code, said = command("package", "verify", built.path, "--identity", built.path.with_name("identity.txt"))
    assert (code, said["ticket"]) == (0, None)


@pytest.mark.parametrize(
    ("content", "code"), [("{}", 2), ("not json", 2), ('{"ed25519": "AA=="}', 2), ("[]", 2), (None, 1)]
)
def test_a_file_that_holds_no_keys_is_said_so(
    built: BuiltPackage, command: Command, content: str | None, code: int
) -> None:
    path = built.path.with_name("odd.json")
    if content is not None:
        path.write_text(content)
    assert command("package", "verify", built.path, "--keys", path)[0] == code


@pytest.fixture
def receipt() -> Receipt:
    return Receipt(
        receipt_id="0b0e7a34-6a52-4f3e-8a1b-0d3c5b2f9a77",
        submission_id=SUBMISSION,
        destination_id="shropshire",
        org_id="oakfield-school",
        parcel_sha256="5f" * 32,
        parcel_size=38_032,
        status=ReceiptStatus.STORED,
        received_at="2026-11-22T15:52:09Z",
        log_index=0,
        log_prev_sha256=FIRST_IN_LOG,
        replica="intake-1",
    )


def test_a_receipt_counts_with_the_key_of_its_role(
    receipt: Receipt, keys: Keys, command: Command, tmp_path: Path
) -> None:
    public = tmp_path / "public.json"
    public.write_bytes(canonical_bytes({"role": "intake", "keys": keys.intake.public.as_json()}))
    (tmp_path / "receipt.json").write_bytes(sign_receipt(receipt, keys.intake))
    code, said = command("receipt", "verify", tmp_path / "receipt.json", "--keys", public)
    assert (code, said["status"], said["signed_by"]) == (0, "stored", "intake")
    opened = replace(receipt, status=ReceiptStatus.OPENED, manifest_sha256="5f" * 32)
    (tmp_path / "receipt.json").write_bytes(sign_receipt(opened, keys.intake))
    code, said = command("receipt", "verify", tmp_path / "receipt.json", "--keys", public)
    assert (code, said["error"]["code"]) == (1, "SEALING-NOT-GENUINE")


def test_a_receipt_without_any_key_at_hand_shows_nothing(
    receipt: Receipt, keys: Keys, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "receipt.json").write_bytes(sign_receipt(receipt, keys.intake))
    code, said = command("receipt", "verify", tmp_path / "receipt.json")
    assert (code, said["error"]["code"]) == (1, "RECEIPT-NO-KEYS")


def test_the_published_schemas_are_those_of_the_reports() -> None:
    for name, schema in schemas().items():
        assert json.loads((ROOT / "docs" / "schemas" / name).read_text()) == schema
