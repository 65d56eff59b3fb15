"""What we remember of somebody, all of it, theirs to correct and to take back; and who of us looked at them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.actions import entry
from customers.actions import memory as actions
from customers.queries import contact, looks, memory
from helpdesk.core.errors import Invalid, NotFound
from tickets.queries import mine, theirs
from tickets.views.portal.common import PortalRequest, page, reader_of, show


@page(needs="customer")
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: PortalRequest, language: str) -> HttpResponse:
    """What we remember of somebody; name and language are theirs to correct."""
    session = request.portal
    assert session is not None, "the page needs a customer"
    if request.method != "POST":
        return _shown(request, language)
    given = {"name": request.POST.get("name", "")[:400], "language": request.POST.get("language", "")[:2]}
    try:
        session.customer = entry.correct(session=session, **given)
    except Invalid as error:
        return _shown(request, language, given=given, errors=error.errors)
    return _shown(request, language, given=given, saved=True)


def _shown(request: PortalRequest, language: str, **more: Any) -> HttpResponse:
    session = request.portal
    assert session is not None, "the page needs a customer"
    customer = session.customer
    silence = contact.silence(customer.pk)
    context = {
        "given": {
            "name": customer.name if customer.name != session.address else "",
            "language": customer.language or language,
        },
        "count": theirs.count(reader_of(session)),
        "known": mine.known(session),
        "facts": memory.facts(entry.actor_of(customer), customer.pk),
        "silence": silence,
        "done": request.GET.get("done", ""),
        **more,
    }
    return show(request, language, "portal/me.html", context, status=422 if more.get("errors") else 200)


@page(needs="customer")
@require_POST
def fact(request: PortalRequest, language: str, pk: int, what: str) -> HttpResponse:
    """One thing that we remember: in their own words, or no longer."""
    session = request.portal
    assert session is not None, "the page needs a customer"
    by = entry.actor_of(session.customer)
    found = memory.get(by, pk)
    try:
        if what == "correct":
            actions.correct(by=by, fact=found, text=request.POST.get("text", ""))
        elif what == "forget":
            actions.forget(by=by, fact=found)
        else:
            raise NotFound
    except Invalid as error:
        return _shown(request, language, errors={f"fact-{pk}": error.errors["text"]}, wrong=pk)
    return redirect(f"/{language}/me/?done={what}#me-facts")


@page(needs="customer")
@require_safe
def looked(request: PortalRequest, language: str) -> HttpResponse:
    """Who of us looked, and when: by role and team, by name where the workspace says so."""
    session = request.portal
    assert session is not None, "the page needs a customer"
    return show(request, language, "portal/looks.html", {"looks": looks.looks(session.customer_id)})
