"""What the program says about people says no more than the form said."""

from __future__ import annotations

from referral_client.referral import PresenceKind, answers_from_json, family_notices, family_of
from referral_client.referral.checks import PRESENCE_WORDS
from referral_client.services.shipped_forms import shipped_forms


def test_the_words_for_where_an_adult_is_are_those_of_the_form() -> None:
    for form_id in ("marf", "shropshire"):
        options = shipped_forms().form(form_id).questions["presence.kind"].options
        said = {code: f"{words[:1].upper()}{words[1:]}" for code, words in PRESENCE_WORDS.items()}
        assert {option.code: option.label for option in options} == {
            code: words.removeprefix("Is ")[:1].upper() + words.removeprefix("Is ")[1:] for code, words in said.items()
        }


def test_a_belief_that_somebody_is_gone_is_told_as_a_belief() -> None:
    def says(number: int, who: str, kind: PresenceKind) -> object:
        return {
            "id": f"presence-{number}",
            "answers": {"presence.adult": "adult-1", "presence.kind": kind.value, "presence.who_says": who},
        }

    given = answers_from_json(
        {
            "items": {
                "adult": [{"id": "adult-1", "answers": {"adult.name": "Craig"}}],
                "presence": [
                    says(1, "The mother", PresenceKind.BELIEVED_NO_CONTACT),
                    says(2, "A neighbour", PresenceKind.SOME_NIGHTS),
                ],
            }
        }
    )
    (sides,) = [notice.sides for notice in family_notices(family_of(given)) if notice.sides]
    assert sides == ("The mother: is believed to have no contact", "A neighbour: stays some nights")
