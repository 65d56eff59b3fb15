"""REST: what is remembered of customers."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import looking
from customers.actions import memory as actions
from customers.models import Fact
from customers.queries import memory as queries
from customers.queries import source_of
from helpdesk.core.api import Answer, Changes, Creates, Operation, Reads, etag, expect_match, stamp
from helpdesk.core.shapes import Flag, Int, Many, Maybe, Moment, OneOf, Record, Str, answer

SIGHT = OneOf(("customer", "desk", "team"))
FACT = answer(
    "Fact",
    {
        "id": Int(),
        "text": Str(300),
        "sight": SIGHT,
        "team": Maybe(Int()),
        "by": Str(200, blank=True),
        "theirs": Flag(),
        "ticket": Maybe(Int()),
        "message": Maybe(Int()),
        "said_at": Moment(),
        "confirmed_at": Maybe(Moment()),
        "version": Int(),
    },
    {
        "sight": _("Who may see it: the customer and all staff, all staff, or one team."),
        "theirs": _("Whether the customer wrote or corrected it."),
    },
    example={
        "id": 4,
        "text": "Lives on the third floor",
        "sight": "customer",
        "team": None,
        "by": "Sara",
        "theirs": False,
        "ticket": 1042,
        "message": 88123,
        "said_at": "2026-03-21T08:30:00Z",
        "confirmed_at": None,
        "version": 1,
    },
)
FACTS = answer("Facts", {"data": Many(FACT, 100)}, example={"data": [FACT.example]})
NEW = Record(
    "NewFact",
    {"text": Str(300), "sight": SIGHT, "team": Int(), "message": Int()},
    required=("text",),
    notes={"message": _("The id of the message in which the customer said it.")},
)
FORGOTTEN = answer("FactForgotten", {"id": Int()}, example={"id": 4})
CHANGED = Record("FactChange", {"text": Str(300)}, required=("text",))


def fact_json(row: Fact) -> dict[str, Any]:
    """One fact as the API gives it."""
    return {
        **{name: getattr(row, name) for name in ("text", "sight", "by", "theirs", "ticket", "message", "version")},
        "id": row.pk,
        "team": row.team_id,
        "said_at": stamp(row.said_at),
        "confirmed_at": stamp(row.confirmed_at),
    }


class Facts(Reads, Creates):
    """What is remembered of one customer."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listFacts", _("List what is remembered of a customer, as far as this key may see it."), FACTS
        ),
        "POST": Operation(
            "rememberFact",
            _("Remember something about a customer. The same words again only say that it still holds."),
            FACT,
            status=201,
            body=NEW,
            versioned=True,
            fails=(409, 422),
            example={"text": "Lives on the third floor", "sight": "customer"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """All of them, the newest first."""
        customer = access.get(self.actor, path["pk"])
        looking.note(self.actor, customer.pk, looking.API)
        return Answer(200, {"data": [fact_json(row) for row in queries.visible(self.actor, customer.pk)]}, {})

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The fact that is kept."""
        customer = access.get(self.actor, path["pk"])
        row = actions.remember(
            by=self.actor,
            customer=customer,
            text=body["text"],
            sight=body.get("sight", Fact.Sight.CUSTOMER),
            team_id=body.get("team"),
            source=source_of(self.actor, customer.pk, str(body.get("message", ""))),
        )
        return Answer(201, fact_json(row), etag(row.version))


class OneFact(Reads, Changes):
    """One thing that is remembered."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "PATCH": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("getFact", _("Read one thing that is remembered."), FACT, versioned=True),
        "PATCH": Operation(
            "correctFact",
            _("Correct it; from now on it is as old as this. Needs If-Match."),
            FACT,
            body=CHANGED,
            versioned=True,
            fails=(409, 412, 422, 428),
            example={"text": "Lives on the fourth floor"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The fact."""
        row = queries.get(self.actor, path["pk"])
        return Answer(200, fact_json(row), etag(row.version))

    def change(self, body: dict[str, Any], **path: int) -> Answer:
        """The corrected fact."""
        row = queries.get(self.actor, path["pk"])
        expect_match(self.request, row.version, fact_json(row))
        row = actions.correct(by=self.actor, fact=row, text=body["text"], version=row.version)
        return Answer(200, fact_json(row), etag(row.version))


class ForgetFact(Creates):
    """It is remembered no longer."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("forgetFact", _("Forget it; its words are kept nowhere."), FORGOTTEN),
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The id of what is gone."""
        actions.forget(by=self.actor, fact=queries.get(self.actor, path["pk"]))
        return Answer(200, {"id": path["pk"]}, {})
