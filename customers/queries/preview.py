"""What is kept of somebody and what would become of it: shown before a copy is made or anything is erased."""

from dataclasses import dataclass

from customers.models import PersonalExport
from customers.queries import persons
from helpdesk.core import clock, privacy
from helpdesk.core.privacy import Words


@dataclass(frozen=True)
class Kept:
    """A store, how much of it there is, how much of that stays without them, and why."""

    word: Words
    count: int
    stays: int
    why: Words


def preview(customer_id: int) -> list[Kept]:
    """All stores in which there is something."""
    one = persons.person(customer_id, clock.now())
    counts = ((store, store.count(one), store.left(one) if store.left else 0) for store in privacy.stores())
    return [Kept(store.word, count, left, store.stays if left else "") for store, count, left in counts if count]


def copies(customer_id: int, *, whole: bool | None = None) -> list[PersonalExport]:
    """The copies that were asked for and can be fetched, or are being made; the latest first."""
    rows = PersonalExport.objects.filter(customer=customer_id, expires_at__gt=clock.now()).select_related("file")
    return list((rows if whole is None else rows.filter(whole=whole)).order_by("-id")[:20])


def one_copy(customer_id: int, pk: int, *, whole: bool | None = None) -> PersonalExport | None:
    """One of them."""
    return next((row for row in copies(customer_id, whole=whole) if row.pk == pk), None)
