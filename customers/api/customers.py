"""REST: customers, their handles and their history."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers import access, actions, queries
from customers.actions import attributes, looking
from customers.api.shapes import (
    CHANGED,
    CUSTOMER,
    ENTRY,
    HANDLES,
    NEW,
    customer_json,
    entry_json,
)
from customers.models import Customer
from customers.queries.attributes import having
from customers.rules.identity import Handle
from helpdesk.accounts.rules.policy import can
from helpdesk.core import paging
from helpdesk.core.api import Answer, Changes, Creates, Operation, Reads, etag, expect_match, next_link, past
from helpdesk.core.errors import Invalid
from helpdesk.core.paging import Order
from helpdesk.core.shapes import Matching, Moment, Str

WITH = Matching(r"^[a-z][a-z0-9_]{0,39}:[^\x00]+$", most=541, example="account_type:business")
NEWEST = Order("customers")
LAST_CHANGED = Order("customers.changed", "updated_at")


class Customers(Reads, Creates):
    """All customers."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "POST": "customer.create"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listCustomers",
            _("List customers, newest first, or find one by a handle."),
            paging.shape(CUSTOMER),
            query={**paging.PARAMETERS, **HANDLES, "tag": Str(60), "attribute": WITH, "updated_since": Moment()},
            notes={
                "attribute": _("Only those who have exactly this value: slug:value."),
                "updated_since": _("Only what changed since then, last changed first."),
            },
        ),
        "POST": Operation(
            "createCustomer",
            _("Create a customer. A handle that somebody already has gives 409 and that customer's id as owner."),
            CUSTOMER,
            status=201,
            body=NEW,
            versioned=True,
            fails=(409, 422),
            example={"email": "sara@example.com", "name": "Sara Ahmadi", "tags": ["vip"]},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of customers."""
        rows = _narrowed(access.visible(self.actor), query).defer("search").prefetch_related("identities")
        order = LAST_CHANGED if "updated_since" in query else NEWEST
        page = paging.page(rows, order, query, customer_json)
        return Answer(200, page, next_link(self.request, page))

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """A new customer."""
        customer = attributes.create(
            by=self.actor,
            attributes=body.get("attributes", {}),
            name=body.get("name", ""),
            handles=[Handle(kind, body[kind]) for kind in HANDLES if kind in body],
            tags=body.get("tags", ()),
            language=body.get("language", ""),
            created_at=past("created_at", body.get("created_at"), can(self.actor, "import.use")),
        )
        place = {"Location": f"/api/v1/customers/{customer.pk}/"}
        return Answer(201, customer_json(customer), etag(customer.version) | place)


def _narrowed(rows: QuerySet[Customer], query: dict[str, Any]) -> QuerySet[Customer]:
    for kind in HANDLES.keys() & query.keys():
        rows = rows.filter(pk=_owner(Handle(kind, query[kind])))
    if "tag" in query:
        rows = rows.filter(tags__contains=[query["tag"]])
    if "attribute" in query:
        slug, _sep, value = query["attribute"].partition(":")
        rows = having(rows, slug, value)
    if "updated_since" in query:
        rows = rows.filter(updated_at__gte=query["updated_since"])
    return rows


def _owner(handle: Handle) -> int:
    try:
        found = actions.find(handle)
    except Invalid:
        return 0
    return found.pk if found else 0


class OneCustomer(Reads, Changes):
    """One customer."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "PATCH": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "getCustomer",
            _("Read a customer. One who was joined with another is answered with who they are now."),
            CUSTOMER,
            versioned=True,
        ),
        "PATCH": Operation(
            "changeCustomer",
            _("Change a customer. Needs If-Match."),
            CUSTOMER,
            body=CHANGED,
            versioned=True,
            fails=(409, 412, 422, 428),
            example={"name": "Sara Ahmadi", "tags": ["vip", "wholesale"]},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The customer."""
        row = access.get(self.actor, path["pk"])
        looking.note(self.actor, row.pk, looking.API)
        place = {"Content-Location": f"/api/v1/customers/{row.pk}/"}
        return Answer(200, customer_json(row), etag(row.version) | place)

    def change(self, body: dict[str, Any], **path: int) -> Answer:
        """The changed customer."""
        row = access.get(self.actor, path["pk"])
        expect_match(self.request, row.version, customer_json(row))
        row = attributes.change(by=self.actor, customer=row, version=row.version, **body)
        return Answer(200, customer_json(row), etag(row.version))


class Timeline(Reads):
    """The one history of a customer."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "customerTimeline",
            _("Read a customer's history, newest first, as far as this key may see it."),
            paging.shape(ENTRY),
            query=paging.PARAMETERS,
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of the history."""
        customer = access.get(self.actor, path["pk"])
        looking.note(self.actor, customer.pk, looking.API)
        name, limit = f"timeline.{customer.pk}", query.get("limit", paging.USUAL)
        before = paging.read_place(name, query["cursor"]) if "cursor" in query else None
        place = queries.Place(*before) if before else None
        found = queries.timeline(customer.pk, self.actor, place, limit + 1)
        page = paging.close(found, limit, entry_json, lambda row: paging.write_cursor(name, [row.occurred_at, row.pk]))
        return Answer(200, page, next_link(self.request, page))
