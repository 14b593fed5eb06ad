"""Page one names people, never the ids that the program keeps them by."""

from __future__ import annotations

from datetime import date

from referral_client.questionnaire import visible_answers
from referral_client.referral import answers_from_json
from referral_client.services.first_page import first_page
from referral_client.services.shipped_forms import shipped_forms

TODAY = date(2026, 11, 20)


def test_from_whom_something_is_kept_is_a_name_whether_listed_or_not() -> None:
    form = shipped_forms().form("marf")

    def kept(number: int, **answers: str) -> object:
        named = {f"keep_from.{key}": words for key, words in answers.items()}
        return {"id": f"keep_from-{number}", "answers": {"keep_from.what": "The new address", **named}}

    given = answers_from_json(
        {
            "items": {
                "child": [{"id": "child-1", "answers": {"child.first_name": "Isla"}}],
                "adult": [{"id": "adult-1", "answers": {"adult.name": "Craig Sample"}}],
                "keep_from": [
                    kept(1, who="adult-1"),
                    kept(2, who="child-1"),
                    kept(3, who_else="His brother Lee"),
                    kept(4, who="adult-1", who_else="hidden, for somebody was chosen"),
                ],
            }
        }
    )
    counted = visible_answers(form, given, {"today": TODAY.isoformat(), "sector": "school"})
    lines = first_page(form, counted, TODAY).keep_from
    assert [line.whom for line in lines] == ["Craig Sample", "Isla", "His brother Lee", "Craig Sample"]
