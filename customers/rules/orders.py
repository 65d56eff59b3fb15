"""What an order or a subscription is by now, from everything that was told about it, whatever order it came in. Pure.

Events are looked at by the time at which they happened, then by their id, so that each order of arrival gives the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from customers.rules.happenings import word

# How far an order has come. What a shop says of itself never takes it back to an earlier one of these.
PROGRESS = {"placed": 0, "paid": 1, "processing": 2, "shipped": 3, "delivered": 4, "completed": 5}
STATUSES = (*PROGRESS, "on_hold", "failed", "cancelled", "refunded", "returned")
OF_SHIPMENT = {
    **dict.fromkeys(("shipped", "in_transit", "out_for_delivery", "on_its_way"), "shipped"),
    "delivered": "delivered",
    "returned": "returned",
}
MOST_LINES = 100


@dataclass(frozen=True)
class Said:
    """One event of an order, as it is stored."""

    key: int
    event_id: str
    type: str
    at: datetime
    customer: int
    came_by: int | None = None
    amount: int | None = None
    currency: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    received_at: datetime | None = None


@dataclass
class OrderFacts:
    """An order as it stands; `spent`: what each event (by key) counts as spending."""

    customer: int
    came_by: int | None
    placed_at: datetime
    changed_at: datetime
    number: str = ""
    status: str = "placed"
    url: str = ""
    currency: str = ""
    total: int = 0
    paid: int = 0
    refunded: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    shipments: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    spent: dict[int, int] = field(default_factory=dict)


def in_time(said: Iterable[Said]) -> list[Said]:
    """By when it happened."""
    return sorted(said, key=lambda one: (one.at, one.event_id))


def order(said: Iterable[Said]) -> OrderFacts:
    """The order that these events tell of; at least one is needed."""
    events = in_time(said)
    whole = [one for one in events if one.type == "order"] or events
    # It is the customer's whom the order itself named last, and was placed when it was told of first.
    found = OrderFacts(whole[-1].customer, whole[-1].came_by, whole[0].at, events[-1].at)
    for one in events:
        _STEPS.get(one.type, _nothing)(found, one)
    found.spent = _spent(found, events)
    return found


def _nothing(found: OrderFacts, one: Said) -> None:
    """Of no consequence to the order."""


def _order(found: OrderFacts, one: Said) -> None:
    given = one.properties
    if one.amount is not None:
        found.total, found.currency = one.amount, one.currency
    found.number = word(given.get("number"), 60) or found.number
    found.url = web(given.get("url")) or found.url
    if isinstance(given.get("lines"), list):
        found.lines = [_line(each) for each in given["lines"][:MOST_LINES] if isinstance(each, Mapping)]
    if isinstance(given.get("shipment"), Mapping):
        _ship(found, one, given["shipment"])
    status = word(given.get("status"), 40).lower()
    if status and _may_become(found.status, status):
        found.status = status
        found.reason = word(given.get("reason"), 200) if status in {"cancelled", "failed"} else ""


def _may_become(now: str, said: str) -> bool:
    return not (now in PROGRESS and said in PROGRESS) or PROGRESS[said] > PROGRESS[now]


def _line(given: Mapping[str, Any]) -> dict[str, Any]:
    quantity, amount = given.get("quantity"), given.get("amount")
    return {
        "name": word(given.get("name"), 200),
        "sku": word(given.get("sku"), 60),
        "quantity": quantity if _whole(quantity) else 1,
        "amount": amount if _whole(amount) else None,
    }


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 10**15


def web(value: Any) -> str:
    """An address that a page may link to, or nothing."""
    text = value.strip() if isinstance(value, str) else ""
    plain = text.lower().startswith(("https://", "http://")) and len(text) <= 500
    return text if plain and not any(letter.isspace() or ord(letter) < 32 for letter in text) else ""


def _shipment(found: OrderFacts, one: Said) -> None:
    _ship(found, one, one.properties)


def _ship(found: OrderFacts, one: Said, given: Mapping[str, Any]) -> None:
    state = word(given.get("state"), 40).lower() or "shipped"
    parcel = {
        "id": word(given.get("shipment_id"), 60) or word(given.get("tracking"), 60),
        "carrier": word(given.get("carrier"), 80),
        "tracking": word(given.get("tracking"), 80),
        "url": web(given.get("url")),
        "state": state,
        "at": one.at.isoformat(),
    }
    older = next((each for each in found.shipments if each["id"] == parcel["id"]), {})
    kept = {name: parcel[name] or older.get(name, "") for name in parcel}
    found.shipments = [kept, *(each for each in found.shipments if each["id"] != parcel["id"])]
    status = OF_SHIPMENT.get(state, "")
    all_there = all(each["state"] == "delivered" for each in found.shipments)
    if status == "delivered" and not all_there:
        status = "shipped"
    if status and found.status != "cancelled" and _may_become(found.status, status):
        found.status = status


def _payment(found: OrderFacts, one: Said) -> None:
    found.paid += one.amount or 0
    found.currency = found.currency or one.currency
    if found.status in {"placed", "on_hold", "failed"}:
        found.status = "paid"


def _refund(found: OrderFacts, one: Said) -> None:
    found.refunded += one.amount or 0
    found.currency = found.currency or one.currency
    if found.refunded >= max(found.paid, found.total) > 0:
        found.status = "refunded"


def _cancel(found: OrderFacts, one: Said) -> None:
    found.status = "cancelled"
    found.reason = word(one.properties.get("reason"), 200)


_STEPS = {"order": _order, "shipment": _shipment, "payment": _payment, "refund": _refund, "cancel": _cancel}


def _spent(found: OrderFacts, events: Sequence[Said]) -> dict[int, int]:
    """Payments count when they are told; else the order's last amount, on the day it was placed. Refunds take away."""
    counted = {one.key: 0 for one in events}
    payments = [one for one in events if one.type == "payment"]
    orders = [one for one in events if one.type == "order"]
    for one in payments:
        counted[one.key] = one.amount or 0
    priced = [one for one in orders if one.amount is not None and one.currency == found.currency]
    if priced and not payments and found.status not in {"cancelled", "failed"} and _counts(orders):
        counted[priced[0].key] = found.total
    for one in events:
        if one.type == "refund" and (payments or any(counted.values())):
            counted[one.key] = -(one.amount or 0)
    return counted


def _counts(orders: Sequence[Said]) -> bool:
    """Whether the order is as good as paid: only `paid: false`, told last, says that it is not."""
    told = [one.properties["paid"] for one in orders if isinstance(one.properties.get("paid"), bool)]
    return told[-1] if told else True


@dataclass
class SubscriptionFacts:
    """A subscription as it stands."""

    customer: int
    came_by: int | None
    started_at: datetime
    changed_at: datetime
    plan: str = ""
    status: str = "active"
    interval: str = ""
    currency: str = ""
    amount: int = 0
    renews_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


def subscription(said: Iterable[Said]) -> SubscriptionFacts:
    """The subscription that these events tell of; at least one is needed."""
    events = in_time(said)
    whole = [one for one in events if one.type == "subscription"] or events
    found = SubscriptionFacts(whole[-1].customer, whole[-1].came_by, whole[0].at, events[-1].at)
    for one in events:
        if one.type == "cancel":
            found.status, found.ended_at = "cancelled", one.at
            found.reason = word(one.properties.get("reason"), 200)
        else:
            _subscribed(found, one)
    return found


def _subscribed(found: SubscriptionFacts, one: Said) -> None:
    given = one.properties
    if one.amount is not None:
        found.amount, found.currency = one.amount, one.currency
    found.plan = word(given.get("plan"), 120) or found.plan
    found.interval = word(given.get("interval"), 20) or found.interval
    found.status = word(given.get("status"), 40).lower() or "active"
    found.renews_at = moment(given.get("renews_at")) or found.renews_at
    found.ended_at = one.at if found.status in {"cancelled", "expired"} else None
    found.reason = ""


def moment(value: Any) -> datetime | None:
    """A time with its offset, or nothing."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
