"""Reading customers and their one history."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from customers.models import Customer, TimelineEntry
from customers.rules.memory import Source
from helpdesk import wiring
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.search import query

SAID = ("message", "call", "chat", "note")


@dataclass(frozen=True)
class Place:
    """Where a page of the timeline ended: the next page starts below it."""

    at: datetime
    id: int


def timeline(
    customer_id: int,
    actor: Actor,
    before: Place | None = None,
    limit: int = 50,
    kinds: tuple[str, ...] = (),
    ticket: int | None = None,
) -> list[TimelineEntry]:
    """The newest entries of the history, below `before`; one query on one index. Entries of tickets that `actor`
    may not see are left out, as are kinds not asked for, and those of other tickets when one is."""
    rows = TimelineEntry.objects.filter(customer_id=customer_id).filter(_in_sight(actor, customer_id))
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if ticket is not None:
        rows = rows.filter(ticket=ticket)
    if before:
        rows = rows.filter(Q(occurred_at__lt=before.at) | Q(occurred_at=before.at, id__lt=before.id))
        rows = rows.filter(occurred_at__lte=before.at)
    return list(rows.order_by("-occurred_at", "-id")[:limit])


def _in_sight(actor: Actor, customer_id: int) -> Q:
    if actor.role == "admin" or actor.kind == "system":
        return Q()
    in_hand = import_string(wiring.IN_HAND)(actor, customer_id)
    return Q(team_id__isnull=True) | Q(team_id__in=actor.team_ids) | Q(ticket__in=in_hand)


def search(rows: QuerySet[Customer], text: str, limit: int = 50) -> list[Customer]:
    """Customers whose name or handle holds all the words of `text`, the most recently changed first."""
    wanted = query(text)
    if wanted is None:
        return []
    return list(rows.filter(search=wanted).prefetch_related("identities").order_by("-updated_at", "-id")[:limit])


def source_of(actor: Actor, customer_id: int, message: str) -> Source:
    """Where and when this message of the customer's was said, if `actor` may see it; else nowhere."""
    if not (message.isascii() and message.isdigit() and len(message) < 18):
        return Source()
    rows = TimelineEntry.objects.filter(customer_id=customer_id, kind__in=SAID, link_id=int(message))
    row = rows.filter(_in_sight(actor, customer_id)).order_by("-occurred_at").first()
    return Source(row.ticket, row.link_id, row.occurred_at) if row else Source()
