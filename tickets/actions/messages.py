"""Appending a message to a locked ticket: the one place where `seq` grows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from helpdesk.core import clock, failpoints, files
from helpdesk.core.search import vector
from tickets.actions import _shape
from tickets.envelopes import InboundAttachment
from tickets.models import Attachment, Message, Ticket


def append(ticket: Ticket, kind: str, text: str, *, at: datetime | None = None, **fields: Any) -> Message:
    """Writes the next message of `ticket`, whose row the caller has locked, and its line in the history.

    The caller saves the ticket (`seq`, `last_at`).
    """
    ticket.seq += 1
    now = at or clock.now()
    ticket.last_at = max(ticket.last_at, now)
    text = text.replace("\x00", "")
    fields.setdefault("channel", ticket.channel)
    message = Message.objects.create(
        ticket=ticket, seq=ticket.seq, kind=kind, text=text, created_at=now, search=vector(b=text), **fields
    )
    failpoints.reach("intake.message")
    line = text[: message.visible_length or None].strip() or ticket.subject
    _shape.tell(ticket, "note" if kind == "note" else "message", line[:300], at=now, link_id=message.pk, staff_only=kind == "note")
    return message


def attach(message: Message, found: Sequence[InboundAttachment]) -> None:
    """Keeps the files of a message; each blob is durable before its row."""
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            file=files.save(item.data),
            name=item.name[:255] or "file",
            content_type=item.content_type[:127],
            content_id=item.content_id[:255],
            is_inline=item.is_inline,
        )
        for item in found
    )
