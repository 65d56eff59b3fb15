"""The lists of tickets: named views, filters, pages by key, capped counts."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from helpdesk.core.errors import NotFound
from tickets.access import visible
from tickets.models import Ticket
from tickets.models.ticket import OPEN
from tickets.queries import shaped

PAGE = 50
CAP = 100


class Row(NamedTuple):
    """What a list shows of a ticket."""

    pk: int
    number: int
    subject: str
    status: str
    priority: str
    channel: str
    last_at: datetime
    waiting_since: datetime | None
    snoozed_until: datetime | None
    customer: str
    assignee_name: str | None
    assignee_email: str | None

    @property
    def assignee(self) -> str:
        """Who has it, by name; empty for nobody."""
        return self.assignee_name or self.assignee_email or ""


@dataclass(frozen=True)
class Page:
    """Rows, and the key under which the next page goes on ("" at the end)."""

    rows: list[Row]
    next: str


# In the order of Row.
SHOWN = (
    *("pk", "number", "subject", "status", "priority", "channel", "last_at", "waiting_since", "snoozed_until"),
    *("customer__name", "assignee__name", "assignee__email"),
)


def _awake(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    return rows.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=clock.now()))


def _open(rows: QuerySet[Ticket], among: Sequence[str]) -> QuerySet[Ticket]:
    return _awake(rows.filter(status__in=among))


VIEWS: dict[str, Callable[[QuerySet[Ticket], Actor, Sequence[str]], QuerySet[Ticket]]] = {
    "mine": lambda rows, actor, among: _open(rows, among).filter(assignee_id=actor.user_id),
    "unassigned": lambda rows, actor, among: _open(rows, among).filter(assignee_id__isnull=True),
    "team": lambda rows, actor, among: _open(rows, among).filter(team_id__in=sorted(actor.team_ids)),
    "all": lambda rows, actor, among: _open(rows, among),
    "waiting": lambda rows, actor, among: _awake(rows.filter(status="waiting")),
    "snoozed": lambda rows, actor, among: rows.filter(snoozed_until__gt=clock.now()),
    "resolved": lambda rows, actor, among: rows.filter(status="resolved"),
    "closed": lambda rows, actor, among: rows.filter(status="closed"),
    "spam": lambda rows, actor, among: rows.filter(status="spam"),
}
COUNTED = ("mine", "unassigned", "team", "all", "waiting", "snoozed")
FILTERS = {
    "status": "status",
    "team": "team_id",
    "assignee": "assignee_id",
    "priority": "priority",
    "channel": "channel",
    "customer": "customer_id",
}


def rows_of(actor: Actor, name: str, status: str = "") -> QuerySet[Ticket]:
    """All tickets of a view, in no order."""
    if name not in VIEWS:
        raise NotFound
    # Both "one of the open ones" and "this one" would make the planner expect too few rows and sort them all.
    return VIEWS[name](visible(actor), actor, (status,) if status in OPEN else OPEN)


def narrowed(rows: QuerySet[Ticket], filters: dict[str, str]) -> QuerySet[Ticket]:
    """Only the rows that `filters` (name -> value, FILTERS and `tag`) leave; a malformed value leaves none."""
    for name, value in filters.items():
        if name == "tag":
            rows = rows.filter(tags__contains=[value])
        elif name in FILTERS:
            field = FILTERS[name]
            if field.endswith("_id") and not (value.isascii() and value.isdigit() and len(value) < 18):
                return rows.none()
            rows = rows.filter(**{field: value})
    return rows


def queue(actor: Actor, view: str, filters: dict[str, str] | None = None, after: str = "", limit: int = PAGE) -> Page:
    """One page of a view, the newest activity first; one query."""
    filters = filters or {}
    if after:
        at, pk = _place(after)
        later = _listed(actor, view, filters).filter(last_at__lte=at).filter(Q(last_at__lt=at) | Q(pk__lt=pk))
        found = list(_lean(later, limit))
    else:
        found = shaped.rows(actor, _first_page, view, tuple(filters.items()), limit)
    shown = list(starmap(Row, found[:limit]))
    return Page(shown, _key(shown[-1]) if len(found) > limit else "")


def _first_page(actor: Actor, view: str, filters: tuple[tuple[str, str], ...], limit: int) -> shaped.Statement:
    return shaped.sql_of(_lean(_listed(actor, view, dict(filters)), limit))


def _listed(actor: Actor, view: str, filters: dict[str, str]) -> QuerySet[Ticket]:
    return narrowed(rows_of(actor, view, filters.get("status", "")), filters)


def _lean(rows: QuerySet[Ticket], limit: int) -> QuerySet[Ticket, Any]:
    # Only what a list shows, and no objects of models: making these would cost more than the query.
    return rows.order_by("-last_at", "-id").values_list(*SHOWN)[: limit + 1]


def _key(row: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.last_at.isoformat(), row.pk]).encode()).decode()


def _place(key: str) -> tuple[datetime, int]:
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(key.encode()))
        return datetime.fromisoformat(at), int(pk)
    except (ValueError, TypeError, binascii.Error) as error:
        raise NotFound from error


def counts(actor: Actor) -> dict[str, int]:
    """How many tickets each view of COUNTED holds, at most CAP each; one query."""
    return dict(zip(COUNTED, shaped.rows(actor, _counting)[0], strict=True))


def _counting(actor: Actor) -> shaped.Statement:
    parts: list[str] = []
    params: list[Any] = []
    for name in COUNTED:
        # In the order of an index, so that each count stops after CAP index entries whatever the table's size.
        sql, given = shaped.sql_of(rows_of(actor, name).order_by("-last_at", "-id").values("pk")[:CAP])
        parts.append("(SELECT count(*) FROM (" + sql + ") AS v)")  # noqa: S608 - Django compiled it
        params += given
    return "SELECT " + ", ".join(parts), tuple(params)


def fresh(actor: Actor, view: str, filters: dict[str, str], since: datetime | None) -> int:
    """How many tickets of the view have moved since then (None: ever), at most CAP."""
    rows = _listed(actor, view, filters)
    if since is not None:
        rows = rows.filter(last_at__gt=since)
    return rows.order_by("-last_at", "-id").values("pk")[:CAP].count()


def neighbours(actor: Actor, view: str, filters: dict[str, str], limit: int = 25) -> list[Row]:
    """The beginning of the view, for the list beside a ticket."""
    return queue(actor, view, filters, limit=limit).rows
