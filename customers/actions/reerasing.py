"""After a restore: whoever was erased since the dump was made is erased again, by the signs beside the database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.dateparse import parse_datetime

from customers import access
from customers.actions import erasing
from customers.models import Customer, Erasure, HandlePast, Identity, Tombstone
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import tombs
from helpdesk.core.errors import NotFound


@dataclass(frozen=True)
class Reapplied:
    """How many signs were read, and how many people were erased again."""

    stones: int
    people: int


def reapply(path: Path | None = None) -> Reapplied:
    """Brings the signs of the file into the database, and erases whoever they name; ends when all is erased."""
    stones = list(tombs.carved(path))
    signs = [stone for stone in stones if "hash" in stone]
    erasing.keep(Tombstone(hash=stone["hash"], kind=stone["kind"], at=_at(stone["at"])) for stone in _latest(signs))
    people = 0
    for pk, at in sorted(_named(stones) | _known()):
        people += _again(pk, at)
    for pk in Erasure.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True):
        while not erasing.go_on(pk):
            pass
    return Reapplied(len(stones), people)


def _at(text: str) -> datetime:
    found = parse_datetime(text)
    assert found is not None, "we wrote it"
    return found


def _latest(stones: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(stones, key=lambda stone: str(stone["at"]))


def _named(stones: Iterable[dict[str, Any]]) -> set[tuple[int, datetime]]:
    """Customers by their number, where it is still the same person: made in the same moment."""
    told = {stone["customer"]: stone for stone in stones if "customer" in stone}
    rows = Customer.objects.filter(pk__in=told, erased_at=None).values_list("pk", "created_at")
    return {(pk, _at(told[pk]["at"])) for pk, made in rows if made.isoformat() == told[pk]["made"]}


def _known() -> set[tuple[int, datetime]]:
    """Customers by a handle of theirs, who were here before they were erased."""
    stones = dict(Tombstone.objects.filter(kind="handle").values_list("hash", "at"))
    found = set()
    for pk, kind, value, made in _handles() if stones else ():
        at = stones.get(tombs.of_handle(kind, value))
        if at is not None and made <= at:
            found.add((pk, at))
    return found


def _handles() -> Iterator[tuple[int, str, str, datetime]]:
    for model in (Identity, HandlePast):
        rows = model._default_manager.filter(customer__erased_at=None)
        yield from rows.values_list("customer", "kind", "value", "customer__created_at").iterator(chunk_size=5000)


def _again(pk: int, at: datetime) -> int:
    try:
        customer = Customer.objects.get(pk=access.now(pk))
        erasing.begun(SYSTEM, customer, at)
    except NotFound:
        return 0
    return 1
