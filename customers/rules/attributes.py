"""The values that attributes of customers may have, by their type. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from helpdesk.core.rules.digits import digits_to_ascii

KINDS = ("text", "number", "date", "choice", "yes_no")
MOST_TEXT = 500
LARGEST = 10**15
YES, NO = {"1", "true", "yes", "بله", "آری"}, {"0", "false", "no", "خیر", "نه"}


class BadValue(ValueError):
    """The value does not have the attribute's type; `code` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Shape:
    """The type of an attribute."""

    kind: str
    choices: Sequence[str] = ()


def value(shape: Shape, given: Any) -> Any:
    """The value as it is stored, from JSON or as somebody typed it; None for nothing. Raises BadValue."""
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    found = _READ[shape.kind](given)
    if shape.kind == "choice" and found not in shape.choices:
        raise BadValue("not_a_choice")
    return found


def _text(given: Any) -> str:
    if not isinstance(given, str) or "\x00" in given:
        raise BadValue("not_text")
    if len(given.strip()) > MOST_TEXT:
        raise BadValue("too_long")
    return given.strip()


def _number(given: Any) -> int | float:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise BadValue("not_a_number")
    plain = digits_to_ascii(str(given)).strip().replace("٬", "").replace(",", "").replace("٫", ".").replace("−", "-")
    try:
        found = Decimal(plain)
    except InvalidOperation as error:
        raise BadValue("not_a_number") from error
    if not found.is_finite() or abs(found) > LARGEST:
        raise BadValue("out_of_range")
    return int(found) if found == found.to_integral_value() else float(found)


def _date(given: Any) -> str:
    if not isinstance(given, str):
        raise BadValue("not_a_date")
    try:
        return date.fromisoformat(digits_to_ascii(given.strip())).isoformat()
    except ValueError as error:
        raise BadValue("not_a_date") from error


def _yes_no(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = digits_to_ascii(str(given)).strip().lower() if isinstance(given, str) else ""
    if word not in YES | NO:
        raise BadValue("not_yes_or_no")
    return word in YES


_READ = {"text": _text, "number": _number, "date": _date, "choice": _text, "yes_no": _yes_no}
