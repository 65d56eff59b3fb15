"""Files that a provider keeps: the message is here at once, its files follow through the egress guard."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.module_loading import import_string

from helpdesk import wiring
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import fetch as web
from helpdesk.core.events import emit
from tickets.actions import _shape, messages
from tickets.envelopes import InboundAttachment
from tickets.happenings import Far
from tickets.models import Attachment, FarFile, Inbox, Message, Ticket

ATTEMPTS = 6
PICTURES = ("image", "sticker", "story_mention", "share")


class TryAgain(Exception):
    """The provider did not give the file now: the outbox comes back."""


def want(message: Message, inbox: Inbox, files: Sequence[Far]) -> None:
    """Notes the files of a message, whose ticket the caller has locked; what has a place is fetched after commit."""
    for one in files:
        row = FarFile.objects.create(
            message=message,
            inbox=inbox,
            kind=one.kind[:16],
            name=one.name[:255],
            content_type=one.content_type[:127],
            place=dict(one.place),
            state="wanted" if one.place else "kept",
        )
        if one.place:
            emit("media.wanted", {"file": row.pk})


def fetch(pk: int) -> None:
    """Brings one file; raises TryAgain when the moment is bad. A repeat, or a file that has failed, changes nothing."""
    row = FarFile.objects.select_related("inbox", "message").filter(pk=pk, state="wanted").first()
    if row is None:
        return
    adapter = import_string(wiring.CHANNELS[row.inbox.kind])()
    FarFile.objects.filter(pk=pk).update(attempts=row.attempts + 1)
    try:
        found: InboundAttachment = adapter.fetch(row.inbox, row.place)
    except (OSError, web.Unfetched) as fault:
        if row.attempts + 1 < ATTEMPTS and getattr(fault, "status", 0) not in (401, 403, 404, 410):
            raise TryAgain(str(fault)) from fault
        _failed(row, fault)
    except Exception as fault:
        _failed(row, fault)
    else:
        _kept(row, found)


@transaction.atomic
def _kept(row: FarFile, found: InboundAttachment) -> None:
    ticket, mine = _locked(row)
    if mine is None:
        return
    name = row.name or found.name
    content_type = row.content_type or found.content_type
    messages.attach(mine.message, [InboundAttachment(name, content_type, found.data)])
    mine.attachment = Attachment.objects.filter(message=mine.message).order_by("-id").first()
    mine.state, mine.place, mine.error = "kept", {}, ""
    mine.save(update_fields=["attachment", "state", "place", "error"])
    _shape.announce(SYSTEM, ticket, "media.kept", message=mine.message_id)


@transaction.atomic
def _failed(row: FarFile, fault: Exception) -> None:
    ticket, mine = _locked(row)
    if mine is not None:
        mine.state, mine.error = "failed", (str(fault) or type(fault).__name__)[:300]
        mine.save(update_fields=["state", "error"])
        _shape.announce(SYSTEM, ticket, "media.failed", message=mine.message_id)


def _locked(row: FarFile) -> tuple[Ticket, FarFile | None]:
    ticket = Ticket.objects.select_for_update().get(messages=row.message_id)
    found = FarFile.objects.select_for_update(of=("self",)).select_related("message")
    return ticket, found.filter(pk=row.pk, state="wanted", message__removed_at=None).first()
