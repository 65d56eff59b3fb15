"""Reading one ticket: what was said and done, who is here, what is typed but not sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from django.conf import settings

from customers.models import Identity
from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock, sql
from tickets.access import Part, visible
from tickets.models import Link, Ticket
from tickets.models.ticket import OPEN
from tickets.queries import copywords, shaped, voicewords
from tickets.rules import quotes
from tickets.rules.pictures import is_drawn

LATEST = 60


class Copy(NamedTuple):
    """How one recipient's copy fared."""

    pk: int
    address: str
    state: str
    error: str
    role: str
    status_code: str

    @property
    def why(self) -> object:
        """The reason in words, when there is one."""
        if "@" not in self.address:
            return copywords.voiced(self.state, self.error)
        return copywords.reason(self.state, self.status_code, self.error)


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


class Change(NamedTuple):
    """What became of a message later."""

    kind: str
    text: str
    was: str
    by_name: str
    at: datetime


class Far(NamedTuple):
    """A file that is still fetched, or that could not be."""

    kind: str
    state: str
    error: str

    @property
    def word(self) -> object:
        """What it is."""
        return voicewords.WORDS.get(self.kind, self.kind)


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
    ticket_id: int
    subject: str
    mail_kind: str
    removed_at: datetime | None
    reply_to: str
    forwarded_from: str
    album: str
    is_public: bool
    copies: list[Copy]
    files: list[File]
    changes: list[Change]
    far: list[Far]
    part: int = 0
    goes_on: bool = False

    @property
    def edits(self) -> list[Change]:
        """What it said before, the newest first."""
        return [one for one in reversed(self.changes) if one.kind == "edited"]

    @property
    def deleted(self) -> Change | None:
        """That its writer took it back."""
        return next((one for one in self.changes if one.kind == "deleted"), None)

    @property
    def reactions(self) -> list[Change]:
        """The signs under it: of each person the last one, unless it was taken back."""
        last = {one.by_name: one for one in self.changes if one.kind == "reaction"}
        return [one for one in last.values() if one.text]

    @property
    def can_undo(self) -> bool:
        """Whether the answer is still within its ten seconds; what is said in a chat leaves at once."""
        waits = self.kind == "out" and self.channel != "chat"
        return waits and clock.now() < self.created_at + timedelta(seconds=settings.UNDO_SECONDS)

    @property
    def visible(self) -> str:
        """The text without the quoted part."""
        return self._cut()[0]

    @property
    def folded(self) -> str:
        """The quoted part, one click away."""
        return self._cut()[1]

    def _cut(self) -> tuple[str, str]:
        return quotes.split(self.text, self.visible_length) if self.kind == "in" else (self.text, "")


class Item(NamedTuple):
    """One thing of the conversation: a message, or an event's line of some `kind`. `at` orders."""

    at: datetime
    message: Said | None = None
    event: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Conversation:
    """The newest items in the order of time, and what `before` must be to see those before them (0: none)."""

    items: list[Item]
    earlier: int


# Written out, each message with its copies and files: four queries of the ORM took 4 ms of processor time.
SAID = """
SELECT m.id, m.seq, m.kind, m.channel, m.author_id, coalesce(nullif(u.name, ''), u.email, ''), m.from_name,
  m.from_address, m.text, m.visible_length, m.is_automatic, m.held_at, m.created_at, m.html <> '',
  m.has_remote, m.has_remote AND EXISTS(SELECT 1 FROM tickets_trustedsender t WHERE t.address = lower(m.from_address)),
  m.ticket_id, m.subject, m.mail_kind, m.removed_at, m.reply_to, m.forwarded_from, m.album, m.is_public,
  ARRAY(SELECT json_build_array(d.id, d.address, d.state, d.error, d.role, d.status_code) FROM tickets_delivery d
    WHERE d.message_id = m.id ORDER BY d.id),
  ARRAY(SELECT json_build_array(a.name, f.token, f.size, a.content_type, a.scan) FROM tickets_attachment a
    JOIN core_storedfile f ON f.id = a.file_id WHERE a.message_id = m.id ORDER BY a.id),
  CASE WHEN m.channel = 'email' THEN NULL ELSE ARRAY(SELECT json_build_array(c.kind, c.text, c.was, c.by_name, c.at)
    FROM tickets_messagechange c WHERE c.message_id = m.id ORDER BY c.id) END,
  CASE WHEN m.channel = 'email' THEN NULL ELSE ARRAY(SELECT json_build_array(r.kind, r.state, r.error)
    FROM tickets_farfile r WHERE r.message_id = m.id AND (r.state <> 'kept' OR r.kind = 'unsupported')
    ORDER BY r.id) END
FROM tickets_message m LEFT JOIN accounts_user u ON u.id = m.author_id
"""
MESSAGES = SAID + "WHERE m.ticket_id = %s AND m.withdrawn_at IS NULL AND m.seq < %s ORDER BY m.seq DESC LIMIT %s"
# A joined ticket's messages have no common seq: they stand in the order of time.
OF_ALL_PARTS = """WHERE m.ticket_id = ANY(%s) AND m.withdrawn_at IS NULL AND (%s::bigint = 0
  OR (m.created_at, m.id) < (SELECT b.created_at, b.id FROM tickets_message b WHERE b.id = %s::bigint))
ORDER BY m.created_at DESC, m.id DESC LIMIT %s
"""
JOINED = SAID + OF_ALL_PARTS
EVENTS = """
SELECT occurred_at, summary, kind FROM customers_timelineentry
WHERE ticket = %s AND kind NOT IN ('message', 'note', 'call') AND occurred_at >= %s ORDER BY id LIMIT 200
"""
NO_END = 2_000_000_000


def conversation(ticket: Ticket, before: int = 0, parts: Sequence[Part] = (), limit: int = LATEST) -> Conversation:
    """The newest messages of a ticket and of these parts of it, and its own status lines; two queries.

    `before` is what `earlier` was: a seq, or with parts a message's id.
    """
    if parts:
        keys = [ticket.pk, *(part.pk for part in parts)]
        found = sql.rows(JOINED, [keys, before, before, limit + 1])
    else:
        found = sql.rows(MESSAGES, [ticket.pk, min(before, NO_END) or NO_END, limit + 1])
    numbers = {part.pk: part.number for part in parts}
    messages = [said_of(row, numbers) for row in found[:limit]]
    earlier = (messages[-1].pk if parts else messages[-1].seq) if len(found) > limit else 0
    since = messages[-1].created_at if earlier else ticket.created_at
    items = [Item(row.created_at, row) for row in messages]
    items += [Item(at, event=summary, kind=kind) for at, summary, kind in sql.rows(EVENTS, [ticket.number, since])]
    items.sort(key=lambda item: (item.at, item.message.seq if item.message and not parts else 0))
    return Conversation(_joined(items), earlier)


def _change(kind: str, text: str, was: str, by_name: str, at: str) -> Change:
    return Change(kind, text, was, by_name, datetime.fromisoformat(at))


def _joined(items: list[Item]) -> list[Item]:
    """What was posted as one album is shown as one: all but its first go on from the one before."""
    last, found = "", []
    for item in items:
        album = item.message.album if item.message else ""
        if item.message and album and album == last:
            item = item._replace(message=item.message._replace(goes_on=True))
        last = album
        found.append(item)
    return found


def said_of(row: Any, numbers: Mapping[int, int] = MappingProxyType({})) -> Said:
    """The message of one row of SAID; `numbers` names the parts of a joined ticket."""
    *own, copies, files, changes, far = row
    said = Said._make(
        [
            *own,
            [Copy(*copy) for copy in copies],
            [File(*file) for file in files],
            [_change(*one) for one in changes or ()],
            [Far(*one) for one in far or ()],
            0,
            False,
        ]
    )
    return said._replace(part=numbers[said.ticket_id]) if said.ticket_id in numbers else said


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


def links(actor: Actor, ticket: Ticket, limit: int = 20) -> list[Other]:
    """The tickets that it is linked with and that `actor` may see."""
    return [Other(*row) for row in shaped.rows(actor, _links, limit, given=(ticket.pk,))]


def _links(actor: Actor, limit: int, pk: int) -> shaped.Statement:
    low, high = Link.objects.filter(high_id=pk).values("low_id"), Link.objects.filter(low_id=pk).values("high_id")
    # Not "in the one or in the other": PostgreSQL reads every ticket for that.
    rows = visible(actor).filter(pk__in=low.union(high)).order_by("-last_at", "-id")
    return shaped.sql_of(rows.values_list("number", "subject", "status", "last_at")[:limit])


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
