"""The memory card: what is remembered of somebody, on their page and beside their tickets."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from customers import access
from customers.actions import looking
from customers.actions import memory as actions
from customers.models import Customer, Fact
from customers.queries import memory as queries
from customers.queries import source_of
from helpdesk.accounts.permit import permit
from helpdesk.accounts.views.common import safe_next
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.http import Request


def card(request: Request, customer: Customer, **more: Any) -> dict[str, Any]:
    """What the card shows; `facts`, when they have been read already."""
    return {
        "customer": customer,
        "facts": more["facts"] if "facts" in more else queries.facts(request.actor, customer.pk),
        "has_team": bool(request.actor.team_ids),
        "next": safe_next(str(request.POST.get("next") or request.GET.get("next") or ""), ""),
        **more,
    }


@permit("customer.view", post="customer.change")
def memory(request: Request, pk: int) -> HttpResponse:
    """GET: the card. POST: one more fact, from the words of a message when the form names one."""
    found = access.get(request.actor, pk)
    if request.method != "POST":
        looking.note(request.actor, found.pk, looking.MEMORY)
        return _answer(request, found)
    given = request.POST
    try:
        actions.remember(
            by=request.actor,
            customer=found,
            text=given.get("text", ""),
            sight=given.get("sight", Fact.Sight.CUSTOMER),
            team_id=_only_team(request) if given.get("sight") == Fact.Sight.TEAM else None,
            source=source_of(request.actor, found.pk, given.get("message", "")),
        )
    except Invalid as error:
        return _answer(request, found, 422, errors=error.errors, typed=given.get("text", ""))
    return _answer(request, found)


def _only_team(request: Request) -> int | None:
    return min(request.actor.team_ids, default=None)


def _answer(request: Request, customer: Customer, status: int = 200, **more: Any) -> HttpResponse:
    """With htmx the card alone; else the page that the form stood on, or the card's own page to mend a mistake on."""
    shown = card(request, customer, **more)
    if request.htmx:
        return render(request, "desk/_memory.html", shown | {"answered": status == 200}, status=status)
    if request.method == "POST" and status == 200:
        return redirect(shown["next"] or customer_page(customer))
    return render(request, "desk/memory.html", shown, status=status)


def customer_page(customer: Customer) -> str:
    """Where the customer's page stands."""
    return f"/desk/c/{customer.pk}/"


@permit("customer.view", post="customer.change")
@require_POST
def fact(request: Request, pk: int, what: str) -> HttpResponse:
    """One fact: other words, still true, or no longer to be remembered."""
    found = queries.get(request.actor, pk)
    try:
        if what == "correct":
            actions.correct(by=request.actor, fact=found, text=request.POST.get("text", ""))
        elif what == "confirm":
            actions.confirm(by=request.actor, fact=found)
        elif what == "forget":
            actions.forget(by=request.actor, fact=found)
        else:
            raise NotFound
    except Invalid as error:
        return _answer(request, found.customer, 422, errors=error.errors, wrong=found.pk)
    return _answer(request, found.customer)
