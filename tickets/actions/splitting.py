"""Moving messages into a ticket of their own, and taking it back."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from tickets.access import facts, lock, lock_all
from tickets.actions import _shape, tickets
from tickets.models import Message, Split, Ticket
from tickets.queries.turn import waiting_since


@transaction.atomic
def split(*, by: Actor, ticket: Ticket, messages: Sequence[int], subject: str) -> Split:
    """Moves these messages (ids) into a new ticket of the person who wrote the first of them.

    The new ticket has the team and inbox of the old one. At least one message stays behind.
    """
    source = lock(by, "ticket.change", ticket)
    if not can(by, "ticket.create", facts(source)):
        raise NotAllowed
    moved = _chosen(source, messages)
    made = _new_ticket(source, moved[0], subject)
    row = Split.objects.create(
        source=source,
        made=made,
        moves=[[message.pk, message.seq] for message in moved],
        by_id=by.user_id,
        created_at=clock.now(),
    )
    for at, message in enumerate(moved, start=1):
        _move(message, source, made, at)
    made.seq, made.last_at = len(moved), moved[-1].created_at
    _settle(made)
    _settle(source)
    _shape.announce(by, source, "ticket.split", made=made.number, split=row.pk)
    _shape.announce(by, made, "ticket.split_from", source=source.number, split=row.pk)
    return row


def _chosen(source: Ticket, keys: Sequence[int]) -> list[Message]:
    said = source.messages.filter(withdrawn_at__isnull=True).order_by("seq")
    chosen = [message for message in said if message.pk in set(keys)]
    if not chosen or len(chosen) != len(set(keys)):
        raise Invalid({"messages": _("Choose messages of this ticket.")})
    if len(chosen) == len(said):
        raise Invalid({"messages": _("Leave at least one message here.")})
    if any(message.deliveries.filter(state="queued").exists() for message in chosen):
        raise Conflict("still_sending", _("One of these is still being sent. Wait a moment."))
    return chosen


def _new_ticket(source: Ticket, first: Message, subject: str) -> Ticket:
    customer = first.customer or source.customer
    made = tickets.open_row(
        subject=subject.strip() or source.subject,
        channel=source.channel,
        customer=customer,
        came_by=first.came_by if first.customer else source.came_by,
        inbox=source.inbox,
        team_id=source.team_id,
        created_at=clock.now(),
    )
    theirs = source.participants.filter(customer=customer).order_by("id").values_list("address", "name").first()
    address, name = (first.from_address, first.from_name) if first.from_address else theirs or ("", "")
    if address:
        tickets.seat(made, customer, address, name)
    return made


def _move(message: Message, before: Ticket, after: Ticket, seq: int) -> None:
    message.ticket, message.seq = after, seq
    message.save(update_fields=["ticket", "seq"])
    _shape.retell(message, before, after)


def _settle(ticket: Ticket) -> None:
    ticket.waiting_since = waiting_since(ticket) if ticket.status not in ("resolved", "closed", "spam") else None
    _shape.save(ticket, "seq", "last_at", "waiting_since")


@transaction.atomic
def undo_split(*, by: Actor, split: Split) -> Split:
    """Moves the messages back to the places they had. What came into the new ticket since stays there.

    A new ticket that is empty afterwards is closed. A repeat changes nothing.
    """
    source, made = lock_all(by, "ticket.change", split.source, split.made)
    row = Split.objects.select_for_update().get(pk=split.pk)
    if row.undone_at is not None:
        return row
    row.undone_at = clock.now()
    row.save(update_fields=["undone_at"])
    places = {int(pk): int(seq) for pk, seq in row.moves}
    for message in made.messages.filter(pk__in=places).order_by("seq"):
        _move(message, made, source, places[message.pk])
    if not made.messages.exists():
        made.status, made.resolved_at = "closed", row.undone_at
        _shape.save(made, "status", "resolved_at")
    _settle(made)
    _settle(source)
    _shape.announce(by, source, "ticket.split_undone", made=made.number, split=row.pk)
    _shape.announce(by, made, "ticket.split_undone", source=source.number, split=row.pk)
    return row
