"""Live chats at the desk: the board with its rooms, their fragments, and each step of a chat."""

import json
import secrets
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts import access as people
from helpdesk.accounts.permit import permit
from helpdesk.accounts.rules.policy import can
from helpdesk.core.errors import Conflict, DomainError, Invalid, NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import chats, offers, replies, supervision
from tickets.models import Conversation, Ticket
from tickets.queries import chatdesk
from tickets.queries.chatdesk import Held, Room
from tickets.views.compose import seen_of
from tickets.views.people import files_of


def _shared(request: Request) -> dict[str, Any]:
    """What every room of a page shows alike."""
    return {
        "colleagues": chatdesk.others(request.actor),
        "teams": people.team_list(),
        "may_supervise": can(request.actor, "chat.supervise"),
        "client_id": secrets.token_urlsafe(12),
    }


@permit("ticket.view")
def index(request: Request) -> HttpResponse:
    """My chats, each in its room, beside those that are offered and that wait."""
    return _page(request)


def _page(request: Request, number: int = 0, status: int = 200, **more: Any) -> HttpResponse:
    board = chatdesk.board(request.actor)
    numbers = [line.number for line in board.mine]
    shown = [number, *(one for one in numbers if one != number)] if number else numbers
    rooms = chatdesk.rooms(request.actor, shown)
    rooms.sort(key=lambda room: room.number != number)
    context = {"board": board, "rooms": rooms, "focus": number, **_shared(request), **more}
    return render(request, "desk/chats.html", context, status=status)


@permit("ticket.view")
def beside(request: Request) -> HttpResponse:
    """The lists beside the rooms, and the link in the page's head."""
    context = {"board": chatdesk.board(request.actor), "live": True}
    return render(request, "desk/_chat_list.html", context)


@permit("ticket.view")
def count(request: Request) -> HttpResponse:
    """The link in the page's head, with how many chats wait for my word."""
    return render(request, "components/chats_link.html")


@permit("ticket.view")
def room(request: Request, number: int) -> HttpResponse:
    """One chat: its room for a page that is open, else the whole page with it in front."""
    access.get_chat(request.actor, number)
    return _room(request, number) if request.htmx else _page(request, number)


def _one(request: Request, number: int) -> Room:
    return chatdesk.room(request.actor, number)


def _room(request: Request, number: int) -> HttpResponse:
    return render(request, "desk/_chat_room.html", {"room": _one(request, number), **_shared(request)})


@permit("ticket.view")
def lines(request: Request, number: int) -> HttpResponse:
    """What was said, and how the chat stands; nothing (204) while the page has the present version, and only what was
    added where nothing else has changed since then."""
    if request.GET.get("v") == access.stand(request.actor, number).mark:
        return HttpResponse(status=204)
    return _lines(request, number)


def _lines(request: Request, number: int, **more: Any) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    room = chatdesk.room(request.actor, number, _held(given))
    response = render(request, "desk/_chat_lines.html", {"room": room, "live": True, **more})
    if room.after:
        response["HX-Reswap"] = "beforeend"
    return response


def _held(given: QueryDict) -> Held | None:
    seq, version = seen_of(given), given.get("v", "").partition(".")[0]
    return Held(int(version), seq) if seq and version.isascii() and version.isdigit() and len(version) < 10 else None


@permit("ticket.view", post="ticket.reply")
@require_POST
def say(request: Request, number: int) -> HttpResponse:
    """An answer in the chat; it leaves at once."""
    found = access.stand(request.actor, number, "ticket.reply")
    given = request.POST
    try:
        replies.reply(
            by=request.actor,
            ticket=Ticket(pk=found.ticket_id),
            body=given.get("body", ""),
            client_id=given.get("client_id", "")[:64],
            seen_seq=None if given.get("anyway") else seen_of(given),
            attachments=files_of(request),
        )
    except (Invalid, Conflict) as error:
        return _refused(request, number, error, given.get("body", ""))
    if request.htmx:
        return _lines(request, number, fresh_id=secrets.token_urlsafe(12))
    return redirect(f"{reverse('tickets:chats')}#chat-{number}")


def _refused(request: Request, number: int, error: DomainError, typed: str) -> HttpResponse:
    """Nothing was sent; what was typed stays, and the reason stands beside it."""
    context: dict[str, Any] = {"refusal": error, "fields": getattr(error, "errors", {}), "mode": "reply"}
    if request.htmx:
        response = render(request, "desk/_refusal.html", context, status=error.status)
        response["HX-Retarget"], response["HX-Reswap"] = f"#refusal-{number}", "innerHTML"
        return response
    return _page(request, number, error.status, refused=number, typed=typed, **context)


@permit("ticket.view", post="chat.take")
@require_POST
def act(request: Request, number: int, what: str) -> HttpResponse:
    """Takes, declines, ends or hands over a chat; a lead whispers or takes over."""
    if what not in STEPS:
        raise NotFound
    found = access.get_chat(request.actor, number)
    if request.htmx:
        STEPS[what](request, found)
        return _in_place(request, number, what)
    try:
        STEPS[what](request, found)
    except (Invalid, Conflict) as error:
        texts = [str(text) for text in getattr(error, "errors", {}).values()] or [str(error.message)]
        flash.error(request, " ".join([*texts, str(error.facts.get("who", ""))]).strip())
        return redirect("tickets:chats")
    if what in ("decline", "hand-over"):
        return redirect("tickets:chats")
    if what == "end" and request.POST.get("from") == "ticket":
        return redirect("tickets:ticket", number=number)
    mine = Conversation.State.LIVE if what in ("take", "take-over") else ""
    return redirect(reverse("tickets:chats") + f"#chat-{number}" if mine else reverse("tickets:chat", args=[number]))


def _in_place(request: Request, number: int, what: str) -> HttpResponse:
    """For a page that stays: the room of what was taken; the lists are fetched again."""
    response = _room(request, number) if what == "take" else HttpResponse(status=204)
    response["HX-Trigger-After-Settle" if what == "take" else "HX-Trigger"] = json.dumps(
        {"hint:offer": {}, **({"room:taken": {"number": number}} if what == "take" else {})}
    )
    return response


def _take(request: Request, found: Conversation) -> None:
    offers.take(by=request.actor, conversation=found)


def _decline(request: Request, found: Conversation) -> None:
    offers.decline(by=request.actor, conversation=found)


def _end(request: Request, found: Conversation) -> None:
    chats.end(by=request.actor, conversation=found)
    flash.success(request, _("The chat is over. The ticket stays with you until it is resolved."))


def _hand_over(request: Request, found: Conversation) -> None:
    kind, _dot, key = request.POST.get("to", "").partition(".")
    pk = int(key) if key.isascii() and key.isdigit() and len(key) < 18 else 0
    to = people.colleagues().filter(pk=pk).first() if kind == "user" else None
    team = people.team_list().filter(pk=pk).first() if kind == "team" else None
    context = request.POST.get("context", "")
    chats.hand_over(by=request.actor, conversation=found, to=to, team=team, context=context)
    flash.success(request, _("Handed over to %(name)s.") % {"name": to or team})


def _whisper(request: Request, found: Conversation) -> None:
    given = request.POST
    supervision.whisper(
        by=request.actor, conversation=found, body=given.get("body", ""), client_id=given.get("client_id", "")[:64]
    )
    flash.success(request, _("Only your colleague sees it."))


def _take_over(request: Request, found: Conversation) -> None:
    supervision.take_over(by=request.actor, conversation=found)


STEPS = {
    "take": _take,
    "decline": _decline,
    "end": _end,
    "hand-over": _hand_over,
    "whisper": _whisper,
    "take-over": _take_over,
}
