"""The one history of a customer: its filters, its chapters, a jump to a day, and copies to keep or to print."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from customers import access, queries
from customers.actions import looking
from customers.kinds import GROUPS, KINDS, of_group
from customers.models import Customer, TimelineEntry
from helpdesk import wiring
from helpdesk.accounts.permit import permit
from helpdesk.core import clock
from helpdesk.core.errors import NotFound
from helpdesk.core.http import Request
from helpdesk.core.locale import current
from helpdesk.core.rules.typed_dates import Unclear, parse_past_day

PAGE = 50
ON_PAPER = 2_000
BATCH = 1_000
HEAVY = "=+-@\t\r"


@dataclass(frozen=True)
class Line:
    """One line of the page: `chapter` where another matter begins above the one before."""

    entry: TimelineEntry
    chapter: Any


def shown(request: Request, customer: Customer) -> dict[str, Any]:
    """What the history shows: a page of lines, or the chapters; two queries."""
    given = request.GET
    group, number = given.get("kind", ""), _number(given.get("ticket", ""))
    wanted: dict[str, Any] = {"kind": group, "groups": GROUPS, "ticket": number, "at": given.get("at", "")[:60]}
    if given.get("view") == "chapters":
        return wanted | {"chapters": _chapters(request, customer, None), "view": "chapters"}
    before, wrong = _before(request)
    rows = queries.timeline(customer.pk, request.actor, before, PAGE + 1, of_group(group), number)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return wanted | {
        "lines": _lines(request, customer, rows[:PAGE]),
        "next": f"{last.occurred_at.isoformat()}_{last.pk}" if last else "",
        "wrong_day": wrong,
        "is_narrowed": bool(group or number or before),
    }


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else None


def _before(request: Request) -> tuple[queries.Place | None, str]:
    """Where the page begins: below the last page's end, or at the end of a day; and what is wrong with the day."""
    if raw := request.GET.get("after", ""):
        return _place(raw), ""
    if not (raw := request.GET.get("at", "").strip()):
        return None, ""
    prefs = current()
    try:
        day = parse_past_day(raw, prefs, clock.now())
        end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(prefs.timezone))
    except (Unclear, OverflowError):
        return None, _("Write a day such as yesterday, Saturday, 12 November or 1405/8/21.")
    return queries.Place(end, 0), ""


def _place(raw: str) -> queries.Place:
    at, _sep, pk = raw.replace(" ", "+").rpartition("_")
    try:
        return queries.Place(datetime.fromisoformat(at), int(pk))
    except ValueError as error:
        raise NotFound from error


def _chapters(request: Request, customer: Customer, numbers: set[int] | None) -> list[Any]:
    if numbers is not None and not numbers:
        return []
    found: list[Any] = import_string(wiring.CHAPTERS)(request.actor, customer.pk, numbers)
    return found


def _lines(request: Request, customer: Customer, rows: list[TimelineEntry]) -> list[Line]:
    known = {one.number: one for one in _chapters(request, customer, {row.ticket for row in rows if row.ticket})}
    lines: list[Line] = []
    at: int | None = None
    for row in rows:
        begins = row.ticket is not None and row.ticket != at
        lines.append(Line(row, known.get(row.ticket) if begins and row.ticket else None))
        at = row.ticket if row.ticket is not None else at
    return lines


@permit("customer.view")
def paper(request: Request, pk: int) -> HttpResponse:
    """The history as one page to print, the oldest line first; of a very long one the newest two thousand."""
    found = access.get(request.actor, pk)
    looking.note(request.actor, found.pk, looking.HISTORY)
    rows = queries.timeline(found.pk, request.actor, None, ON_PAPER + 1)
    context = {
        "customer": found,
        "lines": _lines(request, found, rows[:ON_PAPER][::-1]),
        "is_cut": len(rows) > ON_PAPER,
        "now": clock.now(),
    }
    return render(request, "desk/history.html", context)


@permit("customer.view")
def sheet(request: Request, pk: int) -> StreamingHttpResponse:
    """The whole history as CSV, the newest line first, as far as the reader may see it."""
    found = access.get(request.actor, pk)
    looking.note(request.actor, found.pk, looking.EXPORT)
    answer = StreamingHttpResponse(_rows(request, found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="history-{found.pk}.csv"'
    return answer


class _Echo:
    """What csv writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def _rows(request: Request, customer: Customer) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The mark tells spreadsheets that this is UTF-8.
    yield "\ufeff"
    yield writer.writerow([_("Time"), _("Kind"), _("Channel"), _("Ticket"), _("Line")])
    before: queries.Place | None = None
    while rows := queries.timeline(customer.pk, request.actor, before, BATCH):
        for row in rows:
            word = str(KINDS[row.kind].word) if row.kind in KINDS else row.kind
            yield writer.writerow([row.occurred_at.isoformat(), word, row.channel, row.ticket or "", safe(row.summary)])
        before = queries.Place(rows[-1].occurred_at, rows[-1].pk)


def safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text[0] in HEAVY else text
