"""REST: organisations and who belongs to them."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import organisations as actions
from customers.models import Membership, Organisation
from customers.queries import organisations as queries
from helpdesk.core import paging
from helpdesk.core.api import Answer, Changes, Creates, Operation, Reads, etag, expect_match, next_link, stamp
from helpdesk.core.errors import NotFound
from helpdesk.core.paging import Order
from helpdesk.core.shapes import Flag, Int, Many, Moment, OneOf, Record, Str, answer

ORGANISATION = answer(
    "Organisation",
    {
        "id": Int(),
        "name": Str(200),
        "notes": Str(10_000, blank=True),
        "created_at": Moment(),
        "updated_at": Moment(),
        "version": Int(),
    },
    example={
        "id": 3,
        "name": "Nan Bakery",
        "notes": "",
        "created_at": "2026-03-21T08:30:00Z",
        "updated_at": "2026-03-21T08:30:00Z",
        "version": 1,
    },
)
NEW = Record("NewOrganisation", {"name": Str(200), "notes": Str(10_000, blank=True)}, required=("name",))
CHANGED = Record("OrganisationChange", {"name": Str(200), "notes": Str(10_000, blank=True)}, at_least_one=True)
MEMBER = answer(
    "Member",
    {
        "id": Int(),
        "customer": Int(),
        "how": OneOf(("staff", "domain")),
        "sees_colleagues": Flag(),
        "created_at": Moment(),
    },
    {"how": _("staff said so, or a proven mail domain did."), "sees_colleagues": _("Reads colleagues' requests.")},
    example={
        "id": 5,
        "customer": 7,
        "how": "staff",
        "sees_colleagues": False,
        "created_at": "2026-03-21T08:30:00Z",
    },
)
MEMBERS = answer("Members", {"data": Many(MEMBER, 500)}, example={"data": [MEMBER.example]})
NEW_MEMBER = Record("NewMember", {"customer": Int()}, required=("customer",))
LEFT = answer("MemberLeft", {"id": Int()}, example={"id": 5})
NEWEST = Order("organisations")


def organisation_json(row: Organisation) -> dict[str, Any]:
    """One organisation as the API gives it."""
    return {
        "id": row.pk,
        "name": row.name,
        "notes": row.notes,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "version": row.version,
    }


def member_json(row: Membership) -> dict[str, Any]:
    """One membership as the API gives it."""
    return {
        "id": row.pk,
        "customer": row.customer_id,
        "how": row.how,
        "sees_colleagues": row.sees_colleagues,
        "created_at": stamp(row.created_at),
    }


class Organisations(Reads, Creates):
    """All organisations."""

    tag = _("Organisations")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listOrganisations",
            _("List organisations, newest first."),
            paging.shape(ORGANISATION),
            query=paging.PARAMETERS,
        ),
        "POST": Operation(
            "createOrganisation",
            _("Create an organisation."),
            ORGANISATION,
            status=201,
            body=NEW,
            versioned=True,
            fails=(422,),
            example={"name": "Nan Bakery"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of organisations."""
        page = paging.page(queries.visible(self.actor), NEWEST, query, organisation_json)
        return Answer(200, page, next_link(self.request, page))

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """A new organisation."""
        row = actions.create(by=self.actor, name=body["name"], notes=body.get("notes", ""))
        place = {"Location": f"/api/v1/organisations/{row.pk}/"}
        return Answer(201, organisation_json(row), etag(row.version) | place)


class OneOrganisation(Reads, Changes):
    """One organisation."""

    tag = _("Organisations")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "PATCH": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("getOrganisation", _("Read an organisation."), ORGANISATION, versioned=True),
        "PATCH": Operation(
            "changeOrganisation",
            _("Change an organisation. Needs If-Match."),
            ORGANISATION,
            body=CHANGED,
            versioned=True,
            fails=(409, 412, 422, 428),
            example={"notes": "Pays late"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The organisation."""
        row = queries.get(self.actor, path["pk"])
        return Answer(200, organisation_json(row), etag(row.version))

    def change(self, body: dict[str, Any], **path: int) -> Answer:
        """The changed organisation."""
        row = queries.get(self.actor, path["pk"])
        expect_match(self.request, row.version, organisation_json(row))
        row = actions.change(by=self.actor, organisation=row, version=row.version, **body)
        return Answer(200, organisation_json(row), etag(row.version))


class Members(Reads, Creates):
    """Who belongs to an organisation."""

    tag = _("Organisations")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("listMembers", _("List who belongs to an organisation."), MEMBERS),
        "POST": Operation(
            "addMember",
            _("Say that a customer belongs to it. A repeat changes nothing."),
            MEMBER,
            status=201,
            body=NEW_MEMBER,
            fails=(422,),
            example={"customer": 7},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The members, by name."""
        found = queries.members(queries.get(self.actor, path["pk"]))
        return Answer(200, {"data": [member_json(row) for row in found]}, {})

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The membership."""
        organisation = queries.get(self.actor, path["pk"])
        try:
            customer = access.get(self.actor, body["customer"])
        except NotFound:
            raise NotFound("not_found", _("There is no customer with this id.")) from None
        row = actions.join(by=self.actor, organisation=organisation, customer=customer)
        return Answer(201, member_json(row), {})


class Leave(Creates):
    """Somebody belongs to it no more."""

    tag = _("Organisations")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("removeMember", _("End a membership; sight of colleagues ends with it."), LEFT),
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The id of the membership that is gone."""
        actions.leave(by=self.actor, membership=queries.membership(self.actor, path["pk"]))
        return Answer(200, {"id": path["pk"]}, {})
