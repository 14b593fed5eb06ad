"""The JSON Schema of form files, for editors and for other people's checks. Generated from the models that read them.

Pure. Imports this room's files.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from referral_client.questionnaire.files import ModelFile, ProfileFile


def form_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of one form file: a model, or a profile over one."""
    schema = TypeAdapter(ModelFile | ProfileFile).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "form-1.schema.json",
        "title": "A form of the referral client, or a profile of one authority over it",
        **schema,
    }


def form_schema_text() -> str:
    """What forms/form-1.schema.json holds."""
    return json.dumps(form_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
