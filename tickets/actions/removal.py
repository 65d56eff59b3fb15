"""Erasing what should never have been kept: a card number in a message, a wrong file. Audited, and for good.

The delivery it came by is remembered by its hash alone, so that the same mail does not come back.
"""

import re

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import TimelineEntry
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock, files
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.search import vector
from tickets.access import lock
from tickets.actions import _shape
from tickets.models import Attachment, Message, RawInbound, Ticket

BLACK = "█████"


@transaction.atomic
def remove(*, by: Actor, message: Message) -> Message:
    """Erases a message's words, its formatted form, its files and its source. A repeat changes nothing."""
    ticket, row = _locked(by, message)
    if row.removed_at is not None:
        return row
    _forget_files(row)
    row.text, row.html, row.visible_length, row.subject = "", "", 0, ""
    row.removed_at, row.removed_by_id = clock.now(), by.user_id
    row.save(update_fields=["text", "html", "visible_length", "subject", "removed_at", "removed_by"])
    _rewrite(ticket, row)
    _shape.announce(by, ticket, "message.removed", message=row.pk)
    return row


@transaction.atomic
def redact(*, by: Actor, message: Message, passage: str) -> Message:
    """Blackens every place where `passage` stands in a message. Its formatted form and its source go with it."""
    ticket, row = _locked(by, message)
    passage = passage.strip()
    if not passage or passage not in f"{row.text}\n{ticket.subject}":
        raise Invalid({"passage": _("Copy the words to blacken exactly as they stand in the message.")})
    visible = row.text[: row.visible_length].replace(passage, BLACK) if row.visible_length else ""
    row.text, row.html, row.visible_length = row.text.replace(passage, BLACK), "", len(visible)
    row.save(update_fields=["text", "html", "visible_length"])
    _forget_source(row)
    if passage in ticket.subject:
        ticket.subject = ticket.subject.replace(passage, BLACK)
        Ticket.objects.filter(pk=ticket.pk).update(subject=ticket.subject, search=vector(a=ticket.subject))
    _rewrite(ticket, row)
    _shape.announce(by, ticket, "message.redacted", message=row.pk)
    return row


@transaction.atomic
def remove_file(*, by: Actor, attachment: Attachment) -> None:
    """Erases one file of a message, and the source that also holds it."""
    ticket, row = _locked(by, attachment.message)
    found = Attachment.objects.select_related("file").filter(pk=attachment.pk).first()
    if found is None:
        return
    file = found.file
    found.delete()
    files.erase(file)
    _forget_source(row)
    _shape.announce(by, ticket, "file.removed", message=row.pk, size=file.size)


def _locked(by: Actor, message: Message) -> tuple[Ticket, Message]:
    ticket = lock(by, "message.remove", message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.deliveries.filter(state="queued").exists():
        raise Conflict("still_sending", _("One of these is still being sent. Wait a moment."))
    return ticket, row


def _forget_files(row: Message) -> None:
    for attachment in row.attachments.select_related("file"):
        attachment.delete()
        files.erase(attachment.file)
    _forget_source(row)


def _forget_source(row: Message) -> None:
    for raw in RawInbound.objects.filter(message=row).select_related("file"):
        files.blank(raw.file)


def _rewrite(ticket: Ticket, row: Message) -> None:
    """The search and the history forget the words too."""
    Message.objects.filter(pk=row.pk).update(search=vector(b=row.text))
    line = re.sub(r"\s+", " ", row.text[: row.visible_length or None]).strip()[:300]
    lines = TimelineEntry.objects.filter(ticket=ticket.number, link_id=row.pk, kind__in=["message", "note"])
    lines.update(summary=line)
    _shape.save(ticket)
