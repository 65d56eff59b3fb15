"""REST: what was said in a ticket, and notes among staff."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.rules.policy import can
from helpdesk.core import paging
from helpdesk.core.api import Answer, Creates, Operation, Reads, next_link, past
from helpdesk.core.errors import Invalid
from helpdesk.core.paging import Order
from tickets import access
from tickets.actions import replies
from tickets.api import lookups, shapes
from tickets.models import Message, Ticket
from tickets.queries.mentions import blind, mentioned

PAGE = paging.shape(shapes.MESSAGE)


def _page(view: Reads, query: dict[str, Any], ticket: Ticket, kinds: tuple[str, ...]) -> Answer:
    numbers = {ticket.pk: ticket.number} | {part.pk: part.number for part in access.parts(view.actor, ticket)[0]}
    rows = access.messages(view.actor, ticket).filter(kind__in=kinds)
    rows = rows.select_related("author").defer("search", "html", "author__password").prefetch_related("deliveries")
    order = Order(f"messages.{ticket.pk}")
    page = paging.page(rows, order, query, lambda m: shapes.message_json(m, numbers[m.ticket_id], m.deliveries.all()))
    return Answer(200, page, next_link(view.request, page))


def _made(message: Message, ticket: Ticket) -> Answer:
    place = {"Location": f"/api/v1/tickets/{ticket.number}/messages/"}
    return Answer(201, shapes.message_json(message, ticket.number, message.deliveries.order_by("id")), place)


class Messages(Reads, Creates):
    """What the customer said and what we answered."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"GET": "ticket.view", "POST": "ticket.reply"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listMessages",
            _("List what was said, in this ticket and in those joined to it, newest first. Notes are listed apart."),
            PAGE,
            query=paging.PARAMETERS,
        ),
        "POST": Operation(
            "createMessage",
            _("Answer the customer, or enter what the customer said. An answer leaves after the ten seconds of undo."),
            shapes.MESSAGE,
            status=201,
            body=shapes.NEW_MESSAGE,
            fails=(409, 422),
            example={"body": "Your order is on its way and comes tomorrow.", "direction": "out"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of messages."""
        return _page(self, query, access.get(self.actor, path["pk"]), ("in", "out"))

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The message, queued when it goes out."""
        ticket = access.get(self.actor, path["pk"], "ticket.reply")
        at = past("created_at", body.get("created_at"), can(self.actor, "import.use"))
        channel = body.get("channel", ticket.channel)
        if body.get("direction") == "in":
            message = replies.customer_message(
                by=self.actor, ticket=ticket, body=body["body"], channel=channel, created_at=at
            )
            return _made(message, ticket)
        if channel != ticket.channel:
            raise Invalid({"channel": _("An answer goes out by the ticket's own channel.")})
        message = replies.reply(
            by=self.actor, ticket=ticket, body=body["body"], seen_seq=body.get("seen_seq"), created_at=at
        )
        return _made(message, ticket)


class Notes(Reads, Creates):
    """What staff wrote for each other."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"GET": "ticket.view", "POST": "ticket.note"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("listNotes", _("List the notes, newest first."), PAGE, query=paging.PARAMETERS),
        "POST": Operation(
            "createNote",
            _("Write a note for colleagues, and tell those whom it mentions. No customer ever sees it."),
            shapes.NOTE,
            status=201,
            body=shapes.NEW_NOTE,
            fails=(409, 422),
            example={"body": "The courier lost the parcel; a new one left today."},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of notes."""
        return _page(self, query, access.get(self.actor, path["pk"]), ("note",))

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The note."""
        ticket = access.get(self.actor, path["pk"], "ticket.note")
        at = past("created_at", body.get("created_at"), can(self.actor, "import.use"))
        people = [*lookups.people("mentions", body.get("mentions", ())), *mentioned(body["body"])]
        people = list({person.pk: person for person in people}.values())
        note = replies.note(by=self.actor, ticket=ticket, body=body["body"], mentions=people, created_at=at)
        made = _made(note, ticket)
        told = {"mentioned": people, "not_told": blind(ticket, people)}
        made.body.update({name: [shapes.named(each) for each in who] for name, who in told.items()})
        return made
