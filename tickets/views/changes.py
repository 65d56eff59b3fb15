"""Changing a ticket's own fields, one small form each."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts import access as people
from helpdesk.accounts.permit import permit
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request, offer_undo
from helpdesk.core.typed import read_moment
from tickets import access
from tickets.actions import lifecycle, links
from tickets.models import Ticket
from tickets.queries import words
from tickets.views.queue import filters_of
from tickets.views.ticket import beside, place

SNOOZES = {
    "hour": timedelta(hours=1),
    "evening": timedelta(hours=4),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}


def _pk(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else 0


def _assign(request: Request, ticket: Ticket) -> None:
    raw = request.POST.get("assignee", "")
    pk = request.actor.pk if raw == "me" else _pk(raw)
    person = people.colleagues().filter(pk=pk).first() if raw else None
    if raw and person is None:
        raise NotFound
    lifecycle.assign(by=request.actor, ticket=ticket, assignee=person)


def _team(request: Request, ticket: Ticket) -> None:
    raw = request.POST.get("team", "")
    team = people.team_list().filter(pk=_pk(raw)).first() if raw else None
    if raw and team is None:
        raise NotFound
    lifecycle.transfer(by=request.actor, ticket=ticket, team=team)


def _status(request: Request, ticket: Ticket) -> None:
    before, wanted = ticket.status, request.POST.get("status") or request.GET.get("to", "")
    lifecycle.set_status(by=request.actor, ticket=ticket, status=wanted)
    if "spam" in (before, wanted) and before != wanted:
        text = _("This is spam now.") if wanted == "spam" else _("This is no spam now.")
        back = "open" if before == "new" else before
        offer_undo(request, text, f"{reverse('tickets:change', args=[ticket.number, 'status'])}?to={back}")


def _priority(request: Request, ticket: Ticket) -> None:
    lifecycle.set_priority(by=request.actor, ticket=ticket, priority=request.POST.get("priority", ""))


def _tags(request: Request, ticket: Ticket) -> None:
    lifecycle.set_tags(by=request.actor, ticket=ticket, tags=request.POST.getlist("tags"))


def _reason(request: Request, ticket: Ticket) -> None:
    lifecycle.set_reason(by=request.actor, ticket=ticket, reason=words.reason(_pk(request.POST.get("reason", ""))))


def _subject(request: Request, ticket: Ticket) -> None:
    lifecycle.set_subject(by=request.actor, ticket=ticket, subject=request.POST.get("subject", ""))


def _snooze(request: Request, ticket: Ticket) -> None:
    choice, typed = request.POST.get("until", ""), request.POST.get("at", "").strip()
    if not typed and choice not in SNOOZES:
        raise Invalid({"until": _("Choose how long.")})
    until = read_moment(typed) if typed else clock.now() + SNOOZES[choice]
    lifecycle.snooze(by=request.actor, ticket=ticket, until=until)


def _wake(request: Request, ticket: Ticket) -> None:
    lifecycle.wake(by=request.actor, ticket=ticket)


def _custom(request: Request, ticket: Ticket) -> None:
    lifecycle.set_custom(by=request.actor, ticket=ticket, values=words.custom_values(request.POST))


def _links(request: Request, ticket: Ticket) -> None:
    links.end_to(by=request.actor, ticket=ticket)
    flash.success(request, _("The links to this ticket that people got by mail work no longer."))


CHANGES: dict[str, Callable[[Request, Ticket], None]] = {
    "assignee": _assign,
    "team": _team,
    "status": _status,
    "priority": _priority,
    "tags": _tags,
    "reason": _reason,
    "subject": _subject,
    "snooze": _snooze,
    "wake": _wake,
    "custom": _custom,
    "links": _links,
}


@permit("ticket.view", post="ticket.change")
@require_POST
def change(request: Request, number: int, what: str) -> HttpResponse:
    """Changes one thing and comes back to the ticket, or goes on to the next one when the form says so."""
    if what not in CHANGES:
        raise NotFound
    found = access.get(request.actor, number, "ticket.change")
    try:
        CHANGES[what](request, found)
    except (Invalid, Conflict) as error:
        texts = getattr(error, "errors", {}).values()
        flash.error(request, " ".join(str(text) for text in texts) or str(error.message))
    if not access.visible(request.actor).filter(number=number).exists():
        flash.success(request, _("The ticket now belongs to another team. You no longer see it."))
        return redirect("tickets:queue", "mine")
    if request.POST.get("then") == "next":
        return redirect(beside(request.actor, number, request.GET.get("view", "all"), filters_of(request)))
    return redirect(f"{reverse('tickets:ticket', args=[number])}?{place(request)}")
