"""Sending what is queued, one recipient at a time, outside any transaction, and recording how it fared.

A crash after the server took the mail and before we recorded it sends the same bytes again with the same Message-ID:
that window cannot be closed (guarantees.md, row 87).
"""

from datetime import timedelta

from django.db import transaction
from django.utils.module_loading import import_string

from helpdesk import wiring
from helpdesk.accounts.models import Workspace
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, failpoints, files
from tickets import tokens
from tickets.actions import _shape
from tickets.envelopes import OutboundAttachment, OutboundMessage, SendResult
from tickets.models import Delivery, Message, Notice

GIVE_UP_AFTER = timedelta(hours=72)


class TryLater(Exception):
    """At least one recipient's server asked us to come back; the outbox does."""


def send_all(message_id: int) -> None:
    """Sends every queued copy of a message. Raises TryLater when one is worth another try."""
    message = (
        Message.objects.select_related("ticket__inbox", "ticket__customer", "author").filter(pk=message_id).first()
    )
    if message is None or message.withdrawn_at is not None:
        return
    later = [
        copy.pk
        for copy in message.deliveries.select_related("participant").filter(state=Delivery.State.QUEUED).order_by("id")
        if not _send(message, copy)
    ]
    if later:
        raise TryLater(f"copies {later}")


def _send(message: Message, copy: Delivery) -> bool:
    """True once the copy's fate is settled."""
    if not _begin(copy):
        return True
    inbox = message.ticket.inbox
    if inbox is None:
        result = SendResult(ok=False, error="this ticket has no inbox to send from", permanent=True)
    else:
        adapter = import_string(wiring.CHANNELS[inbox.kind])()
        failpoints.reach("smtp.before")
        result = adapter.send(inbox, outbound(message, copy))
        failpoints.reach("smtp.accepted")
    return _record(message, copy, result)


@transaction.atomic
def _begin(copy: Delivery) -> bool:
    """Counts the attempt before it is made; from here on undo comes too late."""
    row = Delivery.objects.select_for_update().get(pk=copy.pk)
    if row.state != Delivery.State.QUEUED:
        return False
    Delivery.objects.filter(pk=copy.pk).update(attempts=row.attempts + 1)
    return True


@transaction.atomic
def _record(message: Message, copy: Delivery, result: SendResult) -> bool:
    row = Delivery.objects.select_for_update().get(pk=copy.pk)
    row.error = result.error[:300]
    if result.ok:
        row.state, row.sent_at = Delivery.State.SENT, clock.now()
    elif result.permanent or clock.now() - message.created_at > GIVE_UP_AFTER:
        row.state = Delivery.State.FAILED
        _tell_author(message)
    row.save(update_fields=["state", "sent_at", "error"])
    failpoints.reach("delivery.marked")
    if row.state != Delivery.State.QUEUED:
        _shape.announce(SYSTEM, message.ticket, f"delivery.{row.state}", delivery=row.pk)
    return row.state != Delivery.State.QUEUED


def _tell_author(message: Message) -> None:
    if message.author_id:
        Notice.objects.create(user_id=message.author_id, kind="failed", ticket=message.ticket, created_at=clock.now())


def outbound(message: Message, copy: Delivery) -> OutboundMessage:
    """One recipient's copy. Notes have no way in: only messages of kind `out` have copies."""
    if message.kind != Message.Kind.OUT:
        raise ValueError("only an answer can be sent")
    ticket, inbox = message.ticket, message.ticket.inbox
    address = inbox.address if inbox else ""
    reply_to = tokens.reply_address(address, copy.participant_id) if copy.participant_id else address
    earlier = _earlier_ids(message, copy)
    return OutboundMessage(
        delivery_id=copy.pk,
        header_id=copy.header_id,
        sender=address,
        sender_name=inbox.name if inbox else "",
        reply_to=reply_to,
        recipient=copy.address,
        recipient_name=copy.participant.name if copy.participant else "",
        subject=ticket.subject if ticket.subject.lower().startswith("re:") else f"Re: {ticket.subject}",
        text=message.text,
        language=ticket.customer.language or Workspace.objects.values_list("language", flat=True).first() or "en",
        sent_at=message.created_at,
        in_reply_to=earlier[-1] if earlier else "",
        references=tuple(earlier),
        automatic=message.is_automatic,
        attachments=tuple(
            OutboundAttachment(item.name, item.content_type, files.read(item.file))
            for item in message.attachments.select_related("file").order_by("id")
        ),
    )


def _earlier_ids(message: Message, copy: Delivery) -> list[str]:
    """Message-IDs that this recipient wrote or got before, oldest first, at most twenty."""
    before = message.ticket.messages.filter(seq__lt=message.seq)
    theirs = before.filter(kind="in", from_address__iexact=copy.address).exclude(header_id="")
    ours = Delivery.objects.filter(
        message__ticket=message.ticket, message__seq__lt=message.seq, address=copy.address, state=Delivery.State.SENT
    )
    pairs = [*theirs.values_list("seq", "header_id"), *ours.values_list("message__seq", "header_id")]
    return [header for _seq, header in sorted(pairs)][-20:]
