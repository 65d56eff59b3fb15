"""One change of many tickets, picked in a list. Each ticket is changed by itself: one refusal spares the others."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.accounts import access as people
from helpdesk.accounts.models import User
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import DomainError, NotFound
from helpdesk.core.http import Request
from helpdesk.core.templatetags.ui import digits, ticket_number
from tickets import access
from tickets.actions import lifecycle
from tickets.models import Ticket
from tickets.views.queue import NAMES, filters_of

MOST = 100
STATUSES = frozenset({"resolved", "spam", "open"})
Change = Callable[[Ticket], object]


@permit("ticket.view", post="ticket.change")
@require_POST
def bulk(request: Request, view: str) -> HttpResponse:
    """Does one thing (`do`) to every picked `ticket`, says how many changed and which did not, and comes back."""
    if view not in NAMES:
        raise NotFound
    numbers = [_number(raw) for raw in request.POST.getlist("ticket")[:MOST]]
    change = _change(request)
    if not numbers:
        flash.error(request, _("Select tickets first."))
    else:
        _tell(request, len(numbers), [number for number in numbers if not _done(request, number, change)])
    return redirect(f"{reverse('tickets:queue', args=[view])}?{urlencode(filters_of(request))}")


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else 0


def _change(request: Request) -> Change:
    what = request.POST.get("do", "")
    if what in STATUSES:
        return lambda ticket: lifecycle.set_status(by=request.actor, ticket=ticket, status=what)
    if what not in ("take", "assign"):
        raise NotFound
    person = _person(str(request.actor.pk) if what == "take" else request.POST.get("assignee", ""))
    return lambda ticket: lifecycle.assign(by=request.actor, ticket=ticket, assignee=person)


def _person(raw: str) -> User | None:
    if not raw:
        return None
    found = (
        people.colleagues().filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None
    )
    if found is None:
        raise NotFound
    return found


def _done(request: Request, number: int, change: Change) -> bool:
    try:
        change(access.get(request.actor, number))
    except DomainError:
        return False
    return True


def _tell(request: Request, asked: int, refused: list[int]) -> None:
    done = asked - len(refused)
    if done:
        text = ngettext("%(number)s ticket changed.", "%(number)s tickets changed.", done)
        flash.success(request, text % {"number": digits(done)})
    if refused:
        names = _(", ").join(ticket_number(number) for number in refused)
        flash.error(request, _("Not possible for these: %(names)s. Open them to see why.") % {"names": names})
