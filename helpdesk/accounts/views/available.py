"""Whether I take chats now: the menu in the page's head, and the sign of life of an open page."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts import actions
from helpdesk.accounts.permit import permit
from helpdesk.accounts.views.common import onward
from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.core.http import Request
from helpdesk.core.typed import read_moment

# What the menu offers: a state, and for how many minutes (0: until I say).
CHOICES = {
    "available": ("available", 0),
    "focus-30": ("focus", 30),
    "focus-60": ("focus", 60),
    "focus": ("focus", 0),
    "away-15": ("away", 15),
    "away-60": ("away", 60),
    "away": ("away", 0),
}


@permit("account.self")
@require_POST
def availability(request: Request) -> HttpResponse:
    """From now on: available, in focus or away, with an end if one was chosen or typed."""
    state, minutes = CHOICES.get(request.POST.get("to", ""), ("", 0))
    typed = request.POST.get("at", "").strip()
    try:
        until = clock.now() + timedelta(minutes=minutes) if minutes else None
        until = read_moment(typed) if typed and state != "available" else until
        actions.set_availability(by=request.actor, state=state, until=until)
    except Invalid as error:
        messages.error(request, " ".join(str(text) for text in error.errors.values()))
    else:
        said = {"available": _("You are available for chats."), "focus": _("No chats come to you while you focus.")}
        messages.success(request, said.get(state, _("You are away; no chats come to you.")))
    return onward(request)


@permit("account.self")
@require_POST
def here(request: Request) -> HttpResponse:
    """A page of mine is open; for browsers whose socket is blocked."""
    actions.feel(request.actor)
    return HttpResponse(status=204)
