"""The store is the only room that knows of SQLite and of keyrings."""

from __future__ import annotations

import ast
from pathlib import Path

import referral_client

PACKAGE = Path(referral_client.__file__).parent
OURS_ALONE = {"sqlite3", "keyring"}


def imported(source: str) -> set[str]:
    """The top names that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_no_other_room_imports_sqlite_or_a_keyring() -> None:
    importers = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if imported(path.read_text("utf-8")) & OURS_ALONE
    }
    assert importers == {"vault"}


def test_the_vault_leaves_encryption_to_sealing() -> None:
    for path in (PACKAGE / "vault").glob("*.py"):
        assert "cryptography" not in imported(path.read_text("utf-8")), path.name


def test_keyrings_own_choice_is_never_called() -> None:
    for path in (PACKAGE / "vault").glob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)]
        assert not any(call.attr in ("get_keyring", "set_keyring") for call in calls), path.name
