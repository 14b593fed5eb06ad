"""The page that tells a council and an organisation how to connect: its files sign, its commands exist."""

import json
import re
import shlex
from pathlib import Path

import pytest

from referral_client.base.ids import new_uuid, system_random
from referral_client.cli.main import parse
from referral_client.organisation import parse_authority, parse_organisation, sign_authority, sign_organisation
from referral_client.sealing.recipients import make_identity, recipient_of
from referral_client.sealing.signing import SigningKeys

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "connect.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def json_blocks() -> list[dict]:
    """The page's drafts with real keys where it says where to copy one from."""
    keys = SigningKeys.make(system_random)
    found = []
    for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL):
        text = block.replace('"RECIPIENT"', json.dumps(recipient_of(make_identity(system_random))))
        text = text.replace('{ "ed25519": "KEY", "mldsa65": "KEY" }', json.dumps(keys.public.as_json()))
        text = text.replace('"THUMBPRINT"', json.dumps(keys.public.thumbprint))
        text = text.replace('"PERSON"', json.dumps(new_uuid(system_random)))
        text = text.replace('"WORKSTATION"', json.dumps(new_uuid(system_random)))
        policy = (ROOT / "policies" / "school-dsl-approval.toml").read_text(encoding="utf-8")
        found.append(json.loads(text.replace('"POLICY"', json.dumps(policy))))
    return found


def test_the_drafts_on_the_page_can_be_signed_and_read() -> None:
    authority, organisation = json_blocks()
    root = SigningKeys.make(system_random)
    assert parse_authority(sign_authority(authority, root), root.public).forms == ("shropshire",)
    assert parse_organisation(sign_organisation(organisation, root), root.public).review_required


def commands() -> list[list[str]]:
    found = []
    for text in (PAGE, README):
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words and words[0] == "referral-client":
                    found.append(words[1:])
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_each_command_on_the_page_and_in_the_readme_is_one_that_the_program_takes(words: list[str]) -> None:
    assert callable(parse(words, lambda args, *, practice: 0).run)
