"""REST: the list of tickets and one ticket."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers import access as customer_access
from helpdesk.accounts.rules.policy import can
from helpdesk.core import paging
from helpdesk.core.api import Answer, Changes, Creates, Operation, Reads, etag, expect_match, next_link, past
from helpdesk.core.errors import Invalid
from helpdesk.core.paging import Order
from helpdesk.core.shapes import Int, Moment, Str
from tickets import access
from tickets.actions import lifecycle
from tickets.actions import tickets as actions
from tickets.api import lookups, shapes
from tickets.models import Ticket

NEWEST = Order("tickets")
LAST_CHANGED = Order("tickets.changed", "updated_at")
FILTERS = {
    "status": "status",
    "channel": "channel",
    "customer": "customer_id",
    "updated_since": "updated_at__gte",
}


class Tickets(Reads, Creates):
    """All tickets that the key may see."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"GET": "ticket.view", "POST": "ticket.create"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listTickets",
            _("List tickets, newest first."),
            paging.shape(shapes.TICKET),
            query={
                **paging.PARAMETERS,
                "status": shapes.STATUS,
                "team": shapes.BY_ID_OR_NAME,
                "assignee": shapes.BY_ID_OR_NAME,
                "channel": shapes.CHANNEL,
                "customer": Int(),
                "tag": Str(60),
                "updated_since": Moment(),
            },
            notes={
                "team": _("The id or the name of a team."),
                "assignee": _("The id or the e-mail address of a person."),
                "updated_since": _("Only what changed since then, last changed first."),
            },
        ),
        "POST": Operation(
            "createTicket",
            _("Create a ticket with its first message. A customer whom we do not know is made."),
            shapes.TICKET,
            status=201,
            body=shapes.NEW_TICKET,
            versioned=True,
            fails=(409, 422),
            example={
                "subject": "Where is my order?",
                "body": "Hello, order 1042 should have come on Saturday.",
                "channel": "email",
                "customer": {"email": "sara@example.com"},
            },
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of tickets."""
        rows = _narrowed(lean(access.visible(self.actor)), query)
        order = LAST_CHANGED if "updated_since" in query else NEWEST
        page = paging.page(rows, order, query, shapes.ticket_json)
        return Answer(200, page, next_link(self.request, page))

    @transaction.atomic
    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """A new ticket; the customer, where new, is made in the same transaction."""
        row = actions.create(
            by=self.actor,
            subject=body["subject"],
            body=body["body"],
            channel=body["channel"],
            customer=lookups.customer(self.actor, body["customer"]),
            priority=body.get("priority", "normal"),
            team=lookups.team(body.get("team")),
            reason=lookups.reason(body.get("reason")),
            tags=body.get("tags", ()),
            created_at=past("created_at", body.get("created_at"), can(self.actor, "import.use")),
        )
        place = {"Location": f"/api/v1/tickets/{row.number}/"}
        return Answer(201, shapes.ticket_json(row), etag(row.version) | place)


def lean(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The rows with what ticket_json() shows, in one query, without their heavy columns."""
    return rows.select_related("customer", "team", "assignee", "reason").defer(
        "search", "customer__search", "team__hours", "assignee__password"
    )


def _narrowed(rows: QuerySet[Ticket], query: dict[str, Any]) -> QuerySet[Ticket]:
    given = {FILTERS[name]: value for name, value in query.items() if name in FILTERS}
    if "tag" in query:
        given["tags__contains"] = [query["tag"]]
    if (team := query.get("team")) is not None:
        given["team_id" if isinstance(team, int) else "team__name__iexact"] = team
    if (person := query.get("assignee")) is not None:
        given["assignee_id" if isinstance(person, int) else "assignee__email__iexact"] = person
    if "customer" in query:
        given["customer_id"] = customer_access.now(query["customer"])
    return rows.filter(**given)


class OneTicket(Reads, Changes):
    """One ticket."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"GET": "ticket.view", "PATCH": "ticket.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("getTicket", _("Read a ticket."), shapes.TICKET, versioned=True),
        "PATCH": Operation(
            "changeTicket",
            _("Change a ticket, all of it or nothing. Needs If-Match."),
            shapes.TICKET,
            body=shapes.TICKET_CHANGE,
            versioned=True,
            fails=(409, 412, 422, 428),
            example={"priority": "high", "status": "on_hold"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The ticket."""
        return show(access.get(self.actor, path["pk"]))

    @transaction.atomic
    def change(self, body: dict[str, Any], **path: int) -> Answer:
        """The changed ticket."""
        row = access.get(self.actor, path["pk"], "ticket.change")
        locked = access.lock(self.actor, "ticket.change", row)
        expect_match(self.request, locked.version, shapes.ticket_json(row))
        for name, act in CHANGES.items():
            if name in body:
                act(self, locked, body[name])
        return show(access.after(row))


def show(row: Ticket, status: int = 200) -> Answer:
    """The answer that holds one ticket."""
    return Answer(status, shapes.ticket_json(row), etag(row.version))


def _custom(by: Any, row: Ticket, values: dict[str, Any]) -> None:
    try:
        lifecycle.set_custom(by=by, ticket=row, values=values)
    except Invalid as error:
        raise Invalid({f"custom/{name}": text for name, text in error.errors.items()}) from error


CHANGES: dict[str, Callable[[Changes, Ticket, Any], object]] = {
    "subject": lambda me, row, value: lifecycle.set_subject(by=me.actor, ticket=row, subject=value),
    "status": lambda me, row, value: lifecycle.set_status(by=me.actor, ticket=row, status=value),
    "priority": lambda me, row, value: lifecycle.set_priority(by=me.actor, ticket=row, priority=value),
    "team": lambda me, row, value: lifecycle.transfer(by=me.actor, ticket=row, team=lookups.team(value)),
    "assignee": lambda me, row, value: lifecycle.assign(by=me.actor, ticket=row, assignee=lookups.person(value)),
    "reason": lambda me, row, value: lifecycle.set_reason(by=me.actor, ticket=row, reason=lookups.reason(value)),
    "tags": lambda me, row, value: lifecycle.set_tags(by=me.actor, ticket=row, tags=value),
    "custom": lambda me, row, value: _custom(me.actor, row, value),
}
