"""What routing looks at: the chats that wait without an open offer, and who is there to take them."""

from datetime import UTC, datetime
from typing import Any

from helpdesk.core import sql
from tickets.rules.routing import SEEN_WITHIN, Agent, Serving, Waiting, rested

MOST = 500

# Who answered this visitor before: their last chat that somebody had taken. Who let it pass: the last time of each.
WAITING = """
SELECT c.id, c.queued_at, t.team_id, t.assignee_id,
  (SELECT p.agent_id FROM tickets_conversation p
   WHERE p.visitor_id = c.visitor_id AND p.id < c.id AND p.agent_id IS NOT NULL ORDER BY p.id DESC LIMIT 1),
  ARRAY(SELECT json_build_array(o.user_id, o.outcome, extract(epoch FROM max(o.until))) FROM tickets_offer o
    WHERE o.conversation_id = c.id AND o.outcome IN ('declined', 'missed') AND o.at >= c.queued_at
    GROUP BY o.user_id, o.outcome)
FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket_id
WHERE c.state = 'queued' AND NOT EXISTS (
  SELECT 1 FROM tickets_offer o WHERE o.conversation_id = c.id AND o.outcome = '')
ORDER BY c.queued_at, c.id LIMIT %s
"""

# Nobody who was not seen for a minute, and nobody who no longer works here.
AGENTS = """
SELECT a.user_id, ARRAY(SELECT m.team_id FROM accounts_membership m WHERE m.user_id = a.user_id), a.capacity,
  (SELECT count(*) FROM tickets_conversation c WHERE c.agent_id = a.user_id AND c.state = 'live')
  + (SELECT count(*) FROM tickets_offer o WHERE o.user_id = a.user_id AND o.outcome = '')
FROM accounts_availability a JOIN accounts_user u ON u.id = a.user_id
WHERE u.is_active AND a.seen_at > %s AND (a.state = 'available' OR a.until <= %s)
ORDER BY a.user_id
"""


def waiting() -> list[Waiting]:
    """The chats that nobody is asked about now, the longest waiting first."""
    return [_waiting(row) for row in sql.rows(WAITING, [MOST])]


def _waiting(row: Any) -> Waiting:
    pk, since, team_id, assignee_id, before, passes = row
    passed: dict[int, datetime] = {}
    for user, outcome, ended in passes:
        at = rested(outcome, datetime.fromtimestamp(ended, tz=UTC))
        passed[user] = max(at, passed.get(user, at))
    return Waiting(pk, since, team_id, assignee_id, before, passed)


def agents(now: datetime) -> list[Agent]:
    """Who is available and there, with what they have already."""
    rows = sql.rows(AGENTS, [now - SEEN_WITHIN, now])
    return [Agent(pk, frozenset(teams), busy, capacity) for pk, teams, capacity, busy in rows]


# Who never had a page of ours open answers by the API, and is not missed.
SERVING = """
SELECT c.id, t.waiting_since IS NOT NULL, greatest(a.seen_at, c.taken_at,
  (SELECT max(m.created_at) FROM tickets_message m WHERE m.ticket_id = t.id AND m.author_id = c.agent_id))
FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket_id
JOIN accounts_availability a ON a.user_id = c.agent_id AND a.seen_at IS NOT NULL
WHERE c.state = 'live' ORDER BY c.id
"""


def serving() -> list[Serving]:
    """The live chats, and when their agents were last there."""
    return [Serving(*row) for row in sql.rows(SERVING)]
