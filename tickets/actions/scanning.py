"""What the virus scanner says of a file that came in, or is about to go out."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import audit, files, scanner
from helpdesk.core.events import emit
from helpdesk.core.realtime import DESK, hint
from tickets.access import lock
from tickets.actions import _shape
from tickets.models import Attachment, Delivery, Message


def scan(attachment_id: int) -> None:
    """Has a waiting file looked at, outside any transaction, and writes what was found.

    A repeat does nothing. Raises scanner.Away: the file stays waiting and the worker tries again.
    """
    row = Attachment.objects.select_related("file", "message__ticket").filter(pk=attachment_id, scan="pending").first()
    if row is None:
        return
    try:
        verdict = scanner.scan(files.read(row.file))
    except FileNotFoundError:
        return  # erased meanwhile
    _write(row, verdict)


def _leaves(message: Message) -> datetime:
    """Not before whoever wrote it may take it back no more."""
    return message.created_at + timedelta(seconds=settings.UNDO_SECONDS)


@transaction.atomic
def _write(row: Attachment, verdict: scanner.Verdict) -> None:
    ticket = lock(SYSTEM, "ticket.change", row.message.ticket)
    found = Attachment.objects.filter(pk=row.pk, scan="pending")
    if not found.update(scan=verdict.state, scan_note=verdict.name):
        return
    if verdict.state == "infected":
        facts = {"message": row.message_id, "found": verdict.name}
        audit.record(SYSTEM, "file.infected", f"ticket:{ticket.pk}", facts)
    if row.message.kind == "out":
        # Copies that have waited for this; none that a worker is sending.
        row.message.deliveries.filter(state=Delivery.State.QUEUED, attempts=0).update(next_at=None)
        emit("message.queued", {"message": row.message_id}, not_before=_leaves(row.message))
    _shape.save(ticket)
    hint([DESK], "ticket", number=ticket.number)
