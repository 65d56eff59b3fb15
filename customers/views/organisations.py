"""Organisations: the list, one of them, who belongs to it and what they may see of each other."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers import access
from customers import actions as customers
from customers.actions import organisations as actions
from customers.models import Customer, Organisation
from customers.queries import organisations as queries
from customers.rules.identity import Handle
from helpdesk.accounts.permit import permit
from helpdesk.accounts.rules.policy import can
from helpdesk.accounts.views.common import onward
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request


@permit("customer.view", post="customer.change")
def index(request: Request) -> HttpResponse:
    """All of them, found by name; POST makes one."""
    text, errors = request.GET.get("q", "")[:100].strip(), {}
    if request.method == "POST":
        try:
            made = actions.create(by=request.actor, name=request.POST.get("name", ""))
            return redirect("customers:organisation", pk=made.pk)
        except Invalid as error:
            errors = error.errors
    rows = queries.listed(request.actor, text)
    context = {"rows": rows, "q": text, "errors": errors, "typed": request.POST.get("name", "")}
    return render(request, "desk/organisations.html", context, status=422 if errors else 200)


@permit("customer.view", post="customer.change")
def organisation(request: Request, pk: int) -> HttpResponse:
    """People, open tickets, shared notes, domains; POST changes name and notes."""
    found, errors = queries.get(request.actor, pk), {}
    if request.method == "POST":
        try:
            _change(request, found)
            flash.success(request, _("Saved."))
            return redirect("customers:organisation", pk=pk)
        except Invalid as error:
            errors = error.errors
    return _page(request, found, errors)


def _change(request: Request, found: Organisation) -> None:
    version = request.POST.get("version", "")
    actions.change(
        by=request.actor,
        organisation=found,
        name=request.POST.get("name", ""),
        notes=request.POST.get("notes", ""),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
    )


def _page(request: Request, found: Organisation, errors: dict[str, Any]) -> HttpResponse:
    context = {
        "whole": queries.whole(request.actor, found),
        "errors": errors,
        "typed": request.POST,
        "may_manage": can(request.actor, "organisation.manage"),
    }
    return render(request, "desk/organisation.html", context, status=422 if errors else 200)


@permit("customer.view", post="customer.change")
@require_POST
def join(request: Request, pk: int) -> HttpResponse:
    """Somebody belongs to it: by their address or number, or by their own page's number."""
    found = queries.get(request.actor, pk)
    try:
        customer = _whom(request, request.POST.get("who", "").strip())
    except Invalid as error:
        return _page(request, found, error.errors)
    actions.join(by=request.actor, organisation=found, customer=customer)
    return onward(request, f"/desk/o/{pk}/")


def _whom(request: Request, typed: str) -> Customer:
    if typed.isascii() and typed.isdigit() and len(typed) < 9:
        try:
            return access.get(request.actor, int(typed))
        except NotFound:
            pass
    try:
        found = customers.find(Handle("email" if "@" in typed else "phone", typed))
    except Invalid:
        found = None
    if found is None:
        raise Invalid({"who": _("We know nobody by this. Write an address or a number that one of our customers has.")})
    return found


@permit("customer.view", post="customer.change")
@require_POST
def join_from_customer(request: Request, pk: int) -> HttpResponse:
    """From the customer's page: into the organisation of this name, which is made when there is none."""
    customer, name = access.get(request.actor, pk), " ".join(request.POST.get("organisation", "").split())
    same = [row for row in queries.listed(request.actor, name) if row.name.casefold() == name.casefold()]
    try:
        found = same[0] if same else actions.create(by=request.actor, name=name)
    except Invalid:
        flash.error(request, _("Write the organisation’s name."))
        return redirect("customers:customer", pk=pk)
    actions.join(by=request.actor, organisation=found, customer=customer)
    return redirect("customers:customer", pk=pk)


@permit("customer.view", post="customer.change")
@require_POST
def leave(request: Request, pk: int) -> HttpResponse:
    """Somebody belongs to it no more."""
    row = queries.membership(request.actor, pk)
    actions.leave(by=request.actor, membership=row)
    return onward(request, f"/desk/o/{row.organisation_id}/")


@permit("customer.view", post="organisation.manage")
@require_POST
def grant(request: Request, pk: int) -> HttpResponse:
    """Whether a member reads colleagues' requests."""
    row = queries.membership(request.actor, pk)
    actions.grant(by=request.actor, membership=row, sees_colleagues=request.POST.get("sees") == "1")
    return redirect("customers:organisation", pk=row.organisation_id)


@permit("customer.view", post="organisation.manage")
@require_POST
def add_domain(request: Request, pk: int) -> HttpResponse:
    """A mail domain that shall bring people in."""
    found = queries.get(request.actor, pk)
    try:
        actions.add_domain(by=request.actor, organisation=found, domain=request.POST.get("domain", ""))
    except Invalid as error:
        return _page(request, found, error.errors)
    except Conflict as error:
        return _page(request, found, {"domain": error.message})
    return redirect("customers:organisation", pk=pk)


@permit("customer.view", post="organisation.manage")
@require_POST
def domain(request: Request, pk: int, what: str) -> HttpResponse:
    """Look for the record, or take the domain away."""
    row = queries.domain(request.actor, pk)
    if what == "remove":
        actions.remove_domain(by=request.actor, domain=row)
    elif what == "prove":
        try:
            actions.prove_domain(by=request.actor, domain=row)
            flash.success(request, _("The domain is proven. Whoever proves an address of it belongs here."))
        except Invalid as error:
            return _page(request, row.organisation, error.errors)
    else:
        raise NotFound
    return redirect("customers:organisation", pk=row.organisation_id)
