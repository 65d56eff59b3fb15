"""What a customer bought and how it stands: a card beside the ticket and on their page, and a page of its own."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from customers import access
from customers.actions import asking
from customers.models import Customer
from customers.queries import commerce
from helpdesk.accounts.permit import permit
from helpdesk.core import clock, throttle
from helpdesk.core.http import Request
from helpdesk.core.locale import current
from helpdesk.core.rules import dates

ALL = 100
YEAR = timedelta(days=365)
# A shop is not asked more often than this about one customer, however often people press.
ASKED_A_MINUTE = 6


@permit("customer.view")
def orders(request: Request, pk: int) -> HttpResponse:
    """The card for htmx, else the page, which shows more of them and what was spent by month."""
    found = access.get(request.actor, pk)
    return _shown(request, found)


def _shown(request: Request, found: Customer, answered: int | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "customer": found,
        "orders": commerce.orders(found.pk, commerce.SHOWN if request.htmx else ALL),
        "subscriptions": commerce.subscriptions(found.pk),
        "spending": commerce.spending(found.pk),
        "now": clock.now(),
        "answered": answered,
    }
    if request.htmx:
        return render(request, "desk/_orders.html", context)
    return render(request, "desk/orders.html", context | {"months": _months(found.pk)})


@permit("customer.view")
@require_POST
def ask(request: Request, pk: int) -> HttpResponse:
    """Asks the shops how the latest orders stand at this moment, then shows them."""
    found = access.get(request.actor, pk)
    answered = 0
    if throttle.hit(f"ask shops:{found.pk}", ASKED_A_MINUTE, 60).allowed:
        answered = asking.open_orders(commerce.orders(found.pk))
    if request.htmx:
        return _shown(request, found, answered)
    return redirect("customers:orders", pk=found.pk)


def _months(customer_id: int) -> list[dict[str, Any]]:
    """What was spent by month of the reader's calendar and by currency, the latest first."""
    sums: dict[tuple[int, int, str], int] = {}
    prefs = current()
    for at, currency, amount in commerce.spent_at(customer_id, clock.now() - YEAR):
        year, month, _day = dates.parts(dates.local(at, prefs).date(), prefs.calendar)
        sums[year, month, currency] = sums.get((year, month, currency), 0) + amount
    words = dates.MONTHS[prefs.language, prefs.calendar]
    return [
        {"month": words[month - 1], "year": year, "currency": currency, "amount": amount}
        for (year, month, currency), amount in sorted(sums.items(), reverse=True)
    ]
