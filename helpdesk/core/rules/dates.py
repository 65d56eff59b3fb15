"""Dates and durations in words: English and Persian, Jalali and Gregorian. Pure; our own order, not CLDR's."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jdatetime

from helpdesk.core.rules.digits import digits_to_persian


@dataclass(frozen=True, slots=True)
class Prefs:
    """How one person reads dates and numbers."""

    language: str = "en"
    calendar: str = "gregorian"
    timezone: str = "UTC"

    @property
    def persian(self) -> bool:
        return self.language == "fa"


# Weeks start on Saturday in both languages.
WEEKDAYS = {
    "fa": ("شنبه", "یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه"),
    "en": ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
}
_JALALI_FA = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
_JALALI_EN = "Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand"
_GREGORIAN_FA = "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر"
_GREGORIAN_EN = "January February March April May June July August September October November December"
MONTHS: dict[tuple[str, str], tuple[str, ...]] = {
    ("fa", "jalali"): tuple(_JALALI_FA.split()),
    ("en", "jalali"): tuple(_JALALI_EN.split()),
    ("fa", "gregorian"): tuple(_GREGORIAN_FA.split()),
    ("en", "gregorian"): tuple(_GREGORIAN_EN.split()),
}
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))
_UNIT_WORDS = {
    "fa": {"day": "روز", "hour": "ساعت", "minute": "دقیقه"},
    "en": {"day": "d", "hour": "h", "minute": "min"},
}


def known_zone(name: str) -> bool:
    """Whether this is a time zone we can compute with."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def local(at: datetime, prefs: Prefs) -> datetime:
    """The same moment on the reader's wall clock."""
    return at.astimezone(ZoneInfo(prefs.timezone))


def weekday_index(day: date) -> int:
    """0 is Saturday, 6 is Friday."""
    return (day.weekday() + 2) % 7


def week_of(day: date) -> tuple[date, date]:
    """The Saturday and the Friday of the week that holds `day`."""
    first = day - timedelta(days=weekday_index(day))
    return first, first + timedelta(days=6)


def parts(day: date, calendar: str) -> tuple[int, int, int]:
    """Year, month and day in that calendar."""
    if calendar != "jalali":
        return day.year, day.month, day.day
    return _jalali(day)


@lru_cache(maxsize=4096)
def _jalali(day: date) -> tuple[int, int, int]:
    """Lists show the same few days again and again."""
    jalali = jdatetime.date.fromgregorian(date=day)
    return jalali.year, jalali.month, jalali.day


def from_parts(year: int, month: int, number: int, calendar: str) -> date:
    """The day with these parts; ValueError when the calendar has no such day."""
    if calendar != "jalali":
        return date(year, month, number)
    gregorian: date = jdatetime.date(year, month, number).togregorian()
    return gregorian


def is_leap(jalali_year: int) -> bool:
    """Whether Esfand of this Jalali year has 30 days."""
    return bool(jdatetime.date(jalali_year, 1, 1).isleap())


def month_days(year: int, month: int, calendar: str) -> list[date]:
    """All days of a month, for a date grid."""
    first = from_parts(year, month, 1, calendar)
    following = from_parts(year + month // 12, month % 12 + 1, 1, calendar)
    return [first + timedelta(days=n) for n in range((following - first).days)]


@lru_cache(maxsize=4096)
def day(of: date, prefs: Prefs, *, weekday: bool = True, year: bool = True) -> str:
    """«چهارشنبه ۴ آذر ۱۴۰۵» or `Wednesday 25 November 2026`. Kept: lists show the same few days again and again."""
    y, m, d = parts(of, prefs.calendar)
    words = [str(d), _month(m, prefs)]
    if weekday:
        words.insert(0, _weekday(of, prefs))
    if year:
        words.append(str(y))
    return _finish(" ".join(words), prefs)


def moment(at: datetime, prefs: Prefs) -> str:
    """«چهارشنبه ۴ آذر ۱۴۰۵، ساعت ۱۳:۰۰» or `Wednesday 25 November 2026, 13:00`."""
    here = local(at, prefs)
    join = "، ساعت " if prefs.persian else ", "
    return day(here.date(), prefs) + join + _hour(here, prefs)


def clock(at: datetime, prefs: Prefs) -> str:
    """The time of day on 24 hours."""
    return _hour(local(at, prefs), prefs)


def _hour(here: datetime, prefs: Prefs) -> str:
    return _finish(f"{here.hour:02}:{here.minute:02}", prefs)


def when(at: datetime, now: datetime, prefs: Prefs) -> str:
    """The shortest clear wording: `6 min ago`, `yesterday 13:00`, `Sat 13:00`, `25 Nov`, `25 Nov 2026`."""
    ahead = at > now
    gap = abs((at - now).total_seconds())
    here, today = local(at, prefs).date(), local(now, prefs).date()
    if gap < 45:
        return "همین حالا" if prefs.persian else "just now"
    if gap < 3_570:
        return _away(max(1, round(gap / 60)), "minute", ahead, prefs)
    if here == today:
        return _away(max(1, round(gap / 3_600)), "hour", ahead, prefs)
    days = (here - today).days
    if abs(days) == 1:
        return f"{_near(days, prefs)} {clock(at, prefs)}"
    if abs(days) < 7:
        return f"{_weekday(here, prefs, short=True)} {clock(at, prefs)}"
    return _short_day(here, today, prefs)


def duration(length: timedelta, prefs: Prefs, most: int = 2) -> str:
    """«۲ ساعت و ۵ دقیقه» or `2 h 5 min`; never more than `most` parts, and zero has words of its own."""
    left = round(abs(length.total_seconds()))
    found: list[str] = []
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count and len(found) < most:
            found.append(_counted(count, unit, prefs))
    if not found:
        return "کمتر از یک دقیقه" if prefs.persian else "less than a minute"
    return (" و " if prefs.persian else " ").join(found)


def typed(at: datetime, prefs: Prefs) -> str:
    """What a date field holds: ASCII, `1405/09/04 13:00` or `2026-11-25 13:00`; `parse_moment` reads it back."""
    here = local(at, prefs)
    y, m, d = parts(here.date(), prefs.calendar)
    mark = "/" if prefs.calendar == "jalali" else "-"
    return f"{y:04d}{mark}{m:02d}{mark}{d:02d} {here:%H:%M}"


def _month(number: int, prefs: Prefs, short: bool = False) -> str:
    name = MONTHS["fa" if prefs.persian else "en", prefs.calendar][number - 1]
    return name[:3] if short and not prefs.persian and prefs.calendar == "gregorian" else name


def _weekday(of: date, prefs: Prefs, short: bool = False) -> str:
    name = WEEKDAYS["fa" if prefs.persian else "en"][weekday_index(of)]
    return name[:3] if short and not prefs.persian else name


def _short_day(of: date, today: date, prefs: Prefs) -> str:
    y, m, d = parts(of, prefs.calendar)
    text = f"{d} {_month(m, prefs, short=True)}"
    if y != parts(today, prefs.calendar)[0]:
        text += f" {y}"
    return _finish(text, prefs)


def _near(days: int, prefs: Prefs) -> str:
    if prefs.persian:
        return "فردا" if days > 0 else "دیروز"
    return "tomorrow" if days > 0 else "yesterday"


def _away(count: int, unit: str, ahead: bool, prefs: Prefs) -> str:
    if prefs.persian:
        ezafe = "ٔ" if unit == "minute" else ""
        tail = f"{ezafe} دیگر" if ahead else " پیش"
        return _counted(count, unit, prefs) + tail
    return f"in {_counted(count, unit, prefs)}" if ahead else f"{_counted(count, unit, prefs)} ago"


def _counted(count: int, unit: str, prefs: Prefs) -> str:
    return _finish(f"{count} {_UNIT_WORDS['fa' if prefs.persian else 'en'][unit]}", prefs)


def _finish(text: str, prefs: Prefs) -> str:
    return digits_to_persian(text) if prefs.persian else text
