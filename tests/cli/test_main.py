"""What is typed: text whatever its bytes are, and never repeated when it does not fit."""

from __future__ import annotations

import argparse

import pytest

from referral_client.base.errors import WrongUse
from referral_client.cli.main import parse


def no_window(args: argparse.Namespace, *, practice: bool) -> int:
    raise AssertionError(f"a window was to open: {practice} {args}")


def parsed(*words: str) -> argparse.Namespace:
    return parse(words, no_window)


def test_words_are_text_whatever_bytes_were_typed() -> None:
    args = parsed("referral", "send", "\udce9", "--urgent", "rang \udce9\x00 J\u00e9", "--lead-not-reachable", "\ud800")
    assert (args.id, args.urgent, args.lead_not_reachable) == ("\ufffd", "rang \ufffd J\u00e9", "\ufffd")


def test_a_name_is_text_and_a_file_keeps_its_bytes() -> None:
    args = parsed(
        "person",
        "new",
        "--name",
        "Ren\udce9",
        "--role",
        "\U0001f600",
        "--home",
        "\udce9",
        "--passphrase-file",
        "\udce9",
    )
    assert (args.name, args.role) == ("Ren\ufffd", "\U0001f600")
    assert (str(args.home), args.passphrase_file) == ("\udce9", "\udce9")


@pytest.mark.parametrize("words", [("referral", "list", "one\nDanny"), ("referral", "Danny\nDanny")])
def test_what_does_not_fit_is_never_repeated(words: tuple[str, ...]) -> None:
    with pytest.raises(WrongUse) as refused:
        parsed(*words)
    assert "Danny" not in str(refused.value.reasons)
