"""Reading the bilingual lists."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import CharField, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.http import QueryDict

from helpdesk.accounts.access import colleagues, team_list
from tickets.models import CustomField, Reason, Tag, Ticket
from tickets.queries import shaped


@dataclass(frozen=True)
class Option:
    """One line of a choice list, in both languages."""

    pk: int
    name: str
    name_fa: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Further:
    """A custom field, and what the ticket has in it."""

    slug: str
    name: str
    name_fa: str
    kind: str
    choices: list[str]


def choices(ticket: Ticket) -> dict[str, Any]:
    """What the forms beside a ticket offer: people, teams, reasons, tags, and the custom fields with their present
    values; one query. Tags that the ticket has and the list has not are offered too, so that saving keeps them."""
    offered, fields = _offered()
    known = {option.name for option in offered["tags"]}
    offered["tags"] += [Option(0, name, "") for name in ticket.tags if name not in known]
    return {**offered, "fields": [(field, ticket.custom.get(field.slug, "")) for field in fields]}


def lists() -> dict[str, list[Option]]:
    """People, teams, reasons and tags in use, in one query, each by name."""
    return _offered()[0]


def _offered() -> tuple[dict[str, list[Option]], list[Further]]:
    found: dict[str, list[Option]] = {"people": [], "teams": [], "reasons": [], "tags": []}
    fields: list[Further] = []
    with connection.cursor() as cursor:
        cursor.execute(*_listing())
        rows = cursor.fetchall()
    for word, pk, name, name_fa, slug, kind, values in sorted(rows, key=lambda row: str(row[2]).casefold()):
        if word == "fields":
            fields.append(Further(slug, name, name_fa, kind, json.loads(values)))
        else:
            found[word].append(Option(pk, name, name_fa))
    return found, fields


@lru_cache(maxsize=1)
def _listing() -> shaped.Statement:
    """The statement, which is the same for everybody."""
    nothing = Value("", output_field=CharField())
    named = Coalesce(NullIf("name", Value("")), Cast("email", CharField()), output_field=CharField())
    rows = colleagues().order_by().values_list(Value("people"), "pk", named, *[nothing] * 4)
    for word, more in (
        ("teams", team_list().order_by()),
        ("reasons", Reason.objects.filter(is_active=True)),
        ("tags", Tag.objects.filter(is_active=True)),
    ):
        rows = rows.union(more.values_list(Value(word), "pk", "name", "name_fa", *[nothing] * 3), all=True)
    fields = CustomField.objects.filter(is_active=True)
    values = Cast("choices", TextField())
    more_fields = fields.values_list(Value("fields"), "pk", "name", "name_fa", "slug", "kind", values)
    return shaped.sql_of(rows.union(more_fields, all=True))


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
