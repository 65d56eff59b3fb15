"""Addresses that our mail does not go to, and senders whose mail goes to spam."""

from django.db.models import QuerySet

from tickets.models import BlockedSender, Suspension

SHOWN = 100


def suspended(search: str = "") -> QuerySet[Suspension]:
    """The newest hundred, or those that begin with `search`."""
    rows = Suspension.objects.filter(suspended_at__isnull=False)
    if search:
        return rows.filter(address__gte=search, address__lt=search + "\U0010ffff").order_by("address")[:SHOWN]
    return rows.order_by("-suspended_at")[:SHOWN]


def blocked(search: str = "") -> QuerySet[BlockedSender]:
    """The first hundred by name, from `search` on."""
    return BlockedSender.objects.filter(pattern__gte=search).select_related("by").order_by("pattern")[:SHOWN]
