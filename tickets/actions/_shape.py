"""What every action on a ticket shares: bump, record, tell the timeline, hint. Not for edges."""

from datetime import datetime
from typing import Any

from customers.actions import note_event
from customers.actions.splitting import given
from customers.models import TimelineEntry
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import audit, clock, rows
from helpdesk.core.realtime import DESK, hint
from tickets.models import Message, Ticket


def save(ticket: Ticket, *fields: str, at: datetime | None = None) -> None:
    """Writes `fields` and the ticket's version and time of change."""
    ticket.version += 1
    ticket.updated_at = at or clock.now()
    rows.change(ticket, *fields, "version", "updated_at")


def announce(by: Actor, ticket: Ticket, verb: str, *, said: int = 0, **facts: Any) -> None:
    """The audit entry and, after commit, the hint of a change: every page of the desk listens to one group.

    `said`: this message, which was added, is all that has changed; a page that has it already need not ask.
    """
    audit.record(by, verb, f"ticket:{ticket.pk}", facts)
    hint([DESK], "ticket", number=ticket.number, **({"said": said} if said else {}))


def tell(
    ticket: Ticket,
    kind: str,
    summary: str,
    *,
    at: datetime,
    link_id: int | None = None,
    came_by: int | None = None,
    staff_only: bool = False,
    ours: bool = False,
    channel: str = "",
) -> None:
    """One line in the customer's history."""
    note_event(
        customer_id=ticket.customer_id,
        kind=kind,
        channel=channel or ticket.channel,
        occurred_at=at,
        summary=summary,
        ticket=ticket.number,
        team_id=ticket.team_id,
        link_id=link_id,
        came_by=came_by,
        staff_only=staff_only,
        ours=ours,
    )


def retell(message: Message, before: Ticket, after: Ticket) -> None:
    """A message that moved from one ticket to another is told there in the history."""
    lines = TimelineEntry.objects.filter(ticket=before.number, link_id=message.pk, kind__in=["message", "note"])
    moved = {giver: [pk] for pk, giver in lines.exclude(customer_id=after.customer_id).values_list("pk", "customer_id")}
    lines.update(ticket=after.number, team_id=after.team_id, customer_id=after.customer_id)
    for giver, keys in moved.items():
        given(by=SYSTEM, giver=giver, taker=after.customer_id, rows={"customers.timelineentry": keys})
