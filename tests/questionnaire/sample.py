"""A small form that has one of everything, and short ways to write answers."""

from __future__ import annotations

from referral_client.questionnaire import Form, load_library
from referral_client.referral import AnswerSet, answers_from_json

SMALL = """
form: {id: small, version: 1.0.0, title: A small form}
settings: {sector: [school, health]}
lists:
  yes_no: [{code: "yes", label: "Yes"}, {code: "no", label: "No"}]
repeats:
  - {id: child, title: Children, one: a child, item_title: "{child.name}", no_title: Child, at_least: 1, urgent: true}
  - {id: adult, title: Adults, one: an adult, item_title: "{adult.name}", no_title: Adult}
  - {id: link, title: Links, one: a pair, item_title: "{adult} and {child}", no_title: Pair, pairs: [adult, child]}
sections:
  - id: start
    title: Start
    pages:
      - id: danger
        title: Danger
        questions:
          - {id: danger.now, label: Is there danger?, type: choose_one, options: yes_no, required: true, urgent: true}
          - {id: danger.why, label: Why?, type: long_text, show_when: {answer: danger.now, is: "yes"}, required: true}
          - {id: danger.told, label: Who knows?, type: text, show_when: {answer: danger.why, answered: true}}
          - id: danger.kinds
            label: Kinds
            type: choose_many
            options: [{code: mark, label: A mark}, {code: words, label: Words}]
          - {id: danger.count, label: How many times, type: whole_number}
          - id: danger.on
            label: Date of it
            type: date
            checks: [{on_or_before: today, message: Date of it must be in the past}]
          - {id: danger.at, label: Time of it, type: datetime}
  - id: family
    title: Family
    pages:
      - id: child
        title: Child
        for_each: child
        questions:
          - {id: child.name, label: Name, type: name, required: true, urgent: true}
          - {id: child.dob, label: Date of birth, type: date, required: true}
          - {id: child.hurt, label: Is the child hurt?, type: choose_one, options: yes_no}
          - {id: child.how, label: How?, type: verbatim, show_when: {answer: child.hurt, is: "yes"}}
          - {id: child.father, label: Father, type: item_ref, about: [adult], required: true}
      - id: child_more
        title: More about the child
        for_each: child
        show_when: {answer: child.hurt, is: "yes"}
        questions:
          - {id: child.nhs, label: NHS number, type: nhs_number}
      - id: adult
        title: Adult
        for_each: adult
        questions:
          - {id: adult.name, label: Name, type: name}
          - {id: adult.where, label: Address, type: address}
      - id: link
        title: Link
        for_each: link
        show_when: {answer: adult.name, answered: true}
        questions:
          - {id: link.is, label: What are they?, type: text, show_when: {answer: child.name, answered: true}}
      - id: hurt
        title: About hurt children
        show_when: {answer: any child.hurt, is: "yes"}
        questions:
          - {id: hurt.seen, label: Who saw it?, type: text}
      - id: every
        title: About all hurt
        show_when: {answer: every child.hurt, is: "yes"}
        questions:
          - {id: hurt.all, label: All were hurt, type: text}
"""

SETTINGS = {"today": "2026-11-20", "sector": "school"}


def small(text: str = SMALL) -> Form:
    return load_library({"small.yaml": text.encode()}).form("small")


def answers(plain: dict[str, object] | None = None, **items: dict[str, dict[str, object]]) -> AnswerSet:
    """answers({"danger.now": "yes"}, child={"child-1": {"child.name": "Amira"}})"""
    return answers_from_json(
        {
            "answers": plain or {},
            "items": {
                group: [{"id": item_id, "answers": given} for item_id, given in members.items()]
                for group, members in items.items()
            },
        }
    )


NOT_KNOWN: dict[str, object] = {"state": "not_known", "asked": {"whom": "the school"}}
