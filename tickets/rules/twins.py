"""Numbers that WhatsApp writes in two ways, with a digit that mobile numbers of a country got later and without. Pure.

Brazil: +55, area, 9 and eight digits, or the eight alone. Argentina: +54 9, or +54. Mexico: +52 1, or +52. WhatsApp
takes both for the same account, and tells now the one, now the other.
"""

import re

_LONG = (
    re.compile(r"(?P<head>55[1-9]\d)9(?P<rest>[6-9]\d{7})\Z"),
    re.compile(r"(?P<head>54)9(?P<rest>\d{10})\Z"),
    re.compile(r"(?P<head>52)1(?P<rest>\d{10})\Z"),
)
_SHORT = (
    (re.compile(r"(?P<head>55[1-9]\d)(?P<rest>[6-9]\d{7})\Z"), "9"),
    (re.compile(r"(?P<head>54)(?P<rest>\d{10})\Z"), "9"),
    (re.compile(r"(?P<head>52)(?P<rest>\d{10})\Z"), "1"),
)
_BEFORE = re.compile(r"(whatsapp:)?\+?")


def twin(address: str) -> str:
    """The other way of writing this number, in the same spelling; "" when it has none."""
    before = _BEFORE.match(address)
    lead = before.group() if before else ""
    digits = address[len(lead) :]
    for shape in _LONG:
        if found := shape.match(digits):
            return lead + found["head"] + found["rest"]
    for shape, digit in _SHORT:
        if found := shape.match(digits):
            return lead + found["head"] + digit + found["rest"]
    return ""
