"""Reading one ticket: what was said and done, who is here, what is typed but not sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch

from customers.models import TimelineEntry
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from tickets.models import Attachment, Draft, Message, Presence, Ticket

LATEST = 60
PRESENT_SECONDS = 45


@dataclass(frozen=True)
class Item:
    """One thing of the conversation: a message, or an event's line. `at` orders."""

    at: datetime
    message: Message | None = None
    event: TimelineEntry | None = None

    @property
    def kind(self) -> str:
        """in, out, note, or the event's kind."""
        return self.message.kind if self.message else self.event.kind if self.event else ""

    @property
    def can_undo(self) -> bool:
        """Whether the answer is still within its ten seconds."""
        if self.message is None or self.message.kind != "out" or self.message.withdrawn_at:
            return False
        return clock.now() < self.message.created_at + timedelta(seconds=settings.UNDO_SECONDS)


@dataclass(frozen=True)
class Conversation:
    """The newest items in the order of time, and the seq below which earlier ones lie (0: none)."""

    items: list[Item]
    earlier: int


def conversation(ticket: Ticket, before_seq: int = 0, limit: int = LATEST) -> Conversation:
    """The newest messages of a ticket (below `before_seq`, if given) and its status lines; four queries."""
    rows = Message.objects.filter(ticket=ticket, withdrawn_at__isnull=True)
    if before_seq:
        rows = rows.filter(seq__lt=before_seq)
    rows = (
        rows.select_related("author")
        .defer("search", "html", "author__password")
        .prefetch_related(
            Prefetch("attachments", Attachment.objects.select_related("file").order_by("id")), "deliveries"
        )
    )
    found = list(rows.order_by("-seq")[: limit + 1])
    earlier = found[limit - 1].seq if len(found) > limit else 0
    messages = found[:limit]
    items = [Item(row.created_at, message=row) for row in messages]
    events = TimelineEntry.objects.filter(ticket=ticket.number).exclude(kind__in=["message", "note"])
    since = messages[-1].created_at if earlier else ticket.created_at
    items += [Item(row.occurred_at, event=row) for row in events.filter(occurred_at__gte=since).order_by("id")[:200]]
    items.sort(key=lambda item: (item.at, item.message.seq if item.message else 0))
    return Conversation(items, earlier)


def present(ticket: Ticket, actor: Actor) -> list[Presence]:
    """Colleagues who look at the ticket or write in it now."""
    since = clock.now() - timedelta(seconds=PRESENT_SECONDS)
    rows = Presence.objects.filter(ticket=ticket, seen_at__gte=since).exclude(user_id=actor.pk)
    return list(rows.select_related("user").order_by("user__name"))


def drafts(ticket: Ticket) -> list[Draft]:
    """What anybody has typed but not sent here."""
    return list(Draft.objects.filter(ticket=ticket).select_related("user").order_by("-updated_at"))
