"""Beside the words while they are typed: what they ask that we know already, and how the customer likes it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from customers.queries.memory import known
from customers.rules.asking import answered
from customers.rules.manners import disagrees
from helpdesk.accounts.permit import permit
from helpdesk.core.http import Request
from tickets import access


@permit("ticket.view")
@require_POST
def advice(request: Request, number: int) -> HttpResponse:
    """Lines above the composer for the draft that is posted; empty when there is nothing to say. Writes nothing."""
    ticket = access.get(request.actor, number)
    draft, customer = request.POST.get("body", ""), ticket.customer
    context: dict[str, Any] = {
        "customer": customer,
        "known": answered(draft, known(request.actor, customer)) if draft.strip() else [],
        "differs": disagrees(draft, language=customer.language, tone=customer.tone),
    }
    return render(request, "desk/_advice.html", context)
