"""What a visitor's page shows: their conversation and its messages, in two statements; nothing of anybody else's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import ngettext

from helpdesk.accounts.models import Availability
from helpdesk.core import clock, sql
from helpdesk.core.errors import NotFound
from helpdesk.core.rules import digits
from tickets.models import Conversation, Inbox, Visitor
from tickets.rules.routing import SEEN_WITHIN
from tickets.rules.sitters import Sitter
from tickets.rules.visitors import Widget
from tickets.rules.waits import Wait, expected

MOST = 100
SAMPLES = 20


class Chat(NamedTuple):
    """A conversation as its visitor has it. `ahead`: people before them while they wait. `session`: what a file's
    address is bound to."""

    inbox_id: int
    widget: dict[str, Any]
    timezone: str
    visitor_id: int
    session: str
    language: str
    pk: int
    state: str
    number: int
    ticket_id: int
    seq: int
    visitor_seq: int
    mailed_seq: int
    solved: bool | None
    rating: int | None
    agent: str
    seen_at: datetime
    ahead: int | None
    waits: list[float]
    agents: int
    wants_transcript: bool
    is_proven: bool

    @property
    def wait(self) -> Wait | None:
        """How long they will wait; None when it cannot be said or the inbox does not want it said."""
        told = self.state == "queued" and Widget.of(self.widget).show_wait
        return expected(self.waits, self.ahead or 0, self.agents) if told else None

    @property
    def at_end(self) -> bool | None:
        """Whether the visitor wished to have it mailed when it ends; None where it will be mailed without asking."""
        return None if self.is_proven and Widget.of(self.widget).mail_transcript else self.wants_transcript


# The last waits are told to those who wait; others need not pay for them.
CHAT = """
SELECT i.id, i.settings::json, coalesce(t2.timezone, ''), v.id, v.id || ':' || v.epoch || ':' || %(device)s,
  v.language, c.id, c.state, t.number, t.id,
  t.seq, c.visitor_seq, c.mailed_seq, c.solved, c.rating, coalesce(nullif(u.name, ''), ''), c.seen_at,
  CASE WHEN c.state = 'queued' THEN (SELECT count(*) FROM tickets_conversation q WHERE q.state = 'queued'
    AND q.inbox_id = i.id AND (q.queued_at, q.id) < (c.queued_at, c.id)) END,
  CASE WHEN c.state = 'queued' THEN ARRAY(SELECT extract(epoch FROM w.taken_at - w.created_at)::float8
    FROM tickets_conversation w WHERE w.inbox_id = i.id AND w.taken_at IS NOT NULL ORDER BY w.taken_at DESC LIMIT 20)
    ELSE '{}'::float8[] END,
  CASE WHEN c.state = 'queued' THEN (SELECT count(*) FROM accounts_availability a WHERE a.state = 'available'
    AND a.seen_at > %(there)s) ELSE 0 END,
  c.wants_transcript, v.identity = 'verified' AND EXISTS (SELECT FROM customers_identity n
    WHERE n.customer_id = v.customer_id AND n.kind = 'email' AND n.verified_at IS NOT NULL)
FROM tickets_inbox i JOIN tickets_visitor v ON v.inbox_id = i.id
JOIN tickets_conversation c ON c.visitor_id = v.id JOIN tickets_ticket t ON t.id = c.ticket_id
LEFT JOIN accounts_team t2 ON t2.id = i.team_id LEFT JOIN accounts_user u ON u.id = c.agent_id
WHERE i.key = %(key)s AND i.kind = 'chat' AND i.is_active AND v.uid = %(uid)s AND c.id = %(chat)s
  AND v.epoch = %(epoch)s AND NOT %(device)s = ANY(v.ended)
"""


def chat(key: str, sitter: Sitter, pk: int) -> Chat | None:
    """This visitor's conversation; None for one that is not theirs, and for all once their session has ended."""
    given = {"uid": sitter.uid, "epoch": sitter.epoch, "device": sitter.device}
    found = sql.first(CHAT, given | {"key": key, "chat": pk, "there": clock.now() - SEEN_WITHIN})
    return Chat._make(found) if found else None


class File(NamedTuple):
    """A file of a message."""

    name: str
    token: str
    size: int
    content_type: str
    scan: str


class Said(NamedTuple):
    """One message as the visitor may see it."""

    seq: int
    client_id: str
    kind: str
    channel: str
    name: str
    text: str
    visible_length: int
    is_automatic: bool
    created_at: datetime
    is_removed: bool
    files: list[File]


# What may still be undone holds back what comes after it: a reader's cursor must never pass a message by.
SAID = """
SELECT m.seq, m.client_id, m.kind, m.channel, CASE m.kind WHEN 'out' THEN coalesce(u.name, '') ELSE m.from_name END,
  m.text, m.visible_length, m.is_automatic, m.created_at, m.removed_at IS NOT NULL,
  ARRAY(SELECT json_build_array(a.name, f.token, f.size, a.content_type, a.scan) FROM tickets_attachment a
    JOIN core_storedfile f ON f.id = a.file_id WHERE a.message_id = m.id ORDER BY a.id)
FROM tickets_message m LEFT JOIN accounts_user u ON u.id = m.author_id
WHERE m.ticket_id = %(ticket)s AND m.seq > %(after)s AND m.kind IN ('in', 'out') AND m.withdrawn_at IS NULL
  AND m.held_at IS NULL AND m.mail_kind <> 'forward' AND NOT (m.kind = 'in' AND m.is_automatic)
  AND m.seq < coalesce((SELECT min(p.seq) FROM tickets_message p WHERE p.ticket_id = %(ticket)s AND p.kind = 'out'
    AND p.channel <> 'chat' AND NOT p.is_automatic AND p.withdrawn_at IS NULL AND p.mail_kind <> 'forward'
    AND p.created_at > %(left)s), 2147483647)
ORDER BY m.seq LIMIT %(limit)s
"""


def said(ticket_id: int, after: int, limit: int = MOST, *, own: bool = False) -> list[Said]:
    """The messages after that one, oldest first, one more than `limit` if there are more. `own`: one that the visitor
    has just written, whatever may still be undone before it."""
    left = clock.now() - timedelta(seconds=0 if own else settings.UNDO_SECONDS)
    found = sql.rows(SAID, {"ticket": ticket_id, "after": after, "left": left, "limit": limit + 1})
    return [Said._make([*own, [File._make(each) for each in files]]) for *own, files in found]


def wait_words(wait: Wait, language: str) -> str:
    """The range in a sentence's piece."""
    text = ngettext("about %(low)s to %(high)s minutes", "about %(low)s to %(high)s minutes", wait.high)
    return text % {"low": digits.number(wait.low, language), "high": digits.number(wait.high, language)}


def earlier(inbox: Inbox, uid: str, limit: int = 20) -> Sequence[Conversation]:
    """The visitor's conversations, the newest first."""
    rows = Conversation.objects.filter(visitor__uid=uid, visitor__inbox=inbox)
    return list(rows.select_related("ticket").defer("ticket__search").order_by("-id")[:limit])


def visitor(inbox: Inbox, uid: str) -> Visitor | None:
    """The row of this session, if they have spoken."""
    return Visitor.objects.filter(inbox=inbox, uid=uid).first()


def whole(key: str, sitter: Sitter, pk: int) -> Conversation:
    """The visitor's conversation with all that belongs to it. Raises NotFound for anybody else's."""
    rows = Conversation.objects.filter(pk=pk, inbox__key=key, visitor__uid=sitter.uid, visitor__epoch=sitter.epoch)
    rows = rows.exclude(visitor__ended__contains=[sitter.device])
    found = rows.select_related("inbox", "ticket__customer", "ticket__inbox", "visitor__customer").first()
    if found is None:
        raise NotFound
    return found


def agents_there() -> int:
    """How many take chats now."""
    return Availability.objects.filter(state="available", seen_at__gt=clock.now() - SEEN_WITHIN).count()


WAIT = """
SELECT (SELECT count(*) FROM tickets_conversation q WHERE q.state = 'queued' AND q.inbox_id = %(inbox)s),
  ARRAY(SELECT extract(epoch FROM w.taken_at - w.created_at)::float8 FROM tickets_conversation w
    WHERE w.inbox_id = %(inbox)s AND w.taken_at IS NOT NULL ORDER BY w.taken_at DESC LIMIT %(samples)s),
  (SELECT count(*) FROM accounts_availability a WHERE a.state = 'available' AND a.seen_at > %(there)s)
"""


def wait(inbox: Inbox) -> Wait | None:
    """How long somebody who asks now will wait; one query."""
    given = {"inbox": inbox.pk, "samples": SAMPLES, "there": clock.now() - SEEN_WITHIN}
    queue, waits, agents = sql.first(WAIT, given)
    return expected(waits, queue, agents)
