"""Organisations: who belongs to one, and what its people may see of each other. Membership is said or proven."""

import secrets

from django.db import IntegrityError, transaction
from django.db.models import CharField, F, Func, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Customer, Identity, Membership, Organisation, OrganisationDomain
from customers.rules.organisations import RECORD, domain_of, is_free, tidy
from helpdesk.accounts.rules.policy import SYSTEM, Actor, can
from helpdesk.core import audit, clock, dns
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, Stale

ON_PROOF = 5_000


def _allow(by: Actor, verb: str) -> None:
    if not can(by, verb):
        raise NotAllowed


def _told(by: Actor, verb: str, organisation_id: int, **facts: object) -> None:
    audit.record(by, verb, f"organisation:{organisation_id}", facts)


@transaction.atomic
def create(*, by: Actor, name: str, notes: str = "") -> Organisation:
    """A new organisation. Raises Invalid without a name."""
    _allow(by, "customer.change")
    now = clock.now()
    row = Organisation.objects.create(name=_name(name), notes=notes[:10_000], created_at=now, updated_at=now)
    _told(by, "organisation.created", row.pk)
    return row


@transaction.atomic
def change(
    *,
    by: Actor,
    organisation: Organisation,
    name: str | None = None,
    notes: str | None = None,
    version: int | None = None,
) -> Organisation:
    """Its name and the notes that all staff share. Raises Stale when somebody else saved meanwhile."""
    _allow(by, "customer.change")
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if version is not None and version != row.version:
        words = _("Somebody changed this organisation meanwhile. Look again, then save.")
        raise Stale("stale", words, version=row.version)
    row.name = _name(name) if name is not None else row.name
    row.notes = notes[:10_000] if notes is not None else row.notes
    row.version, row.updated_at = row.version + 1, clock.now()
    row.save(update_fields=["name", "notes", "version", "updated_at"])
    _told(by, "organisation.changed", row.pk)
    return row


def _name(raw: str) -> str:
    name = " ".join(raw.replace("\x00", "").split())
    if not name or len(name) > 200:
        raise Invalid({"name": _("Write a name, in at most 200 letters.")})
    return name


@transaction.atomic
def join(*, by: Actor, organisation: Organisation, customer: Customer) -> Membership:
    """This person belongs to it, because staff says so. A repeat changes nothing."""
    _allow(by, "customer.change")
    return _join(by, organisation.pk, access.locked(by, customer.pk), "staff")


def _join(by: Actor, organisation_id: int, customer: Customer, how: str) -> Membership:
    row, is_new = Membership.objects.get_or_create(
        customer=customer, organisation_id=organisation_id, defaults={"how": how, "created_at": clock.now()}
    )
    if is_new:
        _touch(customer.pk)
        _told(by, "organisation.joined", organisation_id, customer=customer.pk, how=how)
    return row


def _touch(customer_id: int) -> None:
    """To whom somebody belongs is a part of who they are: duplicates are looked for anew."""
    Customer.objects.filter(pk=customer_id).update(updated_at=clock.now())


@transaction.atomic
def leave(*, by: Actor, membership: Membership) -> None:
    """They do not belong to it any more; what they saw of their colleagues they see no more from this moment."""
    _allow(by, "customer.change")
    count, _rows = Membership.objects.filter(pk=membership.pk).delete()
    if count:
        _touch(membership.customer_id)
        _told(by, "organisation.left", membership.organisation_id, customer=membership.customer_id)


@transaction.atomic
def grant(*, by: Actor, membership: Membership, sees_colleagues: bool) -> Membership:
    """Whether this person reads their colleagues' requests in the portal; a lead decides it for each by name."""
    _allow(by, "organisation.manage")
    row = Membership.objects.select_for_update().get(pk=membership.pk)
    if row.sees_colleagues != sees_colleagues:
        row.sees_colleagues = sees_colleagues
        row.save(update_fields=["sees_colleagues"])
        _told(by, "organisation.granted", row.organisation_id, customer=row.customer_id, sees=sees_colleagues)
    return row


@transaction.atomic
def add_domain(*, by: Actor, organisation: Organisation, domain: str) -> OrganisationDomain:
    """A mail domain that is to bring people in, once it is proven. Raises Invalid for none or a free mailer's, Conflict
    for one that somebody else has."""
    _allow(by, "organisation.manage")
    name = tidy(domain)
    if not name:
        raise Invalid({"domain": _("Write a mail domain such as example.com.")})
    if is_free(name):
        raise Invalid({"domain": _("Anybody can have an address there; it says nothing about an organisation.")})
    try:
        with transaction.atomic():
            row = OrganisationDomain.objects.create(
                organisation=organisation, domain=name, secret=secrets.token_urlsafe(18), created_at=clock.now()
            )
    except IntegrityError as error:
        raise Conflict("domain_taken", _("Another organisation has this domain.")) from error
    _told(by, "organisation.domain_added", organisation.pk, domain=name)
    return row


@transaction.atomic
def remove_domain(*, by: Actor, domain: OrganisationDomain) -> None:
    """The domain brings nobody in any more, and whom it alone brought in leaves."""
    _allow(by, "organisation.manage")
    people = _people_at(domain.domain).values("customer_id")
    Membership.objects.filter(organisation_id=domain.organisation_id, how="domain", customer_id__in=people).delete()
    domain.delete()
    _told(by, "organisation.domain_removed", domain.organisation_id, domain=domain.domain)


def prove_domain(*, by: Actor, domain: OrganisationDomain) -> OrganisationDomain:
    """Looks for our record in the DNS; found, the domain is proven and its people with a proven address come in.

    Raises Invalid in words for a record that is not there, and for a DNS that does not answer.
    """
    _allow(by, "organisation.manage")
    answer = dns.ask(domain.domain, "TXT")
    if not answer.known:
        raise Invalid({"domain": _("The DNS did not answer. Try again in a minute.")})
    if f"{RECORD}{domain.secret}" not in answer.records:
        words = _("The record is not there yet. A change of the DNS can take an hour until it is seen.")
        raise Invalid({"domain": words})
    return _proven(by, domain)


@transaction.atomic
def _proven(by: Actor, domain: OrganisationDomain) -> OrganisationDomain:
    row = OrganisationDomain.objects.select_for_update().get(pk=domain.pk)
    if row.verified_at is None:
        row.verified_at = clock.now()
        row.save(update_fields=["verified_at"])
        _told(by, "organisation.domain_proven", row.organisation_id, domain=row.domain)
    known = _people_at(row.domain).filter(verified_at__isnull=False)
    for identity in known.select_related("customer").order_by("customer_id")[:ON_PROOF]:
        _join(by, row.organisation_id, identity.customer, "domain")
    return row


def _people_at(domain: str) -> QuerySet[Identity]:
    """Whose address is of this very domain; found by the index `identity_domain`."""
    part = Func(F("value"), Value("@"), Value(2), function="split_part", output_field=CharField())
    return Identity.objects.filter(kind="email").annotate(domain=part).filter(domain=domain)


def welcome(identity: Identity) -> None:
    """Whoever proves an address of a proven domain belongs to its organisation. Within the proof's transaction."""
    if identity.kind != "email" or identity.verified_at is None:
        return
    found = OrganisationDomain.objects.filter(domain=domain_of(identity.value), verified_at__isnull=False).first()
    if found:
        _join(SYSTEM, found.organisation_id, identity.customer, "domain")
