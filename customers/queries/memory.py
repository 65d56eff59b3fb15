"""Reading what is remembered, and what a question that is being typed would be answered by."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from customers.models import Customer, Fact
from customers.rules.asking import Known
from customers.rules.memory import is_old
from helpdesk.accounts.rules.policy import Actor, sees_every_ticket
from helpdesk.core import clock
from helpdesk.core.errors import NotFound


@dataclass(frozen=True)
class Remembered:
    """A fact as pages show it."""

    fact: Fact
    is_old: bool


def visible(actor: Actor, customer_id: int) -> QuerySet[Fact]:
    """The facts about this customer that `actor` may read, the newest first."""
    rows = Fact.objects.filter(customer_id=customer_id).order_by("-id")
    if actor.kind == "customer":
        return rows.filter(sight="customer") if actor.customer_id == customer_id else rows.none()
    if sees_every_ticket(actor):
        return rows
    return rows.filter(~Q(sight="team") | Q(team_id__in=actor.team_ids))


def facts(actor: Actor, customer_id: int) -> list[Remembered]:
    """What is remembered, with what has become old marked; one query."""
    return marked(visible(actor, customer_id))


def marked(rows: Iterable[Fact]) -> list[Remembered]:
    """Facts with what has become old marked."""
    now = clock.now()
    return [Remembered(row, is_old(row.said_at, row.confirmed_at, now)) for row in rows]


def get(actor: Actor, pk: int) -> Fact:
    """One fact. Raises NotFound, also for what may not be read."""
    row = Fact.objects.filter(pk=pk).select_related("customer").first()
    if row is None or not visible(actor, row.customer_id).filter(pk=pk).exists():
        raise NotFound
    return row


def known(actor: Actor, customer: Customer) -> list[Known]:
    """All that we know of somebody and `actor` may read, as answers to questions."""
    found = [Known("name", customer.name)] if customer.name else []
    for each in customer.identities.order_by("id"):
        found.append(Known(each.kind, each.value, each.created_at, each.verified_at is not None))
    found += [Known(name, str(value)) for name, value in customer.attributes.items() if value not in (None, "")]
    found += [Known("", row.fact.text, row.fact.said_at, not row.is_old) for row in facts(actor, customer.pk)]
    return found
