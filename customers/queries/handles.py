"""Who has a handle, since when, and who had it before."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from customers.models import Customer, HandlePast, Identity
from customers.rules.identity import NUMBERS, Handle, is_shared

STANDS = Q(decision=None) | Q(decision__undone_at=None)
MOST = 50


@dataclass(frozen=True)
class Held:
    """A handle as its page shows it: since when they have it, whom it was before, and whether it proves anything."""

    row: Identity
    since: datetime
    is_shared: bool
    before: list[HandlePast] = field(default_factory=list)

    @property
    def is_number(self) -> bool:
        """Whether it is a telephone number, which may be given to somebody else one day."""
        return self.row.kind in NUMBERS


def _past(rows: QuerySet[HandlePast]) -> QuerySet[HandlePast]:
    return rows.filter(STANDS).select_related("customer", "decision")


def past_of(customer: Customer) -> list[HandlePast]:
    """What they had and have no more, the latest first."""
    return list(_past(HandlePast.objects.filter(customer=customer)).order_by("-id")[:MOST])


def past_of_handle(kind: str, value: str) -> list[HandlePast]:
    """Who had this handle before, the latest first."""
    return list(_past(HandlePast.objects.filter(kind=kind, value=value)).order_by("-id")[:MOST])


def had_since(identity: Identity) -> datetime:
    """Since when whoever has it has it."""
    found = past_of_handle(identity.kind, identity.value)
    return max([identity.created_at, *(one.until for one in found[:1])])


def held(identities: Iterable[Identity]) -> list[Held]:
    """These handles with their past, in two queries for all of them."""
    rows = list(identities)
    past = _past(HandlePast.objects.filter(_any_of(rows))).order_by("-id")[:200] if rows else []
    return _with_past(rows, past)


def shown(customer: Customer) -> tuple[list[Held], list[HandlePast]]:
    """As held() and past_of() for their page, in two queries for both."""
    rows = list(customer.identities.order_by("id"))
    past = list(_past(HandlePast.objects.filter(_any_of(rows) | Q(customer=customer))).order_by("-id")[:200])
    return _with_past(rows, past), [one for one in past if one.customer_id == customer.pk][:MOST]


def _any_of(rows: Iterable[Identity]) -> Q:
    asked = Q(pk__in=[])
    for row in rows:
        asked |= Q(kind=row.kind, value=row.value)
    return asked


def _with_past(rows: Iterable[Identity], past: Iterable[HandlePast]) -> list[Held]:
    before: dict[tuple[str, str], list[HandlePast]] = {}
    for one in past:
        before.setdefault((one.kind, one.value), []).append(one)
    return [_held(row, before.get((row.kind, row.value), [])) for row in rows]


def _held(row: Identity, before: list[HandlePast]) -> Held:
    since = max([row.created_at, *(one.until for one in before[:1])])
    others = [one for one in before if one.customer_id != row.customer_id]
    return Held(row, since, is_shared(Handle(row.kind, row.value)), others)
