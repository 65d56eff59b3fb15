"""What counts of a person when we think of coming to them unasked, and what stands of their consent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from customers.models import Consent, Contact, ContactWish, NoContact, PrivacyPolicy
from customers.purposes import ASKS, CHOICES, OUT, PURPOSES
from customers.rules.contact import FAR, Limit, Person
from helpdesk.accounts.access import workspace
from helpdesk.accounts.models import Team
from helpdesk.accounts.queries import calendar_of
from helpdesk.core.rules.hours import Calendar

NOBODY_ASKED = ""


@dataclass(frozen=True)
class Standing:
    """Where consent stands: `state` given, refused, asked or "" (nobody said anything); `row` says so last."""

    purpose: str
    channel: str
    state: str
    agrees: bool
    row: Consent | None


def policy() -> PrivacyPolicy:
    """The one row; what a fresh installation has while nobody changed it."""
    return PrivacyPolicy.objects.filter(pk=1).first() or PrivacyPolicy(pk=1)


def asks(rules: PrivacyPolicy, purpose: str) -> str:
    """What must be asked before this: out, in or double."""
    chosen = rules.purposes.get(purpose, {}).get("ask", "")
    return chosen if chosen in ASKS else PURPOSES[purpose].ask


def limits(rules: PrivacyPolicy) -> dict[str, Limit]:
    """The purposes that have a smaller budget of their own."""
    own = {slug: rules.purposes.get(slug, {}) for slug in CHOICES}
    return {slug: Limit(each["most"], each["days"]) for slug, each in own.items() if each.get("most") is not None}


def standing(rules: PrivacyPolicy, customer_id: int, purpose: str, channel: str) -> Standing:
    """Where consent for this purpose on this channel stands; one query."""
    rows = Consent.objects.filter(customer_id=customer_id, purpose=purpose, channel__in=("", channel))
    return _standing(rules, purpose, channel, rows.order_by("-id").first())


def _standing(rules: PrivacyPolicy, purpose: str, channel: str, newest: Consent | None) -> Standing:
    state = newest.state if newest else NOBODY_ASKED
    agrees = state == Consent.State.GIVEN or (not state and asks(rules, purpose) == OUT)
    return Standing(purpose, channel, state, agrees, newest)


def refused(customer_id: int, purpose: str) -> bool:
    """Whether their last word on this, on whatever channel, was no; one query."""
    newest = Consent.objects.filter(customer_id=customer_id, purpose=purpose).order_by("-id").first()
    return newest is not None and newest.state == Consent.State.REFUSED


def standings(rules: PrivacyPolicy, customer_id: int) -> list[Standing]:
    """Where consent stands for every purpose and each of its channels; one query."""
    rows = Consent.objects.filter(customer_id=customer_id).order_by("purpose", "channel", "-id")
    newest = {(row.purpose, row.channel): row for row in rows.distinct("purpose", "channel")}
    return [
        _standing(rules, slug, channel, _later(newest.get((slug, channel)), newest.get((slug, ""))))
        for slug, one in CHOICES.items()
        for channel in one.channels
    ]


def by_purpose(customer_id: int) -> list[dict[str, Any]]:
    """Where consent stands, purpose by purpose: its slug, its words, and where each channel stands."""
    found: dict[str, list[Standing]] = {}
    for one in standings(policy(), customer_id):
        found.setdefault(one.purpose, []).append(one)
    return [{"slug": slug, "purpose": CHOICES[slug], "channels": rows} for slug, rows in found.items()]


def _later(one: Consent | None, other: Consent | None) -> Consent | None:
    return max((row for row in (one, other) if row), key=lambda row: row.pk, default=None)


def ledger(customer_id: int, limit: int = 50) -> list[Consent]:
    """What was asked, given and refused, the newest first."""
    return list(Consent.objects.filter(customer_id=customer_id).order_by("-id")[:limit])


def silence(customer_id: int) -> NoContact | None:
    """Why nobody may write to them first, if so."""
    return NoContact.objects.filter(customer_id=customer_id, lifted_at=None).order_by("-id").first()


def wish(customer_id: int) -> ContactWish | None:
    """When they like to be written to, if they said so."""
    return ContactWish.objects.filter(customer_id=customer_id).order_by("-id").first()


def person(
    rules: PrivacyPolicy, customer_id: int, purpose: str, channel: str, now: datetime, team: Team | None = None
) -> Person:
    """All that counts of somebody, in five queries."""
    longest = max([rules.days, *(each.days for each in limits(rules).values())])
    near = Q(at__gt=now - timedelta(days=longest)) & Q(at__lt=now + FAR + timedelta(days=longest))
    rows = Contact.objects.filter(near, customer_id=customer_id).order_by("at")
    return Person(
        blocked=silence(customer_id) is not None,
        agrees=PURPOSES[purpose].is_answer or standing(rules, customer_id, purpose, channel).agrees,
        hours=_hours(rules, wish(customer_id), team),
        contacts=list(rows.values_list("purpose", "at")),
    )


def _hours(rules: PrivacyPolicy, wished: ContactWish | None, team: Team | None) -> Calendar | None:
    """Their own hours and zone go before the workspace's, and those before the hours of the team that asks."""
    zone = (wished.timezone if wished else "") or workspace().timezone
    hours = (wished.hours if wished else {}) or rules.hours
    if hours:
        return Calendar.of(zone, hours)
    asker = team or Team.objects.filter(is_default=True).first()
    if asker is None or not asker.hours:
        return None
    calendar = calendar_of(asker)
    return Calendar(wished.timezone, calendar.week, calendar.holidays) if wished and wished.timezone else calendar
