"""Who somebody is, for giving out and erasing: every number, handle and name that is or was theirs; and their rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from customers.models import (
    Consent,
    Contact,
    ContactWish,
    Customer,
    CustomerImport,
    CustomerMerge,
    Duplicate,
    EntryCode,
    Event,
    Fact,
    HandlePast,
    Identity,
    ImportLine,
    Look,
    MatchKey,
    Membership,
    NoContact,
    NotSame,
    Order,
    Organisation,
    PersonalExport,
    PortalSession,
    Subscription,
    TimelineEntry,
)
from helpdesk.core import privacy
from helpdesk.core.privacy import Person

# What the law wants kept of a purchase: these tell of money.
MONEY = Q(amount__isnull=False)


def person(pk: int, at: datetime, *, whole: bool = True) -> Person:
    """The customer with all who were joined into them."""
    numbers = _numbers(pk)
    handles = {*Identity.objects.filter(customer__in=numbers).values_list("kind", "value")}
    more = {*HandlePast.objects.filter(customer__in=numbers).values_list("kind", "value")}
    names = set(Customer.objects.filter(pk__in=numbers).values_list("name", flat=True))
    for area in privacy.areas():
        more |= set(area.handles(numbers)) if area.handles else set()
        names |= set(area.names(numbers)) if area.names else set()
    handles |= _nobodys(more - handles, numbers)
    clean = {name.strip() for name in names if len(name.strip()) >= 3}
    return Person(pk, numbers, tuple(sorted(handles)), tuple(sorted(clean)), at, whole)


def _numbers(pk: int) -> tuple[int, ...]:
    found, fresh = {pk}, [pk]
    while fresh:
        fresh = list(Customer.objects.filter(merged_into__in=fresh).values_list("pk", flat=True))
        found |= set(fresh)
    return tuple(sorted(found))


def _nobodys(handles: Iterable[tuple[str, str]], numbers: tuple[int, ...]) -> set[tuple[str, str]]:
    """Those that are not somebody else's by now, as a telephone number that was passed on is."""
    wanted = {(kind, value) for kind, value in handles if value}
    rows = Identity.objects.filter(value__in={value for _kind, value in wanted}).exclude(customer__in=numbers)
    return wanted - set(rows.values_list("kind", "value"))


def message_ids(numbers: tuple[int, ...]) -> set[str]:
    """The ids of all mails of theirs."""
    return {one for area in privacy.areas() if area.heard for one in area.heard(numbers) if one}


def people(one: Person) -> QuerySet[Customer]:
    """Their rows."""
    return Customer.objects.filter(pk__in=one.numbers)


def identities(one: Person) -> QuerySet[Identity]:
    """Their handles."""
    return Identity.objects.filter(customer__in=one.numbers)


def past_handles(one: Person) -> QuerySet[HandlePast]:
    """What was theirs once."""
    return HandlePast.objects.filter(customer__in=one.numbers)


def history(one: Person) -> QuerySet[TimelineEntry]:
    """The lines of their history, without what staff wrote among themselves unless `whole`."""
    rows = TimelineEntry.objects.filter(customer__in=one.numbers)
    return rows if one.whole else rows.filter(staff_only=False)


def facts(one: Person) -> QuerySet[Fact]:
    """What is remembered of them."""
    rows = Fact.objects.filter(customer__in=one.numbers)
    return rows if one.whole else rows.filter(sight=Fact.Sight.CUSTOMER)


def of(model: type[Any]) -> privacy.Find:
    """Rows of a model that name their customer plainly."""

    def find(one: Person) -> QuerySet[Any]:
        found: QuerySet[Any] = model._base_manager.filter(customer__in=one.numbers)
        return found

    return find


consents, no_contacts, wishes, contacts, looks = of(Consent), of(NoContact), of(ContactWish), of(Contact), of(Look)
events, orders, subscriptions = of(Event), of(Order), of(Subscription)
memberships, sessions, exports = of(Membership), of(PortalSession), of(PersonalExport)


def not_same(one: Person) -> QuerySet[NotSame]:
    """Whom they are not."""
    return NotSame.objects.filter(Q(low__in=one.numbers) | Q(high__in=one.numbers))


def questions(one: Person) -> QuerySet[Duplicate]:
    """Whom they may be."""
    return Duplicate.objects.filter(Q(low__in=one.numbers) | Q(high__in=one.numbers))


def match_keys(one: Person) -> QuerySet[MatchKey]:
    """By what they are compared with others."""
    return MatchKey.objects.filter(customer__in=one.numbers)


def merges(one: Person) -> QuerySet[CustomerMerge]:
    """The decisions about who they are."""
    return CustomerMerge.objects.filter(Q(survivor__in=one.numbers) | Q(other__in=one.numbers))


def codes(one: Person) -> QuerySet[EntryCode]:
    """Codes that were mailed to them."""
    return EntryCode.objects.filter(address__in=one.values, created_at__lte=one.at)


def organisations(one: Person) -> QuerySet[Organisation]:
    """Where they belong, and organisations whose notes tell of them."""
    named = Q(pk__in=[])
    for word in one.telling:
        named |= Q(notes__icontains=word)
    return Organisation.objects.filter(named)


def import_lines(one: Person) -> QuerySet[ImportLine]:
    """Lines of files that tell of them."""
    told = Q(pk__in=[])
    for word in one.telling:
        told |= Q(cells__icontains=word)
    return ImportLine.objects.filter(told, of__created_at__lte=one.at)


def import_files(one: Person) -> QuerySet[CustomerImport]:
    """Files of customers that are still kept, whoever is in them."""
    return CustomerImport.objects.filter(created_at__lte=one.at).exclude(file="")
