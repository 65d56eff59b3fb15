"""What the API takes and gives about tickets. A ticket's public id is its number: there is no second one."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.api.shapes import EMAIL, EXTERNAL, PHONE
from helpdesk.core.api import stamp
from helpdesk.core.shapes import Either, Flag, Int, Kind, Many, Maybe, Moment, OneOf, Record, Str, Words, answer
from tickets.models import Delivery, Message, Ticket

CHANNELS = (
    "email", "chat", "phone", "telegram", "whatsapp", "messenger", "instagram", "line", "viber", "bale", "eitaa",
    "rubika", "sms", "form", "review", "generic",
)  # fmt: skip
CHANNEL = OneOf(CHANNELS)
STATUS = OneOf(tuple(Ticket.Status.values))
PRIORITY = OneOf(tuple(Ticket.Priority.values))
TAGS = Many(Str(60), 50)
BODY = Str(200_000)
BY_ID_OR_NAME: Kind = Either((Int(), Str(120)))
PERSON_NOTE = _("An id or an e-mail address.")
IMPORT_NOTE = _("A past time; needs the scope import. Nobody is told and no clock starts.")

NAMED = answer("Named", {"id": Int(), "name": Str(254, blank=True)})
TICKET = answer(
    "Ticket",
    {
        "id": Int(),
        "number": Int(),
        "subject": Str(500, blank=True),
        "status": STATUS,
        "priority": PRIORITY,
        "channel": Str(16),
        "customer": NAMED,
        "team": Maybe(NAMED),
        "assignee": Maybe(NAMED),
        "reason": Maybe(NAMED),
        "tags": Many(Str(60), 1000),
        "custom": Words(),
        "created_at": Moment(),
        "updated_at": Moment(),
        "waiting_since": Maybe(Moment()),
        "snoozed_until": Maybe(Moment()),
        "resolved_at": Maybe(Moment()),
        "confirmed": Flag(),
        "version": Int(),
    },
    {
        "id": _("The ticket's number."),
        "confirmed": _("Whether the customer said that it is dealt with; reports count it as resolved only then."),
    },
    example={
        "id": 1042,
        "number": 1042,
        "subject": "Where is my order?",
        "status": "open",
        "priority": "normal",
        "channel": "email",
        "customer": {"id": 7, "name": "Sara Ahmadi"},
        "team": {"id": 1, "name": "Support"},
        "assignee": None,
        "reason": None,
        "tags": ["parcel"],
        "custom": {},
        "created_at": "2026-03-21T08:30:00Z",
        "updated_at": "2026-03-21T08:30:00Z",
        "waiting_since": "2026-03-21T08:30:00Z",
        "snoozed_until": None,
        "resolved_at": None,
        "confirmed": False,
        "version": 1,
    },
)
COPY = answer(
    "DeliveryCopy",
    {"address": Str(254), "state": OneOf(tuple(Delivery.State.values)), "error": Str(300, blank=True)},
)
DELIVERY = answer(
    "Delivery",
    {"state": OneOf(("none", *Delivery.State.values)), "copies": Many(COPY, 1000)},
    {"state": _("The state of the copy that needs most care; none when nobody is to get one.")},
)
MESSAGE = answer(
    "Message",
    {
        "id": Int(),
        "ticket": Int(),
        "seq": Int(),
        "direction": OneOf(("in", "out", "note")),
        "channel": Str(16),
        "body": Str(10_000_000, blank=True),
        "author": Maybe(NAMED),
        "from_name": Str(200, blank=True),
        "from_address": Str(254, blank=True),
        "created_at": Moment(),
        "delivery": Maybe(DELIVERY),
    },
    {"ticket": _("The ticket's id."), "delivery": _("Of what goes out; else null.")},
    example={
        "id": 9001,
        "ticket": 1042,
        "seq": 2,
        "direction": "out",
        "channel": "email",
        "body": "Your order is on its way and comes tomorrow.",
        "author": {"id": 3, "name": "Ali Rezaei"},
        "from_name": "",
        "from_address": "",
        "created_at": "2026-03-21T08:41:12Z",
        "delivery": {
            "state": "queued",
            "copies": [{"address": "sara@example.com", "state": "queued", "error": ""}],
        },
    },
)
WHO = Record(
    "CustomerReference",
    {"id": Int(), "email": EMAIL, "phone": PHONE, "external_id": EXTERNAL, "name": Str(200, blank=True)},
    one_of=("id", "email", "phone", "external_id"),
    notes={"name": _("Used when the handle is new to us.")},
)
NEW_TICKET = Record(
    "NewTicket",
    {
        "subject": Str(500),
        "body": BODY,
        "channel": CHANNEL,
        "customer": WHO,
        "priority": PRIORITY,
        "team": Maybe(BY_ID_OR_NAME),
        "reason": Maybe(BY_ID_OR_NAME),
        "tags": TAGS,
        "created_at": Moment(),
    },
    required=("subject", "body", "channel", "customer"),
    notes={"created_at": IMPORT_NOTE},
)
TICKET_CHANGE = Record(
    "TicketChange",
    {
        "subject": Str(500),
        "status": STATUS,
        "priority": PRIORITY,
        "team": Maybe(BY_ID_OR_NAME),
        "assignee": Maybe(BY_ID_OR_NAME),
        "reason": Maybe(BY_ID_OR_NAME),
        "tags": TAGS,
        "custom": Words(),
    },
    at_least_one=True,
    notes={"assignee": PERSON_NOTE},
)
NEW_MESSAGE = Record(
    "NewMessage",
    {
        "body": BODY,
        "direction": OneOf(("in", "out")),
        "channel": CHANNEL,
        "seen_seq": Int(0, 2**31 - 1),
        "created_at": Moment(),
    },
    required=("body",),
    notes={
        "direction": _("out (usual): our answer, sent to the customer. in: what the customer said elsewhere."),
        "channel": _("Where the customer said it; an answer always goes out by the ticket's own channel."),
        "seen_seq": _("The last seq you have read; something newer gives 409 newer_messages."),
        "created_at": IMPORT_NOTE,
    },
)
NEW_NOTE = Record(
    "NewNote",
    {"body": BODY, "mentions": Many(BY_ID_OR_NAME), "created_at": Moment()},
    required=("body",),
    notes={
        "mentions": _("Colleagues to tell, by id or e-mail address, besides those whom the body names with @."),
        "created_at": IMPORT_NOTE,
    },
)
NOTE = answer(
    "Note",
    {**MESSAGE.fields, "mentioned": Many(NAMED, 10_000), "not_told": Many(NAMED, 10_000)},
    {
        **MESSAGE.notes,
        "mentioned": _("The colleagues whom the note mentions."),
        "not_told": _("Those of them who were not told, because they may not see the ticket."),
    },
    example={
        **(MESSAGE.example or {}),
        "direction": "note",
        "body": "@Sara, the courier lost the parcel.",
        "delivery": None,
        "mentioned": [{"id": 4, "name": "Sara Ahmadi"}],
        "not_told": [],
    },
)
ASSIGNMENT = Record(
    "Assignment",
    {"assignee": Maybe(BY_ID_OR_NAME), "team": Maybe(BY_ID_OR_NAME)},
    at_least_one=True,
    notes={"assignee": _("An id or an e-mail address; null: nobody.")},
)
PROMISES: Kind = Either(
    (
        OneOf(("stays_open", "kept")),
        Record("PromisesMoved", {"moved_to": Moment(), "reason": Str(2000)}, required=("moved_to", "reason")),
        Record("PromisesHandedOver", {"handed_to": BY_ID_OR_NAME}, required=("handed_to",)),
    )
)
RESOLUTION = Record(
    "Resolution",
    {
        "message": BODY,
        "reason": BY_ID_OR_NAME,
        "promises": PROMISES,
        "resolved_at": Moment(),
        "confirmed": Flag(),
    },
    notes={
        "promises": _(
            "What becomes of open promises: stays_open (usual), kept, moved or handed over. This help desk keeps no"
            " promises yet, so that all but stays_open is refused."
        ),
        "message": _("A last answer to the customer."),
        "resolved_at": IMPORT_NOTE,
        "confirmed": _("Whether the customer said that it is dealt with; needs the scope import."),
    },
)
NEW_MERGE = Record(
    "NewMerge",
    {"other": Int(), "other_customer": Flag()},
    required=("other",),
    notes={
        "other": _("The id of the ticket that becomes a part of this one."),
        "other_customer": _("true: join also when they are of two customers. Without it that is refused."),
    },
)
MERGE = answer(
    "Merge",
    {"merge_id": Int()},
    {"merge_id": _("Undo it at /api/v1/ticket-merges/{merge_id}/undo/.")},
    example={"merge_id": 12},
)
HIT = answer(
    "Hit",
    {
        "type": OneOf(("article", "ticket", "customer", "message")),
        "id": Int(),
        "title": Str(1000, blank=True),
        "snippet": Str(10_000, blank=True),
        "url": Str(1000),
    },
)
HITS = answer(
    "Hits",
    {"data": Many(HIT, 200)},
    example={
        "data": [
            {
                "type": "ticket",
                "id": 1042,
                "title": "Where is my order?",
                "snippet": "Where is my order?",
                "url": "/desk/t/1042/",
            }
        ]
    },
)

# What needs care comes first: one failed copy makes the message failed.
URGENCY = ("failed", "queued", "sent", "delivered", "cancelled")


def ticket_json(row: Ticket) -> dict[str, Any]:
    """One ticket as the API gives it; fetch it with customer, team, assignee and reason."""
    return {
        "id": row.number,
        "number": row.number,
        "subject": row.subject,
        "status": row.status,
        "priority": row.priority,
        "channel": row.channel,
        "customer": {"id": row.customer_id, "name": row.customer.name},
        "team": named(row.team),
        "assignee": named(row.assignee),
        "reason": named(row.reason),
        "tags": row.tags,
        "custom": row.custom,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "waiting_since": stamp(row.waiting_since),
        "snoozed_until": stamp(row.snoozed_until),
        "resolved_at": stamp(row.resolved_at),
        "confirmed": row.is_confirmed,
        "version": row.version,
    }


def message_json(row: Message, number: int, copies: Iterable[Delivery]) -> dict[str, Any]:
    """One message of the ticket `number` with the copies that recipients get."""
    return {
        "id": row.pk,
        "ticket": number,
        "seq": row.seq,
        "direction": row.kind,
        "channel": row.channel,
        "body": row.text,
        "author": named(row.author),
        "from_name": row.from_name,
        "from_address": row.from_address,
        "created_at": stamp(row.created_at),
        "delivery": _delivery(row, list(copies)) if row.kind == "out" else None,
    }


def _delivery(row: Message, copies: list[Delivery]) -> dict[str, Any]:
    found = {copy.state for copy in copies} | ({"cancelled"} if row.withdrawn_at else set())
    return {
        "state": next((state for state in URGENCY if state in found), "none"),
        "copies": [{"address": copy.address, "state": copy.state, "error": copy.error} for copy in copies],
    }


def named(row: Any) -> dict[str, Any] | None:
    """Its id and what it is called."""
    return {"id": row.pk, "name": str(row)} if row is not None else None
