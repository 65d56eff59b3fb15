"""To whom an answer goes when it is no mail, and by which doors a ticket may be answered."""

from collections.abc import Iterable

from django.db.models import F, Q

from helpdesk.core import clock
from tickets.models import Peer, Ticket
from tickets.rules.windows import Window, window


def of(ticket: Ticket, channel: str = "") -> list[Peer]:
    """Who speaks in this ticket by a messenger, whoever wrote last first; of one kind of inbox if `channel`."""
    here = Q(ticket=ticket) | Q(ticket__merged_into=ticket) if ticket.part_count else Q(ticket=ticket)
    rows = Peer.objects.filter(here, inbox__is_active=True).select_related("inbox")
    rows = rows.filter(inbox__kind=channel) if channel else rows
    return list(rows.order_by(F("last_in_at").desc(nulls_last=True), "-id"))


def window_of(peer: Peer) -> Window:
    """Whether and how this person may be written to in private now."""
    has = peer.inbox.kind != "whatsapp" or peer.inbox.templates.filter(state="approved").exists()
    return window(
        peer.inbox.kind,
        last_in=peer.last_in_at,
        stopped=peer.stopped_at,
        now=clock.now(),
        has_templates=has,
        public_at=peer.public_at,
    )


def last_external(peer: Peer, keys: Iterable[int]) -> str:
    """The provider's id of the newest of these messages that it knows; "" for none."""
    rows = peer.inbox.external.filter(message__in=keys).order_by("-message__seq", "-id")
    return rows.values_list("external_id", flat=True).first() or ""
