"""Reading somebody's notices."""

from helpdesk.accounts.rules.policy import Actor
from tickets.access import sight
from tickets.models import Notice


def unread(actor: Actor) -> int:
    """How many notices the person has not read, at most 100."""
    return Notice.objects.filter(user_id=actor.pk, read_at__isnull=True).values("pk")[:100].count()


def newest(actor: Actor, limit: int = 100) -> list[Notice]:
    """The person's notices about tickets that they may still see."""
    rows = Notice.objects.filter(user_id=actor.pk).filter(sight(actor, "ticket__"))
    return list(rows.select_related("ticket", "actor").order_by("-id")[:limit])
