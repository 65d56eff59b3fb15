"""Tickets that a mail speaks of without proving it: they are linked for people to see, never joined."""

from django.db.models import Q

from tickets.envelopes import InboundMessage
from tickets.models import Message, Ticket

MOST = 10


def related(inbound: InboundMessage, ticket: Ticket) -> list[int]:
    """Other tickets (ids) of the same customer whose mails this one answers, or which answered it before it came.

    So a thread whose mails overtook each other is found whatever their order.
    """
    named = [one[:998] for one in dict.fromkeys([inbound.in_reply_to, *inbound.references]) if one][:MOST]
    spoken = Q(pk__in=[])
    if named:
        spoken |= Q(header_id__in=named)
    if inbound.external_id:
        spoken |= Q(in_reply_to=inbound.external_id[:998])
    rows = Message.objects.filter(spoken, kind="in", customer_id=ticket.customer_id).exclude(ticket_id=ticket.pk)
    return sorted(set(rows.exclude(header_id="").values_list("ticket_id", flat=True)[:MOST]))
