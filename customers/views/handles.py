"""The handles on a customer's page: added, made sure of, taken away, given to whoever has them now."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers import access, actions
from customers.actions import splitting
from customers.models import Customer, Identity
from customers.queries import handles as queries
from customers.rules.identity import KINDS, Handle, guess_kind
from customers.views.merges import named
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request, offer_undo


@permit("customer.view", post="customer.change")
@require_POST
def add(request: Request, pk: int) -> HttpResponse:
    """One more address, number or name."""
    found = access.get(request.actor, pk)
    value, kind = request.POST.get("value", "").strip(), request.POST.get("kind", "")
    handle = Handle(kind if kind in KINDS else guess_kind(value), value)
    try:
        actions.add_handle(by=request.actor, customer=found, handle=handle)
        flash.success(request, _("Saved."))
    except Invalid as error:
        flash.error(request, str(error.errors["handles"]))
    except Conflict as error:
        flash.error(request, str(error.message))
    return redirect("customers:customer", pk=found.pk)


@permit("customer.view", post="customer.change")
@require_POST
def verify(request: Request, pk: int, identity: int) -> HttpResponse:
    """Somebody made sure that it is theirs (`proven`), or is not sure any more."""
    found = access.get(request.actor, pk)
    try:
        proven = request.POST.get("proven") == "1"
        actions.verify_handle(by=request.actor, customer=found, identity_id=identity, proven=proven)
        flash.success(request, _("Saved."))
    except Invalid as error:
        flash.error(request, str(error.errors["handles"]))
    return redirect("customers:customer", pk=found.pk)


@permit("customer.view", post="customer.change")
@require_POST
def remove(request: Request, pk: int, identity: int) -> HttpResponse:
    """Takes an address or number away."""
    found = access.get(request.actor, pk)
    actions.remove_handle(by=request.actor, customer=found, identity_id=identity)
    return redirect("customers:customer", pk=found.pk)


@permit("customer.view", post="customer.merge")
def move(request: Request, pk: int, identity: int) -> HttpResponse:
    """The handle is somebody else's from now on, such as a number that was given away again; the past stays."""
    found = access.get(request.actor, pk)
    row = found.identities.filter(pk=identity).first()
    if row is None:
        raise NotFound
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return _moved(request, found, row)
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            errors = {"into": error.message}
    context = {"customer": found, "held": queries.held([row])[0], "typed": request.POST, "errors": errors}
    return render(request, "desk/handle_move.html", context, status=422 if errors else 200)


def _moved(request: Request, found: Customer, row: Identity) -> HttpResponse:
    typed = {name: request.POST.get(name, "").strip() for name in ("into", "name", "why")}
    into = named(request, typed["into"])
    made = splitting.pass_on(by=request.actor, identity=row, to=into, name=typed["name"], why=typed["why"])
    who = made.other.name or f"#{made.other_id}"
    offer_undo(request, _("It is %(who)s's now.") % {"who": who}, reverse("customers:merge_undo", args=[made.pk]))
    return redirect("customers:customer", pk=made.other_id)
