"""Ending guest links before their time: all that were given to somebody, or all that lead to a ticket."""

from django.db import transaction
from django.db.models import F, Q

from customers.actions import entry
from customers.models import PortalSession
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import audit
from tickets.access import lock
from tickets.actions import _shape
from tickets.models import Participant, Ticket


@transaction.atomic
def leave_everywhere(*, session: PortalSession) -> None:
    """A customer signs out on all devices; whoever has a link that we mailed to them is shut out as well."""
    entry.leave(session=session, everywhere=True)
    end_of(by=entry.actor_of(session.customer), customer_id=session.customer_id)


@transaction.atomic
def end_of(*, by: Actor, customer_id: int) -> int:
    """Ends the links of all seats that this customer has; how many seats. (Erasing somebody takes their seats away.)"""
    count = Participant.objects.filter(customer_id=customer_id).update(links=F("links") + 1)
    if count:
        audit.record(by, "links.ended", f"customer:{customer_id}", {"seats": count})
    return count


@transaction.atomic
def end_to(*, by: Actor, ticket: Ticket) -> None:
    """Ends every link to this ticket and to those that have become part of it. The next mail brings a new one."""
    row = lock(by, "ticket.reply", ticket)
    seats = Participant.objects.filter(Q(ticket=row) | Q(ticket__merged_into=row))
    count = seats.update(links=F("links") + 1)
    _shape.save(row)
    _shape.announce(by, row, "links.ended", seats=count)
