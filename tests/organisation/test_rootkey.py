"""A root key file opens with its passphrase and with nothing else."""

import json
from pathlib import Path

import pytest

from referral_client.base.errors import Refused, WrongUse
from referral_client.base.ids import system_random
from referral_client.organisation import make_root_key, open_root_key
from referral_client.sealing.atrest import Cost

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


def test_it_opens_with_its_passphrase(tmp_path: Path) -> None:
    public = make_root_key(tmp_path / "root.key", "four words for a test", system_random, cost=CHEAP)
    assert open_root_key(tmp_path / "root.key", "four words for a test").public == public


def test_a_wrong_passphrase_a_short_one_and_an_existing_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    make_root_key(path, "four words for a test", system_random, cost=CHEAP)
    before = path.read_bytes()
    with pytest.raises(Refused) as refusal:
        open_root_key(path, "four words for a tesT")
    assert refusal.value.code == "ROOT-KEY-WRONG-PASSPHRASE"
    with pytest.raises(WrongUse):
        make_root_key(tmp_path / "other.key", "short", system_random, cost=CHEAP)
    with pytest.raises(Refused) as refusal:
        make_root_key(path, "four words for a test", system_random, cost=CHEAP)
    assert refusal.value.code == "ROOT-KEY-EXISTS"
    assert path.read_bytes() == before


def test_the_seeds_are_not_in_the_file(tmp_path: Path) -> None:
    make_root_key(tmp_path / "root.key", "four words for a test", system_random, cost=CHEAP)
    content = (tmp_path / "root.key").read_bytes()
    for seed in open_root_key(tmp_path / "root.key", "four words for a test").seeds:
        assert seed not in content
        assert seed.hex().encode() not in content


@pytest.mark.parametrize("field", ["memory_kib", "passes", "lanes"])
def test_a_file_that_asks_for_too_much_work_is_refused_before_the_work(tmp_path: Path, field: str) -> None:
    path = tmp_path / "root.key"
    make_root_key(path, "four words for a test", system_random, cost=CHEAP)
    document = json.loads(path.read_bytes())
    document[field] = 2**40
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(Refused):
        open_root_key(path, "four words for a test")


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"type":"referral-root-key","v":2}', b"\x00" * 100])
def test_a_file_that_is_no_root_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "root.key").write_bytes(content)
    with pytest.raises(Refused) as refusal:
        open_root_key(tmp_path / "root.key", "four words for a test")
    assert refusal.value.code == "ROOT-KEY-NOT-ONE"
