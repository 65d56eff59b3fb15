"""Whether we may come to somebody unasked: now, later, or not at all, and why. Pure.

One budget over everything that spends; under it each purpose may have a smaller one of its own. It is kept for every
window of its length, also around contacts that are still to come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.core.rules.hours import Calendar, NeverOpen, next_open

FAR = timedelta(days=60)


@dataclass(frozen=True)
class Limit:
    """At most so many within so many days."""

    most: int
    days: int

    @property
    def span(self) -> timedelta:
        """How long one contact counts."""
        return timedelta(days=self.days)


@dataclass(frozen=True)
class Ask:
    """What is asked: for which purpose, whether it costs of the budget, and whether it answers what they asked."""

    purpose: str
    spends: bool = True
    is_answer: bool = False


@dataclass(frozen=True)
class Person:
    """What counts of somebody: `blocked`, `agrees` (with this purpose on this channel), when they like to be written
    to (None: always), and what came to them and will: purpose and time."""

    blocked: bool = False
    agrees: bool = True
    hours: Calendar | None = None
    contacts: Sequence[tuple[str, datetime]] = field(default=())


@dataclass(frozen=True)
class Verdict:
    """`at` is when: now, later, or None for not at all. `why`: "", no_contact, no_consent, quiet, budget or far."""

    at: datetime | None
    why: str = ""

    def allows(self, now: datetime) -> bool:
        """Whether it may be done now."""
        return self.at is not None and self.at <= now


def may_contact(ask: Ask, person: Person, budget: Limit, own: Mapping[str, Limit], now: datetime) -> Verdict:
    """When we may come to this person for this; `own`: the purposes with a budget of their own.

    What answers their own request is always allowed. Nothing is put off for longer than sixty days.
    """
    if ask.is_answer:
        return Verdict(now)
    if person.blocked:
        return Verdict(None, "no_contact")
    if not person.agrees:
        return Verdict(None, "no_consent")
    limits = [*_limits(ask, person, budget, own)]
    at, why = now, ""
    while at <= now + FAR:
        open_at = _open(person.hours, at)
        if open_at is None:
            return Verdict(None, "quiet")
        free_at = max((_free(limit, times, open_at) for limit, times in limits), default=open_at)
        if free_at == open_at:
            return Verdict(open_at, why or ("quiet" if open_at > now else ""))
        at, why = free_at, "budget"
    return Verdict(None, "far")


def _limits(
    ask: Ask, person: Person, budget: Limit, own: Mapping[str, Limit]
) -> Iterator[tuple[Limit, list[datetime]]]:
    """What holds this back: each limit with the times that count against it."""
    if ask.spends:
        yield budget, sorted(at for _purpose, at in person.contacts)
    if ask.purpose in own:
        yield own[ask.purpose], sorted(at for purpose, at in person.contacts if purpose == ask.purpose)


def _open(hours: Calendar | None, at: datetime) -> datetime | None:
    if hours is None:
        return at
    try:
        return next_open(hours, at)
    except NeverOpen:
        return None


def _free(limit: Limit, times: list[datetime], at: datetime) -> datetime:
    """The first moment from `at` on at which one more fits."""
    if limit.most < 1:
        return at + FAR + timedelta(days=1)
    for candidate in sorted({at, *(each + limit.span for each in times if each + limit.span > at)}):
        if _fits(limit, times, candidate):
            return candidate
    return at + FAR + timedelta(days=1)


def _fits(limit: Limit, times: list[datetime], at: datetime) -> bool:
    """Whether no window around `at` would then hold more than `most`."""
    near = sorted([*(each for each in times if abs(each - at) < limit.span), at])
    return all(last - first >= limit.span for first, last in zip(near, near[limit.most :], strict=False))
