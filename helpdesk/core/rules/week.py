"""A team's opening hours as an admin writes them: {"sat": [["09:00", "17:00"]], …}. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.core.rules.digits import digits_to_ascii

DAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")
"""In the order of a week that starts on Saturday; the index is the weekday number used here."""

Span = tuple[int, int]
"""Minutes after local midnight, from and until; the end itself is closed."""
Week = dict[int, tuple[Span, ...]]

_TIME = re.compile(r"([01]?\d|2[0-4])[:٫.]([0-5]\d)")
DAY_MINUTES = 24 * 60
MAX_SPANS = 12


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: `code` is shape, day, time, order (ends before it starts, or runs past midnight) or overlap."""

    code: str
    day: str = ""
    text: str = ""


class BadHours(ValueError):
    """Hours that cannot be used, with every fault in them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.day}: {fault.code} {fault.text}".strip() for fault in faults))
        self.faults = faults


def validate_hours(data: object) -> Week:
    """The week in these hours; BadHours with all faults otherwise. Days left out are closed."""
    if not isinstance(data, Mapping):
        raise BadHours([Fault("shape")])
    week: Week = {}
    faults: list[Fault] = []
    for name, spans in data.items():
        if name not in DAYS:
            faults.append(Fault("day", str(name)[:20]))
            continue
        found = _spans(name, spans, faults)
        if found:
            week[DAYS.index(name)] = found
    if faults:
        raise BadHours(faults)
    return week


def _spans(day: str, data: object, faults: list[Fault]) -> tuple[Span, ...]:
    """The day's spans in order, touching ones joined; what is wrong goes to `faults`."""
    if not isinstance(data, list | tuple) or len(data) > MAX_SPANS:
        faults.append(Fault("shape", day))
        return ()
    spans: list[Span] = []
    for span in sorted(filter(None, (_span(day, pair, faults) for pair in data))):
        if spans and span[0] < spans[-1][1]:
            faults.append(Fault("overlap", day, f"{_clock(span[0])}-{_clock(span[1])}"))
        elif spans and span[0] == spans[-1][1]:
            spans[-1] = (spans[-1][0], span[1])
        else:
            spans.append(span)
    return tuple(spans)


def _span(day: str, pair: object, faults: list[Fault]) -> Span | None:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        faults.append(Fault("shape", day))
        return None
    minutes = [_minutes(text) for text in pair]
    for text, found in zip(pair, minutes, strict=True):
        if found is None:
            faults.append(Fault("time", day, str(text)[:20]))
    start, end = minutes
    if start is None or end is None:
        return None
    if start >= end:
        faults.append(Fault("order", day, f"{_clock(start)}-{_clock(end)}"))
        return None
    return start, end


def time_of_day(text: str) -> str | None:
    """09:30 as hours keep it, however it was typed; None when it is no time of day."""
    minutes = _minutes(text)
    return None if minutes is None else _clock(minutes)


def _minutes(text: object) -> int | None:
    """09:30 as 570; 24:00 is the end of the day; digits of any kind."""
    match = _TIME.fullmatch(digits_to_ascii(text.strip())) if isinstance(text, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    return minutes if minutes <= DAY_MINUTES else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def as_json(week: Week) -> dict[str, list[list[str]]]:
    """The way back: what is stored."""
    return {DAYS[day]: [[_clock(a), _clock(b)] for a, b in spans] for day, spans in sorted(week.items()) if spans}
