"""The log holds codes and counts and can hold nothing else."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_client.base import log
from referral_client.referral import DeliveryState


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    log.log_to(tmp_path)
    yield tmp_path / "referral-client.log"
    logger = logging.getLogger("referral_client")
    for handler in list(logger.handlers):
        if not isinstance(handler, logging.NullHandler):
            handler.close()
            logger.removeHandler(handler)


def test_a_name_an_answer_or_a_path_never_reaches_the_log(log_file: Path) -> None:
    log.event(
        "attempt",
        who="amira",
        path="/home/amira/mark.jpg",
        words="He stays some nights",
        code="PHOTO-CUT-SHORT",
        state=DeliveryState.WAITING,
        delivery="6f8c7b80-0000-4000-8000-000000000000",
        count=3,
    )
    line = log_file.read_text()
    facts = json.loads(line[line.index("{") :])
    assert facts == {
        "event": "attempt",
        "who": "(removed)",
        "path": "(removed)",
        "words": "(removed)",
        "code": "PHOTO-CUT-SHORT",
        "state": "waiting",
        "delivery": "6f8c7b80-0000-4000-8000-000000000000",
        "count": 3,
    }
