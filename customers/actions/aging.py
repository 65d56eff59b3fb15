"""What grows old here, by kind: what counts its age, and how a batch of it goes (wiring.RETENTION)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Contact, Event, Fact, Look, Order, Subscription, TimelineEntry

Rows = QuerySet[Any, Any]
YEAR = 365
TEN_YEARS = 3650


@dataclass(frozen=True)
class Kind:
    """One kind of data. `rows`: all of it; `age`: the column, on an index, that its age is counted from.

    `days`: how long it is kept unless an admin says otherwise, None: for ever. `least`: no fewer may be chosen; `why`
    says what asks for that. `latest`: another column by which a row may be younger; `gone`: how a batch goes, when
    deleting is not enough.
    """

    slug: str
    word: str | Promise
    rows: Callable[[], Rows]
    age: str
    days: int | None = None
    least: int = 1
    why: str | Promise = ""
    latest: str = ""
    gone: Callable[[Rows, int], int] | None = None

    def old(self, line: datetime) -> Rows:
        """What is older than the line, the oldest first."""
        rows = self.rows().filter(**{f"{self.age}__lt": line}).order_by(self.age)
        return rows.exclude(**{f"{self.latest}__gte": line}) if self.latest else rows

    def drop(self, line: datetime, limit: int) -> int:
        """Drops a batch of it; how many."""
        if self.gone:
            return self.gone(self.old(line), limit)
        keys = list(self.old(line).values_list("pk", flat=True)[:limit])
        return self.rows().model._base_manager.filter(pk__in=keys).delete()[0] if keys else 0


MONEY = Q(amount__isnull=False) | ~Q(spent=0) | ~Q(story="")


def _page_views() -> Rows:
    return TimelineEntry.objects.filter(kind="page_view")


def _told() -> Rows:
    return Event.objects.exclude(MONEY)


def _paid() -> Rows:
    return Event.objects.filter(MONEY)


LAW = _("Books must be kept for ten years.")
KINDS = (
    Kind("looks", _("Who looked at customers"), Look.objects.all, "hour", YEAR, 30, _("People may ask who looked.")),
    Kind(
        "contacts", _("When we came to people unasked"), Contact.objects.all, "at", YEAR, 180, _("The budget counts.")
    ),
    Kind("pages", _("Pages that people visited"), _page_views, "occurred_at"),
    Kind("memory", _("What we remember of people"), Fact.objects.all, "said_at", latest="confirmed_at"),
    Kind("events", _("What programs told, without money"), _told, "received_at"),
    Kind("payments", _("What programs told of money"), _paid, "received_at", None, TEN_YEARS, LAW),
    Kind("orders", _("Orders"), Order.objects.all, "changed_at", None, TEN_YEARS, LAW),
    Kind("subscriptions", _("Subscriptions"), Subscription.objects.all, "changed_at", None, TEN_YEARS, LAW),
)
