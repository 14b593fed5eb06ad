"""A second running copy is refused at once, in words."""

import subprocess
import sys
from pathlib import Path

import pytest

from referral_client.base.locks import AlreadyOpen, only_copy

HOLD = (
    "import sys; from pathlib import Path; from referral_client.base.locks import only_copy\n"
    "with only_copy(Path(sys.argv[1]), what='the vault'):\n"
    "    print('held', flush=True); sys.stdin.read()"
)


def test_a_second_process_is_refused_and_a_killed_one_frees_the_lock(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(AlreadyOpen) as refusal, only_copy(tmp_path / "lock", what="the vault"):
        pass
    assert refusal.value.code == "VAULT-IN-USE"
    child.kill()
    child.communicate()
    with only_copy(tmp_path / "lock", what="the vault"):
        pass
