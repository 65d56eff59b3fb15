"""Whether somebody takes live chats now: said by themselves, ended by the clock, and felt by their open pages."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.actions.common import allow
from helpdesk.accounts.models import Availability, User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import audit, clock, sql, timers
from helpdesk.core.actor import SYSTEM
from helpdesk.core.errors import Invalid
from helpdesk.core.events import emit
from helpdesk.core.realtime import DESK, hint

BACK = "helpdesk.accounts.actions.availability.come_back"
LONGEST = timedelta(days=60)
FELT_EVERY = timedelta(seconds=20)
GONE_AFTER = timedelta(seconds=60)


@transaction.atomic
def set_availability(*, by: Actor, state: str, until: datetime | None = None) -> Availability:
    """From now on `by` is available, in focus or away; an absence with `until` ends by itself."""
    allow(by, "account.self")
    if state not in Availability.State.values:
        raise Invalid({"state": _("Choose available, focus or away.")})
    now = clock.now()
    if until is not None and not now < until <= now + LONGEST:
        raise Invalid({"until": _("Choose a time that is still to come, within two months.")})
    row = _locked(by.pk)
    before = (row.state, row.until)
    row.state, row.until = state, None if state == Availability.State.AVAILABLE else until
    row.seen_at = now
    row.save(update_fields=["state", "until", "seen_at"])
    timers.cancel(BACK, str(row.user_id))
    if row.until:
        timers.schedule(BACK, str(row.user_id), row.until, {"user": row.user_id})
    if before != (row.state, row.until):
        facts = {"state": row.state, "until": row.until.isoformat() if row.until else None}
        _tell(by, row, **facts)
    return row


@transaction.atomic
def come_back(payload: dict[str, Any]) -> None:
    """Timer: the absence is over. One that was changed meanwhile has another end, or none."""
    row = Availability.objects.select_for_update().filter(user_id=payload["user"]).first()
    if row is not None and row.until is not None and row.until <= clock.now():
        row.state, row.until = Availability.State.AVAILABLE, None
        row.save(update_fields=["state", "until"])
        _tell(SYSTEM, row, state=row.state, because="time_over")


@transaction.atomic
def set_capacity(*, by: Actor, user: User, capacity: int) -> Availability:
    """How many chats are given to somebody at once: their lead's word."""
    allow(by, "chat.supervise")
    if not 1 <= capacity <= 20:
        raise Invalid({"capacity": _("Choose a number from 1 to 20.")})
    row = _locked(user.pk)
    if row.capacity != capacity:
        row.capacity = capacity
        row.save(update_fields=["capacity"])
        _tell(by, row, capacity=capacity)
    return row


FELT = """
UPDATE accounts_availability a SET seen_at = %s FROM accounts_availability before
WHERE a.user_id = %s AND before.id = a.id AND (before.seen_at IS NULL OR before.seen_at < %s)
RETURNING before.seen_at
"""


@transaction.atomic
def feel(by: Actor) -> bool:
    """A page of theirs is open. Written at most every 20 s; who was not felt for a minute is there again (True)."""
    now = clock.now()
    row = sql.first(FELT, [now, by.pk, now - FELT_EVERY])
    back = row is not None and (row[0] is None or row[0] < now - GONE_AFTER)
    if back:
        emit("user.availability", {"user": by.pk})
    return back


def _locked(pk: int) -> Availability:
    Availability.objects.get_or_create(user_id=pk)
    return Availability.objects.select_for_update().get(user_id=pk)


def _tell(by: Actor, row: Availability, **facts: Any) -> None:
    audit.record(by, "user.availability", f"user:{row.user_id}", facts)
    emit("user.availability", {"user": row.user_id})
    hint([DESK], "availability")
