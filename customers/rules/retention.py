"""How long each kind of data is kept. Pure: what an admin chose, what the law asks for, and where the line lies."""

from collections.abc import Mapping
from datetime import datetime, timedelta

DAY = timedelta(days=1)
LONGEST = 36_500
# Upper ends of the ages that a dry run counts by, in days; what is older than the last is counted last.
AGES = (30, 90, 365, 1095, 3650)


def kept_for(chosen: Mapping[str, int | None], slug: str, usual: int | None) -> int | None:
    """The days that a kind is kept; None: for ever."""
    return chosen.get(slug, usual)


def line(now: datetime, days: int) -> datetime:
    """What is older than this goes."""
    return now - days * DAY


def is_fine(days: int | None, least: int) -> bool:
    """Whether this many days may be chosen; `least` is what must be kept, by law or because we need it."""
    return days is None or least <= days <= LONGEST
