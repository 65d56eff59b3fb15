"""REST: two customers joined into one, parted, and every such step taken back."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import merging, splitting
from customers.api.shapes import CUSTOMER, customer_json
from customers.models import CustomerMerge
from customers.queries import merging as queries
from customers.rules.merging import BOTH, OTHER, SURVIVOR
from helpdesk.core import paging
from helpdesk.core.api import Answer, Creates, Operation, Reads, etag, next_link, stamp
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.paging import Order
from helpdesk.core.shapes import Flag, Int, Kind, Many, Maybe, Moment, OneOf, Record, Str, answer

ONE = OneOf((SURVIVOR, OTHER))
ANY = OneOf((SURVIVOR, OTHER, BOTH))
CHOICES: dict[str, Kind] = {
    "name": ONE,
    "language": ONE,
    "tags": ANY,
    "tone": ONE,
    "channel": ONE,
    "attributes": ANY,
}
NEW_MERGE = Record(
    "NewCustomerMerge",
    {"other": Int(), "fields": Record("CustomerMergeFields", CHOICES), "why": Str(300, blank=True)},
    required=("other",),
    notes={
        "other": _("The id of the customer who becomes a part of this one."),
        "fields": _("Whose value is kept. Left out: the survivor's where there is one; tags and attributes of both."),
    },
)
MERGED = answer(
    "CustomerMerged",
    {"merge_id": Int()},
    {"merge_id": _("Undo it at /api/v1/customer-merges/{merge_id}/undo/.")},
    example={"merge_id": 31},
)
COUNT = answer("MergeCount", {"kind": Str(60, blank=True), "moves": Int(0), "stays": Int(0)})
PREVIEW = answer(
    "CustomerMergePreview",
    {
        "survivor": Int(),
        "other": Int(),
        "counts": Many(COUNT, 100),
        "fields": Many(Str(20), 10),
        "warnings": Many(Str(300), 20),
    },
    {
        "counts": _("How many rows of each kind go over, and how many stay because the survivor has one already."),
        "fields": _("The fields in which the two differ."),
    },
    example={
        "survivor": 7,
        "other": 9,
        "counts": [{"kind": "tickets.ticket", "moves": 2, "stays": 0}],
        "fields": ["name"],
        "warnings": [],
    },
)
DECISION = answer(
    "CustomerMerge",
    {
        "id": Int(),
        "kind": OneOf(("merge", "split", "handle", "given")),
        "survivor": Int(),
        "other": Int(),
        "by": Str(200),
        "why": Str(300, blank=True),
        "created_at": Moment(),
        "undone_at": Maybe(Moment()),
    },
    {
        "kind": _("merge: all of other went to survivor. Else a part of survivor went to other."),
    },
    example={
        "id": 31,
        "kind": "merge",
        "survivor": 7,
        "other": 9,
        "by": "user:2",
        "why": "",
        "created_at": "2026-11-23T08:30:00Z",
        "undone_at": None,
    },
)
NEW_SPLIT = Record(
    "NewCustomerSplit",
    {
        "messages": Many(Int(), 500),
        "identities": Many(Int(), 100),
        "into": Maybe(Int()),
        "name": Str(200, blank=True),
        "why": Str(300, blank=True),
    },
    at_least_one=True,
    notes={
        "messages": _("Ids of messages that this customer wrote. A ticket goes along when all of theirs in it do."),
        "identities": _("Ids of handles; what came by them goes along."),
        "into": _("The id of the customer who gets them. null: a new one."),
    },
)
SPLIT = answer(
    "CustomerSplit",
    {"merge_id": Int(), "into": Int()},
    {"merge_id": _("Undo it at /api/v1/customer-merges/{merge_id}/undo/.")},
    example={"merge_id": 32, "into": 12},
)
NEWEST = Order("customer-merges")
VERBS = {"GET": "customer.view", "POST": "customer.merge"}


def decision_json(row: CustomerMerge) -> dict[str, Any]:
    """One decision as the API gives it."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "survivor": row.survivor_id,
        "other": row.other_id,
        "by": row.by,
        "why": row.why,
        "created_at": stamp(row.created_at),
        "undone_at": stamp(row.undone_at) if row.undone_at else None,
    }


class Merge(Reads, Creates):
    """Another customer becomes a part of this one."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = VERBS
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "previewCustomerMerge",
            _("What joining another customer to this one would do."),
            PREVIEW,
            query={"other": Int()},
            fails=(422,),
        ),
        "POST": Operation(
            "mergeCustomer",
            _("Join another customer to this one, who goes on. Nothing is lost, and it can be undone exactly."),
            MERGED,
            status=201,
            body=NEW_MERGE,
            fails=(409, 422),
            example={"other": 9, "fields": {"name": "other"}},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The preview."""
        row = access.get(self.actor, path["pk"])
        if "other" not in query:
            raise Invalid({"other": _("Give the id of the other customer.")})
        found = queries.preview(row, _customer(self, query["other"]))
        counts = [{"kind": one.kind, "moves": one.moves, "stays": one.stays} for one in found.counts]
        fields = [one.field for one in found.choices]
        ends = {"survivor": found.survivor.pk, "other": found.other.pk}
        return Answer(200, {**ends, "counts": counts, "fields": fields, "warnings": found.warnings}, {})

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The id by which it is undone; a repeat answers the same."""
        row = access.get(self.actor, path["pk"])
        other = _customer(self, body["other"], follow=False)
        fields, why = body.get("fields", {}), body.get("why", "")
        made = merging.merge(by=self.actor, survivor=row, other=other, fields=fields, why=why)
        return Answer(201, {"merge_id": made.pk}, {})


def _customer(self: Any, pk: int, *, follow: bool = True) -> Any:
    """The other customer; not followed, a repeated merge finds the sign that it made."""
    try:
        return access.get(self.actor, pk) if follow else access.exact(self.actor, pk)
    except NotFound:
        raise NotFound("not_found", _("There is no customer with this id.")) from None


class Split(Creates):
    """A part of a customer is somebody else's."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.merge"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "splitCustomer",
            _("Give some messages or handles of this customer to another one, or to a new one."),
            SPLIT,
            status=201,
            body=NEW_SPLIT,
            fails=(409, 422),
            example={"identities": [11], "into": None},
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The id by which it is undone, and who has them now."""
        into = body.get("into")
        made = splitting.split(
            by=self.actor,
            customer=access.get(self.actor, path["pk"]),
            messages=body.get("messages", ()),
            identities=body.get("identities", ()),
            into=_customer(self, into) if into is not None else None,
            name=body.get("name", ""),
            why=body.get("why", ""),
        )
        return Answer(201, {"merge_id": made.pk, "into": made.other_id}, {})


class Merges(Reads):
    """All decisions about who is who."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listCustomerMerges",
            _("List who was joined with whom and what was parted, newest first."),
            paging.shape(DECISION),
            query={**paging.PARAMETERS, "customer": Int(), "undone": Flag()},
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of them."""
        rows = access.merges(self.actor)
        if "customer" in query:
            rows = queries.about(rows, query["customer"])
        if "undone" in query:
            rows = rows.filter(undone_at__isnull=not query["undone"])
        page = paging.page(rows, NEWEST, query, decision_json)
        return Answer(200, page, next_link(self.request, page))


class Undo(Creates):
    """Everything is whose it would be had this never been decided."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.merge"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "undoCustomerMerge",
            _("Take a joining or parting back. The answer is the other customer; a repeat changes nothing."),
            CUSTOMER,
            versioned=True,
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The customer who is their own again."""
        row = merging.undo(by=self.actor, merge=access.get_merge(self.actor, path["pk"]))
        other = access.get(self.actor, row.other_id)
        return Answer(200, customer_json(other), etag(other.version))
