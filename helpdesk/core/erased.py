"""What the floor keeps of people, and how it goes: words of theirs in work that is done or waits, and counted tries."""

import hashlib
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.core.models import OutboxDelivery, OutboxEvent, Throttle, Timer
from helpdesk.core.privacy import Area, Find, Person, Store, deleted, nothing


def _named(one: Person, *columns: str) -> Q:
    found = Q(pk__in=[])
    for word in one.telling:
        for column in columns:
            found |= Q(**{f"{column}__icontains": word})
    return found


def _events(one: Person) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(_named(one, "payload"), created_at__lte=one.at)


def _timers(one: Person) -> QuerySet[Timer]:
    return Timer.objects.filter(_named(one, "payload", "key"), created_at__lte=one.at)


def _throttles(one: Person) -> QuerySet[Throttle]:
    found = _named(one, "key")
    for value in one.values:
        found |= Q(key__endswith=hashlib.sha256(value.encode()).hexdigest())
    return Throttle.objects.filter(found, window_start__lte=one.at)


def _errors(one: Person, limit: int) -> int:
    done = 0
    kinds: tuple[Any, ...] = (OutboxDelivery, Timer)
    for kind in kinds:
        keys = list(kind.objects.filter(_named(one, "last_error")).values_list("pk", flat=True)[:limit])
        done += kind.objects.filter(pk__in=keys).update(last_error="")
    return done


def _none(_one: Person) -> int:
    return 0


def _quiet(slug: str, model: str, find: Find) -> Store:
    """What repeats only what other stores give out."""
    return Store(slug, _("Work in our machines"), (model,), nothing, _none, deleted(find))


AREA = Area(
    stores=(
        _quiet("events_told", "core.outboxevent", _events),
        _quiet("timers", "core.timer", _timers),
        _quiet("tries", "core.throttle", _throttles),
        Store("errors", _("Work in our machines"), ("core.outboxdelivery",), nothing, _none, _errors),
    ),
    free={
        "core.auditentry": "who of us did what to which number; names and handles only as keyed hashes",
        "core.auditseal": "hashes of the audit",
        "core.storedfile": "goes with the row that names the file",
        "core.webhookendpoint": "how programs fare that we send to; nobody is named",
    },
)
