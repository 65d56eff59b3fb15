"""A lead's floor of live chats: who waits, who is served, who serves, and how much each may have at once."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts import access as people
from helpdesk.accounts import actions as accounts
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.http import Request
from tickets.queries import chatdesk


@permit("chat.supervise")
def chats(request: Request) -> HttpResponse:
    """The live and waiting chats of my teams, and the people's load."""
    template = "desk/_chat_floor.html" if request.htmx else "desk/chat_floor.html"
    return render(request, template, {"floor": chatdesk.floor(request.actor)})


@permit("chat.supervise")
@require_POST
def capacity(request: Request, pk: int) -> HttpResponse:
    """How many chats one of my people gets at once."""
    if pk not in {one.pk for one in chatdesk.people(request.actor)}:
        raise NotFound
    raw = request.POST.get("capacity", "")
    try:
        number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else 0
        accounts.set_capacity(by=request.actor, user=people.colleagues().get(pk=pk), capacity=number)
        flash.success(request, _("Saved."))
    except Invalid as error:
        flash.error(request, " ".join(str(text) for text in error.errors.values()))
    return redirect("tickets:floor")
