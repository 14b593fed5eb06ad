"""The online side can open nothing: not even the code for it is there."""

from __future__ import annotations

import subprocess
import sys

from tests.intake.rig import ROOT

_LOOK = (
    "import sys, referral_client.intake, referral_client.cli.intake;"
    "print([name for name in sys.modules if name in"
    " ('referral_client.sealing.age_read', 'referral_client.sealing.opening', 'referral_client.casework')])"
)


def test_the_intake_brings_neither_the_reader_of_packages_nor_the_offline_side_into_its_process() -> None:
    found = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.strip() == "[]"
