"""REST: what customers do and buy, told by programs in batches."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers.actions import events as actions
from customers.actions.events import Refusal
from customers.api.shapes import EXTERNAL, HANDLES
from customers.rules.happenings import Happening, Who
from helpdesk.core.api import Answer, Creates, Operation
from helpdesk.core.rules.money import CURRENCIES, MOST
from helpdesk.core.shapes import Fault, Int, Kind, Many, Matching, Maybe, Moment, Record, Schema, Str, Unfit, answer

MOST_EVENTS = 1000
MOST_PROPERTIES = 16 * 1024


@dataclass(frozen=True)
class Currency(Matching):
    """A code of ISO 4217."""

    def check(self, value: Any, at: str = "") -> str:
        found = super().check(value, at)
        if found not in CURRENCIES:
            wrong = _("This is no currency of ISO 4217, such as IRR or USD.")
            raise Unfit([Fault(at, "unknown_currency", wrong)])
        return found


@dataclass(frozen=True)
class Details(Kind):
    """An object of whatever the program knows; of a bounded size."""

    most: int = MOST_PROPERTIES

    def check(self, value: Any, at: str = "") -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Unfit([Fault(at, "not_an_object", _("This must be an object."))])
        # A short look is enough for nearly all.
        if len(value) > 200 or len(json.dumps(value)) > self.most:
            wrong = _("These are more than %(most)s characters.") % {"most": self.most}
            raise Unfit([Fault(at, "too_long", wrong)])
        return value

    def schema(self) -> Schema:
        return {"type": "object", "maxProperties": 200}


MONEY = Record(
    "Money",
    {"amount": Int(0, MOST), "currency": Currency(r"^[A-Z]{3}$", most=3, example="IRR")},
    required=("amount", "currency"),
    notes={"amount": _("In the currency's minor unit; rials whole.")},
)
WHO = Record(
    "EventCustomer",
    {"id": Int(), **HANDLES, "external_id": EXTERNAL},
    one_of=("id", *HANDLES),
)
EVENT = Record(
    "NewEvent",
    {
        "event_id": Str(200),
        "type": Matching(r"^[a-z][a-z0-9_.]{0,39}$", most=40, example="order"),
        "occurred_at": Moment(),
        "customer": WHO,
        "amount": MONEY,
        "properties": Details(),
    },
    required=("event_id", "type", "occurred_at", "customer"),
    notes={
        "event_id": _("Your own id of this event: telling it again changes nothing."),
        "type": _(
            "order, payment, refund, cancel, shipment, subscription, page_view, feature_used, or a word of your own."
        ),
        "occurred_at": _("When it happened, in any order. Older than 30 days: needs the scope import."),
        "customer": _("A handle that nobody has makes a new customer."),
        "properties": _(
            "order: order_id, number, status, url, lines [{name, sku, quantity, amount}], paid. shipment: order_id, "
            "carrier, tracking, url, state. payment, refund, cancel: order_id. subscription: subscription_id, plan, "
            "status, interval, renews_at."
        ),
    },
)


@dataclass(frozen=True)
class Each(Kind):
    """An event, which is looked at by itself later: one that does not fit does not spoil the batch."""

    def check(self, value: Any, at: str = "") -> Any:
        return value

    def schema(self) -> Schema:
        return EVENT.ref()

    def ref(self) -> Schema:
        return EVENT.ref()

    def inner(self) -> tuple[Kind, ...]:
        return (EVENT,)


REFUSED = answer(
    "RefusedEvent",
    {
        "index": Int(0, MOST_EVENTS),
        "event_id": Maybe(Str(200, blank=True)),
        "field": Str(200, blank=True),
        "code": Str(60),
        "reason": Str(500),
    },
)
TAKEN = answer(
    "TakenEvents",
    {"accepted": Int(0), "duplicate": Int(0), "refused": Many(REFUSED, MOST_EVENTS)},
    example={
        "accepted": 998,
        "duplicate": 1,
        "refused": [
            {
                "index": 7,
                "event_id": "shop-4411",
                "field": "amount/currency",
                "code": "unknown_currency",
                "reason": "This is no currency of ISO 4217, such as IRR or USD.",
            }
        ],
    },
)
EXAMPLE = {
    "events": [
        {
            "event_id": "shop-4410",
            "type": "order",
            "occurred_at": "2026-03-21T08:30:00Z",
            "customer": {"email": "sara@example.com"},
            "amount": {"amount": 45_000_000, "currency": "IRR"},
            "properties": {
                "order_id": "1042",
                "status": "processing",
                "lines": [{"name": "Modem", "quantity": 1, "amount": 45_000_000}],
            },
        }
    ]
}


class Events(Creates):
    """What customers do and buy."""

    tag = _("Customers")
    most_bytes: ClassVar[int] = 8 * 1024 * 1024
    verbs: ClassVar[dict[str, str]] = {"POST": "event.write"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "tellEvents",
            _(
                "Tell what customers did: up to 1,000 events at once, each taken once by its event_id, in any order. "
                "What does not fit is refused by itself, with its place and why; the rest is taken."
            ),
            TAKEN,
            body=Record("NewEvents", {"events": Many(Each(), MOST_EVENTS)}, required=("events",)),
            example=EXAMPLE,
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """Takes in what fits."""
        told, refused = {}, []
        for index, given in enumerate(body["events"]):
            try:
                told[index] = happening(EVENT.check(given))
            except Unfit as error:
                fault = error.faults[0]
                refused.append(Refusal(index, fault.pointer.lstrip("/"), fault.code, fault.detail))
        taken = actions.take_in(by=self.actor, told=told)
        lines = sorted([*refused, *taken.refused], key=lambda refusal: refusal.index)
        told_why = [_refused_json(line, body["events"][line.index]) for line in lines]
        return Answer(200, {"accepted": taken.accepted, "duplicate": taken.duplicate, "refused": told_why}, {})


def happening(given: dict[str, Any]) -> Happening:
    """The event out of its checked JSON."""
    money = given.get("amount", {})
    ((kind, value),) = given["customer"].items()
    return Happening(
        event_id=given["event_id"],
        type=given["type"],
        occurred_at=given["occurred_at"],
        who=Who(kind, str(value)),
        amount=money.get("amount"),
        currency=money.get("currency", ""),
        properties=given.get("properties", {}),
    )


def _refused_json(line: Refusal, given: Any) -> dict[str, Any]:
    named = given.get("event_id") if isinstance(given, dict) else None
    return {
        "index": line.index,
        "event_id": named[:200] if isinstance(named, str) else None,
        "field": line.field[:200],
        "code": line.code,
        "reason": str(line.reason),
    }
