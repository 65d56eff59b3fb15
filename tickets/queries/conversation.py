"""Reading one ticket: what was said and done, who is here, what is typed but not sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q

from customers.models import Identity, TimelineEntry
from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from tickets.access import visible
from tickets.models import Attachment, Message, Ticket
from tickets.models.ticket import OPEN

LATEST = 60


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
        return bool(clock.now() < self.message.created_at + timedelta(seconds=settings.UNDO_SECONDS))

    @property
    def visible(self) -> str:
        """The text before the quoted part."""
        return self._cut()[0]

    @property
    def folded(self) -> str:
        """The quoted part, one click away."""
        return self._cut()[1]

    def _cut(self) -> tuple[str, str]:
        text = self.message.text if self.message else ""
        at = self.message.visible_length if self.message else 0
        shown = text[:at].rstrip() if at else text
        return (shown, text[at:].strip("\n")) if shown and at else (text, "")


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
    has_html = ExpressionWrapper(~Q(html=""), output_field=BooleanField())
    found = list(rows.annotate(has_html=has_html).order_by("-seq")[: limit + 1])
    earlier = found[limit - 1].seq if len(found) > limit else 0
    messages = found[:limit]
    items = [Item(row.created_at, message=row) for row in messages]
    events = TimelineEntry.objects.filter(ticket=ticket.number).exclude(kind__in=["message", "note"])
    since = messages[-1].created_at if earlier else ticket.created_at
    items += [Item(row.occurred_at, event=row) for row in events.filter(occurred_at__gte=since).order_by("id")[:200]]
    items.sort(key=lambda item: (item.at, item.message.seq if item.message else 0))
    return Conversation(items, earlier)


def others(actor: Actor, ticket: Ticket, limit: int = 8) -> list[Ticket]:
    """The customer's other tickets, the latest first."""
    rows = visible(actor).filter(customer_id=ticket.customer_id).exclude(pk=ticket.pk)
    return list(rows.defer("search", "custom").order_by("-last_at", "-id")[:limit])


def open_of(actor: Actor, contact: str) -> list[Ticket]:
    """Open tickets of whoever has this address or number: perhaps the matter is there already."""
    handle = handle_of(contact)
    if handle is None:
        return []
    owner = Identity.objects.filter(kind=handle.kind, value=handle.value).values("customer_id")
    rows = visible(actor).filter(customer_id__in=owner, status__in=OPEN)
    return list(rows.select_related("customer").order_by("-last_at", "-id")[:5])


def handle_of(contact: str) -> Handle | None:
    """The address or number that somebody typed, cleaned; None when it is neither."""
    try:
        return clean(Handle("email" if "@" in contact else "phone", contact))
    except BadHandle:
        return None
