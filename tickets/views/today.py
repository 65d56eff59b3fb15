"""Where a shift starts."""

from django.http import HttpResponse
from django.shortcuts import render

from helpdesk.accounts.permit import permit
from helpdesk.core.http import Request
from tickets.queries import queue
from tickets.queries import today as queries


@permit("ticket.view")
def today(request: Request) -> HttpResponse:
    """Who waits for me and since when, what waits for anybody, what comes back today, and what I was told."""
    found = queries.today(request.actor)
    context = {"today": found, "best": found.best, "counts": queue.counts(request.actor), "cap": queue.CAP}
    return render(request, "desk/today.html", context)
