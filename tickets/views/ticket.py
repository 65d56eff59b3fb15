"""One ticket: the page, its live fragments, and opening a new one."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.actions import looking
from helpdesk.accounts import access as people
from helpdesk.accounts.permit import permit
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.http import Request, offer_undo
from tickets import access
from tickets.actions import desk, opening
from tickets.models import Ticket
from tickets.queries import chatdesk, mentions
from tickets.queries import conversation as queries
from tickets.queries import presence as here
from tickets.queries import queue as lists
from tickets.queries import seats as queries_of_seats
from tickets.queries import ways as queries_of_ways
from tickets.queries.signatures import signature_now
from tickets.queries.words import choices
from tickets.rules.recipients import Recipients
from tickets.views.people import addresses_of, files_of, line_of, people_of
from tickets.views.queue import NAMES, filters_of, where

PRESENCE_MODES = ("viewing", "replying", "noting")


def shown(request: Request, ticket: Ticket, **more: Any) -> dict[str, Any]:
    """What the conversation and the composer of a ticket show."""
    parts, hidden = access.parts(request.actor, ticket)
    talk = queries.conversation(ticket, _number(request.GET.get("before")), parts)
    present, drafts = here.beside(ticket, request.actor)
    seats, refused = queries_of_seats.seats(ticket), bool(more.get("refusal"))
    own = {draft.mode: draft.body for draft in drafts if draft.user_id == request.actor.user_id}
    mode = more.pop("mode", None) or ("note" if "note" in own and "reply" not in own else "reply")
    offered = queries_of_ways.ways(ticket, seats)
    wanted = request.POST.get("channel", "") if refused else request.GET.get("way", "")
    chosen = next((way for way in offered if way.channel == wanted), None) or _usual(offered)
    return {
        "ways": offered,
        "chosen": chosen,
        "template": request.POST.get("template", "") if refused else "",
        "ticket": ticket,
        "here": reverse("tickets:ticket", args=[ticket.number]),
        "talk": talk,
        "parts": parts,
        "part_numbers": {str(part.number) for part in parts},
        "hidden_parts": hidden,
        "seen": ticket.seq,
        "present": present,
        "drafts": [draft for draft in drafts if draft.user_id != request.actor.user_id],
        "reply_text": own.get("reply", ""),
        "note_text": own.get("note", ""),
        "seats": seats,
        "identities": seats.identities,
        "to_line": request.POST.get("to", ""),
        "cc_line": request.POST.get("cc", line_of(seats.cc)) if refused else line_of(seats.cc),
        "bcc_line": request.POST.get("bcc", "") if refused else "",
        "mode": mode,
        "client_id": secrets.token_urlsafe(16),
        "where": place(request),
        "chat": chatdesk.state_of(request.actor, ticket.number) if ticket.channel == "chat" else None,
        **more,
    }


def _usual(ways: list[queries_of_ways.Way]) -> queries_of_ways.Way | None:
    """The way that stands chosen: the ticket's own, also when it is closed, so that the reason comes first."""
    return next(iter(ways), None)


def place(request: Request) -> str:
    """The part of an address that leads back to where in which list the reader is."""
    view = request.GET.get("view", "all")
    return where(view if view in NAMES else "all", filters_of(request))


def _number(raw: str | None) -> int:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 18 else 0


@permit("ticket.view")
def ticket(request: Request, number: int) -> HttpResponse:
    """The ticket page in three panes."""
    found = access.get(request.actor, number)
    return page(request, found)


def page(request: Request, found: Ticket, status: int = 200, **more: Any) -> HttpResponse:
    """The whole page, also to say there what went wrong."""
    view = request.GET.get("view", "all")
    view = view if view in NAMES else "all"
    context = shown(request, found, **more) | {
        "view": view,
        "view_name": NAMES[view],
        "back": urlencode(filters_of(request)),
        "beside": lists.neighbours(request.actor, view, filters_of(request)),
        "whole": access.whole(request.actor, found),
        **aside(request, found),
    }
    if context["chat"]:
        context["colleagues"] = chatdesk.others(request.actor)
    return render(request, "desk/ticket.html", context, status=status)


def aside(request: Request, found: Ticket) -> dict[str, Any]:
    """What the pane beside the conversation shows."""
    return {
        "others": queries.others(request.actor, found),
        "links": queries.links(request.actor, found),
        "facts": looking.facts(request.actor, found.customer_id, looking.TICKET),
        "has_team": bool(request.actor.team_ids),
        "statuses": Ticket.Status.values,
        "priorities": Ticket.Priority.values,
        **choices(found),
    }


@permit("ticket.view")
def conversation(request: Request, number: int) -> HttpResponse:
    """The conversation and the chips above it; nothing (204) while the version that the page has is the present one."""
    found = access.get(request.actor, number)
    if request.GET.get("v") == str(found.version) and "before" not in request.GET:
        return HttpResponse(status=204)
    return render(request, "desk/_conversation.html", shown(request, found) | {"live": True})


@permit("ticket.view")
def presence(request: Request, number: int) -> HttpResponse:
    """GET: who else is here. POST: I am here, in this mode."""
    found = access.get(request.actor, number)
    if request.method == "POST":
        mode = request.POST.get("mode", "viewing")
        if mode == "gone":
            desk.leave(by=request.actor, ticket=found)
        else:
            desk.see(by=request.actor, ticket=found, mode=mode if mode in PRESENCE_MODES else "viewing")
        return HttpResponse(status=204)
    context = {"ticket": found, "present": here.present(found, request.actor)}
    return render(request, "desk/_presence.html", context)


@permit("ticket.view")
def colleagues(request: Request, number: int) -> JsonResponse:
    """Who may be mentioned in a note here, by the beginning of a name (`q`)."""
    found = access.get(request.actor, number)
    rows = mentions.offered(found, request.GET.get("q", "")[:60], request.actor.user_id)
    shown = [{"name": str(one.person), "email": one.person.email, "sign": one.sign} for one in rows]
    return JsonResponse({"people": shown})


@permit("ticket.view")
def follow(request: Request, number: int) -> HttpResponse:
    """On to the ticket after (or, with ?back, before) this one in the view."""
    step = -1 if "back" in request.GET else 1
    return redirect(beside(request.actor, number, request.GET.get("view", "all"), filters_of(request), step))


def beside(actor: Actor, number: int, view: str, filters: dict[str, str], step: int = 1) -> str:
    """The address of the neighbour in the view, or the view itself at its end."""
    view = view if view in NAMES else "all"
    numbers = [row.number for row in lists.neighbours(actor, view, filters)]
    at = numbers.index(number) + step if number in numbers else 0
    if 0 <= at < len(numbers) and numbers[at] != number:
        return reverse("tickets:ticket", args=[numbers[at]]) + f"?{where(view, filters)}"
    return reverse("tickets:queue", args=[view]) + (f"?{urlencode(filters)}" if filters else "")


@permit("ticket.view", post="ticket.create")
def new(request: Request) -> HttpResponse:
    """A ticket that an agent opens: for a caller, a walk-in, or to write to somebody first."""
    typed = {name: str(value) for name, value in (request.POST if request.method == "POST" else request.GET).items()}
    errors: dict[str, Any] = {}
    refusal: Conflict | None = None
    if request.method == "POST":
        try:
            return _opened(request, typed)
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            refusal = error
    context = {
        "typed": typed,
        "errors": errors,
        "teams": people.team_list(),
        "priorities": Ticket.Priority.values,
        "likely": queries.open_of(request.actor, typed.get("contact", "")),
        "refusal": refusal,
        "signature": signature_now(),
    }
    return render(request, "desk/new.html", context, status=409 if refusal else 422 if errors else 200)


def _opened(request: Request, typed: dict[str, str]) -> HttpResponse:
    recipients = Recipients(
        join=tuple(people_of(typed.get("cc", ""), "cc")),
        hidden=tuple(addresses_of(typed.get("bcc", ""), "bcc")),
        insist=bool(typed.get("insist")),
    )
    made = opening.open_for(by=request.actor, typed=typed, attachments=files_of(request), recipients=recipients)
    if typed.get("direction") == "out" and (first := access.messages(request.actor, made).first()):
        offer_undo(request, _("It leaves in ten seconds."), reverse("tickets:undo", args=[first.pk]))
    return redirect("tickets:ticket", number=made.number)
