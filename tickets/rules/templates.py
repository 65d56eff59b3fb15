"""Filling in a template's gaps. Pure. Gaps are {{1}}, {{2}} … (WhatsApp Business Platform, message templates)."""

import re
from collections.abc import Sequence

GAP = re.compile(r"\{\{\s*(\d{1,2})\s*\}\}")


def gaps(body: str) -> int:
    """How many values it takes: the highest number among its gaps."""
    return max((int(found) for found in GAP.findall(body)), default=0)


def filled(body: str, values: Sequence[str]) -> str:
    """The words as they are read; a gap without a value stays."""

    def value(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        return values[at] if 0 <= at < len(values) else found[0]

    return GAP.sub(value, body)
