"""Forms as data: read strictly, checked for sense, and compared with answers. Public face: the names below.

Promises: pure, no input, output, clock or randomness: files come in as bytes, the day as a setting; every fault of a
file at once with its line; what is hidden counts for nothing; nothing missing ever blocks. Imports base and referral.
"""

from referral_client.questionnaire.catalogue import (
    FormFaults,
    Inspection,
    Library,
    check_files,
    form_id_of,
    form_of_source,
    inspect_files,
    load_library,
)
from referral_client.questionnaire.compare import Difference, compare
from referral_client.questionnaire.conditions import TODAY
from referral_client.questionnaire.dates import date_words
from referral_client.questionnaire.due import Due, deadline_words, due, opening_words
from referral_client.questionnaire.form import (
    Deadline,
    Evidence,
    Form,
    Number,
    Opening,
    Option,
    Page,
    ProfileFacts,
    Prompt,
    Question,
    Repeat,
    Section,
)
from referral_client.questionnaire.problems import (
    Level,
    Problem,
    minimum_set,
    misfits,
    missing_words,
    problems,
    problems_of_page,
    tidy_answers,
)
from referral_client.questionnaire.reach import (
    PageVisit,
    Reachable,
    ShownPrompt,
    item_ids,
    pair_id,
    reachable,
    visible_answers,
)
from referral_client.questionnaire.schema import form_schema, form_schema_text
from referral_client.questionnaire.summary import SummaryRow, SummarySection, check_answers, raw_answers
from referral_client.questionnaire.values import Kind

__all__ = [
    "TODAY",
    "Deadline",
    "Difference",
    "Due",
    "Evidence",
    "Form",
    "FormFaults",
    "Inspection",
    "Kind",
    "Level",
    "Library",
    "Number",
    "Opening",
    "Option",
    "Page",
    "PageVisit",
    "Problem",
    "ProfileFacts",
    "Prompt",
    "Question",
    "Reachable",
    "Repeat",
    "Section",
    "ShownPrompt",
    "SummaryRow",
    "SummarySection",
    "check_answers",
    "check_files",
    "compare",
    "date_words",
    "deadline_words",
    "due",
    "form_id_of",
    "form_of_source",
    "form_schema",
    "form_schema_text",
    "inspect_files",
    "item_ids",
    "load_library",
    "minimum_set",
    "misfits",
    "missing_words",
    "opening_words",
    "pair_id",
    "problems",
    "problems_of_page",
    "raw_answers",
    "reachable",
    "tidy_answers",
    "visible_answers",
]
