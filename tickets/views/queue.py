"""The lists of tickets."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts import access as people
from helpdesk.accounts.permit import permit
from helpdesk.core.http import Request
from tickets.models import Ticket
from tickets.queries import queue as queries

NAMES = {
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "team": _("My teams"),
    "all": _("All open"),
    "waiting": _("Waiting for customer"),
    "snoozed": _("Snoozed"),
    "resolved": _("Resolved"),
    "spam": _("Spam"),
}


@permit("ticket.view")
def home(request: Request) -> HttpResponse:
    """Where a shift starts: my own tickets, or all open ones while I have none."""
    mine = queries.counts(request.actor)["mine"]
    return redirect("tickets:queue", view="mine" if mine else "all")


def filters_of(request: Request) -> dict[str, str]:
    """The filters that the address names."""
    names = (*queries.FILTERS, "tag")
    return {name: value for name in names if (value := request.GET.get(name, "").replace("\x00", ""))}


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
    """One page of one view; with htmx only its rows."""
    filters = filters_of(request)
    page = queries.queue(request.actor, view, filters, request.GET.get("after", ""))
    context = {
        "view": view,
        "name": NAMES[view],
        "views": views_of(request.actor, view),
        "filters": filters,
        "rows": page.rows,
        "next": page.next,
        "teams": people.team_list(),
        "statuses": Ticket.Status.values,
        "priorities": Ticket.Priority.values,
    }
    return render(request, "desk/queue.html", context)
