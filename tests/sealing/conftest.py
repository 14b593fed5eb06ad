"""The sample package of this folder, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from referral_client.sealing.package import BuiltPackage, PackageContents, build
from sealing.sample import SUBMISSION, Keys, sample_contents, sample_keys


@pytest.fixture(scope="session")
def keys() -> Keys:
    return sample_keys()


@pytest.fixture(scope="session")
def contents(keys: Keys) -> PackageContents:
    return sample_contents(keys)


@pytest.fixture(scope="session")
def built(contents: PackageContents, tmp_path_factory: pytest.TempPathFactory) -> BuiltPackage:
    return build(contents, tmp_path_factory.mktemp("built") / f"{SUBMISSION}.age")


@pytest.fixture
def build_with(contents: PackageContents, tmp_path: Path) -> Callable[..., BuiltPackage]:
    """Build the sample with some manifest facts replaced."""
    numbers: Iterator[int] = iter(range(100))

    def make(*, padded: bool = True, **facts: object) -> BuiltPackage:
        changed = replace(contents, manifest=replace(contents.manifest, **facts))  # type: ignore[arg-type]
        return build(changed, tmp_path / f"{next(numbers)}.age", padded)

    return make
