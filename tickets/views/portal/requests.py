"""One's own requests: the list, a new one."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.accounts.views.common import client_ip
from helpdesk.core.errors import Invalid, TooMany
from tickets.actions import portal
from tickets.channels.chat import uploads
from tickets.models import Ticket
from tickets.queries import mine, office
from tickets.views.portal import places
from tickets.views.portal.common import PortalRequest, page, reader_of, show, waits

FIELDS = ("address", "subject", "body")


@page(needs="customer")
@require_safe
def index(request: PortalRequest, language: str) -> HttpResponse:
    """What we owe them first; `?closed` for what has ended."""
    assert request.portal is not None, "the page needs a customer"
    ended = "closed" in request.GET
    rows = mine.rows(reader_of(request.portal), ended=ended)
    colleagues = [] if ended else mine.of_colleagues(reader_of(request.portal))
    return show(request, language, "portal/requests.html", {"rows": rows, "ended": ended, "colleagues": colleagues})


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest, language: str) -> HttpResponse:
    """A new request, by anybody: at most four fields."""
    given = {name: request.POST.get(name, "") for name in FIELDS}
    errors: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            return _done(request, language, _ask(request, language, given))
        except Invalid as error:
            errors, status = error.errors, error.status
        except TooMany as error:
            errors, status = waits(error), error.status
    context = {
        "errors": errors,
        "given": given,
        "client_id": request.POST.get("client_id") or str(uuid.uuid4()),
        "today": office.today(office.mail_door()),
        "can_search": places.has("answers"),
        "answers": places.lines("answers", given["subject"], language) if given["subject"] else [],
    }
    return show(request, language, "portal/new.html", context, status=status)


def _ask(request: PortalRequest, language: str, given: dict[str, str]) -> Ticket:
    if request.POST.get("website"):
        # Nobody sees this field; a browser that filled it in can be told so, and a machine learns nothing new.
        raise Invalid({"website": _("Leave this field empty.")})
    return portal.ask(
        reader=reader_of(request.portal) if request.portal else None,
        ip=client_ip(request),
        language=language,
        files=uploads.taken(request.FILES.getlist("files")),
        client_id=request.POST.get("client_id", "")[:50],
        **given,
    )


def _done(request: PortalRequest, language: str, ticket: Ticket) -> HttpResponse:
    """A customer sees the request; a guest is told that a link is on its way, and learns nothing else here."""
    if request.portal is not None:
        return redirect(f"/{language}/requests/{ticket.number}/?sent")
    return redirect(f"/{language}/requests/sent/{ticket.number}/")


@page()
@require_safe
def sent(request: PortalRequest, language: str, number: int) -> HttpResponse:
    """What a guest reads once their request is here. The number opens nothing."""
    return show(request, language, "portal/sent.html", {"number": number})
