"""What the desk shows of live chats: the board of one agent, the rooms they sit in, and a lead's floor."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from helpdesk.accounts.rules.policy import Actor, sees_every_ticket
from helpdesk.core import clock, sql
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
    """The chats of one agent: offered to them, theirs, waiting for anybody, and lately ended."""

    offers: list[Line]
    mine: list[Line]
    waiting: list[Line]
    ended: list[Line]


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
(SELECT 'waiting', {COLUMNS} WHERE c.state = 'queued' AND {SIGHT} ORDER BY c.queued_at, c.id LIMIT 100)
UNION ALL
(SELECT 'ended', {COLUMNS} WHERE c.agent_id = %s AND c.state = 'ended' ORDER BY c.ended_at DESC LIMIT 8)
"""  # our own words
FLOOR = f"""
(SELECT 'waiting', {COLUMNS} WHERE c.state = 'queued' AND {SIGHT} ORDER BY c.queued_at, c.id LIMIT 200)
UNION ALL
(SELECT 'live', {COLUMNS} WHERE c.state = 'live' AND {SIGHT} ORDER BY c.taken_at, c.id LIMIT 300)
"""  # our own words


def _sight(actor: Actor) -> list[Any]:
    return [sees_every_ticket(actor), sorted(actor.team_ids), actor.pk]


def board(actor: Actor) -> Board:
    """All lists of the chat page; one query."""
    rows = [Line(*row) for row in sql.rows(BOARD, [actor.pk, *_sight(actor), actor.pk])]
    waiting = [row for row in rows if row.part == "waiting"]
    return Board(
        offers=[row for row in waiting if row.offered_to == actor.pk],
        mine=[row for row in rows if row.part == "mine"],
        waiting=[row for row in waiting if row.offered_to != actor.pk],
        ended=[row for row in rows if row.part == "ended"],
    )


class Earlier(NamedTuple):
    """An earlier chat of the same visitor."""

    number: int
    subject: str
    at: datetime


class Room(NamedTuple):
    """One chat with its visitor and what was said. `pages` are kept only with the visitor's consent."""

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
    said: list[Said]

    @property
    def who(self) -> str:
        """What they are called here."""
        return self.name or self.customer

    @property
    def is_here(self) -> bool:
        """Whether their page has spoken to us lately; it does so every minute."""
        return (clock.now() - self.seen_at).total_seconds() < 100

    @property
    def last_out(self) -> int:
        """Our last message; "seen" stands under it once their screen has shown it."""
        return max((one.seq for one in self.said if one.kind == "out"), default=0)


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
    WHERE p.ticket_id = t.id AND p.user_id <> %s AND p.seen_at >= %s ORDER BY pu.name)
FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket_id JOIN tickets_visitor v ON v.id = c.visitor_id
JOIN customers_customer cu ON cu.id = t.customer_id JOIN tickets_inbox i ON i.id = c.inbox_id
LEFT JOIN accounts_user u ON u.id = c.agent_id
WHERE t.number = ANY(%s::bigint[]) ORDER BY c.taken_at, c.id
"""
OF_THESE = """WHERE m.ticket_id = ANY(%s::bigint[]) AND m.withdrawn_at IS NULL
  AND m.seq > (SELECT t.seq FROM tickets_ticket t WHERE t.id = m.ticket_id) - %s
ORDER BY m.ticket_id, m.seq
"""
LINES = SAID + OF_THESE
PAGES_OF = timedelta(days=30)


def rooms(actor: Actor, numbers: list[int]) -> list[Room]:
    """The chats of these tickets, which the caller has fetched by right, with their last messages; two queries."""
    found = sql.rows(ROOMS, _given(actor, numbers)) if numbers else []
    said: dict[int, list[Said]] = defaultdict(list)
    for row in sql.rows(LINES, [[one[1] for one in found], LATEST]) if found else []:
        message = said_of(row)
        said[message.ticket_id].append(message)
    return [_room(row, said[row[1]], clock.now()) for row in found]


def _given(actor: Actor, numbers: list[int]) -> list[Any]:
    now = clock.now()
    return [actor.pk, now - PAGES_OF, actor.pk, now - timedelta(seconds=PRESENT_SECONDS), numbers]


def _room(row: Any, said: list[Said], now: datetime) -> Room:
    *own, settings, draft, offered, earlier, pages, present = row
    before = [Earlier(number, subject, datetime.fromtimestamp(at, tz=now.tzinfo)) for number, subject, at in earlier]
    here = [name for name, _mode in present]
    return Room._make([*own, Widget.of(settings), draft, offered, before, pages, here, said])


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
