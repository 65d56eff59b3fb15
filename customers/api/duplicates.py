"""REST: who may be one person, and the word that they are two."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import duplicates as actions
from customers.models import Duplicate
from customers.queries import duplicates as queries
from customers.rules.matching import Why
from helpdesk.core import paging
from helpdesk.core.api import Answer, Creates, Operation, Reads, next_link, stamp
from helpdesk.core.shapes import Int, Many, Moment, OneOf, Str, answer

REASON = answer("DuplicateReason", {"code": OneOf(tuple(str(one) for one in Why)), "value": Str(254, blank=True)})
DUPLICATE = answer(
    "CustomerDuplicate",
    {"id": Int(), "customers": Many(Int(), 2), "score": Int(0, 100), "reasons": Many(REASON, 20), "found_at": Moment()},
    {
        "customers": _("The ids of the two. Join them at /api/v1/customers/{id}/merge/."),
        "score": _("How likely it is, 0 to 100."),
    },
    example={
        "id": 3,
        "customers": [7, 9],
        "score": 90,
        "reasons": [{"code": "number", "value": "+989121234567"}, {"code": "name", "value": "Narges Karimi"}],
        "found_at": "2026-11-23T08:30:00Z",
    },
)
PARTED = answer("CustomersParted", {"id": Int(), "customers": Many(Int(), 2)}, example={"id": 4, "customers": [7, 9]})


def duplicate_json(row: Duplicate) -> dict[str, Any]:
    """One question as the API gives it."""
    return {
        "id": row.pk,
        "customers": [row.low_id, row.high_id],
        "score": row.score,
        "reasons": [{"code": code, "value": value} for code, value in row.reasons],
        "found_at": stamp(row.found_at),
    }


class Duplicates(Reads):
    """All that waits for a human."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listCustomerDuplicates",
            _("List customers who may be one person, the likeliest first."),
            paging.shape(DUPLICATE),
            query=paging.PARAMETERS,
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of questions."""
        limit = query.get("limit", paging.USUAL)
        rows = queries.waiting(self.actor, query.get("cursor", ""), limit)
        page = paging.close(rows, limit, duplicate_json, queries.place_of)
        return Answer(200, page, next_link(self.request, page))


class NotSame(Creates):
    """The two of a question are two people."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.merge"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "partCustomers",
            _("Say that these two are two people. They are never suggested again."),
            PARTED,
            status=201,
            fails=(409,),
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """Who was told apart."""
        question = access.get_duplicate(self.actor, path["pk"])
        row = actions.part(by=self.actor, one=question.low, other=question.high)
        return Answer(201, {"id": row.pk, "customers": [row.low_id, row.high_id]}, {})
