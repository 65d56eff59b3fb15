"""What a shift starts with: what one owes people, what waits longest, what comes back."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from customers.queries import duplicates
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from tickets.access import quarantine, sight
from tickets.models import Draft, Notice, Ticket
from tickets.queries.queue import CAP, SHOWN, rows_of

SHOWN_MOST = 8


@dataclass(frozen=True)
class Today:
    """The lists of the page; each holds at most SHOWN_MOST."""

    mine: list[Ticket]
    unclaimed: list[Ticket]
    returning: list[Ticket]
    drafts: list[Draft]
    notices: list[Notice]
    unreadable: int
    duplicates: int

    @property
    def best(self) -> Ticket | None:
        """Where to start: the customer who waits longest for me, else the one who waits longest for anybody."""
        waiting = [row for row in self.mine if row.waiting_since]
        return next(iter([*waiting, *self.unclaimed, *self.mine]), None)


def today(actor: Actor) -> Today:
    """All of it, in seven queries on indexes."""
    return Today(
        mine=_longest(rows_of(actor, "mine")),
        unclaimed=_longest(rows_of(actor, "unassigned").filter(waiting_since__isnull=False)),
        returning=_returning(actor),
        drafts=_drafts(actor),
        notices=_notices(actor),
        unreadable=quarantine(actor).order_by().values("pk")[:CAP].count(),
        duplicates=duplicates.count(),
    )


def _lean(rows: QuerySet[Ticket]) -> list[Ticket]:
    return list(rows.select_related("customer", "assignee").only(*SHOWN)[:SHOWN_MOST])


def _longest(rows: QuerySet[Ticket]) -> list[Ticket]:
    # PostgreSQL sorts nulls last: who does not wait comes after everybody who does.
    return _lean(rows.order_by("waiting_since", "id"))


def _returning(actor: Actor) -> list[Ticket]:
    soon = clock.now() + timedelta(hours=24)
    rows = rows_of(actor, "snoozed").filter(assignee_id=actor.user_id, snoozed_until__lte=soon)
    return _lean(rows.order_by("snoozed_until", "id"))


def _drafts(actor: Actor) -> list[Draft]:
    rows = Draft.objects.filter(sight(actor, "ticket__"), user_id=actor.pk).exclude(body="")
    return list(rows.select_related("ticket").defer("ticket__search").order_by("-updated_at")[:SHOWN_MOST])


def _notices(actor: Actor) -> list[Notice]:
    rows = Notice.objects.filter(sight(actor, "ticket__"), user_id=actor.pk, read_at__isnull=True)
    return list(rows.select_related("ticket", "actor").defer("ticket__search").order_by("-id")[:SHOWN_MOST])
