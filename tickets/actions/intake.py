"""The one door in: who is it, which ticket, append, history, announce; in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from customers import actions as customers
from customers.models import Customer
from customers.rules.identity import Handle
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, failpoints
from helpdesk.core.errors import Invalid
from helpdesk.core.events import emit
from tickets.actions import _shape, blocks, linking, messages, returned, tickets
from tickets.envelopes import InboundMessage
from tickets.models import Inbox, Message, Ticket
from tickets.queries.acknowledgement import wanted
from tickets.queries.proofs import proofs
from tickets.queries.related import related
from tickets.queries.returned import copy_of as returned_copy
from tickets.rules import lifecycle, mailkinds, threads


@transaction.atomic(savepoint=False)
def receive(inbound: InboundMessage, inbox: Inbox) -> Message:
    """Takes one message from outside into the right ticket and returns it. Knows no channel.

    A sender whom nobody can honestly name becomes a customer without a handle, so the message is still seen.
    """
    copy = returned_copy(inbound)
    if copy is not None:
        return returned.take_back(inbound, copy)
    customer = _who(inbound, inbox)
    found = threads.match(inbound.sender, proofs(inbound))
    failpoints.reach("intake.thread")
    ticket = root(found.ticket_id) if found.ticket_id else None
    is_new = ticket is None
    automatic = inbound.automatic or inbound.bounce
    machine = found.held or not mailkinds.asks(inbound.mail_kind, automatic=automatic)
    if ticket is None:
        ticket = _open(inbound, inbox, customer, machine=machine)
        message = _write(messages.first, ticket, inbound, customer, ticket.created_at, held=found.held)
        linking.relate(ticket, related(inbound, ticket))
    else:
        via = {} if ticket.pk == found.ticket_id else {"via_id": found.ticket_id}
        message = _write(messages.append, ticket, inbound, customer, clock.now(), held=found.held, **via)
        turn(ticket, machine=machine)
    failpoints.reach("intake.timeline")
    announce(ticket, message, is_new=is_new, why=found.reason)
    return message


def root(pk: int) -> Ticket | None:
    """The ticket, locked; when it is part of another one, that one. Never holds two locks at once."""
    found = Ticket.objects.select_for_update().filter(pk=pk, merged_into__isnull=True).first()
    if found is None:
        above = Ticket.objects.filter(pk=pk).values_list("merged_into_id", flat=True).first()
        return root(above) if above else None
    return found


def _who(inbound: InboundMessage, inbox: Inbox) -> Customer:
    name = inbound.sender_name or inbound.sender
    if inbound.sender:
        try:
            handle = Handle(inbound.handle_kind, inbound.sender)
            return customers.resolve(handle=handle, name=name, how=inbound.channel, region=inbox.region)
        except Invalid:
            pass
    return customers.create(by=SYSTEM, name=name)


def _open(inbound: InboundMessage, inbox: Inbox, customer: Customer, *, machine: bool) -> Ticket:
    now, blocked = clock.now(), blocks.is_blocked(inbound.sender)
    ticket = tickets.open_row(
        subject=inbound.subject,
        channel=inbound.channel,
        customer=customer,
        came_by=customer.came_by,
        inbox=inbox,
        team_id=inbox.team_id,
        created_at=now,
        waiting_since=None if machine or blocked else now,
        status="spam" if blocked else "new",
    )
    if inbound.sender:
        tickets.seat(ticket, customer, inbound.sender, inbound.sender_name)
    return ticket


def _write(
    write: Callable[..., Message],
    ticket: Ticket,
    inbound: InboundMessage,
    customer: Customer,
    at: datetime,
    *,
    held: bool,
    **more: Any,
) -> Message:
    message = write(
        ticket,
        "in",
        inbound.text,
        at=at,
        customer=customer,
        came_by=customer.came_by,
        channel=inbound.channel,
        held_at=at if held else None,
        **messages.said(inbound),
        **more,
    )
    messages.attach(message, inbound.attachments)
    return message


def turn(ticket: Ticket, *, machine: bool) -> None:
    """Something came in: whose turn it is, and what had ended and is open again."""
    ticket.status = lifecycle.after_customer_message(ticket.status, automatic=machine)
    fields = ["seq", "last_at", "status"]
    if ticket.status not in lifecycle.ENDED and ticket.resolved_at:
        ticket.resolved_at = None
        fields.append("resolved_at")
    if not machine:
        ticket.waiting_since = ticket.waiting_since or clock.now()
        ticket.snoozed_until = None
        fields += ["waiting_since", "snoozed_until"]
    _shape.save(ticket, *fields)


def announce(ticket: Ticket, message: Message, *, is_new: bool, why: str) -> None:
    """Tells everybody whom a message from outside concerns."""
    _shape.announce(SYSTEM, ticket, "message.received", message=message.pk, why=why)
    if is_new:
        emit("ticket.created", {"ticket": ticket.pk})
        if wanted(ticket.inbox) and not message.is_automatic and ticket.status != Ticket.Status.SPAM:
            emit("ticket.unanswered", {"message": message.pk})
    emit("message.received", {"ticket": ticket.pk, "message": message.pk})
    failpoints.reach("intake.announced")
