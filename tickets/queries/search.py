"""Search over tickets, messages and customers: full text by index, ranked within the newest matches.

Ranking every match of a common word would cost a second; so the newest CANDIDATES matches are found by index, and
only these are ranked. A reader who may see few of them gets a wider net.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.contrib.postgres.search import SearchRank
from django.db.models import F, QuerySet

from customers import access as customer_access
from customers import queries as customer_queries
from customers.models import Customer
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core.search import raw_query, snippet, terms
from tickets.access import sight, visible
from tickets.models import Message, Ticket
from tickets.queries import shaped

Kind = Literal["ticket", "message", "customer"]
CANDIDATES = (200, 5_000)
PAGE = 50


@dataclass(frozen=True)
class Hit:
    """One result. `pieces` is the snippet as (text, is_hit) pairs."""

    type: Kind
    id: int
    title: str
    url: str
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    who: str = ""
    status: str = ""
    number: int = 0

    @property
    def snippet(self) -> str:
        """The snippet as plain text."""
        return "".join(piece for piece, _hit in self.pieces)


def search(actor: Actor, text: str, kind: str, limit: int = PAGE) -> list[Hit]:
    """The hits of one kind that `actor` may see, best first. Nothing to look for: nothing found."""
    wanted = terms(text)
    if not wanted or not can(actor, "search.use"):
        return []
    if kind == "customer":
        return _customers(actor, text, limit)
    return _tickets(actor, wanted, text, limit) if kind == "ticket" else _messages(actor, wanted, text, limit)


def _tickets(actor: Actor, wanted: str, text: str, limit: int) -> list[Hit]:
    return [
        Hit("ticket", pk, subject, f"/desk/t/{number}/", snippet(subject, text), who, status, number)
        for pk, number, subject, status, who in _widening(actor, _ticket_rows, wanted, limit)
    ]


def _messages(actor: Actor, wanted: str, text: str, limit: int) -> list[Hit]:
    return [
        Hit("message", pk, subject, f"/desk/t/{number}/#m-{pk}", snippet(said, text), who, status, number)
        for pk, said, number, subject, status, who in _widening(actor, _message_rows, wanted, limit)
    ]


def _widening(actor: Actor, write: shaped.Write, wanted: str, limit: int) -> list[Any]:
    """The rows within the narrow net, or within the wide one when they are not enough."""
    for net in CANDIDATES:
        found = shaped.rows(actor, write, net, limit, given=[wanted])
        if len(found) == limit:
            break
    return found


def _ticket_rows(actor: Actor, net: int, limit: int, wanted: str) -> shaped.Statement:
    newest = Ticket.objects.filter(search=raw_query(wanted)).order_by("-id").values("pk")[:net]
    return _ranked(visible(actor).filter(pk__in=newest), wanted, limit, "pk", *_of_ticket(""))


def _message_rows(actor: Actor, net: int, limit: int, wanted: str) -> shaped.Statement:
    newest = Message.objects.filter(search=raw_query(wanted)).order_by("-id").values("pk")[:net]
    rows = Message.objects.filter(sight(actor, "ticket__"), pk__in=newest, withdrawn_at__isnull=True)
    return _ranked(rows, wanted, limit, "pk", "text", *_of_ticket("ticket__"))


def _ranked(rows: QuerySet[Any], wanted: str, limit: int, *names: str) -> shaped.Statement:
    best = rows.order_by(SearchRank(F("search"), raw_query(wanted)).desc(), "-id")
    return shaped.sql_of(best.values_list(*names)[:limit])


def _of_ticket(prefix: str) -> list[str]:
    """What a hit shows of its ticket."""
    return [prefix + name for name in ("number", "subject", "status", "customer__name")]


def _customers(actor: Actor, text: str, limit: int) -> list[Hit]:
    rows = customer_queries.search(customer_access.visible(actor), text, limit)
    return [_customer(row, text) for row in rows]


def _customer(row: Customer, text: str) -> Hit:
    handles = " ".join(each.value for each in row.identities.all())
    return Hit("customer", row.pk, row.name, f"/desk/c/{row.pk}/", snippet(handles, text), row.name)
