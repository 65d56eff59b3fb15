"""Opening hours as a form or the API sends them: read, or refused with a sentence per fault."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.core.errors import Invalid
from helpdesk.core.rules.digits import digits_to_persian
from helpdesk.core.rules.week import BadHours, Fault, as_json, time_of_day, validate_hours

Hours = dict[str, list[list[str]]]
DAY_NAMES = {
    "sat": _("Saturday"),
    "sun": _("Sunday"),
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
}
_SENTENCES = {
    "shape": _("Write hours as a start and an end, for example 09:00 and 17:00."),
    "day": _("There is no such day: %(text)s."),
    "time": _("%(text)s is not a time of day. Write it like 09:00, at most 24:00."),
    "order": _("%(text)s ends before it starts. For a night, write until 24:00 and go on from 00:00 the next day."),
    "overlap": _("%(text)s overlaps other hours of this day."),
}


def read_hours(data: object, field: str = "hours") -> Hours:
    """The hours as they are stored; Invalid with every fault under `field` otherwise."""
    try:
        return as_json(validate_hours(data))
    except BadHours as bad:
        raise Invalid({field: " ".join(_sentence(fault) for fault in bad.faults)}) from bad


def read_time(text: str, field: str) -> str:
    """One time of day as hours keep it; Invalid otherwise."""
    found = time_of_day(text)
    if found is None:
        raise Invalid({field: _sentence(Fault("time", text=text[:20]))})
    return found


def _sentence(fault: Fault) -> str:
    sentence = str(_SENTENCES[fault.code]) % {"text": fault.text or fault.day}
    day = DAY_NAMES.get(fault.day)
    return gettext("%(day)s: %(fault)s") % {"day": day, "fault": sentence} if day else sentence


def hours_rows(kept: Mapping[str, Sequence[Sequence[str]]], *, persian: bool) -> list[tuple[str, Any, str, str]]:
    """A week as a form shows it, Saturday first: name, word, opens, closes. A day with breaks shows its two ends."""
    rows = []
    for day, word in DAY_NAMES.items():
        spans = kept.get(day) or [["", ""]]
        ends = (spans[0][0], spans[-1][-1])
        first, last = (digits_to_persian(end) for end in ends) if persian else ends
        rows.append((day, word, first, last))
    return rows


def posted_hours(given: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """The week that such a form sent, as typed, for read_hours(); a day without both ends is left out."""
    week = {day: [given.get(f"{day}_{end}", "").strip()[:20] for end in ("from", "to")] for day in DAY_NAMES}
    return {day: [ends] for day, ends in week.items() if any(ends)}
