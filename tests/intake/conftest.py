"""One running intake for the tests of this folder that do not kill it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from referral_client.transport import NativeTransport
from tests.intake.rig import FrontDoor, make_front_door


@pytest.fixture(scope="session")
def front_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    door = make_front_door(
        tmp_path_factory.mktemp("front-door"), limits={"part_size": 65_536, "max_package": 8 * 1024 * 1024}
    )
    door.start()
    yield door
    door.kill()


@pytest.fixture
def carrier(front_door: FrontDoor) -> Iterator[NativeTransport]:
    made = front_door.carrier()
    yield made
    made.close()
