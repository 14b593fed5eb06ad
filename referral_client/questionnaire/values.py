"""The types of answer: what each may hold, what is only odd about it, and its tidy form. One table, TYPES.

A type answers one of three: fits (None), cannot be true, or look again (kept, never blocking). Rules and their sources:
NHS number by modulus 11 (NHS Data Dictionary); UPN check letter (DfE, Unique pupil numbers guide); partial dates and
wording after the GOV.UK Design System. Pure. Imports questionnaire.dates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from referral_client.questionnaire.dates import days_of, precision_of
from referral_client.referral.answers import Value

MAX_LINE = 500


class Kind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    VERBATIM = "verbatim"
    NAME = "name"
    CHOOSE_ONE = "choose_one"
    CHOOSE_MANY = "choose_many"
    DATE = "date"
    DATETIME = "datetime"
    WHOLE_NUMBER = "whole_number"
    NHS_NUMBER = "nhs_number"
    UPN = "upn"
    PHONE = "phone"
    POSTCODE = "postcode"
    EMAIL = "email"
    ADDRESS = "address"
    ITEM_REF = "item_ref"
    ITEM_REFS = "item_refs"


class Grade(StrEnum):
    CANNOT_BE_TRUE = "cannot_be_true"
    LOOK_AGAIN = "look_again"


@dataclass(frozen=True, slots=True)
class Finding:
    """`words` follow the name of the question: "Date of birth" + " " + "must be a real date"."""

    grade: Grade
    code: str
    words: str


ADDRESS_PARTS = ("line_1", "line_2", "town", "county", "postcode", "country", "no_fixed_address", "words")


def has_content(value: Value | None) -> bool:
    """False for what stands for no answer: nothing, blank text, no choice, an address with every part blank."""
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, tuple):
        return bool(value)
    if isinstance(value, Mapping):
        return any(part is True or (isinstance(part, str) and part.strip()) for part in value.values())
    return True


def shape_fault(kind: Kind, value: Value) -> str:
    """What the value should have been, when it is of another shape than the type stores; "" when it fits."""
    if kind in (Kind.CHOOSE_MANY, Kind.ITEM_REFS):
        return "" if isinstance(value, tuple) else "must be a list"
    if kind is Kind.WHOLE_NUMBER:
        return "" if isinstance(value, int) and not isinstance(value, bool) else "must be a whole number, like 12"
    if kind is Kind.ADDRESS:
        return _address_shape(value)
    return "" if isinstance(value, str) else "must be text"


def _address_shape(value: Value) -> str:
    if not isinstance(value, Mapping):
        return "must be an address: " + ", ".join(ADDRESS_PARTS)
    for key, part in value.items():
        if key not in ADDRESS_PARTS:
            return "holds a part that is not one of " + ", ".join(ADDRESS_PARTS)
        if isinstance(part, bool) != (key == "no_fixed_address"):
            return f"{key} must be {'true or false' if key == 'no_fixed_address' else 'text'}"
    return ""


def finding_of(kind: Kind, value: Value) -> Finding | None:
    """What the type alone says about a value of the right shape."""
    check = _CHECKS.get(kind)
    return None if check is None else check(value)


def tidy(kind: Kind, value: Value) -> Value:
    """The stored form: names composed (NFC), numbers without spaces, codes in capitals. The rest stays as typed."""
    if isinstance(value, str):
        if kind is Kind.NAME:
            return unicodedata.normalize("NFC", value).strip()
        if kind is Kind.NHS_NUMBER:
            return _digits(value)
        if kind is Kind.UPN:
            return _compact(value)
    return value


def _cannot(code: str, words: str) -> Finding:
    return Finding(Grade.CANNOT_BE_TRUE, code, words)


def _odd(code: str, words: str) -> Finding:
    return Finding(Grade.LOOK_AGAIN, code, words)


def _compact(text: str) -> str:
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", text)).upper()


def _digits(text: str) -> str:
    return _compact(text)


def _line(value: Value) -> Finding | None:
    if isinstance(value, str) and len(value) > MAX_LINE:
        return _cannot("TOO-LONG", f"must be {MAX_LINE} characters or fewer")
    return None


def _name(value: Value) -> Finding | None:
    """Any letters of any script; nothing is refused but what is far too long to be a name."""
    return _line(value)


def _date(value: Value) -> Finding | None:
    if not isinstance(value, str) or "T" in value or days_of(value) is None:
        return _cannot("NOT-A-DATE", "must be a real date")
    return None


def _datetime(value: Value) -> Finding | None:
    if not isinstance(value, str) or days_of(value) is None:
        return _cannot("NOT-A-TIME", "must be a real date and time")
    if "T" not in value:
        return _odd("TIME-MISSING", "does not say what time: add it if you know it")
    return None


NHS_WEIGHTS = tuple(range(10, 1, -1))


def nhs_check_digit(nine: str) -> int:
    """The tenth digit for nine digits; 10 means that no number begins with these nine."""
    total = sum(weight * int(digit) for weight, digit in zip(NHS_WEIGHTS, nine, strict=True))
    return (11 - total % 11) % 11


def _nhs_number(value: Value) -> Finding | None:
    digits = _digits(value) if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9]{10}", digits):
        return _cannot("NHS-NUMBER-LENGTH", "must be 10 digits")
    if nhs_check_digit(digits[:9]) != int(digits[9]):
        return _cannot("NHS-NUMBER-CHECK", "has a digit that does not fit: check it against the record")
    if digits.startswith("999") or digits in ("0000000000", "1111111111"):
        return _odd("NHS-NUMBER-NOT-ISSUED", "is one that is never given to a person: check it against the record")
    return None


UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn_check_letter(twelve: str) -> str:
    """The first letter of a UPN for the twelve characters after it (the last may be a letter when temporary)."""
    values = [int(part) if part.isdigit() else UPN_LETTERS.index(part) for part in twelve]
    return UPN_LETTERS[sum(weight * part for weight, part in zip(range(2, 14), values, strict=True)) % 23]


def _upn(value: Value) -> Finding | None:
    text = _compact(value) if isinstance(value, str) else ""
    if not re.fullmatch(rf"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]", text):
        return _cannot("UPN-SHAPE", "must be a letter, then 11 numbers, then a number or a letter")
    if upn_check_letter(text[1:]) != text[0]:
        return _cannot("UPN-CHECK", "has a character that does not fit: check it against the record")
    return None


def _phone(value: Value) -> Finding | None:
    """Kept as typed and never reformatted; odd when it could not be rung from anywhere."""
    text = unicodedata.normalize("NFKC", value) if isinstance(value, str) else ""
    count = sum(character.isdigit() for character in text)
    if len(text) > MAX_LINE:
        return _line(text)
    if not 3 <= count <= 18 and not re.search(r"[0-9]{3,}", text):
        return _odd("PHONE-ODD", "does not look like a telephone number: check it")
    return None


_POSTCODE = re.compile(
    r"^(?:(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9ABEHMNPRVWXY]?)[0-9][ABD-HJLNP-UW-Z]{2}"
    r"|BFPO[0-9]{1,4}|GIR0AA|ZZ993[VW]Z)$"
)


def is_postcode(text: str) -> bool:
    """Any case and spacing; also BFPO numbers, the islands, and ZZ99 3VZ (NHS: no fixed abode)."""
    return _POSTCODE.match(_compact(text)) is not None


def _postcode(value: Value) -> Finding | None:
    if isinstance(value, str) and not is_postcode(value):
        return _odd("POSTCODE-ODD", "does not look like a full UK postcode: check it")
    return None


def _email(value: Value) -> Finding | None:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text.strip()):
        return _cannot("EMAIL-SHAPE", "must be an email address in the usual form, with an @ and a dot")
    return None


def _address(value: Value) -> Finding | None:
    postcode = value.get("postcode") if isinstance(value, Mapping) else None
    return _postcode(postcode) if isinstance(postcode, str) and postcode.strip() else None


def date_precise_enough(value: str, allowed: tuple[str, ...]) -> Finding | None:
    """A date that leaves out what the question needs: "must include a month"."""
    precision = precision_of(value)
    if precision in allowed:
        return None
    needed = "a day" if precision == "month" else "a month"
    return _cannot("DATE-NOT-WHOLE", f"must include {needed}")


_CHECKS: Mapping[Kind, Callable[[Value], Finding | None]] = {
    Kind.TEXT: _line,
    Kind.NAME: _name,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.NHS_NUMBER: _nhs_number,
    Kind.UPN: _upn,
    Kind.PHONE: _phone,
    Kind.POSTCODE: _postcode,
    Kind.EMAIL: _email,
    Kind.ADDRESS: _address,
}
