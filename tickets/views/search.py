"""Search, and what somebody has been told."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import DomainError
from helpdesk.core.http import Request
from helpdesk.core.text import digits_to_ascii, normalise
from tickets import access
from tickets.actions import desk
from tickets.queries import notices as lines
from tickets.queries import search as queries

KINDS = ("ticket", "message", "customer")


@permit("search.use")
def search(request: Request) -> HttpResponse:
    """Tickets, messages and people that hold all the words; a ticket's number leads straight to it."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:400]
    kind = request.GET.get("type", "message")
    kind = kind if kind in KINDS else "message"
    if number := _number(text):
        try:
            return redirect("tickets:ticket", number=access.get(request.actor, number).number)
        except DomainError:
            pass
    context = {
        "q": text,
        "kind": kind,
        "kinds": KINDS,
        "hits": queries.search(request.actor, text, kind),
        "read_as": normalise(text),
    }
    return render(request, "desk/search.html", context)


def _number(text: str) -> int:
    plain = digits_to_ascii(text).lstrip("#")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 18 else 0


@permit("account.self")
def notices(request: Request) -> HttpResponse:
    """Mentions, assignments and mails that did not arrive; POST marks one, or all, as read."""
    if request.method == "POST":
        raw = request.POST.get("pk", "")
        desk.read_notices(by=request.actor, pk=int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else None)
        return redirect("tickets:notices")
    return render(request, "desk/notices.html", {"lines": lines.newest(request.actor)})
