"""What the virus scanner says of a file that came in."""

from django.db import transaction

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import audit, files, scanner
from helpdesk.core.realtime import DESK, hint
from tickets.access import lock
from tickets.actions import _shape
from tickets.models import Attachment


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


@transaction.atomic
def _write(row: Attachment, verdict: scanner.Verdict) -> None:
    ticket = lock(SYSTEM, "ticket.change", row.message.ticket)
    found = Attachment.objects.filter(pk=row.pk, scan="pending")
    if not found.update(scan=verdict.state, scan_note=verdict.name):
        return
    if verdict.state == "infected":
        facts = {"message": row.message_id, "name": row.name, "found": verdict.name}
        audit.record(SYSTEM, "file.infected", f"ticket:{ticket.pk}", facts)
    _shape.save(ticket)
    hint([DESK], "ticket", number=ticket.number)
