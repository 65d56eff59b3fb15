"""Dates in words and dates as typed, in both calendars."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.rules import dates
from helpdesk.core.rules.dates import Prefs
from helpdesk.core.rules.typed_dates import Unclear, parse_day, parse_moment, parse_past_day

FA = Prefs("fa", "jalali", "Asia/Tehran")
EN = Prefs("en", "gregorian", "Asia/Tehran")
EN_JALALI = Prefs("en", "jalali", "Asia/Tehran")
FA_GREGORIAN = Prefs("fa", "gregorian", "Asia/Tehran")
# Wednesday 4 Azar 1405, 13:00 in Tehran.
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def tehran(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Tehran"))


@pytest.mark.parametrize(
    ("jalali", "gregorian"),
    [
        ((1399, 12, 30), date(2021, 3, 20)),
        ((1402, 12, 29), date(2024, 3, 19)),
        ((1403, 1, 1), date(2024, 3, 20)),
        ((1403, 12, 30), date(2025, 3, 20)),
        ((1404, 1, 1), date(2025, 3, 21)),
        ((1404, 12, 29), date(2026, 3, 20)),
        ((1405, 6, 31), date(2026, 9, 22)),
        ((1405, 9, 4), date(2026, 11, 25)),
        ((1407, 12, 29), date(2029, 3, 19)),
        ((1408, 12, 30), date(2030, 3, 20)),
        ((1409, 1, 1), date(2030, 3, 21)),
    ],
)
def test_days_of_the_two_calendars_match(jalali: tuple[int, int, int], gregorian: date) -> None:
    assert dates.parts(gregorian, "jalali") == jalali
    assert dates.from_parts(*jalali, "jalali") == gregorian


def test_esfand_has_thirty_days_in_leap_years_only() -> None:
    assert [year for year in range(1395, 1413) if dates.is_leap(year)] == [1395, 1399, 1403, 1408, 1412]
    assert len(dates.month_days(1403, 12, "jalali")) == 30
    assert len(dates.month_days(1404, 12, "jalali")) == 29
    assert [len(dates.month_days(1405, month, "jalali")) for month in range(1, 13)] == [31] * 6 + [30] * 5 + [29]
    with pytest.raises(ValueError):
        dates.from_parts(1404, 12, 30, "jalali")


@given(st.dates(date(1922, 1, 1), date(2120, 1, 1)))
def test_a_day_survives_the_way_there_and_back(day: date) -> None:
    assert dates.from_parts(*dates.parts(day, "jalali"), "jalali") == day


def test_weeks_start_on_saturday() -> None:
    assert dates.week_of(date(2026, 11, 25)) == (date(2026, 11, 21), date(2026, 11, 27))
    assert dates.weekday_index(date(2026, 11, 28)) == 0


def test_the_full_wording_has_our_order_and_a_persian_comma() -> None:
    assert dates.moment(NOW, FA) == "چهارشنبه ۴ آذر ۱۴۰۵، ساعت ۱۳:۰۰"
    assert dates.moment(NOW, EN) == "Wednesday 25 November 2026, 13:00"
    assert dates.moment(NOW, EN_JALALI) == "Wednesday 4 Azar 1405, 13:00"
    assert dates.moment(NOW, FA_GREGORIAN) == "چهارشنبه ۲۵ نوامبر ۲۰۲۶، ساعت ۱۳:۰۰"


def test_the_day_is_the_reader_s_day() -> None:
    late = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
    assert dates.moment(late, FA) == "پنجشنبه ۵ آذر ۱۴۰۵، ساعت ۰۰:۳۰"
    assert dates.moment(late, Prefs("en", "gregorian", "America/New_York")) == "Wednesday 25 November 2026, 16:00"


@pytest.mark.parametrize(
    ("away", "fa", "en"),
    [
        (timedelta(), "همین حالا", "just now"),
        (timedelta(seconds=50), "۱ دقیقهٔ دیگر", "in 1 min"),
        (timedelta(minutes=-6), "۶ دقیقه پیش", "6 min ago"),
        (timedelta(minutes=-59, seconds=-20), "۵۹ دقیقه پیش", "59 min ago"),
        (timedelta(minutes=-59, seconds=-40), "۱ ساعت پیش", "1 h ago"),
        (timedelta(hours=2), "۲ ساعت دیگر", "in 2 h"),
        (timedelta(hours=-14), "دیروز ۲۳:۰۰", "yesterday 23:00"),
        (timedelta(days=1), "فردا ۱۳:۰۰", "tomorrow 13:00"),
        (timedelta(days=-4), "شنبه ۱۳:۰۰", "Sat 13:00"),
        (timedelta(days=-30), "۴ آبان", "26 Oct"),
        (timedelta(days=-400), "۲۹ مهر ۱۴۰۴", "21 Oct 2025"),
        (timedelta(days=200), "۲۳ خرداد ۱۴۰۶", "13 Jun 2027"),
    ],
)
def test_the_short_wording_is_the_shortest_clear_one(away: timedelta, fa: str, en: str) -> None:
    assert dates.when(NOW + away, NOW, FA) == fa
    assert dates.when(NOW + away, NOW, EN) == en


@pytest.mark.parametrize(
    ("length", "fa", "en"),
    [
        (timedelta(), "کمتر از یک دقیقه", "less than a minute"),
        (timedelta(minutes=1), "۱ دقیقه", "1 min"),
        (timedelta(hours=2, minutes=5), "۲ ساعت و ۵ دقیقه", "2 h 5 min"),
        (timedelta(days=3, hours=1, minutes=9), "۳ روز و ۱ ساعت", "3 d 1 h"),
    ],
)
def test_durations_in_words(length: timedelta, fa: str, en: str) -> None:
    assert (dates.duration(length, FA), dates.duration(length, EN)) == (fa, en)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1405/09/10 14:30", tehran(2026, 12, 1, 14, 30)),
        ("۱۴۰۵/۹/۱۰ ساعت ۱۴:۳۰", tehran(2026, 12, 1, 14, 30)),
        ("١٤٠٥-٩-١٠", tehran(2026, 12, 1)),
        ("2026-12-01 14:30", tehran(2026, 12, 1, 14, 30)),
        ("2026-12-01T14:30", tehran(2026, 12, 1, 14, 30)),
        ("2026-12-01T11:00:00Z", tehran(2026, 12, 1, 14, 30)),
        ("1/12/2026 14:30", tehran(2026, 12, 1, 14, 30)),
        ("چهارشنبه ۴ آذر ۱۴۰۵، ساعت ۱۳:۰۰", tehran(2026, 11, 25, 13)),
        ("سه‌شنبه ۱۰ آذر ۱۴۰۵", tehran(2026, 12, 1)),
        ("10 Azar", tehran(2026, 12, 1)),
        ("۳ آذر", tehran(2027, 11, 24)),
        ("30 esfand", tehran(2030, 3, 20)),
        ("1 Dec 2026, 14:30", tehran(2026, 12, 1, 14, 30)),
        ("December 1 2026 at 14", tehran(2026, 12, 1, 14)),
        ("فردا", tehran(2026, 11, 26)),
        ("فردا ۸", tehran(2026, 11, 26, 8)),
        ("پس‌فردا ساعت ۱۰", tehran(2026, 11, 27, 10)),
        ("tomorrow 8:15", tehran(2026, 11, 26, 8, 15)),
        ("شنبه ۹:۳۰", tehran(2026, 11, 28, 9, 30)),
        ("Wed", tehran(2026, 12, 2)),
        ("سه شنبه", tehran(2026, 12, 1)),
        ("15:00", tehran(2026, 11, 25, 15)),
        ("ساعت ۱۲", tehran(2026, 11, 26, 12)),
        ("2h", tehran(2026, 11, 25, 15)),
        ("in 30 min", tehran(2026, 11, 25, 13, 30)),
        ("۳ روز دیگر", tehran(2026, 11, 28, 13)),
        ("۲ ساعتِ دیگر", tehran(2026, 11, 25, 15)),
        ("2 هفته بعد", tehran(2026, 12, 9, 13)),
    ],
)
def test_typed_dates_are_understood(text: str, meant: datetime) -> None:
    assert parse_moment(text, FA, NOW) == meant
    assert parse_moment(text, EN, NOW) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "1404/12/30",
        "1405/13/01",
        "2026-02-29",
        "25:00",
        "12/11/26",
        "1600/1/1",
        "4 آذر 2026",
        "x" * 5000,
        "9",
    ],
)
def test_what_is_unclear_is_refused(text: str) -> None:
    with pytest.raises(Unclear):
        parse_moment(text, FA, NOW)


@given(st.datetimes(datetime(1930, 1, 1), datetime(2100, 1, 1)), st.sampled_from([FA, EN, EN_JALALI, FA_GREGORIAN]))
def test_what_we_write_we_read(moment: datetime, prefs: Prefs) -> None:
    at = moment.replace(second=0, microsecond=0, tzinfo=ZoneInfo("Asia/Tehran"))
    shown = dates.local(at.astimezone(UTC), prefs)
    for text in (dates.typed(shown, prefs), dates.moment(shown, prefs)):
        read = parse_moment(text, prefs, NOW)
        assert dates.typed(read, prefs) == dates.typed(shown, prefs)


def test_a_skipped_hour_moves_on_and_a_repeated_one_is_the_first() -> None:
    berlin = Prefs("en", "gregorian", "Europe/Berlin")
    assert parse_moment("2026-03-29 02:30", berlin, NOW) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert parse_moment("2026-10-25 02:30", berlin, NOW) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_alone() -> None:
    assert parse_day("۱۴۰۵/۱۲/۲۹", FA, NOW) == date(2027, 3, 20)
    assert parse_day("tomorrow", EN, NOW) == date(2026, 11, 26)


def test_zones_we_cannot_compute_with_are_unknown() -> None:
    assert dates.known_zone("Asia/Tehran")
    assert not dates.known_zone("Asia/Nowhere")
    assert not dates.known_zone("../etc/passwd")
    assert not dates.known_zone("")


@pytest.mark.parametrize(
    ("typed", "prefs", "day"),
    [
        ("yesterday", EN, date(2026, 11, 24)),
        ("پریروز", FA, date(2026, 11, 23)),
        ("today", EN, date(2026, 11, 25)),
        ("Tuesday", EN, date(2026, 11, 24)),
        ("Wednesday", EN, date(2026, 11, 18)),
        ("شنبه", FA, date(2026, 11, 21)),
        ("30 November", EN, date(2025, 11, 30)),
        ("12 November", EN, date(2026, 11, 12)),
        ("۲۱ آبان", FA, date(2026, 11, 12)),
        ("1405/8/21", EN, date(2026, 11, 12)),
    ],
)
def test_a_day_gone_by_is_the_last_one_of_its_name(typed: str, prefs: Prefs, day: date) -> None:
    assert parse_past_day(typed, prefs, NOW) == day
