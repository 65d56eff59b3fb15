"""Attributes of customers and who has which value."""

from typing import Any

from django.db.models import QuerySet

from customers.models import Attribute, Customer
from customers.rules.attributes import BadValue, Shape, value


def every() -> QuerySet[Attribute]:
    """All attributes, the oldest first, retired ones too."""
    return Attribute.objects.order_by("id")


def of(customer: Customer) -> list[tuple[Attribute, Any]]:
    """The attributes in use with this customer's values, and retired ones that they have a value of."""
    held = customer.attributes
    return [(row, held.get(row.slug)) for row in every() if row.is_active or row.slug in held]


def having(rows: QuerySet[Customer], slug: str, typed: str) -> QuerySet[Customer]:
    """Those of `rows` whose attribute has exactly this value. One index; nobody for a value that it cannot have."""
    found = every().filter(slug=slug).first()
    try:
        wanted = value(Shape(found.kind, found.choices), typed) if found else None
    except BadValue:
        wanted = None
    return rows.none() if wanted is None else rows.filter(attributes__contains={slug: wanted})
