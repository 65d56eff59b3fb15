"""Where rows point to a customer: found by walking the model's own relations, so that no app need be named here."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import models

from customers.models.duplicates import Duplicate, MatchKey
from customers.models.merges import CustomerMerge, Move, NotSame
from customers.models.people import Customer

# What tells who is who is no possession of either.
OWN = (Customer, CustomerMerge, Move, NotSame, MatchKey, Duplicate)


@dataclass(frozen=True)
class Pointer:
    """A foreign key to Customer. `came_by`: rows name the handle they came by; `ticket`: the number they tell of."""

    model: type[models.Model]
    name: str
    came_by: bool
    ticket: bool

    @property
    def label(self) -> str:
        """The model as a Move names it."""
        return self.model._meta.label_lower

    @property
    def field(self) -> Any:
        """The foreign key itself."""
        return self.model._meta.get_field(self.name)

    @property
    def versioned(self) -> bool:
        """Whether its rows count their changes, so that whoever edits one is told of another's."""
        return {"version", "updated_at"} <= {field.name for field in self.model._meta.local_concrete_fields}


@lru_cache(maxsize=1)
def pointers() -> tuple[Pointer, ...]:
    """All of them, in one order."""
    found = [
        _pointer(relation.related_model, relation.field.name)
        for relation in Customer._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel) and not isinstance(relation, models.ManyToManyRel)
        if relation.related_model not in OWN
    ]
    return tuple(sorted(found, key=lambda one: (one.label, one.name)))


def _pointer(model: Any, name: str) -> Pointer:
    plain = {field.name for field in model._meta.local_concrete_fields if isinstance(field, models.BigIntegerField)}
    return Pointer(model, name, "came_by" in plain, "ticket" in plain)
