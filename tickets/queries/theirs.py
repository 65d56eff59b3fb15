"""What one person outside may see of a ticket: the only reader of the portal and of guest links.

A customer sees the tickets that are theirs, and as a participant what was written since they joined. Nobody outside
sees notes, what is held, taken back or passed on, machines' news about our mails, or an answer that can be undone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from helpdesk.core import clock, sql
from helpdesk.core.errors import NotFound
from tickets.models import Attachment, Participant, Ticket
from tickets.rules import quotes

LATEST = 60
MOST_LISTED = 50


@dataclass(frozen=True)
class Reader:
    """Somebody outside: a customer who signed in (`customer_id`), or a guest whose link names `seat_id`."""

    customer_id: int
    address: str
    name: str = ""
    seat_id: int | None = None

    @property
    def owner(self) -> int:
        """Whose tickets they see; a link opens one ticket, whoever else's it is."""
        return 0 if self.seat_id else self.customer_id

    @property
    def seats(self) -> str:
        """The address whose seats are theirs; signed in, all of the customer's are."""
        return self.address if self.seat_id else ""


@dataclass(frozen=True)
class Theirs:
    """A ticket as one person outside has it: `ticket` is where things happen (the whole of a joined one), `since` the
    first seq they may see in each of its parts, `mine`: it is their own matter, not only copied to them; `reads_only`:
    it is a colleague's, which they were granted to read."""

    reader: Reader
    number: int
    ticket: Ticket
    since: Mapping[int, int]
    mine: bool
    via: int | None = None
    tree: tuple[int, ...] = field(default=())
    reads_only: bool = False


class File(NamedTuple):
    """A file of a message."""

    name: str
    token: str
    size: int
    scan: str

    @property
    def is_held(self) -> bool:
        """Whether the virus scanner has not let it pass."""
        return self.scan in ("pending", "infected")


class Said(NamedTuple):
    """One message, as its reader may see it; `name` is the writer's, `mine`: the reader's own."""

    pk: int
    kind: str
    channel: str
    customer_id: int | None
    name: str
    text: str
    visible_length: int
    is_automatic: bool
    created_at: datetime
    removed_at: datetime | None
    files: list[File]
    mine: bool = False

    @property
    def visible(self) -> str:
        """The text before the quoted part. What somebody else quotes may be older than the reader's seat."""
        return quotes.split(self.text, self.visible_length)[0] if self.kind == "in" else self.text

    @property
    def first_name(self) -> str:
        """How the writer is called."""
        return (self.name.split() or [""])[0]


# The ticket's whole, its parts, and what of each this reader may see. `tree`: up to the whole, then down to all parts.
TREE = """
WITH RECURSIVE up (id, above) AS (
  SELECT id, merged_into_id FROM tickets_ticket WHERE id = %(pk)s
  UNION SELECT t.id, t.merged_into_id FROM tickets_ticket t JOIN up ON t.id = up.above),
part (id) AS (
  SELECT id FROM up WHERE above IS NULL
  UNION SELECT t.id FROM tickets_ticket t JOIN part ON t.merged_into_id = part.id)
SELECT t.id, t.merged_into_id IS NULL, t.customer_id = %(owner)s, least(
  CASE WHEN t.customer_id = %(owner)s THEN 1 END,
  (SELECT min(CASE WHEN p.role = 'requester' THEN 1 ELSE p.sees_from END) FROM tickets_participant p
   WHERE p.ticket_id = t.id
     AND CASE WHEN %(seats)s = '' THEN p.customer_id = %(owner)s ELSE p.address = %(seats)s END)),
  EXISTS (SELECT FROM tickets_participant p WHERE p.ticket_id = t.id AND p.role = 'requester'
    AND CASE WHEN %(seats)s = '' THEN p.customer_id = %(owner)s ELSE p.address = %(seats)s END)
FROM part JOIN tickets_ticket t ON t.id = part.id
"""
# A ticket's own number, not of a whole that its reader has no part in.
SHOWN = ("team", "assignee", "inbox", "customer")
HEAVY = ("search", "customer__search", "assignee__password", "inbox__secret_box")


def by_number(reader: Reader, number: int) -> Theirs:
    """Their ticket with this number. Raises NotFound, the same for somebody else's and for none."""
    return _look(reader, Ticket.objects.filter(number=number))


def by_seat(reader: Reader, ticket_id: int) -> Theirs:
    """The ticket that a guest's seat is in."""
    return _look(reader, Ticket.objects.filter(pk=ticket_id))


def _look(reader: Reader, rows: Any) -> Theirs:
    found = rows.select_related(*SHOWN).defer(*HEAVY).first()
    if found is None:
        raise NotFound
    tree = sql.rows(TREE, {"pk": found.pk, "owner": reader.owner, "seats": reader.seats})
    since = {pk: first for pk, _root, _own, first, _seat in tree if first is not None}
    if found.pk not in since:
        return _of_colleague(reader, found)
    root = next(pk for pk, is_root, *_rest in tree if is_root)
    own = {pk for pk, _root, own, _first, seat in tree if own or seat}
    whole = found if root == found.pk else Ticket.objects.select_related(*SHOWN).defer(*HEAVY).get(pk=root)
    via = found.pk if root not in since else None
    return Theirs(reader, found.number, whole, since, bool(own & since.keys()), via, tuple(row[0] for row in tree))


# Whom somebody may read: a lead granted it to this member by name, and it ends with the membership.
COLLEAGUES = """
SELECT them.customer_id FROM customers_membership me
JOIN customers_membership them ON them.organisation_id = me.organisation_id AND them.customer_id <> me.customer_id
WHERE me.customer_id = %(owner)s AND me.sees_colleagues
"""
IS_COLLEAGUE = f"SELECT %(whose)s IN ({COLLEAGUES})"


def _of_colleague(reader: Reader, found: Ticket) -> Theirs:
    given = {"owner": reader.owner, "whose": found.customer_id}
    if reader.seat_id or found.status == "spam" or not sql.first(IS_COLLEAGUE, given)[0]:
        raise NotFound
    return Theirs(reader, found.number, found, {found.pk: 1}, mine=False, tree=(found.pk,), reads_only=True)


# Every way to a message or a file of it goes through this.
VISIBLE = """
m.ticket_id = ANY(%(tree)s::bigint[]) AND m.kind IN ('in', 'out') AND m.held_at IS NULL AND m.withdrawn_at IS NULL
AND m.mail_kind <> 'forward' AND NOT (m.kind = 'in' AND m.is_automatic)
AND (m.seq >= (%(since)s::jsonb ->> m.ticket_id::text)::int OR m.via_id = ANY(%(mine)s::bigint[]))
AND (m.kind = 'in' OR m.channel = 'chat' OR m.is_automatic OR m.created_at <= %(left)s)
"""
SAID = """
SELECT m.id, m.kind, m.channel, m.customer_id, CASE m.kind WHEN 'out' THEN coalesce(u.name, '') ELSE m.from_name END,
  m.text, m.visible_length, m.is_automatic, m.created_at, m.removed_at,
  ARRAY(SELECT json_build_array(a.name, f.token, f.size, a.scan) FROM tickets_attachment a
    JOIN core_storedfile f ON f.id = a.file_id WHERE a.message_id = m.id ORDER BY a.id)
FROM tickets_message m LEFT JOIN accounts_user u ON u.id = m.author_id
"""
NEWEST = f"""{SAID} WHERE {VISIBLE} AND (%(before)s::bigint = 0
  OR (m.created_at, m.id) < (SELECT b.created_at, b.id FROM tickets_message b WHERE b.id = %(before)s::bigint))
ORDER BY m.created_at DESC, m.id DESC LIMIT %(limit)s
"""  # noqa: S608 - our own words
FILE = f"""
SELECT a.id FROM tickets_attachment a JOIN core_storedfile f ON f.id = a.file_id
JOIN tickets_message m ON m.id = a.message_id WHERE f.token = %(token)s AND {VISIBLE}
"""  # noqa: S608 - our own words


def _given(theirs: Theirs) -> dict[str, Any]:
    pairs = ", ".join(f'"{pk}": {first}' for pk, first in theirs.since.items())
    return {
        "tree": list(theirs.tree),
        "since": f"{{{pairs}}}",
        "mine": [theirs.via] if theirs.via else [],
        "left": clock.now() - timedelta(seconds=settings.UNDO_SECONDS),
    }


def conversation(theirs: Theirs, before: int = 0, limit: int = LATEST) -> tuple[list[Said], int]:
    """The newest messages in the order of time, and what `before` must be to see those before them (0: none)."""
    found = sql.rows(NEWEST, {**_given(theirs), "before": before, "limit": limit + 1})
    said = [_said(row, theirs.reader) for row in reversed(found[:limit])]
    return said, said[0].pk if len(found) > limit else 0


def _said(row: Any, reader: Reader) -> Said:
    *own, files = row
    message = Said._make([*own, [File(*each) for each in files], False])
    return message._replace(mine=message.kind == "in" and message.customer_id == reader.customer_id)


def file(theirs: Theirs, token: str) -> Attachment:
    """A file of a message that they may see. Raises NotFound."""
    found = sql.first(FILE, {**_given(theirs), "token": token})
    if found is None:
        raise NotFound
    return Attachment.objects.select_related("file").get(pk=found[0])


def seat(pk: int) -> Participant | None:
    """The seat that a guest's link names, if it is still there."""
    return Participant.objects.filter(pk=pk).first()


class Listed(NamedTuple):
    """One of their tickets in the list."""

    pk: int
    number: int
    subject: str
    status: str
    created_at: datetime
    waiting_since: datetime | None
    team_id: int | None
    inbox_settings: Any
    last_at: datetime | None
    confirmed: bool


# One row for each matter: a joined ticket shows as its whole where they take part in that, else as itself.
MINE = """SELECT id, 1 FROM tickets_ticket WHERE customer_id = %(owner)s
  UNION ALL SELECT ticket_id, CASE role WHEN 'requester' THEN 1 ELSE sees_from END FROM tickets_participant
    WHERE customer_id = %(owner)s"""
OF_COLLEAGUES = f"""SELECT id, 1 FROM tickets_ticket
  WHERE status <> 'spam' AND merged_into_id IS NULL AND customer_id IN ({COLLEAGUES})"""  # noqa: S608 - our own words
LIST = f"""
WITH mine (id, since) AS ({MINE}),
best (id, since) AS (SELECT id, min(since) FROM mine GROUP BY id)
SELECT t.id, t.number, t.subject, w.status, t.created_at, w.waiting_since, w.team_id, i.settings::json,
  (SELECT max(m.created_at) FROM tickets_message m WHERE m.ticket_id = t.id AND m.seq >= best.since
    AND m.kind IN ('in', 'out') AND m.held_at IS NULL AND m.withdrawn_at IS NULL AND m.mail_kind <> 'forward'),
  coalesce(w.confirmed_at >= w.resolved_at, false)
FROM best JOIN tickets_ticket t ON t.id = best.id JOIN tickets_ticket w ON w.id = coalesce(t.merged_into_id, t.id)
LEFT JOIN tickets_inbox i ON i.id = w.inbox_id
WHERE NOT (t.merged_into_id IS NOT NULL AND t.merged_into_id IN (SELECT id FROM best))
  AND (w.status IN ('resolved', 'closed')) = %(ended)s
ORDER BY 9 DESC NULLS LAST, t.id DESC LIMIT %(limit)s
"""  # noqa: S608 - our own words
LIST_OF_COLLEAGUES = LIST.replace(MINE, OF_COLLEAGUES)
COUNT = """
WITH mine (id) AS (
  SELECT id FROM tickets_ticket WHERE customer_id = %(owner)s
  UNION SELECT ticket_id FROM tickets_participant WHERE customer_id = %(owner)s)
SELECT count(*) FROM mine JOIN tickets_ticket t ON t.id = mine.id
WHERE NOT (t.merged_into_id IS NOT NULL AND t.merged_into_id IN (SELECT id FROM mine))
"""


def listed(reader: Reader, *, ended: bool, limit: int = MOST_LISTED) -> list[Listed]:
    """Their tickets, open or ended, those with the latest word first; one query."""
    return [Listed(*row) for row in sql.rows(LIST, {"owner": reader.owner, "ended": ended, "limit": limit})]


def of_colleagues(reader: Reader, limit: int = MOST_LISTED) -> list[Listed]:
    """What is open of colleagues whom they were granted to read; one query, empty for everybody else."""
    given = {"owner": reader.owner, "ended": False, "limit": limit}
    return [Listed(*row) for row in sql.rows(LIST_OF_COLLEAGUES, given)]


def count(reader: Reader) -> int:
    """How many tickets they have with us in all."""
    return int(sql.first(COUNT, {"owner": reader.owner})[0])
