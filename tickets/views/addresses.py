"""Settings of suspended addresses and blocked senders, and the DNS records of an inbox's domain."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import blocks, suspensions
from tickets.channels.email import records
from tickets.queries import addresses as queries
from tickets.queries import copywords


@permit("inbox.manage")
def index(request: Request) -> HttpResponse:
    """Both lists."""
    return _page(request, {})


def _page(request: Request, errors: dict[str, Any]) -> HttpResponse:
    search = request.GET.get("q", "").strip().lower()[:254].replace("\x00", "")
    context = {
        "q": search,
        "suspended": [(one, copywords.of_suspension(one.reason, one.status_code)) for one in queries.suspended(search)],
        "blocked": queries.blocked(search),
        "errors": errors,
        "typed": request.POST,
    }
    return render(request, "settings/addresses.html", context, status=422 if errors else 200)


@permit("inbox.manage")
@require_POST
def act(request: Request, what: str) -> HttpResponse:
    """lift: mail goes there again. block, unblock: a sender's mail goes to spam, or no longer does."""
    given = request.POST.get("address", "").replace("\x00", "")[:300]
    try:
        if what == "lift":
            suspensions.lift(by=request.actor, address=given)
        elif what == "block":
            blocks.block(by=request.actor, pattern=given)
        elif what == "unblock":
            blocks.unblock(by=request.actor, pattern=given)
        else:
            raise NotFound
    except Invalid as error:
        return _page(request, {"address": error.errors["pattern"]})
    flash.success(request, _("Saved."))
    return redirect("tickets:addresses")


@permit("inbox.manage")
def dns(request: Request, pk: int) -> HttpResponse:
    """Which records the inbox's domain should have, and what is there now."""
    found = access.get_inbox(request.actor, pk)
    if found.kind != "email":
        raise NotFound
    return render(request, "settings/dns.html", {"row": found, "records": records.advice(found)})
