"""Reading the bilingual lists."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from tickets.models import CustomField, Reason, Tag, Ticket


def choices(ticket: Ticket) -> dict[str, Any]:
    """What the forms beside a ticket offer: tags, reasons, and the custom fields with their present values."""
    fields = [(field, ticket.custom.get(field.slug, "")) for field in CustomField.objects.filter(is_active=True)]
    return {
        "tags": Tag.objects.filter(is_active=True).order_by("name"),
        "reasons": Reason.objects.filter(is_active=True).order_by("name"),
        "fields": fields,
    }


def everything() -> dict[str, Any]:
    """All lists, for their keepers; what is retired comes last."""
    order = ("-is_active", "name")
    return {
        "tags": Tag.objects.order_by(*order),
        "reasons": Reason.objects.order_by(*order),
        "fields": CustomField.objects.order_by(*order),
    }


def reason(pk: int) -> Reason | None:
    """The reason with this id, if it is in use."""
    return Reason.objects.filter(pk=pk, is_active=True).first() if pk else None


def custom_values(posted: QueryDict | Mapping[str, str]) -> dict[str, Any]:
    """The custom fields among what was posted, numbers as numbers where they can be read as such."""
    fields = CustomField.objects.filter(is_active=True, slug__in=list(posted))
    return {field.slug: _typed(field.kind, str(posted.get(field.slug, ""))) for field in fields}


def _typed(kind: str, value: str) -> Any:
    if kind != "number" or not value.strip():
        return value.strip()
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        return value
