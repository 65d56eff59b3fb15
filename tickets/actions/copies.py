"""One recipient's copy that did not arrive: once more, or to another address of theirs."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import tombs
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.events import emit
from tickets import tokens
from tickets.access import lock
from tickets.actions import _shape, messages, suspensions
from tickets.models import Delivery, Participant, Ticket


@transaction.atomic
def send_again(*, by: Actor, delivery: Delivery) -> Delivery:
    """Tries a failed copy again, byte for byte the same; whoever insists lifts the address's suspension."""
    ticket, row = _failed(by, delivery)
    suspensions.lift(by=by, address=row.address)
    row.state, row.error, row.next_at = Delivery.State.QUEUED, "", None
    row.save(update_fields=["state", "error", "next_at"])
    emit("message.queued", {"message": row.message_id})
    _shape.announce(by, ticket, "delivery.retried", delivery=row.pk)
    return row


@transaction.atomic
def send_elsewhere(*, by: Actor, delivery: Delivery, address: str) -> Delivery:
    """Sends a failed copy to another address of the same person, who is answered there from now on.

    The failed copy stays as it is. A repeat answers the copy that is already on its way.
    """
    ticket, row = _failed(by, delivery)
    try:
        new = clean(Handle("email", address)).value
    except BadHandle as error:
        raise Invalid({"address": _("Write an e-mail address such as support@example.com.")}) from error
    there = Delivery.objects.filter(message_id=row.message_id, address=new).first()
    if there is not None:
        return there
    copy = Delivery.objects.create(
        message_id=row.message_id,
        participant=_move(ticket, row, new),
        address=new,
        role=row.role,
        header_id=tokens.header_id(row.header_id.rstrip(">").rpartition("@")[2] or messages.NOWHERE),
    )
    emit("message.queued", {"message": row.message_id})
    _shape.announce(by, ticket, "delivery.redirected", delivery=row.pk, to=tombs.told(new))
    return copy


def _failed(by: Actor, delivery: Delivery) -> tuple[Ticket, Delivery]:
    ticket = lock(by, "ticket.reply", delivery.message.ticket)
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if row.state != Delivery.State.FAILED:
        raise Conflict("not_failed", _("This copy has not failed."))
    return ticket, row


def _move(ticket: Ticket, row: Delivery, address: str) -> Participant | None:
    """The seat at the new address: one that is there, or the old one moved."""
    there = ticket.participants.filter(address=address).first()
    if there is not None or row.participant_id is None:
        return there
    seat = Participant.objects.select_for_update().get(pk=row.participant_id)
    seat.address = address
    seat.save(update_fields=["address"])
    return seat
