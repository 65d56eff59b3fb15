"""What speaks for an inbound message belonging to a ticket."""

from django.db.models import Q

from tickets import tokens
from tickets.envelopes import InboundMessage
from tickets.models import Delivery, Participant
from tickets.rules.threads import Proof

MOST = 50


def proofs(inbound: InboundMessage) -> list[Proof]:
    """Tokens of ours among its recipients, and Message-IDs of ours that it answers; strongest first."""
    return _by_token(inbound) + _by_header(inbound)


def _by_token(inbound: InboundMessage) -> list[Proof]:
    seats = {pk for address in inbound.recipients[:MOST] if (pk := tokens.read_reply_address(address))}
    rows = Participant.objects.filter(pk__in=seats) if seats else Participant.objects.none()
    return [Proof(row.ticket_id, row.address, "token") for row in rows.order_by("id")]


def _by_header(inbound: InboundMessage) -> list[Proof]:
    ids = [value for value in dict.fromkeys([inbound.in_reply_to, *inbound.references]) if value][:MOST]
    if not ids:
        return []
    rows = Delivery.objects.filter(Q(header_id__in=ids)).exclude(state=Delivery.State.CANCELLED)
    found = {row.header_id: row for row in rows.select_related("message")}
    return [Proof(found[i].message.ticket_id, found[i].address, "header") for i in ids if i in found]
