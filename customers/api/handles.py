"""REST: the handles of a customer; made sure of, taken away, given to whoever has them now."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers import access, actions
from customers.actions import splitting
from customers.api.merges import MERGED
from customers.api.shapes import IDENTITY, identity_json
from customers.models import HandlePast
from customers.queries import handles as queries
from customers.rules.identity import KINDS, Handle, region_of
from helpdesk.core.api import Answer, Creates, Operation, Reads, stamp
from helpdesk.core.errors import Invalid
from helpdesk.core.shapes import Flag, Int, Many, Maybe, Moment, OneOf, Record, Str, answer

PAST = answer(
    "PastHandle",
    {
        "kind": Str(16),
        "value": Str(254),
        "since": Moment(),
        "until": Moment(),
        "customer": Int(),
        "why": Str(300, blank=True),
    },
    {"customer": _("The id of who had it then.")},
    example={
        "kind": "phone",
        "value": "+989121234567",
        "since": "2024-03-21T08:30:00Z",
        "until": "2026-03-21T08:30:00Z",
        "customer": 9,
        "why": "The operator gave the number to somebody else.",
    },
)
EXAMPLE = {
    "id": 11,
    "kind": "email",
    "value": "sara@example.com",
    "verified": True,
    "how": "email",
    "verified_at": "2026-03-21T08:30:00Z",
    "verified_how": "code",
}
IDENTITIES = answer(
    "Identities",
    {"data": Many(IDENTITY, 1000), "past": Many(PAST, 1000)},
    {"past": _("What they had before, and who had before what they have.")},
    example={"data": [EXAMPLE], "past": []},
)
NEW = Record(
    "NewIdentity",
    {"kind": OneOf(KINDS), "value": Str(254), "verified": Flag(), "region": Str(2)},
    required=("kind", "value"),
    notes={
        "verified": _("You made sure that it is theirs. Not for addresses of a post such as info@."),
        "region": _("The country of a telephone number that is written without one: IR, DE, …"),
    },
)
PROOF = Record("IdentityProof", {"verified": Flag()}, required=("verified",))
REMOVAL = Record("IdentityRemoval", {"why": Str(300, blank=True)})
GONE = answer("IdentityGone", {"id": Int()}, example={"id": 11})
PASSED = Record(
    "IdentityMove",
    {"into": Maybe(Int()), "name": Str(200, blank=True), "why": Str(300)},
    required=("into", "why"),
    notes={"into": _("The id of the customer who has it now. null: a new one, called name.")},
)


def past_json(row: HandlePast) -> dict[str, Any]:
    """Who had a handle once, as the API gives it."""
    return {
        "kind": row.kind,
        "value": row.value,
        "since": stamp(row.since),
        "until": stamp(row.until),
        "customer": row.customer_id,
        "why": row.why,
    }


class Identities(Reads, Creates):
    """The handles of a customer."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("customerIdentities", _("List a customer's handles, and who had them before."), IDENTITIES),
        "POST": Operation(
            "addIdentity",
            _("Add a handle. One that somebody already has is refused with that customer's id as owner."),
            IDENTITY,
            status=201,
            body=NEW,
            fails=(409, 422),
            example={"kind": "telegram", "value": "@sara_ahmadi"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The handles, oldest first."""
        row = access.get(self.actor, path["pk"])
        held = queries.held(row.identities.order_by("id"))
        past = [*queries.past_of(row), *(one for each in held for one in each.before)]
        found = {"data": [identity_json(each.row) for each in held], "past": [past_json(one) for one in past]}
        return Answer(200, found, {})

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The new handle."""
        customer = access.get(self.actor, path["pk"])
        more = {"region": _region(body["region"])} if "region" in body else {}
        handle = Handle(body["kind"], body["value"])
        try:
            row = actions.add_handle(
                by=self.actor, customer=customer, handle=handle, verified=body.get("verified", False), **more
            )
        except Invalid as error:
            raise Invalid({"value": error.errors["handles"]}) from error
        return Answer(201, identity_json(row), {})


def _region(typed: str) -> str:
    if not region_of(typed):
        raise Invalid({"region": _("Write a country in two letters, such as IR or DE.")})
    return region_of(typed)


class Verify(Creates):
    """Somebody made sure that a handle is this customer's, or is not sure any more."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "verifyIdentity",
            _("Say that a handle is proven to be theirs, or not any more. A repeat changes nothing."),
            IDENTITY,
            body=PROOF,
            fails=(422,),
            example={"verified": True},
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The handle."""
        row = access.handle(self.actor, path["pk"])
        row = actions.verify_handle(by=self.actor, customer=row.customer, identity_id=row.pk, proven=body["verified"])
        return Answer(200, identity_json(row), {})


class Remove(Creates):
    """A handle is not theirs any more."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "removeIdentity",
            _("Take a handle away; the history stays, and that they had it."),
            GONE,
            body=REMOVAL,
            example={"why": "It never was theirs."},
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The id of what is gone."""
        row = access.handle(self.actor, path["pk"])
        gone = row.pk
        actions.remove_handle(by=self.actor, customer=row.customer, identity_id=gone, why=body.get("why", ""))
        return Answer(200, {"id": gone}, {})


class Move(Creates):
    """A handle is somebody else's from now on."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.merge"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "moveIdentity",
            _("Give a handle to another customer, such as a recycled telephone number; what came by it before stays."),
            MERGED,
            status=201,
            body=PASSED,
            fails=(409, 422),
            example={"into": 9, "why": "The operator gave the number to somebody else."},
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The id by which it is undone."""
        row = access.handle(self.actor, path["pk"])
        to = access.get(self.actor, body["into"]) if body["into"] is not None else None
        made = splitting.pass_on(by=self.actor, identity=row, to=to, name=body.get("name", ""), why=body["why"])
        return Answer(201, {"merge_id": made.pk}, {})
