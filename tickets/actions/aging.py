"""What grows old of tickets: the words and files of conversations that ended long ago (wiring.RETENTION)."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from customers.actions.aging import Kind
from helpdesk.accounts.rules.policy import SYSTEM
from tickets.actions import removal
from tickets.models import Delivery, Message

Rows = QuerySet[Any, Any]
# Each message takes its files and its search entry along.
AT_ONCE = 100


def _said(*statuses: str) -> Rows:
    sending = Exists(Delivery.objects.filter(message=OuterRef("pk"), state="queued"))
    rows = Message.objects.filter(removed_at=None, ticket__status__in=statuses)
    return rows.exclude(sending)


def _ended() -> Rows:
    return _said("resolved", "closed")


def _spam() -> Rows:
    return _said("spam")


def _erase(rows: Rows, limit: int) -> int:
    """Empties a batch of messages, each with its files and source; their places in the ticket stay."""
    batch = list(rows.select_related("ticket")[: min(limit, AT_ONCE)])
    for row in batch:
        removal.remove(by=SYSTEM, message=row)
    return len(batch)


KINDS = (
    Kind(
        "conversations",
        _("Words and files of ended requests"),
        _ended,
        "created_at",
        least=30,
        latest="ticket__last_at",
        gone=_erase,
    ),
    Kind("spam", _("Words and files of spam"), _spam, "created_at", gone=_erase),
)
