"""An urgent sending is never quietly an ordinary one."""

from pathlib import Path

import pytest

from referral_client.practice import Council
from tests.journeys.place import answers, connected_school

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("option", ["--urgent", "--lead-not-reachable"])
def test_an_urgent_sending_without_words_is_asked_for_them(tmp_path: Path, council: Council, option: str) -> None:
    school, lead = connected_school(tmp_path / "school", council)
    path = answers(school.folder, "Ada")
    draft = school.done(lead, "referral", "new", "--form", "shropshire", "--answers", path)["referral"]
    refused = school.run(lead, "referral", "send", draft, option, " ")
    assert (refused.code, refused.error) == (2, "SEND-SAY-WHY")
    assert school.queue("list") == []
    assert school.done(lead, "referral", "send", draft, option, "tried at 09:20")["state"] == "queued"
