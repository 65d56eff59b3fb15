"""Which rows may change hands."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from customers.models import Customer
from customers.models.relations import Pointer


def free(pointer: Pointer, rows: models.QuerySet[Any, Any], taker: int) -> models.QuerySet[Any, Any]:
    """Those of the rows that the taker may have: not such as they have already where only one is allowed."""
    for names, condition in _unique(pointer):
        same = {name: OuterRef(name) for name in names if name != pointer.name}
        there = pointer.model._base_manager.filter(condition, **same, **{pointer.name: taker})
        rows = rows.exclude(Exists(there) & condition) if condition else rows.exclude(Exists(there))
    return rows


def _unique(pointer: Pointer) -> Iterator[tuple[Sequence[str], Q]]:
    meta = pointer.model._meta
    if pointer.field.unique:
        yield (pointer.name,), Q()
    yield from ((names, Q()) for names in meta.unique_together if pointer.name in names)
    for one in meta.constraints:
        if isinstance(one, models.UniqueConstraint) and pointer.name in one.fields:
            yield one.fields, one.condition or Q()


def family(pk: int) -> set[int]:
    """The customer and everybody who is a sign that points to them."""
    seen: set[int] = set()
    fresh: Iterable[int] = [pk]
    while fresh := set(fresh) - seen:
        seen |= fresh
        fresh = Customer.objects.filter(merged_into__in=fresh).values_list("pk", flat=True)
    return seen
