"""Appending a message to a locked ticket: the one place where `seq` grows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from helpdesk.core import clock, failpoints, files, rows
from helpdesk.core.events import emit
from helpdesk.core.search import vector
from tickets import tokens
from tickets.actions import _shape
from tickets.envelopes import InboundAttachment, InboundMessage
from tickets.models import Attachment, Delivery, Message, Ticket
from tickets.queries.doors import mail_door
from tickets.rules import quotes
from tickets.rules.pictures import wants_remote
from tickets.rules.recipients import Recipients

NOWHERE = "helpdesk.invalid"


def append(ticket: Ticket, kind: str, text: str, *, at: datetime | None = None, **fields: Any) -> Message:
    """Writes the next message of `ticket`, whose row the caller has locked, and its line in the history.

    The caller saves the ticket (`seq`, `last_at`).
    """
    now = at or clock.now()
    ticket.seq += 1
    ticket.last_at = max(ticket.last_at, now)
    return first(ticket, kind, text, at=now, **fields)


def first(ticket: Ticket, kind: str, text: str, *, at: datetime, told: str = "message", **fields: Any) -> Message:
    """The message with the number `ticket.seq`, and its line in the history (of the kind `told`); for a new ticket
    whose row counts it."""
    text = text.replace("\x00", "")
    fields.setdefault("channel", ticket.channel)
    message = rows.add(
        Message(ticket=ticket, seq=ticket.seq, kind=kind, text=text, created_at=at, search=vector(b=text), **fields)
    )
    failpoints.reach("intake.message")
    shown = quotes.split(text, message.visible_length)[0] if kind == "in" else text
    line = shown.strip() or ticket.subject
    _shape.tell(
        ticket,
        "note" if kind == "note" else told,
        line[:300],
        at=at,
        link_id=message.pk,
        # A line of somebody else than whose ticket it is goes with the ticket, whoever they turn out to be.
        came_by=message.came_by if message.customer_id == ticket.customer_id else None,
        staff_only=kind == "note" or message.mail_kind == "forward",
        ours=kind != "in",
        channel=message.channel,
    )
    return message


def queue(ticket: Ticket, message: Message, recipients: Recipients | None = None) -> None:
    """Makes one copy for each participant, and for hidden ones, and has them leave once the time for undoing is over.

    The customer's copy may go to another address of theirs for once (`recipients.to`).
    """
    seats = ticket.participants.filter(sees_from__lte=message.seq) if message.channel == "email" else []
    wanted = recipients or Recipients()
    copies: dict[str, Delivery] = {}
    for seat in sorted(seats, key=lambda one: (one.role == "cc", one.pk)):
        is_theirs = seat.role == "requester"
        address = wanted.to or seat.address if is_theirs else seat.address
        copies.setdefault(address, Delivery(participant=seat, address=address, role="to" if is_theirs else "cc"))
    for address in wanted.hidden:
        copies.setdefault(address, Delivery(address=address, role="bcc"))
    _send(ticket, message, copies.values())


def queue_to(ticket: Ticket, message: Message, addresses: Sequence[str]) -> None:
    """As queue(), to these addresses alone, which have no seat."""
    _send(ticket, message, [Delivery(address=address) for address in addresses])


def _send(ticket: Ticket, message: Message, copies: Iterable[Delivery]) -> None:
    door = mail_door(ticket.inbox)
    domain = door.address.rpartition("@")[2] if door else ""
    made = list(copies)
    for copy in made:
        copy.message, copy.header_id = message, tokens.header_id(domain or NOWHERE)
    Delivery.objects.bulk_create(made)
    later = clock.now() + timedelta(seconds=settings.UNDO_SECONDS)
    emit("message.queued", {"message": message.pk}, not_before=later)


def attach(message: Message, found: Sequence[InboundAttachment]) -> None:
    """Keeps the files of a message; each blob is durable before its row. A scanner, if there is one, looks later:
    what came in is not shown before, and what goes out does not leave before."""
    scan = "pending" if settings.SCANNER and message.kind in ("in", "out") else "unscanned"
    made = Attachment.objects.bulk_create(
        Attachment(
            message=message,
            file=files.save(item.data),
            name=item.name[:255] or "file",
            content_type=item.content_type[:127],
            content_id=item.content_id[:255],
            is_inline=item.is_inline,
            scan=scan,
        )
        for item in found
    )
    if scan == "pending":
        for row in made:
            emit("file.received", {"attachment": row.pk})


def said(inbound: InboundMessage) -> dict[str, Any]:
    """The fields of the message that an inbound one becomes; its text and its ticket come beside them."""
    return {
        "from_name": inbound.sender_name[:200],
        "from_address": inbound.sender[:254],
        "visible_length": inbound.visible_length,
        "html": inbound.html.replace("\x00", ""),
        "has_remote": wants_remote(inbound.html),
        "is_automatic": inbound.automatic or inbound.bounce,
        "mail_kind": inbound.mail_kind,
        "forwarded_name": inbound.forwarded_name[:200],
        "forwarded_from": inbound.forwarded_from[:254],
        "header_id": inbound.external_id[:998],
        "in_reply_to": inbound.in_reply_to[:998],
        "reply_to": _elsewhere(inbound),
    }


def _elsewhere(inbound: InboundMessage) -> str:
    wanted = inbound.reply_to.lower()
    return "" if wanted == inbound.sender.lower() or len(wanted) > 254 else wanted
