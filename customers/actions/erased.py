"""How the customers' own rows are erased where they do not simply go: what is kept loses the person."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from customers.models import CustomerImport, Order, Organisation, Subscription, TimelineEntry
from customers.queries import persons
from helpdesk.core import files
from helpdesk.core.models import StoredFile
from helpdesk.core.privacy import BLACK, Person, blackened

Erase = Callable[[Person, int], int]


def _some(rows: QuerySet[Any, Any], limit: int) -> QuerySet[Any, Any]:
    keys = list(rows.order_by().values_list("pk", flat=True)[:limit])
    some: QuerySet[Any, Any] = rows.model._base_manager.filter(pk__in=keys)
    return some


def free_events(one: Person, limit: int) -> int:
    """What tells of no money goes whole."""
    return _some(persons.events(one).exclude(persons.MONEY), limit).delete()[0]


def money_events(one: Person, limit: int) -> int:
    """Of a payment stays when, how much, and the number by which the shop told it."""
    named = ~Q(story="") | ~Q(properties={}) | Q(came_by__isnull=False)
    rows = _some(persons.events(one).filter(persons.MONEY).filter(named), limit)
    return rows.update(story="", properties={}, came_by=None)


def orders(one: Person, limit: int) -> int:
    """Of an order stays what an invoice holds: number, lines and sums. Whoever tells more of it tells of another."""
    done = persons.orders(one).exclude(ref__startswith="erased-")[:limit]
    for row in done:
        row.ref, row.url, row.shipments, row.reason = f"erased-{row.pk}", "", [], ""
        row.entry = row.came_by = None
        row.lines = [{key: line[key] for key in line if key in LINE} for line in row.lines]
    Order.objects.bulk_update(done, ["ref", "url", "shipments", "reason", "entry", "came_by", "lines"])
    return len(done)


LINE = ("name", "sku", "quantity", "amount")


def subscriptions(one: Person, limit: int) -> int:
    """Of a subscription stays what was paid for."""
    done = persons.subscriptions(one).exclude(ref__startswith="erased-")[:limit]
    for row in done:
        row.ref, row.reason, row.came_by = f"erased-{row.pk}", "", None
    Subscription.objects.bulk_update(done, ["ref", "reason", "came_by"])
    return len(done)


def merges(one: Person, limit: int) -> int:
    """Who was joined with whom stays, by numbers alone."""
    told = ~Q(fields={}) | ~Q(why="")
    rows = persons.merges(one)
    TimelineEntry.objects.filter(kind__in=("merge", "merge_undone"), link_id__in=rows.values("pk")).exclude(
        summary=BLACK
    ).update(summary=BLACK)
    return _some(rows.filter(told), limit).update(fields={}, why="")


def organisations(one: Person, limit: int) -> int:
    """The notes of an organisation stay, without their handles."""
    done = list(persons.organisations(one)[:limit])
    for row in done:
        row.notes = blackened(row.notes, [*one.telling, *one.names])
    Organisation.objects.bulk_update(done, ["notes"])
    return len(done)


def import_files(one: Person, limit: int) -> int:
    """A file that is kept for reading goes when they are in it: whoever brought it brings it again without them."""
    words = [word.lower().encode() for word in one.telling]
    done = 0
    for row in persons.import_files(one)[:limit]:
        kept = StoredFile.objects.filter(token=row.file).first()
        if kept is None or not files.names(kept, words):
            continue
        files.erase(kept)
        row.file, row.state = "", CustomerImport.State.FAILED
        row.save(update_fields=["file", "state"])
        done += 1
    return done


def exports(one: Person, limit: int) -> int:
    """The copies that were made for them go, with their files."""
    done = list(persons.exports(one).select_related("file")[:limit])
    for row in done:
        row.delete()
        if row.file is not None:
            files.erase(row.file)
    return len(done)
