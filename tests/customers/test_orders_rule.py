"""What an order is by now follows from what was told of it, in whatever order it came in."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customers.rules.orders import Said, order, subscription

DAY = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
LINES = [{"name": "Modem", "sku": "M1", "quantity": 2, "amount": 4_000_000}]


def said(hours: int, type_: str, amount: int | None = None, key: int = 0, **properties: Any) -> Said:
    at = DAY + timedelta(hours=hours)
    return Said(key or hours + 1, f"e{key or hours}", type_, at, 7, None, amount, "IRR" if amount else "", properties)


STORY = [
    said(0, "order", 8_000_000, number="#1042", lines=LINES),
    said(1, "payment", 8_000_000),
    said(2, "order", 8_500_000, status="processing"),
    said(3, "shipment", carrier="Post", tracking="IR1", url="https://post.example/IR1", state="in_transit"),
    said(4, "shipment", tracking="IR1", state="delivered"),
    said(5, "refund", 500_000),
]


def test_every_order_of_arrival_ends_in_the_same_order() -> None:
    wanted = order(STORY)
    for arrival in itertools.permutations(STORY):
        assert order(arrival) == wanted
    assert (wanted.status, wanted.total, wanted.paid, wanted.refunded) == ("delivered", 8_500_000, 8_000_000, 500_000)
    assert wanted.shipments[0]["carrier"] == "Post" and wanted.shipments[0]["state"] == "delivered"
    assert (wanted.number, wanted.lines[0]["quantity"]) == ("#1042", 2)
    assert (wanted.placed_at, wanted.changed_at) == (STORY[0].at, STORY[-1].at)


def test_any_story_in_any_order_ends_in_the_same_row() -> None:
    """Three hundred stories of anything that shops tell, many at the very same moment."""
    rng = random.Random(6)
    types = ("order", "order", "payment", "refund", "cancel", "shipment")
    statuses = ("", "placed", "processing", "shipped", "completed", "cancelled", "on_hold", "ساخته می‌شود")
    for _story in range(300):
        events = [
            said(
                rng.randrange(4),
                rng.choice(types),
                rng.choice((None, 0, 5_000, 9_000)),
                key=key,
                status=rng.choice(statuses),
                tracking=rng.choice(("A", "B", "")),
                state=rng.choice(("", "in_transit", "delivered", "returned")),
                paid=rng.choice((True, False, None)),
            )
            for key in range(1, rng.randrange(2, 9))
        ]
        wanted = order(events)
        for _arrival in range(10):
            rng.shuffle(events)
            assert order(events) == wanted


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([said(0, "order", 5)], "placed"),
        ([said(0, "order", 5), said(1, "payment", 5)], "paid"),
        ([said(0, "order", 5, status="delivered"), said(1, "order", 5, status="processing")], "delivered"),
        ([said(0, "order", 5), said(1, "cancel", reason="no stock")], "cancelled"),
        ([said(0, "order", 5), said(1, "cancel"), said(2, "order", 5, status="processing")], "processing"),
        ([said(0, "order", 5), said(1, "payment", 5), said(2, "refund", 5)], "refunded"),
        ([said(0, "order", 5), said(1, "payment", 5), said(2, "refund", 4)], "paid"),
        ([said(0, "shipment", tracking="A", state="shipped")], "shipped"),
        (
            [
                said(0, "order", 5),
                said(1, "shipment", tracking="A", state="shipped"),
                said(2, "shipment", tracking="B", state="delivered"),
            ],
            "shipped",
        ),
        ([said(0, "order", 5, status="In the workshop")], "in the workshop"),
    ],
)
def test_how_an_order_stands(events: list[Said], status: str) -> None:
    assert order(events).status == status


@pytest.mark.parametrize(
    ("events", "spent"),
    [
        ([said(0, "order", 900)], 900),
        ([said(0, "order", 900), said(1, "order", 800)], 800),
        ([said(0, "order", 900), said(1, "payment", 900)], 900),
        ([said(0, "order", 900), said(1, "payment", 400)], 400),
        ([said(0, "order", 900), said(1, "payment", 900), said(2, "refund", 300)], 600),
        ([said(0, "order", 900), said(1, "cancel")], 0),
        ([said(0, "order", 900), said(1, "payment", 900), said(2, "cancel")], 900),
        ([said(0, "order", 900, paid=False)], 0),
        ([said(0, "order", 900, paid=False), said(1, "order", 900, paid=True)], 900),
    ],
)
def test_what_counts_as_spending(events: list[Said], spent: int) -> None:
    assert sum(order(events).spent.values()) == spent


def test_nonsense_in_an_order_harms_nothing() -> None:
    mess: dict[str, Any] = {
        "number": ["x"],
        "url": "javascript:alert(1)",
        "lines": ["no", {"name": {"a": 1}, "quantity": "two", "amount": True}],
        "status": 5.5,
        "shipment": "soon",
    }
    found = order([said(0, "order", 5, **mess)])
    assert (found.number, found.url, found.status, found.shipments) == ("", "", "placed", [])
    assert found.lines == [{"name": "", "sku": "", "quantity": 1, "amount": None}]


def test_a_subscription_in_any_order() -> None:
    story = [
        said(0, "subscription", 900, plan="50 Mbit/s", interval="month", renews_at="2026-04-21T08:30:00Z"),
        said(1, "subscription", 1_200, plan="100 Mbit/s"),
        said(2, "cancel", reason="moved"),
    ]
    wanted = subscription(story)
    assert all(subscription(arrival) == wanted for arrival in itertools.permutations(story))
    assert (wanted.plan, wanted.interval, wanted.amount, wanted.status) == ("100 Mbit/s", "month", 1_200, "cancelled")
    assert (wanted.reason, wanted.ended_at) == ("moved", story[2].at)
