"""What the desk shows of live chats: the board of one agent, the rooms they sit in, and a lead's floor."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from helpdesk.accounts.rules.policy import Actor, sees_every_ticket
from helpdesk.core import clock, sql
from helpdesk.core.errors import NotFound
from tickets.queries.conversation import SAID, Said, said_of
from tickets.queries.presence import PRESENT_SECONDS
from tickets.rules.routing import SEEN_WITHIN
from tickets.rules.visitors import Widget

LATEST = 60


class Line(NamedTuple):
    """One chat in a list. `offered_to` has been asked until `until`."""

    part: str
    pk: int
    number: int
    state: str
    subject: str
    name: str
    agent_id: int | None
    agent: str
    queued_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    waiting_since: datetime | None
    inbox: str
    offered_to: int | None
    offered_name: str
    until: datetime | None

    @property
    def seconds(self) -> int:
        """How long the offer still stands."""
        return max(0, round((self.until - clock.now()).total_seconds())) if self.until else 0


class Board(NamedTuple):
    """The chats of one agent: offered to them, theirs, waiting for anybody (the longest waiting ones, and whether there
    are more behind them), and lately ended."""

    offers: list[Line]
    mine: list[Line]
    waiting: list[Line]
    more: bool
    ended: list[Line]


MOST_WAITING = 30
COLUMNS = """
c.id, t.number, c.state, t.subject, coalesce(nullif(v.name, ''), cu.name), c.agent_id, coalesce(u.name, ''),
  c.queued_at, c.taken_at, c.ended_at, t.waiting_since, i.name, o.user_id, coalesce(ou.name, ''), o.until
FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket_id JOIN tickets_visitor v ON v.id = c.visitor_id
JOIN customers_customer cu ON cu.id = t.customer_id JOIN tickets_inbox i ON i.id = c.inbox_id
LEFT JOIN accounts_user u ON u.id = c.agent_id
LEFT JOIN tickets_offer o ON o.conversation_id = c.id AND o.outcome = '' AND c.state = 'queued'
LEFT JOIN accounts_user ou ON ou.id = o.user_id
"""
SIGHT = "(%s::bool OR t.team_id = ANY(%s::bigint[]) OR t.team_id IS NULL OR t.assignee_id = %s)"
BOARD = f"""
(SELECT 'mine', {COLUMNS} WHERE c.agent_id = %s AND c.state = 'live' ORDER BY c.taken_at, c.id LIMIT 30)
UNION ALL
(SELECT 'offer', {COLUMNS} WHERE c.state = 'queued' AND o.user_id = %s AND {SIGHT} ORDER BY c.queued_at, c.id LIMIT 30)
UNION ALL
(SELECT 'waiting', {COLUMNS} WHERE c.state = 'queued' AND o.user_id IS DISTINCT FROM %s AND {SIGHT}
  ORDER BY c.queued_at, c.id LIMIT %s)
UNION ALL
(SELECT 'ended', {COLUMNS} WHERE c.agent_id = %s AND c.state = 'ended' ORDER BY c.ended_at DESC LIMIT 8)
"""  # noqa: S608  # our own words
FLOOR = f"""
(SELECT 'waiting', {COLUMNS} WHERE c.state = 'queued' AND {SIGHT} ORDER BY c.queued_at, c.id LIMIT 200)
UNION ALL
(SELECT 'live', {COLUMNS} WHERE c.state = 'live' AND {SIGHT} ORDER BY c.taken_at, c.id LIMIT 300)
"""  # our own words


def _sight(actor: Actor) -> list[Any]:
    return [sees_every_ticket(actor), sorted(actor.team_ids), actor.pk]


def board(actor: Actor) -> Board:
    """All lists of the chat page; one query."""
    seen = [actor.pk, *_sight(actor)]
    parts: dict[str, list[Line]] = defaultdict(list)
    for row in sql.rows(BOARD, [actor.pk, *seen, *seen, MOST_WAITING + 1, actor.pk]):
        parts[row[0]].append(Line(*row))
    waiting = parts["waiting"]
    more = len(waiting) > MOST_WAITING
    return Board(parts["offer"], parts["mine"], waiting[:MOST_WAITING], more, parts["ended"])


class Earlier(NamedTuple):
    """An earlier chat of the same visitor."""

    number: int
    subject: str
    at: datetime


class Room(NamedTuple):
    """One chat with its visitor and what was said. `pages` are kept only with the visitor's consent.

    `last_out` is our last message; "seen" stands under it once their screen has shown it. With `after`, `said` is only
    what came after that message: the page has the rest.
    """

    pk: int
    ticket_id: int
    number: int
    subject: str
    version: int
    seq: int
    state: str
    agent_id: int | None
    agent: str
    queued_at: datetime
    visitor_seq: int
    wants_mail: bool
    seen_at: datetime
    solved: bool | None
    rating: int | None
    customer_id: int
    customer: str
    identity: str
    name: str
    email: str
    phone: str
    attributes: dict[str, Any]
    language: str
    consent: bool
    visits: int
    page_url: str
    page_title: str
    inbox: str
    widget: Widget
    draft: str
    offered_to: int | None
    earlier: list[Earlier]
    pages: list[str]
    present: list[str]
    last_out: int
    said: list[Said]
    after: int = 0

    @property
    def who(self) -> str:
        """What they are called here."""
        return self.name or self.customer

    @property
    def mark(self) -> str:
        """What the page has, in one word (access.Stand)."""
        stand = (self.version, self.state, self.agent_id, self.visitor_seq, self.rating, self.wants_mail)
        return ".".join(map(str, stand))

    @property
    def is_here(self) -> bool:
        """Whether their page has spoken to us lately; it does so every minute."""
        return (clock.now() - self.seen_at).total_seconds() < 100


# `earlier` and `pages`: the last five of each.
ROOMS = """
SELECT c.id, t.id, t.number, t.subject, t.version, t.seq, c.state, c.agent_id, coalesce(u.name, ''), c.queued_at,
  c.visitor_seq, c.wants_mail, greatest(c.seen_at, v.seen_at), c.solved, c.rating, t.customer_id, cu.name, v.identity,
  v.name, v.email, v.phone, v.attributes::json, v.language, v.consent, v.visits, v.page_url, v.page_title, i.name,
  i.settings::json,
  coalesce((SELECT d.body FROM tickets_draft d WHERE d.ticket_id = t.id AND d.user_id = %s AND d.mode = 'reply'), ''),
  (SELECT o.user_id FROM tickets_offer o WHERE o.conversation_id = c.id AND o.outcome = ''),
  ARRAY(SELECT json_build_array(et.number, et.subject, extract(epoch FROM e.created_at)) FROM tickets_conversation e
    JOIN tickets_ticket et ON et.id = e.ticket_id WHERE e.visitor_id = c.visitor_id AND e.id <> c.id
    ORDER BY e.id DESC LIMIT 5),
  ARRAY(SELECT l.summary FROM customers_timelineentry l WHERE l.customer_id = t.customer_id AND l.kind = 'page_view'
    AND v.consent AND l.occurred_at > %s ORDER BY l.occurred_at DESC, l.id DESC LIMIT 5),
  ARRAY(SELECT json_build_array(pu.name, p.mode) FROM tickets_presence p JOIN accounts_user pu ON pu.id = p.user_id
    WHERE p.ticket_id = t.id AND p.user_id <> %s AND p.seen_at >= %s ORDER BY pu.name),
  coalesce((SELECT o.seq FROM tickets_message o WHERE o.ticket_id = t.id AND o.kind = 'out' AND o.withdrawn_at IS NULL
    ORDER BY o.seq DESC LIMIT 1), 0)
FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket_id JOIN tickets_visitor v ON v.id = c.visitor_id
JOIN customers_customer cu ON cu.id = t.customer_id JOIN tickets_inbox i ON i.id = c.inbox_id
LEFT JOIN accounts_user u ON u.id = c.agent_id
WHERE t.number = ANY(%s::bigint[]) ORDER BY c.taken_at, c.id
"""
OF_THESE = """WHERE m.ticket_id = ANY(%s::bigint[]) AND m.withdrawn_at IS NULL
  AND m.seq > greatest((SELECT t.seq FROM tickets_ticket t WHERE t.id = m.ticket_id) - %s, %s)
ORDER BY m.ticket_id, m.seq
"""
LINES = SAID + OF_THESE
PAGES_OF = timedelta(days=30)


class Held(NamedTuple):
    """What a page has of a chat: the ticket's version, and the last message."""

    version: int
    seq: int

    def after(self, version: int, seq: int) -> int:
        """The message from which on is enough, 0 for all: enough if all that has changed since are messages that were
        added, each of which makes a version."""
        return self.seq if 0 <= seq - self.seq == version - self.version else 0


def rooms(actor: Actor, numbers: list[int]) -> list[Room]:
    """The chats of these tickets, which the caller has fetched by right, with their last messages; two queries."""
    return _rooms(sql.rows(ROOMS, _given(actor, numbers)) if numbers else [], 0)


def room(actor: Actor, number: int, held: Held | None = None) -> Room:
    """One of them, for a page that has `held`; two queries. Raises NotFound."""
    found = sql.rows(ROOMS, _given(actor, [number]))
    if not found:
        raise NotFound
    return _rooms(found, held.after(found[0][4], found[0][5]) if held else 0)[0]


def _rooms(found: list[Any], after: int) -> list[Room]:
    said: dict[int, list[Said]] = defaultdict(list)
    for row in sql.rows(LINES, [[one[1] for one in found], LATEST, after]) if found else []:
        message = said_of(row)
        said[message.ticket_id].append(message)
    return [_room(row, said[row[1]], clock.now(), after) for row in found]


def _given(actor: Actor, numbers: list[int]) -> list[Any]:
    now = clock.now()
    return [actor.pk, now - PAGES_OF, actor.pk, now - timedelta(seconds=PRESENT_SECONDS), numbers]


def _room(row: Any, said: list[Said], now: datetime, after: int = 0) -> Room:
    *own, settings, draft, offered, earlier, pages, present, last_out = row
    before = [Earlier(number, subject, datetime.fromtimestamp(at, tz=now.tzinfo)) for number, subject, at in earlier]
    here = [name for name, _mode in present]
    return Room._make([*own, Widget.of(settings), draft, offered, before, pages, here, last_out, said, after])


def state_of(actor: Actor, number: int) -> Room | None:
    """How the chat of a ticket stands, without what was said; None when the ticket is no chat."""
    found = sql.rows(ROOMS, _given(actor, [number]))
    return _room(found[0], [], clock.now()) if found else None


class Person(NamedTuple):
    """Somebody on the floor: how they are, what they have and may have."""

    pk: int
    name: str
    state: str
    until: datetime | None
    capacity: int
    is_there: bool
    live: int
    asked: int


# Everybody of the lead's teams; without a row somebody is away.
PEOPLE = """
SELECT u.id, u.name, CASE WHEN a.until <= %s THEN 'available' ELSE coalesce(a.state, 'away') END, a.until,
  coalesce(a.capacity, 3), coalesce(a.seen_at > %s, false),
  (SELECT count(*) FROM tickets_conversation c WHERE c.agent_id = u.id AND c.state = 'live'),
  (SELECT count(*) FROM tickets_offer o WHERE o.user_id = u.id AND o.outcome = '')
FROM accounts_user u LEFT JOIN accounts_availability a ON a.user_id = u.id
WHERE u.is_active AND (%s::bool OR u.id = %s OR EXISTS (
  SELECT 1 FROM accounts_membership m WHERE m.user_id = u.id AND m.team_id = ANY(%s::bigint[])))
ORDER BY u.name, u.id LIMIT 300
"""


class Floor(NamedTuple):
    """What a lead sees: who waits, who is served, and who serves."""

    waiting: list[Line]
    live: list[Line]
    people: list[Person]

    @property
    def longest(self) -> datetime | None:
        """Since when the longest waiting visitor waits."""
        return self.waiting[0].queued_at if self.waiting else None


def floor(actor: Actor) -> Floor:
    """The live and waiting chats of the actor's teams, and their people; two queries."""
    rows = [Line(*row) for row in sql.rows(FLOOR, [*_sight(actor), *_sight(actor)])]
    return Floor(
        waiting=[row for row in rows if row.part == "waiting"],
        live=[row for row in rows if row.part == "live"],
        people=people(actor),
    )


def people(actor: Actor) -> list[Person]:
    """Those of the actor's teams, for a lead and for whoever hands a chat over."""
    now = clock.now()
    given = [now, now - SEEN_WITHIN, sees_every_ticket(actor), actor.pk, sorted(actor.team_ids)]
    return [Person(*row) for row in sql.rows(PEOPLE, given)]


def others(actor: Actor) -> list[Person]:
    """To whom a chat may be handed over, beside the teams."""
    return [one for one in people(actor) if one.pk != actor.pk]
