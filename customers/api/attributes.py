"""REST: the attributes that this workspace knows customers by."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers.actions import attributes as actions
from customers.models import Attribute
from customers.queries import attributes as queries
from customers.rules.attributes import KINDS
from helpdesk.core.api import Answer, Creates, Operation, Reads
from helpdesk.core.shapes import Flag, Many, Matching, OneOf, Record, Str, answer

SLUG = Matching(r"^[a-z][a-z0-9_]{0,39}$", most=40, example="account_type")
ATTRIBUTE = answer(
    "CustomerAttribute",
    {
        "slug": Str(40),
        "kind": OneOf(KINDS),
        "name": Str(60),
        "name_fa": Str(60, blank=True),
        "choices": Many(Str(80), 200),
        "active": Flag(),
    },
    example={
        "slug": "account_type",
        "kind": "choice",
        "name": "Account type",
        "name_fa": "نوع حساب",
        "choices": ["home", "business"],
        "active": True,
    },
)
ATTRIBUTES = answer("CustomerAttributes", {"data": Many(ATTRIBUTE, 1000)}, example={"data": [ATTRIBUTE.example]})
NEW = Record(
    "NewCustomerAttribute",
    {
        "slug": SLUG,
        "kind": OneOf(KINDS),
        "name": Str(60),
        "name_fa": Str(60, blank=True),
        "choices": Many(Str(80), 200),
    },
    required=("slug", "kind", "name"),
)


def attribute_json(row: Attribute) -> dict[str, Any]:
    """One attribute as the API gives it."""
    plain = {name: getattr(row, name) for name in ("slug", "kind", "name", "name_fa", "choices")}
    return plain | {"active": row.is_active}


class Attributes(Reads, Creates):
    """All attributes."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.view", "POST": "attribute.manage"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listCustomerAttributes",
            _("List the attributes of customers. Their values are in attributes of a customer."),
            ATTRIBUTES,
        ),
        "POST": Operation(
            "createCustomerAttribute",
            _("Create an attribute, with its type: text, number, date, choice or yes_no. For administrators."),
            ATTRIBUTE,
            status=201,
            body=NEW,
            fails=(409, 422),
            example={"slug": "account_type", "kind": "choice", "name": "Account type", "choices": ["home", "business"]},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """All of them, the oldest first."""
        return Answer(200, {"data": [attribute_json(row) for row in queries.every()]}, {})

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """A new one."""
        return Answer(201, attribute_json(actions.save(by=self.actor, **body)), {})
