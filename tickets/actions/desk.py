"""What staff keep beside a ticket: drafts, presence, notices. Not part of the customer's history, so not audited."""

from django.db import transaction

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from helpdesk.core.realtime import hint, ticket_group, user_group
from tickets.access import require
from tickets.models import Draft, Notice, Presence, Ticket

MODES = {"reply": "ticket.reply", "note": "ticket.note"}


@transaction.atomic
def save_draft(*, by: Actor, ticket: Ticket, mode: str, body: str) -> Draft | None:
    """Keeps what `by` has typed in `mode`; an empty text takes the draft away."""
    require(by, MODES[mode], ticket)
    body = body.replace("\x00", "")[:200_000]
    if not body.strip():
        drop_draft(by=by, ticket=ticket, mode=mode)
        return None
    draft, made = Draft.objects.update_or_create(
        ticket=ticket, user_id=by.pk, mode=mode, defaults={"body": body, "updated_at": clock.now()}
    )
    if made:
        hint([ticket_group(ticket.number)], "presence", number=ticket.number)
    return draft


@transaction.atomic
def drop_draft(*, by: Actor, ticket: Ticket, mode: str) -> None:
    """Takes the draft away."""
    Draft.objects.filter(ticket=ticket, user_id=by.pk, mode=mode).delete()


@transaction.atomic
def see(*, by: Actor, ticket: Ticket, mode: str) -> Presence:
    """`by` looks at the ticket (`viewing`) or writes in it (`replying`, `noting`); good for 45 s."""
    require(by, "ticket.view", ticket)
    before = Presence.objects.filter(ticket=ticket, user_id=by.pk).values_list("mode", flat=True).first()
    row, _made = Presence.objects.update_or_create(
        ticket=ticket, user_id=by.pk, defaults={"mode": mode, "seen_at": clock.now()}
    )
    if before != mode:
        hint([ticket_group(ticket.number)], "presence", number=ticket.number)
    return row


@transaction.atomic
def leave(*, by: Actor, ticket: Ticket) -> None:
    """`by` has closed the ticket."""
    gone, _rows = Presence.objects.filter(ticket=ticket, user_id=by.pk).delete()
    if gone:
        hint([ticket_group(ticket.number)], "presence", number=ticket.number)


@transaction.atomic
def read_notices(*, by: Actor, pk: int | None = None) -> int:
    """Marks one notice of `by`, or all, as read."""
    rows = Notice.objects.filter(user_id=by.pk, read_at__isnull=True)
    count = (rows.filter(pk=pk) if pk else rows).update(read_at=clock.now())
    if by.user_id:
        hint([user_group(by.user_id)], "notice")
    return count
