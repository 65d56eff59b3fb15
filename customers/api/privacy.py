"""REST: a copy of all that is kept of a customer, and the erasing of one."""

from typing import Any, ClassVar

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import copies, erasing, looking
from customers.models import PersonalExport
from customers.queries import preview
from helpdesk.core.api import Answer, Creates, Operation, Reads, stamp
from helpdesk.core.errors import Invalid
from helpdesk.core.shapes import Flag, Int, Many, Moment, OneOf, Record, Str, answer

COPY = answer(
    "PersonalCopy",
    {"id": Int(), "state": OneOf(("asked", "ready")), "page": Str(200), "created_at": Moment(), "expires_at": Moment()},
    {"page": _("Where somebody who is signed in fetches the zip once it is ready.")},
    example={
        "id": 3,
        "state": "asked",
        "page": "/desk/c/7/data/copies/3/",
        "created_at": "2026-03-21T08:30:00Z",
        "expires_at": "2026-03-28T08:30:00Z",
    },
)
COPIES = answer("PersonalCopies", {"data": Many(COPY, 20)}, example={"data": []})
WANTED = Record("PersonalCopyWanted", {"language": OneOf(("en", "fa"))})
KEPT = answer(
    "KeptOfCustomer",
    {"what": Str(120), "count": Int(0), "stays": Int(0), "why": Str(300, blank=True)},
    {"stays": _("How many of them stay, without the person."), "why": _("Why they stay.")},
    example={"what": "Messages", "count": 12, "stays": 0, "why": ""},
)
PREVIEW = answer("ErasurePreview", {"data": Many(KEPT, 100)}, example={"data": []})
CONFIRMED = Record(
    "ErasureConfirmed",
    {"customer": Int()},
    required=("customer",),
    notes={"customer": _("The id again, so that nobody is erased by a slip.")},
)
BEGUN = answer(
    "ErasureBegun",
    {"erasure": Int(), "customer": Int(), "done": Flag()},
    {"done": _("false: they are found no more, the rest goes in the background.")},
    example={"erasure": 2, "customer": 7, "done": False},
)


def copy_json(row: PersonalExport) -> dict[str, Any]:
    """A copy, as the API gives it."""
    return {
        "id": row.pk,
        "state": row.state,
        "page": f"/desk/c/{row.customer_id}/data/copies/{row.pk}/",
        "created_at": stamp(row.created_at),
        "expires_at": stamp(row.expires_at),
    }


class Export(Reads, Creates):
    """Copies of all that is kept of a customer."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.export", "POST": "customer.export"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("customerCopies", _("List the copies of a customer's data of this week."), COPIES),
        "POST": Operation(
            "exportCustomer",
            _("Have a copy made of all that is kept of a customer: JSON, a page to read, and the files, in one zip."),
            COPY,
            status=201,
            body=WANTED,
            fails=(429,),
            example={"language": "en"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The copies, the latest first."""
        row = access.get(self.actor, path["pk"])
        looking.note(self.actor, row.pk, looking.EXPORT)
        return Answer(200, {"data": [copy_json(one) for one in preview.copies(row.pk)]}, {})

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The copy that is being made."""
        row = access.get(self.actor, path["pk"])
        made = copies.ask(by=self.actor, customer=row, language=body.get("language", "en"))
        return Answer(201, copy_json(made), {})


class Erase(Reads, Creates):
    """Erasing a customer."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.erase", "POST": "customer.erase"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "previewErasure", _("What is kept of a customer, and what of it would stay, and why."), PREVIEW
        ),
        "POST": Operation(
            "eraseCustomer",
            _("Erase a customer for good. It cannot be undone. Orders and payments stay, without the person."),
            BEGUN,
            status=201,
            body=CONFIRMED,
            fails=(422,),
            example={"customer": 7},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """What there is, by kind."""
        row = access.get(self.actor, path["pk"])
        with translation.override("en"):
            data = [
                {"what": str(one.word), "count": one.count, "stays": one.stays, "why": str(one.why)}
                for one in preview.preview(row.pk)
            ]
        return Answer(200, {"data": data}, {})

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The erasure that was begun."""
        row = access.get(self.actor, path["pk"])
        try:
            made = erasing.erase(by=self.actor, customer=row, typed=str(body["customer"]))
        except Invalid as error:
            raise Invalid({"customer": error.errors["typed"]}) from error
        return Answer(201, {"erasure": made.pk, "customer": made.customer, "done": False}, {})
