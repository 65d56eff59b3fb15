"""Dates as people type them, in either language, calendar and kind of digits. Pure.

A clock time that happens twice is taken as the first one; one that is skipped moves on by the length of the gap.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.core.rules.dates import MONTHS, WEEKDAYS, Prefs, from_parts, local, parts, weekday_index
from helpdesk.core.text import normalise

__all__ = ["Unclear", "parse_day", "parse_moment"]


class Unclear(ValueError):
    """We do not know which moment is meant."""


def _named(names: tuple[str, ...], short: bool) -> dict[str, int]:
    plain = [normalise(name) for name in names]
    return {name: n for n, name in enumerate(plain)} | ({name[:3]: n for n, name in enumerate(plain)} if short else {})


_MONTHS: dict[str, tuple[str, int]] = {
    name: (calendar, n + 1)
    for (language, calendar), names in MONTHS.items()
    for name, n in _named(names, short=language == "en" and calendar == "gregorian").items()
}
_WEEKDAYS = _named(WEEKDAYS["en"], short=True) | _named(WEEKDAYS["fa"], short=False)
_WEEKDAYS |= {"سهشنبه": 3, "یک شنبه": 1, "دو شنبه": 2, "چهار شنبه": 4, "پنج شنبه": 5, "پنچ شنبه": 5}
_NEAR = {"today": 0, "امروز": 0, "tomorrow": 1, "فردا": 1, "day after tomorrow": 2, "پس فردا": 2, "پسفردا": 2}
_GONE = {"yesterday": 1, "دیروز": 1, "day before yesterday": 2, "پریروز": 2}
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "دقیقه"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours", "ساعت"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days", "روز"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks", "هفته"), timedelta(days=7)),
}
_SPAN = re.compile(r"(?:in )?(\d{1,4}) ?([^\W\d_]+)(?: (?:دیگر|بعد|later))?")
_CLOCK = re.compile(r"(?:(?:^|[ t])(?:(?:ساعت|at) )?)(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?$")
_FULL_HOUR = re.compile(r"(?:^|\s)(?:ساعت|at) (\d{1,2})$")
_WORD_THEN_HOUR = re.compile(r"^([^\d]+) (\d{1,2})$")
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2}) ([^\W\d_]+)(?: (\d{4}))?")
_MONTH_DAY = re.compile(r"([^\W\d_]+) (\d{1,2})(?: (\d{4}))?")


def parse_moment(text: str, prefs: Prefs, now: datetime, default: time = time(9)) -> datetime:
    """The moment that is meant, in UTC; `default` is the time of a date that has none. Unclear when in doubt."""
    if (exact := _machine(text)) is not None:
        return exact
    plain = _plain(text)
    today = local(now, prefs)
    if (span := _SPAN.fullmatch(plain)) and span[2] in _UNITS:
        return _later(now, int(span[1]) * _UNITS[span[2]], prefs)
    words, clock = _clock(plain)
    if words:
        return _at(_day(words, today.date()), clock or default, prefs)
    if clock is None:
        raise Unclear(text)
    at = _at(today.date(), clock, prefs)
    return at if at > now else _at(today.date() + timedelta(days=1), clock, prefs)


def parse_day(text: str, prefs: Prefs, now: datetime) -> date:
    """The day that is meant. Unclear when in doubt."""
    return _day(_plain(text), local(now, prefs).date())


def parse_past_day(text: str, prefs: Prefs, now: datetime) -> date:
    """The day that is meant of those gone by: a weekday is the last one, a day without a year the last such day."""
    words, today = _plain(text), local(now, prefs).date()
    if words in _GONE:
        return today - timedelta(days=_GONE[words])
    found = _day(words, today)
    if found <= today:
        return found
    return _day(words, today - timedelta(days=8 if words in _WEEKDAYS else 365))


def _plain(text: str) -> str:
    return " ".join(normalise(text[:100]).replace("،", " ").replace(",", " ").split())


def _machine(text: str) -> datetime | None:
    """A date and time as scripts write it, with its offset."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _later(now: datetime, span: timedelta, prefs: Prefs) -> datetime:
    """Hours are counted as they pass; days keep the time of day."""
    if span < timedelta(days=1) or span % timedelta(days=1):
        return now + span
    here = local(now, prefs)
    return _at(here.date() + span, here.time(), prefs)


def _clock(plain: str) -> tuple[str, time | None]:
    """What is left of the text without its time of day, and that time."""
    if match := _CLOCK.search(plain):
        return plain[: match.start()].strip(), _time(int(match[1]), int(match[2]))
    if match := _FULL_HOUR.search(plain):
        return plain[: match.start()].strip(), _time(int(match[1]), 0)
    if (match := _WORD_THEN_HOUR.match(plain)) and (match[1] in _NEAR or match[1] in _WEEKDAYS):
        return match[1], _time(int(match[2]), 0)
    return plain, None


def _time(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError as fault:
        raise Unclear(f"{hour}:{minute}") from fault


def _at(day: date, clock: time, prefs: Prefs) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(prefs.timezone)).astimezone(UTC)


def _day(words: str, today: date) -> date:
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    if words in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[words] - weekday_index(today) - 1) % 7 + 1)
    for name in sorted(_WEEKDAYS, key=len, reverse=True):
        if words.startswith(f"{name} "):
            return _date(words.removeprefix(name).strip(), today)
    return _date(words, today)


def _date(words: str, today: date) -> date:
    if match := _YEAR_FIRST.fullmatch(words):
        return _exact(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(words):
        return _exact(int(match[3]), int(match[2]), int(match[1]))
    if match := _DAY_MONTH.fullmatch(words):
        return _with_month(match[2], int(match[1]), match[3], today)
    if match := _MONTH_DAY.fullmatch(words):
        return _with_month(match[1], int(match[2]), match[3], today)
    raise Unclear(words)


def _exact(year: int, month: int, number: int, calendar: str = "") -> date:
    """The year itself tells the calendar."""
    if not (1300 <= year < 1500 or 1900 <= year < 2200):
        raise Unclear(str(year))
    tells = "jalali" if year < 1500 else "gregorian"
    if calendar and calendar != tells:
        raise Unclear(str(year))
    try:
        return from_parts(year, month, number, tells)
    except ValueError as fault:
        raise Unclear(f"{year}-{month}-{number}") from fault


def _with_month(name: str, number: int, year: str | None, today: date) -> date:
    """A month by name; without a year, the next such day."""
    if name not in _MONTHS:
        raise Unclear(name)
    calendar, month = _MONTHS[name]
    if year:
        return _exact(int(year), month, number, calendar)
    this_year = parts(today, calendar)[0]
    # Four more years, so that a 30 Esfand or a 29 February finds its leap year.
    for candidate in range(this_year, this_year + 6):
        try:
            day = from_parts(candidate, month, number, calendar)
        except ValueError:
            continue
        if day >= today:
            return day
    raise Unclear(f"{number} {name}")
