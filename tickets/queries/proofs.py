"""What speaks for an inbound message belonging to a ticket."""

from helpdesk.core import sql
from tickets import tokens
from tickets.envelopes import InboundMessage
from tickets.models import Participant
from tickets.rules.threads import Proof

MOST = 50
COPIES_SQL = """
SELECT d.header_id, m.ticket_id, d.address, d.participant_id, m.is_automatic
FROM tickets_delivery d JOIN tickets_message m ON m.id = d.message_id
WHERE d.header_id = ANY(%s::text[]) AND d.header_id <> '' AND d.state <> 'cancelled'
"""


def proofs(inbound: InboundMessage) -> list[Proof]:
    """Tokens of ours among its recipients, and Message-IDs of ours that it answers; strongest first."""
    return _by_token(inbound) + _by_header(inbound)


def _by_token(inbound: InboundMessage) -> list[Proof]:
    seats = {pk for address in inbound.recipients[:MOST] if (pk := tokens.read_reply_address(address))}
    if not seats:
        return []
    rows = Participant.objects.filter(pk__in=seats).order_by("id").values_list("ticket_id", "address")
    return [Proof(ticket_id, address, "token") for ticket_id, address in rows]


def _by_header(inbound: InboundMessage) -> list[Proof]:
    ids = [value for value in dict.fromkeys([inbound.in_reply_to, *inbound.references]) if value][:MOST]
    if not ids:
        return []
    found = {row[0]: row[1:] for row in sql.rows(COPIES_SQL, [ids])}
    return [_of_copy(*found[i]) for i in ids if i in found]


def _of_copy(ticket_id: int, address: str, seat: int | None, automatic: bool) -> Proof:
    """Whoever has no seat (a forward, a hidden copy, one who was let go) was given a copy, not a place."""
    return Proof(ticket_id, address, "header" if seat or automatic else "guest")
