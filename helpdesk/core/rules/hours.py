"""Business time. A moment is open when the wall clock of the zone shows an open time on a day that is no holiday.

So an hour that the clock repeats counts twice and an hour it skips counts nothing, exactly as people at work live it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from helpdesk.core.rules.dates import weekday_index
from helpdesk.core.rules.week import BadHours, Fault, Span, Week, validate_hours

__all__ = ["BadHours", "Calendar", "Fault", "NeverOpen", "add", "between", "is_open", "next_open", "subtract"]

# Longer than any sequence of holidays: a calendar closed for so long never opens.
GIVE_UP_AFTER_DAYS = 800
DAY = timedelta(days=1)
NOTHING = timedelta(0)
Interval = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """The calendar has no open time to count with."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A team's zone, its week (0 is Saturday, spans in minutes of the day) and its days off."""

    timezone: str
    week: Mapping[int, tuple[Span, ...]]
    holidays: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, timezone: str, hours: object, holidays: frozenset[date] = frozenset()) -> "Calendar":
        """From what a team's row holds; BadHours when its hours cannot be used."""
        week: Week = validate_hours(hours)
        return cls(timezone, week, holidays)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The open spans of one local day."""
        return () if day in self.holidays else self.week.get(weekday_index(day), ())


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the team works at this moment."""
    here = at.astimezone(ZoneInfo(calendar.timezone))
    minute = here.hour * 60 + here.minute
    return any(start <= minute < end for start, end in calendar.spans(here.date()))


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """`at` itself when open, otherwise the next opening; NeverOpen when there is none."""
    for start, _ in _forward(calendar, at):
        return start
    raise NeverOpen


def add(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The first moment by which `duration` of open time has passed since `start`."""
    if duration < NOTHING:
        return subtract(calendar, start, -duration)
    left = duration
    if not left:
        return start.astimezone(UTC)
    for opens, closes in _forward(calendar, start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise NeverOpen


def subtract(calendar: Calendar, end: datetime, duration: timedelta) -> datetime:
    """The last moment from which `duration` of open time passes until `end`."""
    if duration < NOTHING:
        return add(calendar, end, -duration)
    left = duration
    if not left:
        return end.astimezone(UTC)
    for opens, closes in _backward(calendar, end):
        if closes - opens >= left:
            return closes - left
        left -= closes - opens
    raise NeverOpen


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much open time lies between two moments; negative when `end` is the earlier one."""
    if end < start:
        return -between(calendar, end, start)
    total = NOTHING
    for opens, closes in _forward(calendar, start, until=end):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def _forward(calendar: Calendar, at: datetime, until: datetime | None = None) -> Iterator[Interval]:
    """Open intervals from `at` on, the first one cut off at `at`."""
    at = at.astimezone(UTC)
    day = at.astimezone(ZoneInfo(calendar.timezone)).date() - DAY
    idle = 0
    while idle < GIVE_UP_AFTER_DAYS and (until is None or day <= until.date() + 2 * DAY):
        idle += 1
        for opens, closes in _intervals(calendar.timezone, day, calendar.spans(day)):
            if closes > at:
                idle = 0
                yield max(opens, at), closes
        day += DAY


def _backward(calendar: Calendar, at: datetime) -> Iterator[Interval]:
    """Open intervals back from `at`, the first one cut off at `at`."""
    at = at.astimezone(UTC)
    day = at.astimezone(ZoneInfo(calendar.timezone)).date() + DAY
    idle = 0
    while idle < GIVE_UP_AFTER_DAYS:
        idle += 1
        for opens, closes in reversed(_intervals(calendar.timezone, day, calendar.spans(day))):
            if opens < at:
                idle = 0
                yield opens, min(closes, at)
        day -= DAY


@lru_cache(maxsize=4096)
def _intervals(zone: str, day: date, spans: tuple[Span, ...]) -> list[Interval]:
    """The moments, in UTC, at which the zone's clock shows these spans of this day."""
    if not spans:
        return []
    midnight = datetime.combine(day, time(), UTC)
    found: list[Interval] = []
    for near in (day - DAY, day, day + DAY):
        for begins, ends, offset in _offsets(zone, near):
            for start, end in spans:
                opens = max(begins, midnight + timedelta(minutes=start) - offset)
                closes = min(ends, midnight + timedelta(minutes=end) - offset)
                if opens < closes:
                    found.append((opens, closes))
    return _joined(sorted(found))


def _joined(intervals: list[Interval]) -> list[Interval]:
    """Touching intervals as one."""
    whole: list[Interval] = []
    for opens, closes in intervals:
        if whole and opens <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(closes, whole[-1][1]))
        else:
            whole.append((opens, closes))
    return whole


@lru_cache(maxsize=8192)
def _offsets(zone: str, day: date) -> list[tuple[datetime, datetime, timedelta]]:
    """The zone's UTC offsets during one UTC day: from, until, offset."""
    zoned = ZoneInfo(zone)
    begins = datetime.combine(day, time(), UTC)
    pieces = [(begins, _offset(zoned, begins))]
    for hour in range(24):
        low, high = begins + timedelta(hours=hour), begins + timedelta(hours=hour + 1)
        if _offset(zoned, high) != _offset(zoned, low):
            change = _change(zoned, low, high)
            pieces.append((change, _offset(zoned, change)))
    ends = [*(start for start, _ in pieces[1:]), begins + DAY]
    return [(start, end, offset) for (start, offset), end in zip(pieces, ends, strict=True) if start < end]


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the offset changes between two moments with different ones."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or NOTHING
