"""Timers: rows with `due_at`, one pending per handler and key."""

from datetime import datetime
from typing import Any

from django.db import transaction

from helpdesk.core import clock
from helpdesk.core.events import nudge_on_commit
from helpdesk.core.models import Timer, Work


@transaction.atomic
def schedule(handler: str, key: str, due_at: datetime, payload: dict[str, Any]) -> Timer:
    """Sets the one timer of `handler` and `key`; an earlier pending one is moved."""
    cancel(handler, key)
    timer = Timer.objects.create(handler=handler, key=key, due_at=due_at, payload=payload, created_at=clock.now())
    nudge_on_commit(due_at - clock.now())
    return timer


def cancel(handler: str, key: str) -> bool:
    """Takes the pending timer away; True if there was one."""
    deleted, _ = Timer.objects.filter(handler=handler, key=key, state=Work.PENDING).delete()
    return bool(deleted)
