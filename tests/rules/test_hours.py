"""The business-time engine against a walk over every minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.core.rules.hours import Calendar, NeverOpen, add, between, is_open, next_open, subtract
from helpdesk.core.rules.week import BadHours, as_json, validate_hours

TEHRAN = ZoneInfo("Asia/Tehran")
MINUTE = timedelta(minutes=1)
OFFICE = {day: [["09:00", "13:00"], ["14:00", "17:00"]] for day in ("sat", "sun", "mon", "tue", "wed")} | {
    "thu": [["09:00", "12:30"]]
}
YALDA = date(2026, 12, 22)
office = Calendar.of("Asia/Tehran", OFFICE, frozenset({YALDA}))
ZONES = [
    "Asia/Tehran", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu",
    "Pacific/Apia", "Africa/Casablanca", "America/St_Johns", "UTC", "Pacific/Auckland", "Asia/Gaza",
]  # fmt: skip
# Around changes of the clock: Tehran's last (2022), Berlin, New York, Lord Howe's half hour, Apia's lost day (2011).
EDGES = [
    datetime(2022, 3, 21, tzinfo=UTC), datetime(2022, 9, 21, tzinfo=UTC), datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2026, 10, 3, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC), datetime(2011, 12, 29, tzinfo=UTC),
    datetime(2018, 11, 3, tzinfo=UTC), datetime(2018, 2, 17, tzinfo=UTC), datetime(2028, 2, 28, tzinfo=UTC),
]  # fmt: skip


def tehran(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TEHRAN)  # type: ignore[arg-type, misc]  # a row of ints is what datetime takes


def walked(calendar: Calendar, start: datetime, minutes: int) -> list[bool]:
    """For each minute from `start` on, whether the wall clock shows an open time: the plainest possible reading."""
    zone = ZoneInfo(calendar.timezone)
    answer = []
    for n in range(minutes):
        here = (start + n * MINUTE).astimezone(zone)
        spans = () if here.date() in calendar.holidays else calendar.week.get((here.weekday() + 2) % 7, ())
        answer.append(any(a <= here.hour * 60 + here.minute < b for a, b in spans))
    return answer


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = {}
    for day in range(7):
        marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
        week[day] = tuple((a * 15, b * 15) for a, b in zip(marks[::2], marks[1::2], strict=False))
    days = [edge.date() + timedelta(days=n) for edge in EDGES for n in range(3)]
    off = draw(st.sets(st.sampled_from(days), max_size=3))
    return Calendar(draw(st.sampled_from(ZONES)), week, frozenset(off))


@settings(max_examples=250, deadline=None)
@given(calendars(), st.sampled_from(EDGES), st.integers(-600, 2000), st.integers(1, 4000))
def test_it_agrees_with_a_walk_over_every_minute(calendar: Calendar, edge: datetime, shift: int, length: int) -> None:
    start = edge + shift * MINUTE
    walk = walked(calendar, start, length)
    end = start + length * MINUTE
    total = sum(walk) * MINUTE
    assert is_open(calendar, start) == walk[0]
    assert between(calendar, start, end) == total
    assert between(calendar, end, start) == -total
    if total:
        assert next_open(calendar, start) == start + walk.index(True) * MINUTE
        last = len(walk) - walk[::-1].index(True)
        assert add(calendar, start, total) == start + last * MINUTE
        assert subtract(calendar, end, total) == start + walk.index(True) * MINUTE


@settings(max_examples=150, deadline=None)
@given(calendars(), st.sampled_from(EDGES), st.integers(0, 10_000), st.integers(0, 300_000))
def test_a_due_time_and_the_time_elapsed_undo_each_other(
    calendar: Calendar, edge: datetime, shift: int, seconds: int
) -> None:
    start, length = edge + shift * MINUTE, timedelta(seconds=seconds)
    if not any(calendar.week.values()):
        return
    assert between(calendar, start, add(calendar, start, length)) == length
    assert between(calendar, subtract(calendar, start, length), start) == length


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (tehran(2026, 11, 22, 9, 0), 4, tehran(2026, 11, 22, 13, 0)),
        (tehran(2026, 11, 22, 9, 0), 5, tehran(2026, 11, 22, 15, 0)),
        (tehran(2026, 11, 22, 12, 30), 1, tehran(2026, 11, 22, 14, 30)),
        # Wednesday afternoon runs into the half Thursday, Friday is closed, Saturday goes on.
        (tehran(2026, 11, 25, 16, 0), 5, tehran(2026, 11, 28, 9, 30)),
        (tehran(2026, 11, 27, 11, 0), 1, tehran(2026, 11, 28, 10, 0)),
        # Tuesday 22 December is a holiday here.
        (tehran(2026, 12, 21, 16, 30), 1, tehran(2026, 12, 23, 9, 30)),
    ],
)
def test_half_thursdays_breaks_fridays_and_holidays(start: datetime, hours: int, due: datetime) -> None:
    assert add(office, start, timedelta(hours=hours)) == due


def test_a_promise_that_lands_on_a_holiday_moves_to_the_next_opening() -> None:
    assert next_open(office, tehran(2026, 12, 22, 10, 0)) == tehran(2026, 12, 23, 9, 0)


def test_an_hour_shown_twice_counts_twice_and_a_skipped_one_not_at_all() -> None:
    night = Calendar.of("Europe/Berlin", {day: [["02:00", "03:00"]] for day in ("sun",)})
    autumn, spring = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert between(night, autumn, autumn + timedelta(days=1)) == timedelta(hours=2)
    assert between(night, spring, spring + timedelta(days=1)) == timedelta(0)


def test_a_day_around_the_clock_is_as_long_as_it_is() -> None:
    always = Calendar.of("Europe/Berlin", {day: [["00:00", "24:00"]] for day in OFFICE | {"fri": []}})
    start = datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Berlin"))
    assert between(always, start, start + timedelta(days=1)) == timedelta(hours=25)


def test_a_calendar_without_open_time_says_so() -> None:
    with pytest.raises(NeverOpen):
        next_open(Calendar.of("UTC", {}), EDGES[0])
    with pytest.raises(NeverOpen):
        add(Calendar.of("UTC", {"sat": []}), EDGES[0], MINUTE)


def test_hours_are_read_with_any_digits_and_go_back_to_what_is_stored() -> None:
    assert validate_hours({"sat": [["۹:۰۰", "١٣:٣٠"]]}) == {0: ((540, 810),)}
    assert as_json(validate_hours(OFFICE)) == OFFICE
    assert as_json(validate_hours({"fri": [["10:00", "12:00"], ["09:00", "10:00"]]})) == {"fri": [["09:00", "12:00"]]}


@pytest.mark.parametrize(
    ("hours", "codes"),
    [
        ([], ["shape"]),
        ({"sat": "09:00-17:00"}, ["shape"]),
        ({"sat": [["09:00"]]}, ["shape"]),
        ({"someday": []}, ["day"]),
        ({"sat": [["9", "17:00"]]}, ["time"]),
        ({"sat": [["09:00", "24:30"]]}, ["time"]),
        ({"sat": [["22:00", "06:00"]]}, ["order"]),
        ({"sat": [["09:00", "09:00"]]}, ["order"]),
        ({"sat": [["09:00", "12:00"], ["11:00", "15:00"]]}, ["overlap"]),
        ({"sat": [["x", 7]], "sun": [["22:00", "06:00"]]}, ["time", "time", "order"]),
    ],
)
def test_unusable_hours_are_refused_with_every_fault(hours: object, codes: list[str]) -> None:
    with pytest.raises(BadHours) as refusal:
        validate_hours(hours)
    assert [fault.code for fault in refusal.value.faults] == codes
