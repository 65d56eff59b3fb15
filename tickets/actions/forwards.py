"""Passing a message on to somebody outside. They get what was chosen and nothing else, and no seat in the ticket."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.files import new_token
from helpdesk.core.locale import Prefs
from helpdesk.core.models import StoredFile
from helpdesk.core.rules import dates
from tickets.access import lock
from tickets.actions import _shape, messages, participants, suspensions
from tickets.models import Attachment, Message, Ticket

MOST_TO = 10


@transaction.atomic
def forward(
    *,
    by: Actor,
    message: Message,
    to: Sequence[str],
    body: str = "",
    files: Sequence[str] = (),
    client_id: str = "",
    insist: bool = False,
) -> Message:
    """Sends a message on, with those of its files that are chosen (tokens), under a few words of our own.

    Whoever answers it is a newcomer: their mail is held. A note cannot be forwarded. A repeat answers the same message.
    """
    ticket = lock(by, "ticket.reply", message.ticket)
    there = ticket.messages.filter(client_id=client_id).first() if client_id else None
    if there is not None:
        return there
    source = ticket.messages.filter(pk=message.pk, withdrawn_at__isnull=True).exclude(kind="note").first()
    if source is None:
        raise NotFound
    if source.removed_at:
        raise Conflict("erased", _("This message was erased; there is nothing to pass on."))
    addresses = _addresses(by, to, insist)
    chosen = _files(source, files)
    made = messages.append(
        ticket,
        "out",
        _words(ticket, source, body),
        author_id=by.user_id,
        client_id=client_id,
        channel="email",
        subject=f"Fwd: {source.subject or ticket.subject}"[:500],
        mail_kind="forward",
    )
    _copy(made, chosen)
    messages.queue_to(ticket, made, addresses)
    _shape.save(ticket, "seq", "last_at")
    _shape.announce(by, ticket, "message.forwarded", message=made.pk, source=source.pk, copies=len(addresses))
    return made


def _addresses(by: Actor, to: Sequence[str], insist: bool) -> list[str]:
    found = list(dict.fromkeys(participants.usable(one, "to") for one in to))
    if not found:
        raise Invalid({"to": _("Write to whom it goes.")})
    if len(found) > MOST_TO:
        raise Invalid({"to": _("Write to at most %(most)s people at once.") % {"most": MOST_TO}})
    for address in found:
        why = suspensions.why(address)
        if why is not None and not insist:
            text = _("Mail to this address is suspended: earlier mails came back, or its owner complained.")
            raise Conflict("address_suspended", text, who=address, why=why)
        if why is not None:
            suspensions.lift(by=by, address=address)
    return found


def _files(source: Message, tokens: Sequence[str]) -> list[Attachment]:
    """The chosen files, all of this very message: a token of another ticket's file opens nothing here."""
    rows = {row.file.token: row for row in source.attachments.select_related("file")}
    if any(token not in rows for token in tokens):
        raise NotFound
    chosen = [rows[token] for token in dict.fromkeys(tokens)]
    if any(row.scan in (Attachment.Scan.PENDING, Attachment.Scan.INFECTED) for row in chosen):
        raise Conflict("file_held", _("One of these files is held by the virus scanner. Leave it out."))
    return chosen


def _words(ticket: Ticket, source: Message, body: str) -> str:
    """Our words, then whose and when, then theirs. Nothing of the conversation around it."""
    language = ticket.customer.language or "en"
    who = source.from_name or (source.author.name if source.author else "")
    prefs = Prefs(language, "jalali" if language == "fa" else "gregorian", "UTC")
    with translation.override(language):
        head = [
            f"---------- {_('Forwarded message')} ----------",
            f"{_('From')}: {f'{who} <{source.from_address}>' if source.from_address else who}",
            f"{_('Date')}: {dates.moment(source.created_at, prefs)}",
            f"{_('Subject')}: {source.subject or ticket.subject}",
        ]
    return "\n".join([*([body.strip(), ""] if body.strip() else []), *head, "", source.text])


def _copy(made: Message, chosen: Sequence[Attachment]) -> None:
    """The same bytes under a row and a token of their own, so that erasing one copy leaves the other."""
    for row in chosen:
        file = StoredFile.objects.create(
            token=new_token(), sha256=row.file.sha256, size=row.file.size, created_at=clock.now()
        )
        Attachment.objects.create(message=made, file=file, name=row.name, content_type=row.content_type, scan=row.scan)
