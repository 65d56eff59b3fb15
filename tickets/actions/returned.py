"""What servers tell us of mails of ours: the copy's state, the address's reputation, the author's notice.

It triggers nothing else: no mail is ever sent because of a bounce (guarantees.md, row 18).
"""

from django.db import transaction

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tickets.actions import _shape, delivery, messages, suspensions
from tickets.envelopes import DeliveryReport, InboundMessage
from tickets.models import Delivery, Message, Ticket

UNDER_WAY = (Delivery.State.QUEUED, Delivery.State.SENT, Delivery.State.DELIVERED)


@transaction.atomic
def take_back(inbound: InboundMessage, copy: Delivery) -> Message:
    """Keeps a bounce on the ticket of the answer that bounced, and applies what it says of that copy."""
    ticket = Ticket.objects.select_for_update().get(pk=copy.message.ticket_id)
    message = messages.append(
        ticket, "in", inbound.text, at=clock.now(), channel=inbound.channel, **messages.said(inbound)
    )
    messages.attach(message, inbound.attachments)
    _shape.save(ticket, "seq", "last_at")
    report = next((one for one in inbound.reports if one.recipient in ("", copy.address)), None)
    report = report or next(iter(inbound.reports), None)
    if report is not None:
        _apply(ticket, copy, report)
    _shape.announce(SYSTEM, ticket, "message.received", message=message.pk, why="returned")
    return message


@transaction.atomic
def apply(report: DeliveryReport, copy: Delivery) -> None:
    """Applies a provider's report to the copy it is about. A repeat, or older news, changes nothing."""
    ticket = Ticket.objects.select_for_update().get(pk=copy.message.ticket_id)
    _apply(ticket, copy, report)


def _apply(ticket: Ticket, copy: Delivery, report: DeliveryReport) -> None:
    row = Delivery.objects.select_for_update(of=("self",)).select_related("message").get(pk=copy.pk)
    steps = {"failed": _failed, "delayed": _delayed, "delivered": _arrived, "complained": _complained}
    steps["read"] = _arrived if row.peer_id is None else _read
    steps["sent"] = _left
    steps[report.state](ticket, row, report)


def _failed(ticket: Ticket, row: Delivery, report: DeliveryReport) -> None:
    if row.state not in UNDER_WAY:
        return
    row.state, row.next_at = Delivery.State.FAILED, None
    _note(ticket, row, report)
    if row.peer_id is None:
        suspensions.note(row.address, reason="bounce", status_code=report.status_code, detail=report.reason)
    delivery.tell_author(row.message)
    if ticket.status == "waiting" and not row.message.is_automatic:
        ticket.status = "open"
        _shape.save(ticket, "status")


def _delayed(ticket: Ticket, row: Delivery, report: DeliveryReport) -> None:
    if row.state == Delivery.State.SENT:
        _note(ticket, row, report)


def _left(ticket: Ticket, row: Delivery, report: DeliveryReport) -> None:
    """The provider says that it has it, which we knew when it answered our call."""


def _read(ticket: Ticket, row: Delivery, report: DeliveryReport) -> None:
    """Networks tell that somebody has read; they may tell it before that it has arrived."""
    if row.state in (Delivery.State.SENT, Delivery.State.DELIVERED):
        row.state = Delivery.State.READ
        _note(ticket, row, DeliveryReport(row.address, (), "read"))


def _arrived(ticket: Ticket, row: Delivery, report: DeliveryReport) -> None:
    if row.state == Delivery.State.SENT:
        row.state = Delivery.State.DELIVERED
        _note(ticket, row, DeliveryReport(row.address, (), "delivered"))


def _complained(ticket: Ticket, row: Delivery, report: DeliveryReport) -> None:
    if suspensions.why(row.address) is None:
        suspensions.note(row.address, reason="complaint", status_code="", detail=report.reason)
        delivery.tell_author(row.message)
        _shape.announce(SYSTEM, ticket, "delivery.complained", delivery=row.pk)


def _note(ticket: Ticket, row: Delivery, report: DeliveryReport) -> None:
    row.error, row.status_code = report.reason[:300], report.status_code[:12]
    row.save(update_fields=["state", "error", "status_code", "next_at"])
    _shape.announce(SYSTEM, ticket, f"delivery.{report.state}", delivery=row.pk)
