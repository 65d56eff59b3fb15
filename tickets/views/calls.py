"""Telephone at the desk: what rings now, a ticket's calls, writing one down, and the calls that we owe."""

import secrets
from collections.abc import Callable

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import calls as actions
from tickets.models import Ticket
from tickets.queries import callpages, callwords


@permit("ticket.view")
def now(request: Request) -> HttpResponse:
    """The calls that ring at this moment, for the top of every page."""
    return render(request, "desk/_calls_now.html", {"ringing": callpages.now(request.actor)})


@permit("ticket.view")
def calls(request: Request, number: int) -> HttpResponse:
    """A ticket's calls, and what is owed; beside the ticket, or as a page."""
    found = access.get(request.actor, number)
    return _shown(request, found)


def _shown(request: Request, found: Ticket, errors: dict[str, object] | None = None) -> HttpResponse:
    context = {"ticket": found, "found": callpages.of(found), "outcomes": callwords.OUTCOMES.items()}
    context |= {"errors": errors or {}, "typed": request.POST, "client_id": secrets.token_urlsafe(12)}
    page = "desk/_calls.html" if request.htmx else "desk/calls.html"
    return render(request, page, context, status=422 if errors else 200)


def _number(request: Request, name: str) -> int:
    raw = request.POST.get(name, "").strip()
    return int(raw) if raw.isdecimal() and len(raw) < 6 else -1


def _done(request: Request, found: Ticket, do: Callable[[], object], word: str) -> HttpResponse:
    try:
        do()
    except Invalid as error:
        return _shown(request, found, dict(error.errors))
    except Conflict as error:
        return _shown(request, found, {"hours": error.message})
    if request.htmx:
        return _shown(request, found)
    flash.success(request, word)
    return redirect("tickets:ticket", number=found.number)


@permit("ticket.view", post="ticket.reply")
@require_POST
def log(request: Request, number: int) -> HttpResponse:
    """A call that no exchange told us of."""
    found = access.get(request.actor, number, "ticket.reply")
    return _done(
        request,
        found,
        lambda: actions.log(
            by=request.actor,
            ticket=found,
            direction=request.POST.get("direction", ""),
            minutes=_number(request, "minutes"),
            note=request.POST.get("note", ""),
            outcome=request.POST.get("outcome", "answered"),
            client_id=request.POST.get("client_id", "")[:64],
        ),
        _("The call is written down."),
    )


@permit("ticket.view", post="ticket.reply")
@require_POST
def promise(request: Request, number: int) -> HttpResponse:
    """We will call them."""
    found = access.get(request.actor, number, "ticket.reply")
    hours = _number(request, "hours")
    return _done(
        request,
        found,
        lambda: actions.promise_back(by=request.actor, ticket=found, hours=hours),
        _("It is noted that you call them."),
    )


@permit("ticket.view", post="ticket.reply")
@require_POST
def done(request: Request, pk: int) -> HttpResponse:
    """They were reached, or need no call any more."""
    back = access.call_back(request.actor, pk)
    return _done(
        request,
        back.ticket,
        lambda: actions.done_back(by=request.actor, back=back),
        _("Done."),
    )
