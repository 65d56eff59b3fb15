"""Erasing somebody for good: begun in one transaction, carried out piece by piece, and gone on with after any death.

From the first moment nobody finds them any more: their handles go, keyed hashes of them stay. The rest is the work of
a job that asks each store of wiring.PRIVACY until none has anything left.
"""

import json
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Customer, Erasure, HandlePast, Identity, PortalSession, Tombstone
from customers.queries import persons
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock, failpoints, privacy, tombs
from helpdesk.core.errors import Invalid, NotAllowed
from helpdesk.core.events import emit
from helpdesk.core.locale import current
from helpdesk.core.privacy import Person
from helpdesk.core.realtime import DESK, hint
from helpdesk.core.rules.digits import digits_to_ascii, digits_to_persian
from helpdesk.core.secrets import seal, unseal

AT_ONCE = 200
# A job works no longer than its lease; the next one goes on.
PATIENCE = 60.0
PASSES = 10


def erase(*, by: Actor, customer: Customer, typed: str) -> Erasure:
    """Begins the erasing of a customer, who is typed by number so that nobody is erased by a slip. No way back."""
    if not can(by, "customer.erase"):
        raise NotAllowed
    if digits_to_ascii(typed).strip().removeprefix("#") != str(customer.pk):
        shown = digits_to_persian(str(customer.pk)) if current().persian else customer.pk
        raise Invalid({"typed": _("Type the number %(number)s to erase this customer.") % {"number": shown}})
    return begun(by, customer)


@transaction.atomic
def begun(by: Actor, customer: Customer, at: datetime | None = None) -> Erasure:
    """As erase(), for whoever has been found to be allowed: staff by their role, customers by a code."""
    row = access.live(customer.pk)
    one = persons.person(row.pk, at or clock.now())
    list(Customer.objects.select_for_update().filter(pk__in=one.numbers).order_by("pk").values_list("pk"))
    one = persons.person(row.pk, one.at)
    made = Erasure.objects.create(customer=row.pk, by=by.label[:64], at=one.at, sealed=_sealed(one))
    _keep_away(one, made)
    failpoints.reach("erasure.carved")
    _forget(one)
    audit.record(by, "customer.erasing", f"customer:{row.pk}", {"erasure": made.pk})
    emit("customer.erasing", {"erasure": made.pk})
    for pk in one.numbers:
        hint([DESK], "customer", id=pk)
    return made


def _sealed(one: Person) -> str:
    return seal(json.dumps([one.pk, one.numbers, one.handles, one.names, one.at.isoformat()]))


def _opened(row: Erasure) -> Person:
    pk, numbers, handles, names, at = json.loads(unseal(row.sealed))
    moment = parse_datetime(at)
    assert moment is not None, "we wrote it"
    return Person(pk, tuple(numbers), tuple((kind, value) for kind, value in handles), tuple(names), moment)


def _keep_away(one: Person, row: Erasure) -> None:
    """The signs that keep them away, in the database and, before anything goes, in the file beside it."""
    signs = [("handle", tombs.of_handle(kind, value)) for kind, value in one.handles]
    signs += [("message", tombs.of_message(header)) for header in persons.message_ids(one.numbers)]
    made = Customer.objects.filter(pk__in=one.numbers).values_list("pk", "created_at")
    at = one.at.isoformat()
    tombs.carve(
        [
            *({"customer": pk, "made": since.isoformat(), "at": at, "erasure": row.pk} for pk, since in made),
            *({"kind": kind, "hash": sign, "at": at, "erasure": row.pk} for kind, sign in signs),
        ]
    )
    keep(Tombstone(hash=sign, kind=kind, at=one.at) for kind, sign in signs)


def keep(stones: Iterable[Tombstone]) -> None:
    """Writes tombstones; of two for the same the later one stands."""
    Tombstone.objects.bulk_create(
        {(stone.kind, stone.hash): stone for stone in stones}.values(),
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["hash", "kind"],
        update_fields=["at"],
    )


def _forget(one: Person) -> None:
    """Nobody finds them any more, and they are signed out; their next message makes a new customer."""
    Identity.objects.filter(customer__in=one.numbers).delete()
    HandlePast.objects.filter(customer__in=one.numbers).delete()
    PortalSession.objects.filter(customer__in=one.numbers).delete()
    now = clock.now()
    empty: dict[str, Any] = {"name": "", "language": "", "tags": [], "tone": "", "channel": "", "attributes": {}}
    Customer.objects.filter(pk__in=one.numbers).update(**empty, search=None, erased_at=now, updated_at=now)


def go_on(pk: int) -> bool:
    """Erases what is left, piece by piece; whether all is done. Killed anywhere, the next call goes on."""
    until = time.monotonic() + PATIENCE
    row = Erasure.objects.get(pk=pk)
    if row.done_at is not None:
        return True
    one = _opened(row)
    for _pass in range(PASSES):
        found = 0
        for store in privacy.stores():
            while count := _piece(row, store, one):
                found += count
                failpoints.reach("erasure.piece")
                if time.monotonic() > until:
                    return _later(row)
        if not found:
            return _finish(row)
    return _later(row)


@transaction.atomic
def _piece(row: Erasure, store: privacy.Store, one: Person) -> int:
    kept = Erasure.objects.select_for_update().get(pk=row.pk)
    if kept.done_at is not None:
        return 0
    count = store.erase(one, AT_ONCE)
    if count:
        kept.done[store.slug] = kept.done.get(store.slug, 0) + count
        kept.save(update_fields=["done"])
    return count


@transaction.atomic
def _later(row: Erasure) -> bool:
    emit("customer.erasing", {"erasure": row.pk}, not_before=clock.now() + timedelta(seconds=1))
    return False


@transaction.atomic
def _finish(row: Erasure) -> bool:
    kept = Erasure.objects.select_for_update().get(pk=row.pk)
    if kept.done_at is None:
        kept.sealed, kept.done_at = "", clock.now()
        kept.save(update_fields=["sealed", "done_at"])
        audit.record(None, "customer.erased", f"customer:{kept.customer}", {"erasure": kept.pk, "rows": kept.done})
    return True
