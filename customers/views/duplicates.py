"""The queue of those who may be one person: looked at side by side, then joined or told apart."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers import access
from customers.actions import duplicates as actions
from customers.queries import duplicates as queries
from helpdesk.accounts.permit import permit
from helpdesk.core.http import Request, offer_undo
from helpdesk.core.shapes import Unfit

A_PAGE = 20


@permit("customer.view")
def index(request: Request) -> HttpResponse:
    """The likeliest first."""
    try:
        rows = queries.waiting(request.actor, request.GET.get("after", ""), A_PAGE)
    except Unfit:
        return redirect("customers:duplicates")
    context = {
        "pairs": queries.pairs(request.actor, rows[:A_PAGE]),
        "next": queries.place_of(rows[A_PAGE - 1]) if rows[A_PAGE:] else "",
    }
    return render(request, "desk/duplicates.html", context)


@permit("customer.view", post="customer.merge")
@require_POST
def part(request: Request, pk: int) -> HttpResponse:
    """They are two people: never asked again, until it is taken back."""
    question = access.get_duplicate(request.actor, pk)
    row = actions.part(by=request.actor, one=question.low, other=question.high)
    offer_undo(request, _("Noted: they are two people."), reverse("customers:unpart", args=[row.pk]))
    return redirect("customers:duplicates")


@permit("customer.view", post="customer.merge")
@require_POST
def unpart(request: Request, pk: int) -> HttpResponse:
    """Takes it back; the question is asked again if anything still speaks for it."""
    actions.unpart(by=request.actor, parted=access.get_parted(request.actor, pk))
    return redirect("customers:duplicates")
