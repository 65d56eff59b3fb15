"""Who an answer goes to, and at which other addresses the customer may be answered; for the composer."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from customers.rules.identity import NUMBERS
from helpdesk.core import sql
from tickets.models import Ticket


class Handled(NamedTuple):
    """One handle of a customer."""

    kind: str
    value: str
    verified_at: datetime | None


class Seat(NamedTuple):
    """Somebody who takes part; `suspended`: why our mail does not go there, "" when it does."""

    pk: int
    address: str
    name: str
    role: str
    suspended: str


@dataclass(frozen=True)
class Seats:
    """The customer's own seat (None: no address), those with Cc, other addresses of the customer's, and all handles
    by which they are known, the first known one first."""

    requester: Seat | None
    cc: list[Seat]
    others: list[Seat]
    identities: list[Handled]

    @property
    def suspended(self) -> list[Seat]:
        """Those whose copy would not leave."""
        return [seat for seat in [*([self.requester] if self.requester else []), *self.cc] if seat.suspended]

    @property
    def has_number(self) -> bool:
        """Whether we know a telephone number of theirs."""
        return any(one.kind in NUMBERS for one in self.identities)

    @property
    def cc_was(self) -> str:
        """What the form was drawn with."""
        return " ".join(seat.address for seat in self.cc)


SEATS = """
SELECT p.id, p.address, p.name, p.role, coalesce(s.reason, ''), NULL::timestamptz FROM tickets_participant p
LEFT JOIN tickets_suspension s ON s.address = p.address AND s.suspended_at IS NOT NULL WHERE p.ticket_id = %s
UNION ALL
SELECT id, value, kind, 'known', '', verified_at FROM customers_identity WHERE customer_id = %s
UNION ALL
(SELECT 0, reply_to, '', 'asked', '', NULL FROM tickets_message
WHERE ticket_id = %s AND kind = 'in' AND reply_to <> '' AND held_at IS NULL AND customer_id = %s
ORDER BY seq DESC LIMIT 1)
ORDER BY 1
"""


def seats(ticket: Ticket) -> Seats:
    """One query."""
    given = [ticket.pk, ticket.customer_id, ticket.pk, ticket.customer_id]
    rows = sql.rows(SEATS, given)
    found = [Seat._make(row[:5]) for row in rows]
    own = next((seat for seat in found if seat.role == "requester"), None)
    taken = {seat.address for seat in found if seat.role in ("requester", "cc")}
    theirs = [seat for seat in found if seat.role == "asked" or (seat.role == "known" and seat.name == "email")]
    others = {seat.address: seat for seat in theirs if seat.address not in taken}
    known = [Handled(row[2], row[1], row[5]) for row in rows if row[3] == "known"]
    return Seats(own, [seat for seat in found if seat.role == "cc"], list(others.values()), known)
