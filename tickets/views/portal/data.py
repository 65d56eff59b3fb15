"""All that we keep of somebody: what there is, a copy to take along, and the end of it."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from customers.actions import copies, entry
from customers.models import PortalSession
from customers.queries import preview
from helpdesk.core.errors import Invalid, NotFound, TooMany
from helpdesk.core.http import sent_file
from tickets.views.portal.common import PortalRequest, cookie_name, page, show, waits


def _session(request: PortalRequest) -> PortalSession:
    assert request.portal is not None, "the page needs a customer"
    return request.portal


@page(needs="customer")
@require_safe
def data(request: PortalRequest, language: str) -> HttpResponse:
    """What is kept, what would go, what would stay and why; copies that were asked for."""
    return _shown(request, language)


def _shown(request: PortalRequest, language: str, status: int = 200, **more: Any) -> HttpResponse:
    session = _session(request)
    context = {
        "kept": preview.preview(session.customer_id),
        "copies": preview.copies(session.customer_id, whole=False),
        "asked": request.GET.get("asked") == "1",
        **more,
    }
    return show(request, language, "portal/data.html", context, status=status)


@page(needs="customer")
@require_POST
def copy(request: PortalRequest, language: str) -> HttpResponse:
    """Has a copy made of all that is theirs."""
    customer = _session(request).customer
    try:
        copies.ask(by=entry.actor_of(customer), customer=customer, language=language, whole=False)
    except TooMany as error:
        return _shown(request, language, error.status, errors=waits(error))
    return redirect(f"/{language}/me/data/#copies")


@page(needs="customer")
@require_safe
def fetch(request: PortalRequest, language: str, pk: int) -> HttpResponseBase:
    """The copy, as a zip."""
    customer = _session(request).customer
    row = preview.one_copy(customer.pk, pk, whole=False)
    if row is None:
        raise NotFound
    try:
        answer = sent_file(copies.fetched(entry.actor_of(customer), row), "application/zip")
    except FileNotFoundError as error:
        raise NotFound from error
    answer["Content-Disposition"] = f'attachment; filename="my-data-{row.pk}.zip"'
    return answer


@page(needs="customer")
@require_POST
def erase(request: PortalRequest, language: str) -> HttpResponse:
    """Mails the code that confirms it; with the code, everything about them is erased and they are signed out."""
    session = _session(request)
    try:
        if "code" not in request.POST:
            entry.ask_erasure(session=session, language=language)
            return redirect(f"/{language}/me/data/?asked=1#erase")
        entry.erase(session=session, code=request.POST["code"][:40])
    except Invalid as error:
        return _shown(request, language, error.status, errors=error.errors, asked=True)
    except TooMany as error:
        return _shown(request, language, error.status, errors=waits(error), asked=True)
    request.portal = None
    answer = show(request, language, "portal/erased.html")
    answer.delete_cookie(cookie_name())
    return answer
