"""Tickets that belong together: joined, split, linked; each with a preview before and an undo after."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request, offer_undo
from helpdesk.core.templatetags.ui import ticket_number
from helpdesk.core.text import digits_to_ascii
from tickets import access
from tickets.actions import joining, linking, splitting
from tickets.models import Ticket
from tickets.queries import conversation as queries


@permit("ticket.view", post="ticket.change")
def join(request: Request, number: int) -> HttpResponse:
    """Joining with another ticket, which is shown first: the one becomes a part of the other."""
    found = access.get(request.actor, number, "ticket.change")
    errors: dict[str, Any] = {}
    other: Ticket | None = None
    try:
        other = _other(request, found)
        if request.method == "POST":
            return _join(request, found, other)
    except Invalid as error:
        errors = error.errors
    except Conflict as error:
        errors = {"other_customer" if error.code == "other_customer" else "other": error.message}
    context = {
        "ticket": found,
        "other": other,
        "latest": queries.conversation(other, limit=3).items[-3:] if other else [],
        "likely": queries.others(request.actor, found),
        "typed": _typed(request),
        "keep": request.POST.get("keep", ""),
        "errors": errors if request.method == "POST" or request.GET.get("other") else {},
    }
    return render(request, "desk/join.html", context, status=422 if errors and request.method == "POST" else 200)


def _join(request: Request, found: Ticket, other: Ticket) -> HttpResponse:
    target, source = (other, found) if request.POST.get("keep") == "other" else (found, other)
    both = bool(request.POST.get("other_customer"))
    made = joining.merge(by=request.actor, ticket=target, other=source, other_customer=both)
    text = _("%(part)s is now a part of %(whole)s.")
    names = {"part": ticket_number(source.number), "whole": ticket_number(target.number)}
    offer_undo(request, text % names, reverse("tickets:join_undo", args=[made.pk]))
    return redirect("tickets:ticket", number=target.number)


def _typed(request: Request) -> str:
    return (request.POST.get("other") or request.GET.get("other", "")).strip()[:20]


def _other(request: Request, found: Ticket) -> Ticket:
    """The ticket whose number was typed. Raises Invalid, with the same words for one that may not be seen."""
    plain = digits_to_ascii(_typed(request)).lstrip("#")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 18):
        raise Invalid({"other": _("Write the number of the other ticket, for example 1042.")})
    try:
        other = access.get(request.actor, int(plain), "ticket.change")
    except NotFound:
        raise Invalid({"other": _("There is no ticket with this number that you can see.")}) from None
    if other.pk == found.pk:
        raise Invalid({"other": _("This is the ticket that you are at. Choose another one.")})
    return other


@permit("ticket.view", post="ticket.change")
@require_POST
def undo_join(request: Request, pk: int) -> HttpResponse:
    """Takes a joining back; both are what they were."""
    row = joining.undo_merge(by=request.actor, merge=access.get_merge(request.actor, pk))
    text = _("%(part)s is a ticket of its own again.") % {"part": ticket_number(row.source.number)}
    flash.success(request, text)
    return redirect("tickets:ticket", number=row.source.number)


@permit("ticket.view", post="ticket.change")
def split(request: Request, number: int) -> HttpResponse:
    """Chosen messages become a ticket of their own."""
    found = access.get(request.actor, number, "ticket.change")
    errors: dict[str, Any] = {}
    chosen = [_number(raw) for raw in _chosen(request)]
    subject = request.POST.get("subject", "")
    if request.method == "POST":
        try:
            made = splitting.split(by=request.actor, ticket=found, messages=chosen, subject=subject)
            text = _("A new ticket: %(made)s.") % {"made": ticket_number(made.made.number)}
            offer_undo(request, text, reverse("tickets:split_undo", args=[made.pk]))
            return redirect("tickets:ticket", number=made.made.number)
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            errors = {"messages": error.message}
    talk = queries.conversation(found, _number(request.GET.get("before", "")))
    context = {
        "ticket": found,
        "said": [item.message for item in talk.items if item.message],
        "earlier": talk.earlier,
        "chosen": chosen,
        "subject": subject,
        "errors": errors,
    }
    return render(request, "desk/split.html", context, status=422 if errors else 200)


def _chosen(request: Request) -> list[str]:
    return request.POST.getlist("messages") if request.method == "POST" else request.GET.getlist("m")


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else 0


@permit("ticket.view", post="ticket.change")
@require_POST
def undo_split(request: Request, pk: int) -> HttpResponse:
    """Moves the messages back to where they were."""
    row = splitting.undo_split(by=request.actor, split=access.get_split(request.actor, pk))
    flash.success(request, _("The messages are back where they were."))
    return redirect("tickets:ticket", number=row.source.number)


@permit("ticket.view", post="ticket.change")
@require_POST
def link(request: Request, number: int) -> HttpResponse:
    """Links with the ticket `other`, or (`?off`) takes the link away."""
    found = access.get(request.actor, number, "ticket.change")
    off = "off" in request.GET
    try:
        other = _other(request, found)
        (linking.unlink if off else linking.link)(by=request.actor, ticket=found, other=other)
        text = _("The link to %(other)s is gone.") if off else _("Linked to %(other)s.")
        back = reverse("tickets:link", args=[number]) + f"?other={other.number}" + ("" if off else "&off")
        offer_undo(request, text % {"other": ticket_number(other.number)}, back)
    except Invalid as error:
        flash.error(request, " ".join(str(text) for text in error.errors.values()))
    return redirect("tickets:ticket", number=number)
