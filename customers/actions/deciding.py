"""What joining, parting and undoing share: nobody else writes meanwhile, rows change hands on record. Not for edges.

First the customers are taken by an advisory lock (in one order, so that decisions wait for each other and never in a
circle), then their rows FOR UPDATE: whoever writes for one of them has them FOR KEY SHARE by then, and has either
committed or not begun. Whoever holds a ticket and waits for its customer would wait for us as we for the ticket: we are
the ones who give way, let everything go and try again.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, models, transaction

from customers.models import Customer, CustomerMerge
from customers.models.relations import Pointer, pointers
from customers.queries.relations import free
from customers.queries.replay import some_of
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import audit, clock, sql
from helpdesk.core.errors import Busy
from helpdesk.core.realtime import DESK, hint
from helpdesk.core.search import vector

T = TypeVar("T")
LOCK = 0xC057
TRIES, PATIENCE_MS = 60, 250
LONGEST_PAUSE = 0.15
# The lock was not to be had in time; a circle was found.
GIVE_WAY = ("55P03", "40P01")


class _Grown(Exception):
    """Somebody decided about these people between our look and our lock."""


def undisturbed(people: Callable[[], set[int]], work: Callable[[], T]) -> T:
    """Does `work` while nobody writes anything of these customers. Raises Busy when they are never left alone."""
    for _try in range(TRIES):
        try:
            with transaction.atomic(), _held(people):
                return work()
        except _Grown:
            continue
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in GIVE_WAY:
                raise
        time.sleep(random.uniform(0.01, LONGEST_PAUSE))  # noqa: S311  # not for secrets
    raise Busy


@contextmanager
def _held(people: Callable[[], set[int]]) -> Iterator[None]:
    wanted = sorted(people())
    for pk in wanted:
        sql.run("SELECT pg_advisory_xact_lock(%s::int, %s::int)", [LOCK, pk % 2**31])
    if sorted(people()) != wanted:
        raise _Grown
    (before,) = sql.first("SELECT current_setting('lock_timeout')")
    sql.first("SELECT set_config('lock_timeout', %s::text, true)", [f"{PATIENCE_MS}ms"])
    list(Customer.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
    yield
    sql.first("SELECT set_config('lock_timeout', %s::text, true)", [before])


def decide(by: Actor, kind: str, survivor: Customer, other: Customer, **fields: Any) -> CustomerMerge:
    """Writes the decision; who is concerned is locked."""
    return CustomerMerge.objects.create(
        kind=kind, survivor=survivor, other=other, by=by.label[:200], marks=_marks(), created_at=clock.now(), **fields
    )


MARK_SQL = "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s::text, %s::text)::regclass)"


def _marks() -> dict[str, int]:
    """The last key that each table has given out: what comes later for those who are locked has a later one."""
    tables = {one.label: one.model._meta for one in pointers() if one.came_by or one.ticket}
    found = {}
    for label, meta in tables.items():
        (last,) = sql.first(MARK_SQL, [f'"{meta.db_table}"', meta.pk.column])
        found[label] = last or 0
    return found


def take_hold(rows: models.QuerySet[Any, Any]) -> bool:
    """Locks these rows, all of them before the first is changed; whether there are any."""
    return bool(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))


def give(pointer: Pointer, keys: Sequence[int], taker: int) -> list[int]:
    """Gives these rows to `taker`; those that went. What a rule of the database forbids stays where it is."""
    went: list[int] = []
    for some in some_of(keys):
        try:
            with transaction.atomic():
                went += _give(pointer, some, taker)
        except IntegrityError:
            went += [pk for pk in some if _give_alone(pointer, pk, taker)]
    return went


def _give(pointer: Pointer, keys: Sequence[int], taker: int) -> list[int]:
    changes: dict[str, Any] = {pointer.field.attname: taker}
    rows = pointer.model._base_manager.filter(pk__in=keys)
    if pointer.versioned:
        changes |= {"version": models.F("version") + 1, "updated_at": clock.now()}
    rows.update(**changes)
    return list(keys)


def _give_alone(pointer: Pointer, key: int, taker: int) -> bool:
    try:
        with transaction.atomic():
            return bool(_give(pointer, [key], taker))
    except IntegrityError:
        return False


MOVES_SQL = """
INSERT INTO customers_move (merge_id, model, field, row, giver, taker)
SELECT %s::bigint, %s::text, %s::text, moved.row, moved.giver, %s::bigint
FROM unnest(%s::bigint[], %s::bigint[]) AS moved (row, giver) ORDER BY moved.row
"""


def record(decision: CustomerMerge, pointer: Pointer, givers: dict[int, int], taker: int) -> None:
    """Remembers that these rows (key -> who had it) went to `taker`."""
    if givers:
        named = [decision.pk, pointer.label, pointer.name, taker, list(givers), list(givers.values())]
        sql.run(MOVES_SQL, named)


def move(decision: CustomerMerge, pointer: Pointer, rows: models.QuerySet[Any, Any], taker: int) -> int:
    """Gives the rows to `taker`, on record; how many went."""
    had = dict(free(pointer, rows, taker).exclude(**{pointer.name: taker}).values_list("pk", pointer.field.attname))
    went = give(pointer, list(had), taker)
    record(decision, pointer, {pk: had[pk] for pk in went}, taker)
    return len(went)


def settle(by: Actor, verb: str, people: Iterable[Customer], **facts: Any) -> None:
    """Search, version, audit and the hint of everybody whom a decision concerned; a sign is not found any more."""
    for one in people:
        values = one.identities.values_list("value", flat=True)
        one.search = vector(a=one.name, b=" ".join(values)) if one.merged_into_id is None else None
        one.version, one.updated_at = one.version + 1, clock.now()
        one.save()
        audit.record(by, verb, f"customer:{one.pk}", facts)
        hint([DESK], "customer", id=one.pk)
