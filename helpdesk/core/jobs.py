"""Due work that lives in rows: claimed with SKIP LOCKED under a lease, tried with back-off, parked when hopeless.

Attempts are counted before the work runs, so work that kills its worker is parked too.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.utils.module_loading import import_string

from helpdesk.core import clock, failpoints
from helpdesk.core.models import Job, OutboxDelivery, Timer, Work

LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 12
BACK_OFF = (2, 10, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 86400)
log = logging.getLogger(__name__)
J = TypeVar("J", bound=Job)


class GiveUp(Exception):
    """Raised by a handler whose work can never succeed: parked at once, visible to a human."""


def claim(kind: type[J], limit: int) -> list[J]:
    """Takes up to `limit` due rows for this worker by moving their `due_at` ahead by a lease."""
    now = clock.now()
    with transaction.atomic():
        due = kind._default_manager.select_for_update(skip_locked=True, of=("self",)).filter(
            state=Work.PENDING, due_at__lte=now
        )
        rows = list(due.order_by("due_at", "id")[:limit])
        for row in rows:
            row.due_at = now + LEASE
        if rows:
            kind._default_manager.filter(pk__in=[row.pk for row in rows]).update(due_at=now + LEASE)
    return rows


def begin(row: Job) -> bool:
    """Counts the attempt and renews the lease just before the work; False when another worker has taken it over.

    Counted one by one: a job that kills its worker must not use up the attempts of those that were claimed with it,
    and its own lease, which ends after theirs, lets them go first the next time.
    """
    now = clock.now()
    mine = type(row)._default_manager.filter(pk=row.pk, state=Work.PENDING, due_at=row.due_at)
    row.attempts += 1
    return bool(mine.update(attempts=row.attempts, due_at=now + LEASE))


def finish(row: Job) -> None:
    """The work is done."""
    type(row)._default_manager.filter(pk=row.pk).update(state=Work.DONE, done_at=clock.now(), last_error="")


def fail(row: Job, error: Exception) -> None:
    """The work failed: tried again later, or parked as dead after the last attempt."""
    hopeless = isinstance(error, GiveUp) or row.attempts >= MAX_ATTEMPTS
    wait = timedelta(seconds=BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1])
    type(row)._default_manager.filter(pk=row.pk).update(
        state=Work.DEAD if hopeless else Work.PENDING,
        due_at=clock.now() + wait,
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )
    log.warning("%s %s failed at attempt %s: %s", type(row).__name__, row.pk, row.attempts, type(error).__name__)


def _run(row: J, work: Callable[[J], None], name: str) -> None:
    if not begin(row):
        return
    failpoints.reach(f"{name}.claimed")
    if row.attempts > MAX_ATTEMPTS:
        fail(row, GiveUp("its worker died each time"))
        return
    try:
        work(row)
    except Exception as error:
        fail(row, error)
        return
    failpoints.reach(f"{name}.handled")
    finish(row)


def _deliver(row: OutboxDelivery) -> None:
    import_string(row.handler)(row.event.payload)


def _fire(row: Timer) -> None:
    import_string(row.handler)(row.payload)


def run_outbox(limit: int = 50) -> int:
    """Runs due event handlers; returns how many it took."""
    rows = claim(OutboxDelivery, limit)
    for row in rows:
        _run(row, _deliver, "outbox")
        failpoints.reach("outbox.marked")
    return len(rows)


def run_timers(limit: int = 50) -> int:
    """Fires due timers; returns how many it took."""
    rows = claim(Timer, limit)
    for row in rows:
        _run(row, _fire, "timer")
    return len(rows)
