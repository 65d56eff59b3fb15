"""Who is at a ticket now."""

from dataclasses import dataclass
from datetime import timedelta

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock, sql
from tickets.models import Presence, Ticket

PRESENT_SECONDS = 45


def present(ticket: Ticket, actor: Actor) -> list[Presence]:
    """Colleagues who look at the ticket or write in it now."""
    since = clock.now() - timedelta(seconds=PRESENT_SECONDS)
    rows = Presence.objects.filter(ticket=ticket, seen_at__gte=since).exclude(user_id=actor.pk)
    return list(rows.select_related("user").order_by("user__name"))


@dataclass(frozen=True)
class Beside:
    """A colleague at the ticket, or a text that somebody typed and has not sent."""

    user_id: int
    user: User
    mode: str
    body: str


BESIDE = """
SELECT 'here', p.user_id, u.name, p.mode, '' FROM tickets_presence p JOIN accounts_user u ON u.id = p.user_id
WHERE p.ticket_id = %s AND p.seen_at >= %s AND p.user_id <> %s
UNION ALL
SELECT 'draft', d.user_id, u.name, d.mode, d.body FROM tickets_draft d JOIN accounts_user u ON u.id = d.user_id
WHERE d.ticket_id = %s
ORDER BY 3
"""


def beside(ticket: Ticket, actor: Actor) -> tuple[list[Beside], list[Beside]]:
    """Who else is here, and all drafts of the ticket; one query."""
    since = clock.now() - timedelta(seconds=PRESENT_SECONDS)
    found: dict[str, list[Beside]] = {"here": [], "draft": []}
    for what, pk, name, mode, body in sql.rows(BESIDE, [ticket.pk, since, actor.pk, ticket.pk]):
        found[what].append(Beside(pk, User(pk=pk, name=name), mode, body))
    return found["here"], found["draft"]


def replying(ticket: Ticket, actor: Actor) -> Presence | None:
    """A colleague who is writing an answer to the customer now."""
    return next((each for each in present(ticket, actor) if each.mode == "replying"), None)
