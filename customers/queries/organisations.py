"""Reading organisations and who belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.module_loading import import_string

from customers.models import Membership, Organisation, OrganisationDomain
from helpdesk import wiring
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core.errors import NotFound

MOST_PEOPLE = 500


def visible(actor: Actor) -> QuerySet[Organisation]:
    """The organisations that `actor` may see: all staff see all."""
    return Organisation.objects.all() if can(actor, "customer.view") else Organisation.objects.none()


def get(actor: Actor, pk: int) -> Organisation:
    """One of them. Raises NotFound."""
    row = visible(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def listed(actor: Actor, text: str = "", limit: int = 200) -> Sequence[Organisation]:
    """By name, with how many people each has (`people`); those whose name holds `text`, when given."""
    rows = visible(actor).annotate(people=Count("memberships"))
    return list((rows.filter(name__icontains=text) if text else rows).order_by("name", "id")[:limit])


def members(organisation: Organisation) -> list[Membership]:
    """Who belongs to it, by name."""
    rows = organisation.memberships.select_related("customer").defer("customer__search")
    return list(rows.order_by("customer__name", "id")[:MOST_PEOPLE])


def of_customer(customer_id: int) -> list[Membership]:
    """Which organisations somebody belongs to."""
    return list(Membership.objects.filter(customer_id=customer_id).select_related("organisation").order_by("id"))


def membership(actor: Actor, pk: int) -> Membership:
    """One membership. Raises NotFound."""
    row = Membership.objects.select_related("organisation", "customer").filter(pk=pk).first()
    if row is None or not can(actor, "customer.view"):
        raise NotFound
    return row


def domain(actor: Actor, pk: int) -> OrganisationDomain:
    """One mail domain, for whoever may decide about it. Raises NotFound."""
    row = OrganisationDomain.objects.select_related("organisation").filter(pk=pk).first()
    if row is None or not can(actor, "organisation.manage"):
        raise NotFound
    return row


@dataclass(frozen=True)
class Whole:
    """All that an organisation's page shows."""

    organisation: Organisation
    members: list[Membership]
    domains: list[OrganisationDomain]
    tickets: list[Any]


def whole(actor: Actor, organisation: Organisation) -> Whole:
    """The page's rows; three queries."""
    people = members(organisation)
    domains = list(organisation.domains.order_by("domain"))
    tickets = import_string(wiring.OPEN_OF)(actor, [row.customer_id for row in people])
    return Whole(organisation, people, domains, tickets)
