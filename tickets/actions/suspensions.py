"""Addresses that our mail does not reach, or whose owners do not want it."""

from datetime import timedelta

from django.db import transaction

from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock, tombs
from helpdesk.core.errors import NotAllowed
from tickets.models import Suspension
from tickets.rules.automatic import suspends

FORGET_AFTER = timedelta(days=30)


def why(address: str) -> str | None:
    """Why mail to this address is suspended, for people to read; None when it is not."""
    row = Suspension.objects.filter(address=address.lower(), suspended_at__isnull=False).first()
    return None if row is None else f"suspended: {row.detail or row.reason}"


@transaction.atomic
def note(address: str, *, reason: str, status_code: str, detail: str) -> Suspension:
    """Counts one lasting failure (`bounce`) or a `complaint`, and suspends the address when the rule says so.

    Failures more than thirty days apart do not add up.
    """
    now = clock.now()
    Suspension.objects.bulk_create(
        [Suspension(address=address.lower(), reason=reason, last_at=now)], ignore_conflicts=True
    )
    row = Suspension.objects.select_for_update().get(address=address.lower())
    row.hard_bounces = 1 if now - row.last_at > FORGET_AFTER else row.hard_bounces + 1
    row.reason, row.status_code, row.detail, row.last_at = reason, status_code[:12], detail[:300], now
    if suspends(status_code=status_code, hard_bounces=row.hard_bounces, complaint=reason == "complaint"):
        row.suspended_at = row.suspended_at or now
    row.save()
    return row


@transaction.atomic
def lift(*, by: Actor, address: str) -> None:
    """Lets mail go to this address again."""
    if not can(by, "ticket.reply"):
        raise NotAllowed
    if Suspension.objects.filter(address=address.lower()).delete()[0]:
        audit.record(by, "address.lifted", f"address:{tombs.told(address)}")
