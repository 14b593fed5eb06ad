"""What an intake takes as it is set up by default, beside what is sent to it."""

from __future__ import annotations

from referral_client import intake
from referral_client.sealing import limits


def test_an_intake_takes_every_package_that_a_sender_builds() -> None:
    assert intake.Limits().max_package >= limits.BUILT_PACKAGE
    assert intake.Limits().quarantine_bytes_per_key >= limits.BUILT_PACKAGE
    assert limits.Limits().package >= limits.BUILT_PACKAGE
