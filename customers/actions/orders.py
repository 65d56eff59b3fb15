"""Orders and subscriptions follow from their events: worked out anew whenever one more is told."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields

from django.db import connection
from django.db.models import QuerySet

from customers.actions import crowd
from customers.models import Event, Order, Subscription, TimelineEntry
from customers.rules import orders as rules
from customers.rules.happenings import word
from customers.rules.orders import OrderFacts, Said, SubscriptionFacts
from helpdesk.core import clock

# Makes the row if it is new, and locks it in any case, in one order for everybody: whoever tells something of the same
# order at the same time waits, and then reads what the other has stored.
HOLD_SQL = """
INSERT INTO {table} (customer_id, source, ref, {began}, changed_at, received_at)
SELECT r.customer, %(source)s, r.ref, %(now)s, %(now)s, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(ref text, customer bigint) ORDER BY r.ref COLLATE "C"
ON CONFLICT (source, ref) DO UPDATE SET ref = excluded.ref RETURNING id, ref
"""
ORDER_SQL = """
UPDATE customers_order o SET customer_id = r.customer, came_by = r.came_by, number = r.number, status = r.status,
  url = r.url, currency = r.currency, total = r.total, paid = r.paid, refunded = r.refunded, lines = r.lines,
  shipments = r.shipments, reason = r.reason, placed_at = r.placed_at, changed_at = r.changed_at,
  received_at = %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(ref text, customer bigint, came_by bigint, number text, status text,
  url text, currency text, total bigint, paid bigint, refunded bigint, lines jsonb, shipments jsonb, reason text,
  placed_at timestamptz, changed_at timestamptz)
WHERE o.source = %(source)s AND o.ref = r.ref
"""
SUBSCRIPTION_SQL = """
UPDATE customers_subscription s SET customer_id = r.customer, came_by = r.came_by, plan = r.plan, status = r.status,
  interval = r.interval, currency = r.currency, amount = r.amount, renews_at = r.renews_at, ended_at = r.ended_at,
  reason = r.reason, started_at = r.started_at, changed_at = r.changed_at, received_at = %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(ref text, customer bigint, came_by bigint, plan text, status text,
  interval text, currency text, amount bigint, renews_at timestamptz, ended_at timestamptz, reason text,
  started_at timestamptz, changed_at timestamptz)
WHERE s.source = %(source)s AND s.ref = r.ref
"""
SPENT_SQL = """
UPDATE customers_event e SET spent = r.spent
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(key bigint, spent bigint)
WHERE e.id = r.key AND e.spent <> r.spent
"""

ENTRY_SQL = """
UPDATE customers_order o SET entry = r.entry FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(key bigint, entry bigint)
WHERE o.id = r.key
"""
# Only those whose day or words are others now.
MOVE_SQL = """
UPDATE customers_timelineentry e SET occurred_at = r.at, summary = r.summary
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(key bigint, at timestamptz, summary text)
WHERE e.id = r.key AND (e.occurred_at, e.summary) IS DISTINCT FROM (r.at, r.summary)
"""


def project(source: str, stories: Collection[str]) -> None:
    """Brings the orders and subscriptions of these stories up to date, within the transaction of their events."""
    whose = dict(_told(source, stories).values_list("story", "customer_id"))
    for about, table in (("order", Order), ("subscription", Subscription)):
        mine = {story.partition(":")[2]: key for story, key in whose.items() if story.startswith(f"{about}:")}
        if not mine:
            continue
        _hold(table, source, mine)
        # Read now: everything that others have stored of these is there to see.
        again = _said(source, [f"{about}:{ref}" for ref in mine])
        (_orders if about == "order" else _subscriptions)(
            source, {story.partition(":")[2]: said for story, said in again.items()}
        )


def _told(source: str, stories: Collection[str]) -> QuerySet[Event]:
    return Event.objects.filter(source=source, story__in=stories).exclude(story="")


def _said(source: str, stories: Collection[str]) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    names = ("id", "event_id", "type", "occurred_at", "customer_id", "came_by", "amount", "currency")
    for story, *values in _told(source, stories).values_list("story", *names, "properties", "received_at"):
        found.setdefault(story, []).append(Said(*values))
    return found


def _hold(table: type[Order] | type[Subscription], source: str, refs: Mapping[str, int]) -> None:
    began = "placed_at" if table is Order else "started_at"
    rows = json.dumps([{"ref": ref, "customer": customer} for ref, customer in refs.items()])
    statement = HOLD_SQL.format(table=table._meta.db_table, began=began)
    _run(statement, source, rows)


def _run(statement: str, source: str, rows: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"rows": rows, "source": source, "now": clock.now()})


def _orders(source: str, told: Mapping[str, list[Said]]) -> None:
    found = {ref: rules.order(said) for ref, said in told.items()}
    _settle(found.values())
    _run(ORDER_SQL, source, _json(found, leave=("spent",)))
    spent = [{"key": key, "spent": amount} for facts in found.values() for key, amount in facts.spent.items()]
    _run(SPENT_SQL, source, json.dumps(spent))
    _tell(source, found)


def _subscriptions(source: str, told: Mapping[str, list[Said]]) -> None:
    found = {ref: rules.subscription(said) for ref, said in told.items()}
    _settle(found.values())
    _run(SUBSCRIPTION_SQL, source, _json(found))


def _settle(found: Iterable[OrderFacts | SubscriptionFacts]) -> None:
    """Whose they are by now, should somebody be merging them at this moment."""
    rows = list(found)
    now = crowd.present(facts.customer for facts in rows)
    for facts in rows:
        facts.customer = now.get(facts.customer, facts.customer)


def _json(found: Mapping[str, OrderFacts | SubscriptionFacts], leave: tuple[str, ...] = ()) -> str:
    rows = [
        {"ref": ref} | {one.name: getattr(facts, one.name) for one in fields(facts) if one.name not in leave}
        for ref, facts in found.items()
    ]
    return json.dumps(rows, default=lambda at: at.isoformat())


def _tell(source: str, found: Mapping[str, OrderFacts]) -> None:
    """One line in the history for each order, on the day it was placed."""
    rows = list(Order.objects.filter(source=source, ref__in=found.keys()))
    fresh = [row for row in rows if row.entry is None]
    made = TimelineEntry.objects.bulk_create([_entry(row) for row in fresh])
    lines = [{"key": row.pk, "entry": entry.pk} for row, entry in zip(fresh, made, strict=True)]
    _run(ENTRY_SQL, source, json.dumps(lines))
    old = {row.entry: row for row in rows if row.entry is not None}
    wanted = ((key, _entry(row)) for key, row in old.items())
    moved = [{"key": key, "at": entry.occurred_at.isoformat(), "summary": entry.summary} for key, entry in wanted]
    _run(MOVE_SQL, source, json.dumps(moved))


def _entry(row: Order) -> TimelineEntry:
    return TimelineEntry(
        customer_id=row.customer_id,
        kind="order",
        occurred_at=row.placed_at,
        summary=summary("order", row.number or row.ref, row.total, row.currency),
        link_id=row.pk,
        came_by=row.came_by,
    )


def summary(what: str, ref: str, amount: int | None, currency: str) -> str:
    """The one line of the history: `order #1042 4500000 IRR`. Pages tell it in the reader's words (order_line)."""
    named = f"#{word(ref, 60).replace(' ', '_')}" if ref else ""
    money = f"{amount} {currency}" if amount is not None and currency else ""
    return " ".join(part for part in (what, named.replace("##", "#"), money) if part)
