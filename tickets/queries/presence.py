"""Who is at a ticket now."""

from datetime import timedelta

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from tickets.models import Presence, Ticket

PRESENT_SECONDS = 45


def present(ticket: Ticket, actor: Actor) -> list[Presence]:
    """Colleagues who look at the ticket or write in it now."""
    since = clock.now() - timedelta(seconds=PRESENT_SECONDS)
    rows = Presence.objects.filter(ticket=ticket, seen_at__gte=since).exclude(user_id=actor.pk)
    return list(rows.select_related("user").order_by("user__name"))


def replying(ticket: Ticket, actor: Actor) -> Presence | None:
    """A colleague who is writing an answer to the customer now."""
    return next((each for each in present(ticket, actor) if each.mode == "replying"), None)
