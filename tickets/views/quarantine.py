"""Mails that could not be read: seen, tried again, or turned into a ticket by a human."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts.permit import permit
from helpdesk.core import files
from helpdesk.core.errors import NotFound
from helpdesk.core.http import Request
from helpdesk.core.templatetags import ui
from tickets import access
from tickets.actions import raw
from tickets.queries.asidewords import why_aside

SHOWN_BYTES = 64 * 1024
PAGE = 100


@permit("quarantine.view")
def index(request: Request) -> HttpResponse:
    """What waits for a human, newest first."""
    rows = list(access.quarantine(request.actor)[:PAGE])
    return render(request, "desk/quarantine.html", {"rows": [(row, why_aside(row.error)) for row in rows]})


@permit("quarantine.view", post="quarantine.act")
@require_POST
def retry_all(request: Request) -> HttpResponse:
    """Everything is read once more, as after an update that mends the reader."""
    count = raw.retry_all(by=request.actor)
    flash.success(request, _("%(count)s mails are being read again.") % {"count": ui.digits(count)})
    return redirect("tickets:quarantine")


@permit("quarantine.view")
def one(request: Request, pk: int) -> HttpResponse:
    """One mail with the reason and its source as plain text."""
    found = access.get_raw(request.actor, pk)
    data = files.read(found.file)
    source = data[:SHOWN_BYTES].decode("utf-8", "replace").replace("\x00", "␀")
    context = {"row": found, "why": why_aside(found.error), "source": source, "cut": len(data) > SHOWN_BYTES}
    return render(request, "desk/quarantined.html", context)


@permit("quarantine.view", post="quarantine.act")
@require_POST
def act(request: Request, pk: int, what: str) -> HttpResponse:
    """retry, ticket or dismiss."""
    found = access.get_raw(request.actor, pk)
    if what == "retry":
        raw.retry(by=request.actor, raw=found)
        flash.success(request, _("It is being read again."))
    elif what == "ticket":
        given = request.POST
        made = raw.make_ticket(
            by=request.actor, raw=found, sender=given.get("sender", ""), subject=given.get("subject", "")
        )
        return redirect("tickets:ticket", number=made.ticket.number)
    elif what == "dismiss":
        raw.dismiss(by=request.actor, raw=found)
        flash.success(request, _("Dismissed. The mail itself is kept."))
    else:
        raise NotFound
    return redirect("tickets:quarantine")
