"""What seeded customers bought: orders with events, lines of the history and parcels, as the product makes them."""

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from customers.actions.orders import summary
from customers.models import Event, Order, TimelineEntry
from customers.rules.orders import OrderFacts, Said, order
from tickets.seeding.copying import Table, load, take_ids
from tickets.seeding.people import Person

SOURCE = "seed"
BATCH = 10_000
SHARE = 0.3
EVENTS = Table(
    Event,
    (
        *("id", "customer_id", "source", "event_id", "type", "occurred_at", "received_at", "amount", "currency"),
        *("story", "properties", "spent"),
    ),
)
ORDERS = Table(
    Order,
    (
        *("customer_id", "source", "ref", "number", "status", "currency", "total", "paid", "refunded", "lines"),
        *("shipments", "placed_at", "changed_at", "received_at", "entry"),
    ),
)
LINES = Table(TimelineEntry, ("id", "customer_id", "kind", "occurred_at", "summary"))
PRODUCTS = {
    "en": ("Modem", "Wi-Fi extender", "Network cable", "Set-top box"),
    "fa": ("مودم", "تقویت‌کنندهٔ وای‌فای", "کابل شبکه", "گیرندهٔ تلویزیون"),
}
CARRIERS = {"en": "Post", "fa": "پست پیشتاز"}
# How far an order has come: what was told of it, in turn.
STORIES = (
    ("order",),
    ("order", "payment"),
    ("order", "payment", "in_transit"),
    ("order", "payment", "in_transit", "delivered"),
    ("order", "payment", "in_transit", "delivered", "refund"),
    ("order", "cancel"),
)


@dataclass
class Sold:
    """Rows on their way in."""

    events: list[tuple[Any, ...]] = field(default_factory=list)
    orders: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[tuple[Any, ...]] = field(default_factory=list)


def make(crowd: list[Person], seed: int, now: datetime) -> dict[str, int]:
    """Orders for about a third of them; returns how many orders and events."""
    counts = {"orders": 0, "events": 0}
    for start in range(0, len(crowd), BATCH):
        rng = random.Random(f"orders {seed} {start}")  # noqa: S311  # a seed must repeat
        sold = _some(crowd[start : start + BATCH], rng, now)
        counts["orders"] += len(sold.orders)
        counts["events"] += len(sold.events)
    return counts


@transaction.atomic
def _some(people: list[Person], rng: random.Random, now: datetime) -> Sold:
    buyers = [person for person in people if rng.random() < SHARE]
    told = [(person, _told(rng, person, now)) for person in buyers for _each in range(rng.choice((1, 1, 2, 3)))]
    keys = iter(take_ids(Event, sum(len(said) for _person, said in told)))
    entries = take_ids(TimelineEntry, len(told))
    sold = Sold()
    for (person, said), entry in zip(told, entries, strict=True):
        # Keyed by the entry's number, so that another seed's orders are others.
        _write(sold, person, f"s{entry}", [_keyed(one, next(keys), entry) for one in said], entry)
    load(EVENTS, sold.events)
    load(LINES, sold.lines)
    load(ORDERS, sold.orders)
    return sold


def _told(rng: random.Random, person: Person, now: datetime) -> list[Said]:
    at = now - timedelta(days=rng.randrange(4, 300), minutes=rng.randrange(1440))
    quantity, price = rng.choice((1, 1, 1, 2, 4)), rng.randrange(20, 900) * 100_000
    total, name = quantity * price, rng.choice(PRODUCTS[person.language])
    line = {"name": name, "sku": "", "quantity": quantity, "amount": total}
    parcel = {"carrier": CARRIERS[person.language], "tracking": f"{rng.randrange(10**11):011d}"}
    details: dict[str, tuple[str, int | None, dict[str, Any]]] = {
        "order": ("order", total, {"lines": [line]}),
        "payment": ("payment", total, {}),
        "in_transit": ("shipment", None, parcel | {"state": "in_transit"}),
        "delivered": ("shipment", None, parcel | {"state": "delivered"}),
        "refund": ("refund", price, {}),
        "cancel": ("cancel", None, {"reason": ""}),
    }
    said = []
    for step in rng.choice(STORIES):
        type_, amount, properties = details[step]
        said.append(Said(0, step, type_, at, person.id, None, amount, "IRR" if amount else "", properties))
        at += timedelta(hours=rng.randrange(1, 20))
    return said


def _keyed(one: Said, key: int, entry: int) -> Said:
    ref = f"s{entry}"
    return Said(
        key,
        f"{ref}.{one.event_id}",
        one.type,
        one.at,
        one.customer,
        None,
        one.amount,
        one.currency,
        {"order_id": ref, **one.properties},
    )


def _write(sold: Sold, person: Person, ref: str, said: list[Said], entry: int) -> None:
    facts = order(said)
    for one in said:
        about = json.dumps(one.properties, ensure_ascii=False)
        row = (one.key, person.id, SOURCE, one.event_id, one.type, one.at, one.at, one.amount, one.currency)
        sold.events.append((*row, f"order:{ref}", about, facts.spent[one.key]))
    sold.lines.append((entry, person.id, "order", facts.placed_at, summary("order", ref, facts.total, facts.currency)))
    sold.orders.append(_order(person, ref, facts, entry))


def _order(person: Person, ref: str, facts: OrderFacts, entry: int) -> tuple[Any, ...]:
    lists = (json.dumps(rows, ensure_ascii=False) for rows in (facts.lines, facts.shipments))
    money = (facts.currency, facts.total, facts.paid, facts.refunded)
    times = (facts.placed_at, facts.changed_at, facts.changed_at)
    return (person.id, SOURCE, ref, "", facts.status, *money, *lists, *times, entry)
