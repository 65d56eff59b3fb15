"""A customer's tickets as chapters of their history: one line each, and how it ended (wiring.CHAPTERS)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from customers.models import Customer
from helpdesk.accounts.rules.policy import Actor
from tickets.access import visible
from tickets.models import Ticket
from tickets.models.ticket import OPEN


@dataclass(frozen=True)
class Chapter:
    """One matter: `end` is open, waiting, resolved, confirmed, closed, spam or merged; `until` when it last moved."""

    number: int
    subject: str
    end: str
    began: datetime
    until: datetime
    said: int


def chapters(actor: Actor, customer_id: int, numbers: Collection[int] | None = None, limit: int = 100) -> list[Chapter]:
    """The chapters that `actor` may read, the newest first; of these numbers only, when given. One query."""
    rows = visible(actor).filter(customer_id=customer_id)
    if numbers is not None:
        rows = rows.filter(number__in=set(numbers))
    return [_chapter(row) for row in rows.defer("search").order_by("-last_at", "-id")[:limit]]


def open_of(actor: Actor, customer_ids: Collection[int], limit: int = 50) -> list[Chapter]:
    """What is open of these customers, as far as `actor` may read it, the newest first (wiring.OPEN_OF). One query."""
    rows = visible(actor).filter(customer_id__in=set(customer_ids), status__in=OPEN, merged_into=None)
    return [_chapter(row) for row in rows.defer("search").order_by("-last_at", "-id")[:limit]]


def latest_of(actor: Actor, customer_ids: Collection[int], each: int = 3) -> dict[int, list[Chapter]]:
    """The latest tickets of each of these customers that `actor` may read, the newest first (wiring.LATEST_OF).

    Two queries, however many tickets they have.
    """
    theirs = visible(actor).filter(customer=OuterRef("pk"), merged_into=None).order_by("-last_at", "-id")
    latest = ArraySubquery(theirs.values("pk")[:each])
    whose = dict(Customer.objects.filter(pk__in=set(customer_ids)).values_list("pk", latest))
    rows = Ticket.objects.defer("search").in_bulk({pk for found in whose.values() for pk in found})
    return {pk: [_chapter(rows[one]) for one in found if one in rows] for pk, found in whose.items()}


def _chapter(row: Ticket) -> Chapter:
    until = row.resolved_at or row.last_at
    return Chapter(row.number, row.subject, _end(row), row.created_at, max(until, row.created_at), row.seq)


def _end(row: Ticket) -> str:
    if row.merged_into_id:
        return "merged"
    if row.status in ("resolved", "closed") and row.is_confirmed:
        return "confirmed"
    if row.status in OPEN:
        return "waiting" if row.status == "waiting" else "open"
    return row.status
