"""The lists of tickets."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import NotFound
from helpdesk.core.http import Request
from tickets.actions import opening
from tickets.models import Ticket
from tickets.models.ticket import OPEN
from tickets.queries import queue as queries
from tickets.queries import words

NAMES = {
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "team": _("My teams"),
    "all": _("All open"),
    "waiting": _("Waiting for customer"),
    "snoozed": _("Snoozed"),
    "resolved": _("Resolved"),
    "closed": _("Closed"),
    "spam": _("Spam"),
}
# Those that people choose when they open a ticket, and those that programs record.
CHANNELS = (*opening.CHANNELS, "chat", "sms")
MIXED = frozenset({"mine", "unassigned", "team", "all"})


def filters_of(request: Request) -> dict[str, str]:
    """The filters that the address names."""
    names = (*queries.FILTERS, "tag")
    return {name: value for name in names if (value := request.GET.get(name, "").replace("\x00", ""))}


def where(view: str, filters: dict[str, str]) -> str:
    """The part of an address that leads back to this place in the list."""
    return urlencode({"view": view, **filters})


def views_of(actor: Any, current: str) -> list[dict[str, Any]]:
    """The views with their counts, for the switcher."""
    counts = queries.counts(actor)
    return [
        {
            "slug": slug,
            "name": name,
            "count": counts.get(slug),
            "capped": counts.get(slug, 0) >= queries.CAP,
            "current": slug == current,
        }
        for slug, name in NAMES.items()
    ]


@permit("ticket.view")
def queue(request: Request, view: str) -> HttpResponse:
    """One page of one view."""
    filters = filters_of(request)
    page = queries.queue(request.actor, view, filters, request.GET.get("after", ""))
    context = {
        "view": view,
        "name": NAMES[view],
        "views": views_of(request.actor, view),
        "filters": filters,
        "where": where(view, filters),
        "back": urlencode(filters),
        "channels": CHANNELS,
        "rows": page.rows,
        "next": page.next,
        "newest": page.rows[0].last_at.isoformat() if page.rows else "",
        "mixed": view in MIXED,
        "statuses": OPEN,
        "priorities": Ticket.Priority.values,
        **words.lists(),
    }
    return render(request, "desk/queue.html", context)


@permit("ticket.view")
def fresh(request: Request, view: str) -> HttpResponse:
    """How many tickets of the list have moved since its newest row (`since`) was shown."""
    if view not in NAMES:
        raise NotFound
    since = request.GET.get("since", "")
    context = {
        "view": view,
        "since": since,
        "back": urlencode(filters_of(request)),
        "number": queries.fresh(request.actor, view, filters_of(request), _moment(since)),
        "cap": queries.CAP,
    }
    return render(request, "desk/_fresh.html", context)


def _moment(raw: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(raw) if raw else None
    except ValueError:
        raise NotFound from None
    if at is not None and at.tzinfo is None:
        raise NotFound
    return at
