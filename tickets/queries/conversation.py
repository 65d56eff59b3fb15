"""Reading one ticket: what was said and done, who is here, what is typed but not sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from customers.models import Identity
from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock, sql
from tickets.access import visible
from tickets.models import Ticket
from tickets.models.ticket import OPEN
from tickets.queries import shaped
from tickets.rules.pictures import is_drawn

LATEST = 60


class Copy(NamedTuple):
    """How one recipient's copy fared."""

    pk: int
    address: str
    state: str
    error: str


class File(NamedTuple):
    """A file of a message."""

    name: str
    token: str
    size: int
    content_type: str
    scan: str

    @property
    def is_drawn(self) -> bool:
        """Whether a preview is offered."""
        return is_drawn(self.content_type, self.scan)


class Said(NamedTuple):
    """What the conversation shows of a message."""

    pk: int
    seq: int
    kind: str
    channel: str
    author_id: int | None
    author: str
    from_name: str
    from_address: str
    text: str
    visible_length: int
    is_automatic: bool
    held_at: datetime | None
    created_at: datetime
    has_html: bool
    has_remote: bool
    is_trusted: bool
    copies: list[Copy]
    files: list[File]

    @property
    def can_undo(self) -> bool:
        """Whether the answer is still within its ten seconds."""
        return self.kind == "out" and clock.now() < self.created_at + timedelta(seconds=settings.UNDO_SECONDS)

    @property
    def visible(self) -> str:
        """The text before the quoted part."""
        return self._cut()[0]

    @property
    def folded(self) -> str:
        """The quoted part, one click away."""
        return self._cut()[1]

    def _cut(self) -> tuple[str, str]:
        at = self.visible_length
        shown = self.text[:at].rstrip() if at else self.text
        return (shown, self.text[at:].strip("\n")) if shown and at else (self.text, "")


class Item(NamedTuple):
    """One thing of the conversation: a message, or an event's line. `at` orders."""

    at: datetime
    message: Said | None = None
    event: str = ""


@dataclass(frozen=True)
class Conversation:
    """The newest items in the order of time, and the seq below which earlier ones lie (0: none)."""

    items: list[Item]
    earlier: int


# Written out, each message with its copies and files: four queries of the ORM took 4 ms of processor time.
MESSAGES = """
SELECT m.id, m.seq, m.kind, m.channel, m.author_id, coalesce(nullif(u.name, ''), u.email, ''), m.from_name,
  m.from_address, m.text, m.visible_length, m.is_automatic, m.held_at, m.created_at, m.html <> '',
  m.has_remote, m.has_remote AND EXISTS(SELECT 1 FROM tickets_trustedsender t WHERE t.address = lower(m.from_address)),
  ARRAY(SELECT json_build_array(d.id, d.address, d.state, d.error) FROM tickets_delivery d
    WHERE d.message_id = m.id ORDER BY d.id),
  ARRAY(SELECT json_build_array(a.name, f.token, f.size, a.content_type, a.scan) FROM tickets_attachment a
    JOIN core_storedfile f ON f.id = a.file_id WHERE a.message_id = m.id ORDER BY a.id)
FROM tickets_message m LEFT JOIN accounts_user u ON u.id = m.author_id
WHERE m.ticket_id = %s AND m.withdrawn_at IS NULL AND m.seq < %s ORDER BY m.seq DESC LIMIT %s
"""
EVENTS = """
SELECT occurred_at, summary FROM customers_timelineentry
WHERE ticket = %s AND kind NOT IN ('message', 'note') AND occurred_at >= %s ORDER BY id LIMIT 200
"""
NO_END = 2_000_000_000


def conversation(ticket: Ticket, before_seq: int = 0, limit: int = LATEST) -> Conversation:
    """The newest messages of a ticket (below `before_seq`, if given) and its status lines; two queries."""
    found = sql.rows(MESSAGES, [ticket.pk, before_seq or NO_END, limit + 1])
    messages = [_said(row) for row in found[:limit]]
    earlier = messages[-1].seq if len(found) > limit else 0
    since = messages[-1].created_at if earlier else ticket.created_at
    items = [Item(row.created_at, row) for row in messages]
    items += [Item(at, event=summary) for at, summary in sql.rows(EVENTS, [ticket.number, since])]
    items.sort(key=lambda item: (item.at, item.message.seq if item.message else 0))
    return Conversation(items, earlier)


def _said(row: Any) -> Said:
    *own, copies, files = row
    return Said._make([*own, [Copy(*copy) for copy in copies], [File(*file) for file in files]])


class Other(NamedTuple):
    """Another ticket of the same customer."""

    number: int
    subject: str
    status: str
    last_at: datetime


def others(actor: Actor, ticket: Ticket, limit: int = 8) -> list[Other]:
    """The customer's other tickets, the latest first."""
    return [Other(*row) for row in shaped.rows(actor, _others, limit, given=(ticket.customer_id, ticket.pk))]


def _others(actor: Actor, limit: int, customer_id: int, pk: int) -> shaped.Statement:
    rows = visible(actor).filter(customer_id=customer_id).exclude(pk=pk).order_by("-last_at", "-id")
    return shaped.sql_of(rows.values_list("number", "subject", "status", "last_at")[:limit])


class Handled(NamedTuple):
    """One handle of a customer."""

    kind: str
    value: str
    verified_at: datetime | None


def handles(customer_id: int) -> list[Handled]:
    """The addresses and numbers by which the customer is known, the first known one first."""
    query = "SELECT kind, value, verified_at FROM customers_identity WHERE customer_id = %s ORDER BY id"
    return [Handled(*row) for row in sql.rows(query, [customer_id])]


def open_of(actor: Actor, contact: str) -> list[Ticket]:
    """Open tickets of whoever has this address or number: perhaps the matter is there already."""
    handle = handle_of(contact)
    if handle is None:
        return []
    owner = Identity.objects.filter(kind=handle.kind, value=handle.value).values("customer_id")
    rows = visible(actor).filter(customer_id__in=owner, status__in=OPEN)
    return list(rows.select_related("customer").order_by("-last_at", "-id")[:5])


def handle_of(contact: str) -> Handle | None:
    """The address or number that somebody typed, cleaned; None when it is neither."""
    try:
        return clean(Handle("email" if "@" in contact else "phone", contact))
    except BadHandle:
        return None
