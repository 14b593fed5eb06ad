"""The floors of the house: who may import whom, and that everything but the window lives without Qt."""

import ast
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import referral_client

PACKAGE = Path(referral_client.__file__).parent
ROOT = PACKAGE.parent

# Each of these libraries has one owner among the rooms; the rest of the program cannot even name it.
OWNERS = {
    "cryptography": {"sealing"},
    "PIL": {"photo"},
    "pillow_heif": {"photo"},
    "typst": {"document"},
    "sqlite3": {"vault"},
    "keyring": {"vault"},
    "requests": {"transport"},
    "truststore": {"transport"},
    "starlette": {"intake"},
    "uvicorn": {"intake"},
    "obstore": {"intake"},
    "PySide6": {"desktop"},
    "yaml": {"questionnaire"},
    "rfc8785": {"base"},
    "filelock": {"base"},
    "platformdirs": {"base"},
}


def test_import_linter_keeps_its_contracts() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def modules() -> list[str]:
    return sorted(
        info.name
        for info in pkgutil.walk_packages([str(PACKAGE)], "referral_client.")
        if ".desktop" not in info.name and not info.name.endswith("__main__")
    )


def test_everything_but_the_window_imports_where_qt_cannot_be() -> None:
    code = (
        "import importlib, sys\n"
        "class NoQt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('PySide6', 'shiboken6'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, NoQt())\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "print(len(sys.argv) - 1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *modules()], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(modules()) > 100


def imported_by(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_each_library_has_one_owner(library: str) -> None:
    users = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py") if library in imported_by(path)}
    assert users <= OWNERS[library]


def test_the_intake_reaches_no_key_that_opens_anything() -> None:
    """Started in a process of its own, the online side has loaded neither the age reader nor the opener."""
    code = (
        "import sys, referral_client.intake\n"
        "opens = {'referral_client.sealing.age_read', 'referral_client.sealing.opening'}\n"
        "print(sorted(opens & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_module_is_a_warehouse() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in PACKAGE.rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long
