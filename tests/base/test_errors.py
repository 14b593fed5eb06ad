"""Known errors speak to people; bugs get a code that holds no data."""

import pytest

from referral_client.base.errors import MachineLacks, Refused, WrongUse, bug_code
from referral_client.base.files import create_file


def test_each_kind_has_its_exit_code() -> None:
    assert [kind.exit_code for kind in (Refused, WrongUse, MachineLacks)] == [1, 2, 3]


def test_a_code_must_be_stable_words() -> None:
    with pytest.raises(ValueError, match="not a stable error code"):
        Refused("oops happened", "Something")


def test_an_error_in_json_has_its_published_parts() -> None:
    error = Refused("A-B", "What.", meaning="Meaning.", next_step="Next.", reasons=("one", "two"))
    assert error.as_json() == {
        "error": {
            "code": "A-B",
            "what": "What.",
            "meaning": "Meaning.",
            "next_step": "Next.",
            "reasons": ["one", "two"],
        }
    }
    assert str(error) == "What. Meaning. Next."


def test_a_bug_code_is_the_same_for_the_same_fault_and_holds_no_data() -> None:
    codes = set()
    for secret in ("Amira Test", "Dave Test"):
        try:
            create_file(secret, b"")  # type: ignore[arg-type]
        except AttributeError as bug:
            codes.add(bug_code(bug))
    assert len(codes) == 1
    assert next(iter(codes)).startswith("BUG-")
