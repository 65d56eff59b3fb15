"""REST: what people allow, whether they may be contacted, and who looked at them."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import consent as actions
from customers.actions import contact, looking
from customers.models import Consent, Look
from customers.purposes import CHOICES, PURPOSES
from customers.queries import contact as queries
from customers.queries import looks
from customers.rules.manners import CHANNELS
from helpdesk.core import paging
from helpdesk.core.api import Answer, Creates, Operation, Reads, next_link, stamp
from helpdesk.core.shapes import Flag, Int, Many, Maybe, Moment, OneOf, Record, Str, answer

STATES = ("", *Consent.State.values)
PURPOSE, CHANNEL = OneOf(tuple(CHOICES)), OneOf(("", *CHANNELS, "website"))
LINE = answer(
    "ConsentLine",
    {
        "id": Int(),
        "purpose": PURPOSE,
        "channel": CHANNEL,
        "state": OneOf(tuple(Consent.State.values)),
        "address": Str(254, blank=True),
        "how": Str(16),
        "by": Str(60),
        "words": Str(1000),
        "language": Str(2, blank=True),
        "at": Moment(),
    },
    {
        "channel": _("Empty: all channels of this purpose."),
        "state": _("asked: a link was mailed; it counts when they follow it."),
        "words": _("What they were shown, or what staff say was said."),
    },
    example={
        "id": 12,
        "purpose": "survey",
        "channel": "email",
        "state": "refused",
        "address": "sara@example.com",
        "how": "portal",
        "by": "customer:7",
        "words": "You may ask me now and then how you did.",
        "language": "en",
        "at": "2026-03-21T08:30:00Z",
    },
)
STANDING = answer(
    "ConsentStanding",
    {"purpose": PURPOSE, "channel": CHANNEL, "state": OneOf(STATES), "agrees": Flag()},
    {"agrees": _("Whether we may, by what they said or, where nobody asked, by the workspace's rules.")},
    example={"purpose": "survey", "channel": "email", "state": "refused", "agrees": False},
)
CONSENTS = answer(
    "Consents",
    {"data": Many(LINE, 50), "standing": Many(STANDING, 100), "no_contact": Maybe(Str(300))},
    {"data": _("The newest fifty lines of the ledger."), "no_contact": _("Why nobody may write to them first.")},
    example={"data": [LINE.example], "standing": [STANDING.example], "no_contact": None},
)
NEW = Record(
    "NewConsent",
    {"purpose": PURPOSE, "channel": CHANNEL, "given": Flag(), "words": Str(1000), "address": Str(254, blank=True)},
    required=("purpose", "given", "words"),
)
REASON = Record(
    "NoContact",
    {"reason": Str(300, blank=True)},
    required=("reason",),
    notes={"reason": _("Empty: they may be contacted again.")},
)
SILENCE = answer("NoContactAnswer", {"no_contact": Maybe(Str(300))}, example={"no_contact": "Asked on the phone"})
VERDICT = answer(
    "ContactVerdict",
    {"at": Maybe(Moment()), "why": Str(20, blank=True)},
    {
        "at": _("When it is allowed: now or later. null: not at all."),
        "why": _("What holds it back: no_contact, no_consent, quiet (hours), budget, or far (later than sixty days)."),
    },
    example={"at": "2026-03-28T08:30:00Z", "why": "budget"},
)
LOOK = answer(
    "Look",
    {"id": Int(), "user": Int(), "role": Str(8), "what": Str(8), "hour": Moment()},
    example={"id": 5, "user": 3, "role": "agent", "what": "page", "hour": "2026-03-21T08:00:00Z"},
)
TAG = _("Customers")
NEWEST = paging.Order("looks", "hour")


def line_json(row: Consent) -> dict[str, Any]:
    """One line of the ledger as the API gives it."""
    names = ("purpose", "channel", "state", "address", "how", "by", "words", "language")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}, "at": stamp(row.at)}


def look_json(row: Look) -> dict[str, Any]:
    """One look as the API gives it."""
    return {"id": row.pk, "user": row.user_id, "role": row.role, "what": row.what, "hour": stamp(row.hour)}


class Consents(Reads, Creates):
    """What one customer allows."""

    tag = TAG
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("listConsents", _("Read what a customer allows, and the lines that prove it."), CONSENTS),
        "POST": Operation(
            "recordConsent",
            _("Record that a customer said yes or no. What must be confirmed is asked by mail first."),
            LINE,
            status=201,
            body=NEW,
            fails=(422,),
            example={"purpose": "survey", "given": False, "words": "No surveys, please"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """Where each purpose stands, and the ledger."""
        pk = access.get(self.actor, path["pk"]).pk
        looking.note(self.actor, pk, looking.API)
        silence = queries.silence(pk)
        standing = [
            {"purpose": one.purpose, "channel": one.channel, "state": one.state, "agrees": one.agrees}
            for one in queries.standings(queries.policy(), pk)
        ]
        lines = [line_json(row) for row in queries.ledger(pk)]
        told = {"data": lines, "standing": standing, "no_contact": silence.reason if silence else None}
        return Answer(200, told, {})

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The new line."""
        customer = access.get(self.actor, path["pk"])
        return Answer(201, line_json(actions.record(by=self.actor, customer=customer, how="api", **body)), {})


class NoContacts(Creates):
    """Whether somebody may be written to first."""

    tag = TAG
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "setNoContact",
            _("Say why nobody may write to them first, or that they may be contacted again. A repeat changes nothing."),
            SILENCE,
            body=REASON,
            fails=(422,),
            example={"reason": "Asked on the phone"},
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """What stands from now on."""
        customer = access.get(self.actor, path["pk"])
        if not body["reason"]:
            actions.may_again(by=self.actor, customer=customer)
            return Answer(200, {"no_contact": None}, {})
        row = actions.leave_alone(by=self.actor, customer=customer, reason=body["reason"])
        return Answer(200, {"no_contact": row.reason}, {})


class MayContact(Reads):
    """Whether somebody may be contacted now."""

    tag = TAG
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "mayContact",
            _("Ask when a customer may be contacted for a purpose on a channel: consent, hours and the one budget."),
            VERDICT,
            query={"purpose": OneOf(tuple(PURPOSES)), "channel": OneOf(CHANNELS)},
            fails=(404,),
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The verdict; nothing is spent by asking."""
        customer = access.get(self.actor, path["pk"])
        purpose, channel = query.get("purpose", "service"), query.get("channel", "email")
        found = contact.ask(customer=customer, purpose=purpose, channel=channel)
        return Answer(200, {"at": stamp(found.at) if found.at else None, "why": found.why}, {})


class Looks(Reads):
    """Who looked at one customer."""

    tag = TAG
    verbs: ClassVar[dict[str, str]] = {"GET": "look.view"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listLooks",
            _("List who of staff looked at a customer, by the hour. For leads."),
            paging.shape(LOOK),
            query=paging.PARAMETERS,
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of looks, the newest first."""
        customer = access.get(self.actor, path["pk"])
        page = paging.page(looks.every(customer.pk), NEWEST, query, look_json)
        return Answer(200, page, next_link(self.request, page))
