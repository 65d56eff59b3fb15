"""Tickets that a mail speaks of without proving it: they are linked for people to see, never joined."""

from helpdesk.core import sql
from tickets.envelopes import InboundMessage
from tickets.models import Ticket

MOST = 10
SPOKEN_SQL = """
SELECT DISTINCT ticket_id FROM (
  SELECT ticket_id FROM tickets_message
  WHERE header_id = ANY(%(named)s::text[]) AND header_id <> '' AND kind = 'in' AND customer_id = %(customer)s
  UNION ALL
  SELECT ticket_id FROM tickets_message
  WHERE in_reply_to = %(id)s AND in_reply_to <> '' AND header_id <> '' AND kind = 'in' AND customer_id = %(customer)s
) spoken WHERE ticket_id <> %(ticket)s LIMIT %(most)s
"""


def related(inbound: InboundMessage, ticket: Ticket) -> list[int]:
    """Other tickets (ids) of the same customer whose mails this one answers, or which answered it before it came.

    So a thread whose mails overtook each other is found whatever their order.
    """
    named = [one[:998] for one in dict.fromkeys([inbound.in_reply_to, *inbound.references]) if one][:MOST]
    if not named and not inbound.external_id:
        return []
    given = {"named": named, "id": inbound.external_id[:998], "customer": ticket.customer_id, "ticket": ticket.pk}
    return sorted(row[0] for row in sql.rows(SPOKEN_SQL, given | {"most": MOST}))
