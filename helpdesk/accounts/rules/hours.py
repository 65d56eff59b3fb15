"""A team's week: {"sat": [["09:00", "17:00"]], …}; a missing day is closed. Pure."""

import re
from typing import Any

Week = dict[str, list[list[str]]]
DAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z|24:00\Z", re.ASCII)


class HoursError(ValueError):
    """Not a week that one can work by."""


def cleaned(week: Any) -> Week:
    """The week with its days in order, empty days left out. Raises HoursError."""
    if not isinstance(week, dict) or not set(DAYS).issuperset(week):
        raise HoursError(week)
    return {day: [list(span) for span in _spans(week[day])] for day in DAYS if week.get(day)}


def _spans(spans: Any) -> list[list[str]]:
    last = ""
    for span in spans:
        if len(span) != 2 or not all(isinstance(part, str) and CLOCK.fullmatch(part) for part in span):
            raise HoursError(span)
        if not last <= span[0] < span[1]:
            raise HoursError(span)
        last = span[1]
    return list(spans)
