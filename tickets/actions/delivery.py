"""Sending what is queued, one recipient at a time, outside any transaction, and recording how it fared.

A crash after the server took the mail and before we recorded it sends the same bytes again with the same Message-ID:
that window cannot be closed (guarantees.md, row 87).
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from helpdesk import wiring
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, failpoints, timers
from tickets.actions import _shape, suspensions, voicing
from tickets.envelopes import SendResult
from tickets.models import Delivery, Message, Notice
from tickets.queries.doors import mail_door
from tickets.queries.outgoing import envelope, outbound, scans_of
from tickets.rules.sending import verdict

LEASE = timedelta(seconds=90)
AGAIN = "tickets.handlers.deliver"


class TryLater(Exception):
    """The server asked us to come back; the outbox does."""


def send_all(message_id: int) -> None:
    """Sends every copy of a message that is due, and sets the timer of those that are to be tried again."""
    message = (
        Message.objects.select_related("ticket__inbox", "ticket__customer", "author").filter(pk=message_id).first()
    )
    if message is None or message.withdrawn_at is not None:
        return
    for key in _queued(message).values_list("pk", flat=True):
        _send(message, key)
    _come_back(message)


def _queued(message: Message) -> QuerySet[Delivery]:
    return message.deliveries.filter(state=Delivery.State.QUEUED).order_by("id")


def _come_back(message: Message) -> None:
    soonest = _queued(message).exclude(next_at=None).order_by("next_at").values_list("next_at", flat=True).first()
    if soonest is not None:
        timers.schedule(AGAIN, f"message:{message.pk}", soonest, {"message": message.pk})


def _send(message: Message, key: int) -> None:
    copy = _begin(message, key)
    if copy is None:
        return
    voiced = copy.peer_id is not None or voicing.is_voice(message.channel)
    _record(message, copy, voicing.send(message, copy) if voiced else _mail(message, copy))


def _mail(message: Message, copy: Delivery) -> SendResult:
    inbox = mail_door(message.ticket.inbox)
    if inbox is None:
        return SendResult(ok=False, error="this ticket has no inbox to send from", permanent=True)
    adapter = import_string(wiring.CHANNELS[inbox.kind])()
    failpoints.reach("smtp.before")
    result: SendResult = adapter.send(inbox, outbound(message, copy))
    failpoints.reach("smtp.accepted")
    return result


@transaction.atomic
def _begin(message: Message, key: int) -> Delivery | None:
    """Takes the copy for this worker, counts the attempt and freezes its headers; from here on undo comes too late."""
    row = Delivery.objects.select_for_update(of=("self",)).select_related("participant").get(pk=key)
    now = clock.now()
    if row.state != Delivery.State.QUEUED or (row.next_at is not None and row.next_at > now):
        return None
    why = suspensions.why(row.address)
    if why is not None:
        _settle(message, row, Delivery.State.CANCELLED if message.is_automatic else Delivery.State.FAILED, why)
        return None
    if _held(message, row):
        return None
    row.attempts += 1
    row.next_at = now + LEASE
    if row.peer_id is None and not voicing.is_voice(message.channel):
        row.envelope = row.envelope or envelope(message, row)
    row.save(update_fields=["attempts", "next_at", "envelope"])
    return row


def _held(message: Message, row: Delivery) -> bool:
    """Whether the virus scanner keeps this copy: it has not looked yet at a file of it, or has found something."""
    scans = scans_of(message, row)
    if "infected" in scans:
        _settle(message, row, Delivery.State.FAILED, "the virus scanner found something in an attachment")
    elif "pending" in scans:
        row.error, row.next_at = "waits for the virus scanner", clock.now() + LEASE
        row.save(update_fields=["error", "next_at"])
    return bool(scans & {"infected", "pending"})


def _settle(message: Message, row: Delivery, state: str, error: str) -> None:
    row.state, row.error, row.next_at = state, error[:300], None
    row.save(update_fields=["state", "error", "next_at", "sent_at", "status_code"])
    if state == Delivery.State.FAILED:
        tell_author(message)
    _shape.announce(SYSTEM, message.ticket, f"delivery.{state}", delivery=row.pk)


@transaction.atomic
def _record(message: Message, copy: Delivery, result: SendResult) -> None:
    row = Delivery.objects.select_for_update().get(pk=copy.pk)
    if row.state != Delivery.State.QUEUED:
        return
    now = clock.now()
    found = verdict(
        ok=result.ok,
        permanent=result.permanent,
        cause=result.cause,
        attempts=row.attempts,
        age=now - message.created_at,
        retry_after=result.retry_after,
    )
    row.status_code = result.status_code[:12]
    if found.state == "queued":
        row.error, row.next_at = result.error[:300], now + found.wait
        row.save(update_fields=["error", "next_at", "status_code"])
    else:
        row.sent_at = now if found.state == "sent" else None
        _settle(message, row, found.state, result.error)
    if found.state == "failed" and result.cause == "recipient" and row.peer_id is None:
        suspensions.note(row.address, reason="bounce", status_code=row.status_code, detail=result.error)
    failpoints.reach("delivery.marked")


def tell_author(message: Message) -> None:
    """Tells whoever wrote a message that a copy of it did not arrive."""
    if message.author_id:
        Notice.objects.create(user_id=message.author_id, kind="failed", ticket=message.ticket, created_at=clock.now())
