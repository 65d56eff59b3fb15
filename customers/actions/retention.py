"""How long data is kept: set by an admin for each kind, tried without doing it, and done a batch at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from customers.actions.aging import Kind
from customers.actions.contact import locked_policy
from customers.models import PrivacyPolicy
from customers.queries.contact import policy
from customers.rules import retention as rules
from helpdesk import wiring
from helpdesk.accounts.rules.policy import SYSTEM, Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import Invalid, NotAllowed, Stale, Text


@dataclass(frozen=True)
class Kept:
    """A kind and for how many days it is kept; None: for ever."""

    kind: Kind
    days: int | None


@dataclass(frozen=True)
class Tried:
    """What would go now, and how much there is of each age; both ends of an age in days, the last one open."""

    kind: Kind
    days: int | None
    goes: int
    ages: list[tuple[int, int | None, int]]

    @property
    def count(self) -> int:
        """How much there is."""
        return sum(many for _from, _to, many in self.ages)


def kinds() -> list[Kind]:
    """All kinds that the apps named."""
    return [kind for path in wiring.RETENTION for kind in import_string(path)]


def schedule() -> list[Kept]:
    """Each kind and how long it is kept."""
    chosen = policy().retention
    return [Kept(kind, rules.kept_for(chosen, kind.slug, kind.days)) for kind in kinds()]


def change(*, by: Actor, days: Mapping[str, int | None], version: int | None = None) -> PrivacyPolicy:
    """Other days for these kinds; None keeps for ever. Raises Invalid for fewer than the law or we need."""
    if not can(by, "privacy.manage"):
        raise NotAllowed
    wanted = checked(days)
    with transaction.atomic():
        row = locked_policy()
        if version is not None and version != row.version:
            raise Stale("stale", _("Somebody changed this meanwhile. Look again, then save."), version=row.version)
        before = dict(row.retention)
        row.retention = before | wanted
        row.version += 1
        row.save(update_fields=["retention", "version"])
        changed = {slug: [before.get(slug), new] for slug, new in row.retention.items() if before.get(slug) != new}
        audit.record(by, "retention.changed", "workspace:1", changed)
    return row


def checked(days: Mapping[str, int | None]) -> dict[str, int | None]:
    """The days of the kinds that there are. Raises Invalid for fewer than the law or we need."""
    known, errors = {kind.slug: kind for kind in kinds()}, dict[str, Text]()
    for slug, chosen in days.items():
        if slug in known and not rules.is_fine(chosen, known[slug].least):
            least = {"least": known[slug].least, "most": rules.LONGEST}
            errors[slug] = _("Write a number of days from %(least)s to %(most)s, or nothing: for ever.") % least
    if errors:
        raise Invalid(errors)
    return {slug: chosen for slug, chosen in days.items() if slug in known}


def attempt(days: Mapping[str, int | None] | None = None) -> list[Tried]:
    """What a run would drop now with these days (else as they are set); nothing is touched. One query a kind."""
    chosen = {kept.kind.slug: kept.days for kept in schedule()} | dict(days or {})
    return [_tried(kind, chosen[kind.slug]) for kind in kinds()]


def _tried(kind: Kind, days: int | None) -> Tried:
    now, ends = clock.now(), [0, *rules.AGES]
    between = dict[str, Any]()
    for number, start in enumerate(ends):
        wanted = Q(**{f"{kind.age}__lte": rules.line(now, start)}) if start else Q()
        if number + 1 < len(ends):
            wanted &= Q(**{f"{kind.age}__gt": rules.line(now, ends[number + 1])})
        between[f"age{number}"] = Count("pk", filter=wanted)
    found = kind.rows().aggregate(**between)
    spans = [*rules.AGES, None]
    ages = [(start, spans[number], found[f"age{number}"]) for number, start in enumerate(ends)]
    goes = kind.old(rules.line(now, days)).count() if days is not None else 0
    return Tried(kind, days, goes, ages)


def drop(limit: int = 5000) -> int:
    """Drops a batch of what is older than its kind is kept; how many (wiring.TIDY). Each batch is on record."""
    for kept in schedule():
        if kept.days is not None and (count := _drop(kept.kind, kept.days, limit)):
            return count
    return 0


@transaction.atomic
def _drop(kind: Kind, days: int, limit: int) -> int:
    count = kind.drop(rules.line(clock.now(), days), limit)
    if count:
        audit.record(SYSTEM, "retention.dropped", "workspace:1", {"kind": kind.slug, "count": count, "days": days})
    return count
