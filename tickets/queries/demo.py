"""Reading what the demo's customers have got from us."""

from customers.models import Identity
from tickets.models import Delivery

DOMAIN = "@demo.example"


def people() -> list[str]:
    """The addresses of the demo's customers."""
    rows = Identity.objects.filter(kind="email", value__endswith=DOMAIN).order_by("value")
    return list(rows.values_list("value", flat=True)[:50])


def letters() -> list[Delivery]:
    """What reached them, the latest first."""
    rows = Delivery.objects.filter(address__endswith=DOMAIN, state__in=["sent", "delivered"])
    return list(rows.select_related("message__ticket__inbox", "message__author").order_by("-id")[:30])


def letter(pk: int) -> Delivery | None:
    """One of them, to be answered."""
    rows = Delivery.objects.filter(address__endswith=DOMAIN, pk=pk).select_related("message__ticket__inbox")
    return rows.first()
