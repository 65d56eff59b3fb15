"""What a program may tell about customers, and what of it belongs together. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

# Without the right to import, an event may be this late; clocks may differ by this much.
LATE, AHEAD = timedelta(days=30), timedelta(minutes=5)
# Types that we understand; others are kept and counted, and make no lines in the history.
ORDERLY = frozenset({"order", "payment", "refund", "cancel", "shipment"})
TOLD = ORDERLY | {"subscription"}
VISIT = "page_view"


@dataclass(frozen=True)
class Who:
    """How an event names its customer: `kind` is `id` or a kind of handle."""

    kind: str
    value: str


@dataclass(frozen=True)
class Happening:
    """One event as it was told."""

    event_id: str
    type: str
    occurred_at: datetime
    who: Who
    amount: int | None = None
    currency: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def story(self) -> str:
        """What this event is about: an order, a subscription, or nothing that goes on ("")."""
        return story_of(self.type, self.event_id, self.properties)


def story_of(type_: str, event_id: str, properties: Mapping[str, Any]) -> str:
    """`order:<ref>`, `subscription:<ref>` or "". An order that gives no id of its own is its event."""
    order, subscription = word(properties.get("order_id"), 100), word(properties.get("subscription_id"), 100)
    if type_ in {"subscription", "cancel"} and subscription:
        return f"subscription:{subscription}"
    if type_ in ORDERLY and order:
        return f"order:{order}"
    if type_ in {"order", "subscription"}:
        return f"{type_}:{event_id[:100]}"
    return ""


def word(value: Any, most: int) -> str:
    """A short text out of what somebody sent: numbers as text, anything else but text as nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).split())[:most]


def spent_alone(type_: str, amount: int | None) -> int:
    """What an event counts as spending that belongs to no order."""
    return {"payment": 1, "refund": -1}.get(type_, 0) * (amount or 0)
