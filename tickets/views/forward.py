"""Passing a message on to somebody outside."""

import secrets
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request, offer_undo
from tickets import access
from tickets.actions import forwards
from tickets.models import Message
from tickets.views.people import addresses_of


@permit("ticket.view", post="ticket.reply")
def forward(request: Request, pk: int) -> HttpResponse:
    """To whom, a few words, which files; then it leaves as an answer does, after the seconds for undoing."""
    message = access.get_message(request.actor, pk, "ticket.reply")
    if message.kind == Message.Kind.NOTE or message.removed_at:
        raise NotFound
    context: dict[str, Any] = {
        "message": message,
        "ticket": message.ticket,
        "files": access.files_of(request.actor, message),
        "chosen": request.POST.getlist("files"),
        "typed": request.POST,
        "client_id": request.POST.get("client_id") or secrets.token_urlsafe(16),
        "errors": {},
    }
    if request.method == "POST":
        try:
            return _forward(request, message)
        except Invalid as error:
            context["errors"] = error.errors
        except Conflict as error:
            context["errors"], context["refusal"] = {"to": error.message}, error
    return render(request, "desk/forward.html", context, status=422 if context["errors"] else 200)


def _forward(request: Request, message: Message) -> HttpResponse:
    made = forwards.forward(
        by=request.actor,
        message=message,
        to=addresses_of(request.POST.get("to", ""), "to"),
        body=request.POST.get("body", "")[:100_000],
        files=request.POST.getlist("files"),
        client_id=request.POST.get("client_id", "")[:64],
        insist=bool(request.POST.get("insist")),
    )
    offer_undo(request, _("It leaves in ten seconds."), reverse("tickets:undo", args=[made.pk]))
    return redirect(reverse("tickets:ticket", args=[message.ticket.number]) + f"#m-{made.pk}")
