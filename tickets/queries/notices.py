"""Reading somebody's notices."""

from helpdesk.accounts.rules.policy import Actor
from tickets.access import sight
from tickets.models import Notice
from tickets.queries import shaped

CAP = 100
# On every page: by the ORM it took 0.7 ms of processor time.
CHATS = """
(SELECT count(*) FROM tickets_offer o JOIN tickets_conversation c ON c.id = o.conversation_id AND c.state = 'queued'
   WHERE o.user_id = %s AND o.outcome = '')
  + (SELECT count(*) FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket_id
     WHERE c.agent_id = %s AND c.state = 'live' AND t.waiting_since IS NOT NULL)
"""


def badges(actor: Actor) -> dict[str, int]:
    """How many notices of tickets that they may see the person has not read, at most 100, and in how many chats
    somebody waits for their word."""
    notices, chats = shaped.rows(actor, _counting)[0]
    return {"notices": notices, "chats": chats}


def _counting(actor: Actor) -> shaped.Statement:
    unread = Notice.objects.filter(sight(actor, "ticket__"), user_id=actor.pk, read_at__isnull=True)
    sql, params = shaped.sql_of(unread.order_by("-id").values("pk")[:CAP])
    # Django compiled the one, and the other is written above.
    return f"SELECT (SELECT count(*) FROM ({sql}) AS unread), {CHATS}", (*params, *[actor.pk] * 2)  # noqa: S608


def newest(actor: Actor, limit: int = 100) -> list[Notice]:
    """The person's notices about tickets that they may still see."""
    rows = Notice.objects.filter(user_id=actor.pk).filter(sight(actor, "ticket__"))
    return list(rows.select_related("ticket", "actor").order_by("-id")[:limit])
