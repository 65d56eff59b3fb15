"""First words of ours before a widget: at most one a day to a person, whatever they sit at, and none over a dismissal.

The page keeps the same rule by itself for people whom nobody knows yet; of those we keep nothing but a count.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from customers import access
from customers.actions import contact
from helpdesk.accounts.access import digest
from helpdesk.core import clock, throttle
from tickets.actions import visitors
from tickets.models import Inbox, Visitor
from tickets.rules.sitters import Sitter

DAY = timedelta(days=1)


@transaction.atomic
def greet(*, inbox: Inbox, sitter: Sitter) -> bool:
    """Whether the page may speak first now; if it may, that is spent: of their day and of the one budget."""
    visitor = visitors.locked(inbox, sitter) or visitors.person(inbox, sitter)
    if visitor is None:
        return throttle.hit(f"chat:greet:{inbox.pk}:{digest(sitter.uid)}", 1, int(DAY.total_seconds())).allowed
    customer = access.live(visitor.customer_id)
    now = clock.now()
    if Visitor.objects.filter(_silent(now), customer=customer).exists():
        return False
    key = f"greeting:{visitor.pk}:{now.timestamp()}"
    found = contact.reserve(customer=customer, purpose="chat", channel="chat", key=key, team=inbox.team)
    if not found.allows(clock.now()):
        contact.give_back(key=key)
        return False
    visitor.greeted_at = now
    visitor.save(update_fields=["greeted_at"])
    return True


def _silent(now: datetime) -> Q:
    return Q(waved_at__isnull=False) | Q(greeted_at__gt=now - DAY)


@transaction.atomic
def wave_off(*, inbox: Inbox, sitter: Sitter) -> None:
    """They want no first words, on any of their devices. A repeat changes nothing."""
    visitor = visitors.locked(inbox, sitter) or visitors.person(inbox, sitter)
    if visitor is not None and visitor.waved_at is None:
        visitor.waved_at = clock.now()
        visitor.save(update_fields=["waved_at"])


def may_come(visitor: Visitor) -> bool:
    """Whether anything could be shown to them at all today, as far as their own row tells."""
    greeted = visitor.greeted_at
    return visitor.waved_at is None and (greeted is None or greeted <= clock.now() - DAY)
