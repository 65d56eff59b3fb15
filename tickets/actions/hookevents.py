"""Events of providers that were dealt with, so that a repeat, honest or not, is known again."""

from datetime import timedelta

from helpdesk.core import clock
from tickets.models import HookEvent, Inbox

KEPT = timedelta(days=30)


def seen(inbox: Inbox, uid: str) -> str | None:
    """What this event brought (its digest), or None when it is new."""
    return HookEvent.objects.filter(inbox=inbox, uid=uid[:200]).values_list("sha256", flat=True).first()


def note(inbox: Inbox, uid: str, sha256: str = "") -> None:
    """This event has been dealt with. Whoever notes it first, stands."""
    row = HookEvent(inbox=inbox, uid=uid[:200], sha256=sha256, at=clock.now())
    HookEvent.objects.bulk_create([row], ignore_conflicts=True)


def forget(limit: int = 5000) -> int:
    """Drops events that are older than a month; how many (wiring.TIDY)."""
    old = HookEvent.objects.filter(at__lte=clock.now() - KEPT).order_by("at")
    return HookEvent.objects.filter(pk__in=old.values("pk")[:limit]).delete()[0]
