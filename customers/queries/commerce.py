"""Orders, subscriptions and spending of one customer."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from customers.models import Event, Order, Subscription

SHOWN = 5


def orders(customer_id: int, most: int = SHOWN) -> list[Order]:
    """The latest orders, newest first. One index."""
    return list(Order.objects.filter(customer_id=customer_id).order_by("-placed_at", "-id")[:most])


def every_order(customer_id: int) -> QuerySet[Order]:
    """All orders, to be read in pages by their keys."""
    return Order.objects.filter(customer_id=customer_id)


def subscriptions(customer_id: int, most: int = SHOWN) -> list[Subscription]:
    """The latest subscriptions, newest first."""
    return list(Subscription.objects.filter(customer_id=customer_id).order_by("-started_at", "-id")[:most])


def events(customer_id: int) -> QuerySet[Event]:
    """All that was told of them."""
    return Event.objects.filter(customer_id=customer_id)


def spending(customer_id: int, since: datetime | None = None, until: datetime | None = None) -> list[dict[str, Any]]:
    """What they spent, by currency: {currency, amount}, the largest first. One index holds all that is needed."""
    rows = Event.objects.filter(customer_id=customer_id).exclude(spent=0)
    if since is not None:
        rows = rows.filter(occurred_at__gte=since)
    if until is not None:
        rows = rows.filter(occurred_at__lt=until)
    summed = rows.order_by().values("currency").annotate(amount=Sum("spent")).order_by("-amount")
    return [{"currency": row["currency"], "amount": row["amount"]} for row in summed]


def spent_at(customer_id: int, since: datetime) -> list[tuple[datetime, str, int]]:
    """Each payment, order and refund that counts, oldest first: when, currency, amount."""
    rows = Event.objects.filter(customer_id=customer_id, occurred_at__gte=since).exclude(spent=0)
    return list(rows.order_by("occurred_at").values_list("occurred_at", "currency", "spent"))
