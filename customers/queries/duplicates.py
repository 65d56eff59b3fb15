"""Who may be one person: what the rules are given to decide by, and the questions that wait for a human."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from customers.models import Customer, Duplicate, Identity, Membership, NotSame
from customers.queries.relations import family
from customers.rules.identity import Handle
from customers.rules.matching import MOST_WITH_A_KEY, Evidence, crowds
from helpdesk import wiring
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import sql
from helpdesk.core.paging import read_cursor, write_cursor

NAME = "duplicates"
CAP = 99
MOST_HANDLES = 100
CHANGED_SQL = """
SELECT c.id, c.updated_at FROM customers_customer c, customers_matchprogress p
WHERE (c.updated_at, c.id) > (p.at, p.customer) AND c.updated_at < %s
ORDER BY c.updated_at, c.id LIMIT %s
"""
# One more than are looked at tells that there are too many.
SHARED_SQL = """
SELECT wanted.key, near.customer_id FROM unnest(%s::text[]) AS wanted (key) CROSS JOIN LATERAL (
  SELECT k.customer_id FROM customers_matchkey k WHERE k.key = wanted.key ORDER BY k.customer_id LIMIT %s) near
"""
NOW_SQL = """
WITH RECURSIVE up (id, above) AS (
  SELECT id, merged_into_id FROM customers_customer WHERE id = ANY(%s::bigint[])
  UNION SELECT c.id, c.merged_into_id FROM customers_customer c JOIN up ON c.id = up.above)
SELECT id FROM up WHERE above IS NULL
"""
LAST_SQL = """
SELECT c.id, last.occurred_at FROM unnest(%s::bigint[]) AS c (id) CROSS JOIN LATERAL (
  SELECT occurred_at FROM customers_timelineentry WHERE customer_id = c.id ORDER BY occurred_at DESC, id DESC LIMIT 1
) last
"""
COUNT_SQL = "SELECT count(*) FROM (SELECT FROM customers_duplicate LIMIT %s) waiting"


@dataclass(frozen=True)
class Side:
    """One of two who may be one, as a reader compares them."""

    customer: Customer
    handles: list[Identity]
    last_at: datetime | None
    tickets: list[Any]


@dataclass(frozen=True)
class Pair:
    """A question with all that a reader needs to answer it."""

    question: Duplicate
    sides: list[Side] = field(default_factory=list)


def changed(before: datetime, limit: int) -> list[tuple[int, datetime]]:
    """Customers (id, when) who changed since the search last looked, and before this moment; the oldest first."""
    return [(pk, at) for pk, at in sql.rows(CHANGED_SQL, [before, limit])]


def evidence(keys: Iterable[int]) -> dict[int, Evidence]:
    """What is known of these customers; nothing of whoever was merged or erased."""
    live = Customer.objects.filter(pk__in=list(keys), merged_into=None, erased_at=None)
    names = dict(live.values_list("pk", "name"))
    handles: dict[int, set[Handle]] = defaultdict(set)
    proven: dict[int, set[Handle]] = defaultdict(set)
    rows = Identity.objects.filter(customer__in=names).order_by("id")
    for pk, kind, value, at in rows.values_list("customer_id", "kind", "value", "verified_at"):
        if len(handles[pk]) < MOST_HANDLES:
            handles[pk].add(Handle(kind, value))
            proven[pk] |= {Handle(kind, value)} if at else set()
    firms: dict[int, set[str]] = defaultdict(set)
    members = Membership.objects.filter(customer__in=names)
    for pk, name in members.values_list("customer_id", "organisation__name"):
        firms[pk].add(name)
    forwarded = import_string(wiring.FORWARDED)(list(names))
    return {
        pk: Evidence(
            names[pk],
            frozenset(handles[pk]),
            frozenset(proven[pk]),
            frozenset(firms[pk]),
            frozenset(forwarded.get(pk, ())),
        )
        for pk in names
    }


def sharing(keys: Iterable[str]) -> dict[str, list[int]]:
    """Of these keys, those that few enough share: key -> customers."""
    found: dict[str, list[int]] = defaultdict(list)
    for key, pk in sql.rows(SHARED_SQL, [sorted(keys), MOST_WITH_A_KEY + 1]):
        found[key].append(pk)
    return {key: whose for key, whose in found.items() if len(whose) <= MOST_WITH_A_KEY}


def parted(pk: int) -> set[int]:
    """Those of whom somebody said that they are not this customer, whoever was merged into either since."""
    mine = family(pk)
    rows = NotSame.objects.filter(Q(low__in=mine) | Q(high__in=mine)).values_list("low", "high")
    others = {one for pair in rows for one in pair} - mine
    return {one for (one,) in sql.rows(NOW_SQL, [sorted(others)])} - {pk} if others else set()


def crowd(shared: Mapping[str, Iterable[int]], people: Mapping[int, Evidence]) -> frozenset[str]:
    """What of these shared keys people of several names have."""
    return crowds({key: [people[one].name for one in whose if one in people] for key, whose in shared.items()})


def open_ones() -> QuerySet[Duplicate]:
    """The questions that still make sense, and of the two all that a list shows."""
    return Duplicate.objects.filter(
        low__merged_into=None, low__erased_at=None, high__merged_into=None, high__erased_at=None
    ).select_related("low", "high")


def of(customer: Customer) -> list[Duplicate]:
    """The questions about this customer, the likeliest first."""
    rows = open_ones().filter(Q(low=customer) | Q(high=customer))
    return list(rows.order_by("-score", "-id")[:5])


def count() -> int:
    """How many questions wait, counted up to CAP + 1."""
    return int(sql.first(COUNT_SQL, [CAP + 1])[0])


def pairs(actor: Actor, rows: Iterable[Duplicate]) -> list[Pair]:
    """These questions with their people side by side, and of each the latest tickets that `actor` may read."""
    found = list(rows)
    keys = sorted({pk for row in found for pk in (row.low_id, row.high_id)})
    handles: dict[int, list[Identity]] = defaultdict(list)
    for one in Identity.objects.filter(customer__in=keys).order_by("id"):
        handles[one.customer_id].append(one)
    last: Mapping[int, datetime] = dict(sql.rows(LAST_SQL, [keys]))
    tickets = import_string(wiring.LATEST_OF)(actor, keys) if keys else {}

    def side(one: Customer) -> Side:
        return Side(one, handles[one.pk][:6], last.get(one.pk), tickets.get(one.pk, []))

    return [Pair(row, [side(row.low), side(row.high)]) for row in found]


def waiting(actor: Actor, cursor: str, limit: int) -> list[Duplicate]:
    """The queue from a place on, the likeliest first, and one more than `limit`, which says that there is more.

    Raises Unfit for a place that place_of() did not write.
    """
    rows = open_ones() if can(actor, "customer.view") else Duplicate.objects.none()
    if cursor:
        score, pk = read_cursor(NAME, cursor)
        rows = rows.filter(Q(score__lt=score) | Q(score=score, id__lt=pk), score__lte=score)
    return list(rows.order_by("-score", "-id")[: limit + 1])


def place_of(row: Duplicate) -> str:
    """The cursor of what comes after this question."""
    return write_cursor(NAME, [row.score, row.pk])
