"""REST: what a customer bought, how it stands, and what they spent."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Order, Subscription
from customers.queries import commerce
from helpdesk.core import paging
from helpdesk.core.api import Answer, Operation, Reads, next_link, stamp
from helpdesk.core.rules.money import MOST
from helpdesk.core.shapes import Int, Many, Maybe, Moment, Record, Str, answer

LINE = answer(
    "OrderLine",
    {
        "name": Str(200, blank=True),
        "sku": Str(60, blank=True),
        "quantity": Int(-MOST, MOST),
        "amount": Maybe(Int(-MOST, MOST)),
    },
)
SHIPMENT = answer(
    "OrderShipment",
    {
        "id": Str(80, blank=True),
        "carrier": Str(80, blank=True),
        "tracking": Str(80, blank=True),
        "url": Str(500, blank=True),
        "state": Str(40, blank=True),
        "at": Moment(),
    },
)
SUM = Int(-MOST * 1000, MOST * 1000)
ORDER = answer(
    "Order",
    {
        "id": Int(),
        "order_id": Str(100),
        "number": Str(60, blank=True),
        "status": Str(40, blank=True),
        "url": Str(500, blank=True),
        "currency": Str(3, blank=True),
        "total": SUM,
        "paid": SUM,
        "refunded": SUM,
        "lines": Many(LINE, 100),
        "shipments": Many(SHIPMENT, 1000),
        "reason": Str(200, blank=True),
        "placed_at": Moment(),
        "changed_at": Moment(),
    },
    {"total": _("In the currency's minor unit; rials whole.")},
    example={
        "id": 12,
        "order_id": "1042",
        "number": "#1042",
        "status": "shipped",
        "url": "",
        "currency": "IRR",
        "total": 45_000_000,
        "paid": 45_000_000,
        "refunded": 0,
        "lines": [{"name": "Modem", "sku": "", "quantity": 1, "amount": 45_000_000}],
        "shipments": [],
        "reason": "",
        "placed_at": "2026-03-21T08:30:00Z",
        "changed_at": "2026-03-21T08:30:00Z",
    },
)
SUBSCRIPTION = answer(
    "Subscription",
    {
        "id": Int(),
        "subscription_id": Str(100),
        "plan": Str(120, blank=True),
        "status": Str(40, blank=True),
        "interval": Str(20, blank=True),
        "currency": Str(3, blank=True),
        "amount": SUM,
        "renews_at": Maybe(Moment()),
        "ended_at": Maybe(Moment()),
        "reason": Str(200, blank=True),
        "started_at": Moment(),
    },
)
SPENDING: Record = answer(
    "Spending",
    {"data": Many(answer("Spent", {"amount": SUM, "currency": Str(3)}), 200), "subscriptions": Many(SUBSCRIPTION, 100)},
    example={"data": [{"amount": 45_000_000, "currency": "IRR"}], "subscriptions": []},
)
NEWEST = paging.Order("orders")


def order_json(row: Order) -> dict[str, Any]:
    """One order as the API gives it."""
    plain = ("number", "status", "url", "currency", "total", "paid", "refunded", "lines", "shipments", "reason")
    times = {"placed_at": stamp(row.placed_at), "changed_at": stamp(row.changed_at)}
    return {"id": row.pk, "order_id": row.ref} | {name: getattr(row, name) for name in plain} | times


def subscription_json(row: Subscription) -> dict[str, Any]:
    """One subscription as the API gives it."""
    plain = {name: getattr(row, name) for name in ("plan", "status", "interval", "currency", "amount", "reason")}
    times = {name: stamp(getattr(row, name)) for name in ("renews_at", "ended_at", "started_at")}
    return {"id": row.pk, "subscription_id": row.ref} | plain | times


class Orders(Reads):
    """A customer's orders."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "customerOrders",
            _("List a customer's orders as they stand now, newest first. They follow from the events."),
            paging.shape(ORDER),
            query=paging.PARAMETERS,
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of orders."""
        customer = access.get(self.actor, path["pk"])
        page = paging.page(commerce.every_order(customer.pk), NEWEST, query, order_json)
        return Answer(200, page, next_link(self.request, page))


class Spending(Reads):
    """What a customer spent."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "customerSpending",
            _("Read what a customer spent, by currency, from a time to another, and what they subscribe to."),
            SPENDING,
            query={"from": Moment(), "to": Moment()},
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The sums."""
        customer = access.get(self.actor, path["pk"])
        sums = commerce.spending(customer.pk, query.get("from"), query.get("to"))
        rows = commerce.subscriptions(customer.pk, 100)
        return Answer(200, {"data": sums, "subscriptions": [subscription_json(row) for row in rows]}, {})
