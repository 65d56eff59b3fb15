"""The acknowledgement of a new conversation: at most one per address, conversation and day, never to a machine.

It carries nothing that the sender wrote, not even their subject or name: the address may not be theirs
(guarantees.md, rows 11 and 17-21).
"""

from datetime import datetime

from django.db import transaction

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, tombs
from helpdesk.core.events import emit
from tickets import tokens
from tickets.actions import _shape, messages
from tickets.models import AutomaticReply, Delivery, Message, Ticket
from tickets.queries import acknowledgement
from tickets.rules.automatic import refusal


@transaction.atomic
def acknowledge(message_id: int) -> Message | None:
    """Answers the first message of a conversation with the inbox's own words; None when the rules say no.

    A repeat finds its line in the ledger and does nothing.
    """
    first = Message.objects.select_related("ticket__inbox__team", "ticket__customer").get(pk=message_id)
    ticket = (
        Ticket.objects.select_for_update(of=("self",)).select_related("inbox__team", "customer").get(pk=first.ticket_id)
    )
    now = clock.now()
    why = refusal(acknowledgement.arrival(first, now))
    if why not in ("", "muted", "echo"):
        return None
    ledger, is_new = AutomaticReply.objects.get_or_create(
        address=first.from_address.lower(), ticket=ticket, day=now.date(), defaults={"created_at": now}
    )
    if not is_new:
        return ledger.message
    if why:
        _shape.announce(SYSTEM, ticket, "automatic.muted", address=tombs.told(first.from_address))
        return None
    ledger.message = _write(ticket, first, now)
    ledger.save(update_fields=["message"])
    return ledger.message


def _write(ticket: Ticket, first: Message, now: datetime) -> Message:
    words = acknowledgement.words(first, now)
    message = messages.append(
        ticket, "out", words.text, at=now, is_automatic=True, subject=words.subject, channel="email"
    )
    seat = ticket.participants.filter(address=first.from_address.lower()).first()
    domain = ticket.inbox.address.rpartition("@")[2] if ticket.inbox else ""
    Delivery.objects.create(
        message=message,
        participant=seat,
        address=first.from_address.lower(),
        header_id=tokens.header_id(domain or messages.NOWHERE),
    )
    _shape.save(ticket, "seq", "last_at")
    emit("message.queued", {"message": message.pk})
    _shape.announce(SYSTEM, ticket, "automatic.sent", message=message.pk)
    return message
