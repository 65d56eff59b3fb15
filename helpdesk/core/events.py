"""Announcing: an event and one delivery per handler, committed with their cause; the nudge is only haste."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from helpdesk import wiring
from helpdesk.core import clock, rows
from helpdesk.core.models import OutboxDelivery, OutboxEvent

NUDGE_LIMIT = timedelta(seconds=60)


def emit(name: str, payload: dict[str, Any], *, not_before: datetime | None = None) -> OutboxEvent | None:
    """Writes the event for the handlers that wiring.HANDLERS names; none named: nothing is written.

    Must run inside the transaction of its cause. `not_before` delays the handlers.
    """
    handlers = wiring.HANDLERS[name]
    if not handlers:
        return None
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("emit() belongs into the transaction of its cause")
    now = clock.now()
    event = rows.add(OutboxEvent(name=name, payload=payload, created_at=now))
    due = not_before or now
    for handler in handlers:
        rows.add(OutboxDelivery(event=event, handler=handler, due_at=due))
    nudge_on_commit(due - now)
    return event


def nudge_on_commit(delay: timedelta = timedelta(0)) -> None:
    """After commit, rings the worker's bell once the work is due. Losing the bell loses nothing."""
    if delay > NUDGE_LIMIT:
        return
    from helpdesk.core import tasks  # the bell knows the outbox, the outbox only rings it

    transaction.on_commit(lambda: tasks.ring(delay.total_seconds()), robust=True)
