"""Lines for one member of staff."""

from django.db import transaction

from helpdesk.core import clock
from helpdesk.core.realtime import hint, user_group
from tickets.models import Notice, Ticket


@transaction.atomic
def assigned(*, ticket_id: int, user_id: int, actor_id: int | None) -> None:
    """Tells somebody that a ticket is theirs now; a repeat of an unread notice says nothing new."""
    ticket = Ticket.objects.select_for_update().filter(pk=ticket_id, assignee_id=user_id).first()
    if (
        ticket is None
        or Notice.objects.filter(user_id=user_id, ticket=ticket, kind="assignment", read_at__isnull=True).exists()
    ):
        return
    Notice.objects.create(user_id=user_id, kind="assignment", ticket=ticket, actor_id=actor_id, created_at=clock.now())
    hint([user_group(user_id)], "notice", number=ticket.number)
