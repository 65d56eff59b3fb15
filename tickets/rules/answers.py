"""What we owe whoever waits for an answer, said only as far as a rule or the opening hours back it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.core.rules.hours import Calendar, NeverOpen, add, is_open, next_open

MOST_HOURS = 1000.0


@dataclass(frozen=True)
class Owed:
    """`due`: an answer by `at`; `late`: it was due at `at`; `open`: we work now; `opens`: we work again at `at`;
    `soon`: nobody has told us any hours; `nothing`: it is not our turn."""

    kind: str
    at: datetime | None = None


def rule(settings: object) -> float | None:
    """The promise of an inbox in business hours (`answer_hours`); None when there is none that can be used."""
    value = settings.get("answer_hours") if isinstance(settings, dict) else None
    try:
        hours = float(str(value))
    except ValueError:
        return None
    return hours if 0 < hours <= MOST_HOURS else None


def owed(calendar: Calendar | None, since: datetime | None, now: datetime, hours: float | None) -> Owed:
    """What somebody who has waited since then may be told."""
    if since is None:
        return Owed("nothing")
    if calendar is None:
        return Owed("soon")
    try:
        if hours is not None:
            due = add(calendar, since, timedelta(hours=hours))
            return Owed("due" if due >= now else "late", due)
        return Owed("open") if is_open(calendar, now) else Owed("opens", next_open(calendar, now))
    except NeverOpen:
        return Owed("soon")
