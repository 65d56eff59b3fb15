"""Calls as the desk shows them: those that go on now, and those of a ticket with the calls that we owe."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from tickets.access import visible
from tickets.models import Call, CallBack, Ticket
from tickets.models.ticket import OPEN

LATELY = timedelta(hours=2)
MOST = 20


@dataclass(frozen=True)
class Ringing:
    """A call that goes on: in which ticket, who it may be, and how many of their matters are open."""

    call: Call
    ticket: Ticket
    open_others: int
    owed: CallBack | None

    @property
    def is_answered(self) -> bool:
        """Whether somebody speaks with them."""
        return self.call.answered_at is not None


def now(actor: Actor) -> list[Ringing]:
    """The calls that come in at this moment and that `actor` may see, the newest first."""
    rows = Call.objects.filter(outcome="", direction="in", ring_at__gt=clock.now() - LATELY)
    rows = rows.filter(message__ticket__in=visible(actor).values("pk"))
    return [_ringing(row) for row in rows.select_related("message__ticket__customer").order_by("-ring_at", "-id")[:3]]


def _ringing(call: Call) -> Ringing:
    assert call.message is not None  # the query asked for it
    ticket = call.message.ticket
    others = Ticket.objects.filter(customer=ticket.customer_id, status__in=OPEN).exclude(pk=ticket.pk)
    owed = CallBack.objects.filter(ticket__customer=ticket.customer_id, done_at=None).order_by("due_at").first()
    return Ringing(call, ticket, others.count(), owed)


@dataclass(frozen=True)
class Calls:
    """What belongs to a ticket: its calls, the newest first, and what is owed."""

    calls: list[Call]
    owed: list[CallBack]


def of(ticket: Ticket) -> Calls:
    """Two queries. What came with a ticket that became part of this one counts, too."""
    here = Q(ticket=ticket) | Q(ticket__merged_into=ticket)
    calls = (
        Call.objects.filter(Q(message__ticket=ticket) | Q(message__ticket__merged_into=ticket))
        .select_related("agent")
        .order_by("-id")[:MOST]
    )
    owed = CallBack.objects.filter(here, done_at=None).select_related("owner").order_by("due_at")
    return Calls(list(calls), list(owed))
