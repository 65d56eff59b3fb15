"""Coming to people unasked: who wants to asks here first, and what is done is spent of the one budget.

Surveys, follow-ups and first words all go through `reserve`: the customer's row is locked, so that many who ask at the
same moment get no more between them than the budget has. Then it is kept, or given back when nothing left.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Contact, Customer, PrivacyPolicy
from customers.purposes import ASKS, CHOICES, PURPOSES
from customers.queries import contact as queries
from customers.rules.contact import Ask, Limit, Verdict, may_contact
from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import Invalid, NotAllowed, NotFound, Stale, Text
from helpdesk.core.hours import read_hours

MOST, DAYS = 50, 90


def ask(*, customer: Customer, purpose: str, channel: str, team: Team | None = None) -> Verdict:
    """When this person may be contacted for this; nothing is written, and somebody else may be faster.

    Raises NotFound for a purpose or channel that nobody named.
    """
    return _verdict(access.survivor(customer).pk, purpose, channel, team)


@transaction.atomic
def reserve(*, customer: Customer, purpose: str, channel: str, key: str, team: Team | None = None) -> Verdict:
    """Takes a place in the budget for the first moment that is allowed; `key` names the contact, and a repeat answers
    the same moment. What may never be takes none."""
    row = access.live(customer.pk)
    there = Contact.objects.filter(key=key).first()
    if there is not None:
        return Verdict(there.at)
    found = _verdict(row.pk, purpose, channel, team)
    if found.at is not None and not PURPOSES[purpose].is_answer:
        Contact.objects.create(customer=row, purpose=purpose, channel=channel, key=key, at=found.at)
    return found


@transaction.atomic
def still_may(*, key: str) -> Verdict:
    """Asked again when the reserved moment has come: whoever has said no since, or wants to be left alone, gets none.

    A place that is lost this way is given back. Raises NotFound for a key that has none.
    """
    there = Contact.objects.select_related("customer").filter(key=key).first()
    if there is None:
        raise NotFound
    row = access.live(there.customer_id)
    rules, now = queries.policy(), clock.now()
    person = queries.person(rules, row.pk, there.purpose, there.channel, now)
    if person.blocked or not person.agrees:
        give_back(key=key)
        return Verdict(None, "no_contact" if person.blocked else "no_consent")
    return Verdict(there.at)


@transaction.atomic
def give_back(*, key: str) -> None:
    """Nothing reached them: the place is free again. A repeat changes nothing."""
    Contact.objects.filter(key=key).delete()


def _verdict(customer_id: int, purpose: str, channel: str, team: Team | None) -> Verdict:
    known = PURPOSES.get(purpose)
    if known is None or channel not in known.channels:
        raise NotFound
    rules, now = queries.policy(), clock.now()
    person = queries.person(rules, customer_id, purpose, channel, now, team)
    wanted = Ask(purpose, spends=known.spends, is_answer=known.is_answer)
    return may_contact(wanted, person, Limit(rules.most, rules.days), queries.limits(rules), now)


@transaction.atomic
def change_policy(
    *,
    by: Actor,
    most: int,
    days: int,
    hours: object,
    purposes: Mapping[str, Mapping[str, Any]],
    shows_names: bool,
    version: int | None = None,
) -> PrivacyPolicy:
    """The budget, its hours, what is asked before what, and whether people read the names of who looked at them."""
    if not can(by, "privacy.manage"):
        raise NotAllowed
    row = locked_policy()
    if version is not None and version != row.version:
        raise Stale("stale", _("Somebody changed this meanwhile. Look again, then save."), version=row.version)
    errors: dict[str, Text] = {}
    _check_limit(errors, "", most, days)
    kept = {slug: _purpose(errors, slug, given) for slug, given in purposes.items() if slug in CHOICES}
    if errors:
        raise Invalid(errors)
    row.most, row.days, row.hours, row.purposes, row.shows_names = most, days, read_hours(hours), kept, shows_names
    row.version += 1
    row.save(update_fields=["most", "days", "hours", "purposes", "shows_names", "version"])
    audit.record(by, "privacy.changed", "workspace:1", {"most": most, "days": days})
    return row


def locked_policy() -> PrivacyPolicy:
    """The one row, locked for a change."""
    PrivacyPolicy.objects.get_or_create(pk=1)
    return PrivacyPolicy.objects.select_for_update().get(pk=1)


def _purpose(errors: dict[str, Text], slug: str, given: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"ask": given["ask"]} if given.get("ask") in ASKS else {}
    if given.get("most") is not None:
        days = given.get("days") or 0
        _check_limit(errors, f"{slug}.", given["most"], days)
        kept |= {"most": given["most"], "days": days}
    return kept


def _check_limit(errors: dict[str, Text], field: str, most: int, days: int) -> None:
    if not 0 <= most <= MOST:
        errors[f"{field}most"] = _("Write a number from 0 to 50.")
    if not 1 <= days <= DAYS:
        errors[f"{field}days"] = _("Write a number of days from 1 to 90.")
