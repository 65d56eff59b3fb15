"""Which customers an actor may see. Staff see every customer; what they see of a history is filtered by its team.

A merged customer is only a sign: whoever asks for them gets the survivor.
"""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.models import (
    Connector,
    Customer,
    CustomerImport,
    CustomerMerge,
    Duplicate,
    Identity,
    NotSame,
    PortalSession,
)
from helpdesk.accounts.access import digest
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import clock
from helpdesk.core.errors import NotFound


def visible(actor: Actor) -> QuerySet[Customer]:
    """The customers that `actor` may see; of merged ones only the survivor, of erased ones none."""
    if not can(actor, "customer.view"):
        return Customer.objects.none()
    return Customer.objects.filter(merged_into=None, erased_at=None)


def get(actor: Actor, pk: int) -> Customer:
    """One of them, or who they are merged into. Raises NotFound, also for what may not be seen."""
    return survivor(exact(actor, pk))


def exact(actor: Actor, pk: int) -> Customer:
    """The very row with this number, be it a sign. For joining, which knows what to make of one."""
    found = Customer.objects.filter(pk=pk, erased_at=None).first() if can(actor, "customer.view") else None
    if found is None:
        raise NotFound
    return found


def locked(actor: Actor, pk: int) -> Customer:
    """As get(), locked for a change within the present transaction."""
    return live(get(actor, pk).pk)


def survivor(customer: Customer) -> Customer:
    """Who this is by now: themselves, or whom they were merged into, over any number of merges."""
    while customer.merged_into_id is not None:
        customer = Customer.objects.get(pk=customer.merged_into_id)
    return customer


def now(pk: int) -> int:
    """The number by which this customer is known now; that of nobody stays as it is."""
    found = Customer.objects.only("pk", "merged_into").filter(pk=pk).first()
    return survivor(found).pk if found else pk


def live(pk: int) -> Customer:
    """Who this is by now, locked for a change within the present transaction: nobody can merge them meanwhile.

    Raises NotFound for nobody, and for whoever was erased.
    """
    while True:
        row = Customer.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if row is None or row.erased_at is not None:
            raise NotFound
        if row.merged_into_id is None:
            return row
        pk = row.merged_into_id


def get_merge(actor: Actor, pk: int) -> CustomerMerge:
    """One decision about who is who."""
    rows = CustomerMerge.objects.select_related("survivor", "other").filter(pk=pk)
    found = rows.first() if can(actor, "customer.view") else None
    if found is None:
        raise NotFound
    return found


def get_duplicate(actor: Actor, pk: int) -> Duplicate:
    """One question whether two customers are one."""
    rows = Duplicate.objects.select_related("low", "high").filter(pk=pk)
    found = rows.first() if can(actor, "customer.view") else None
    if found is None:
        raise NotFound("not_found", _("This question was answered meanwhile."))
    return found


def get_parted(actor: Actor, pk: int) -> NotSame:
    """Somebody's word that two customers are two people."""
    rows = NotSame.objects.select_related("low", "high").filter(pk=pk)
    found = rows.first() if can(actor, "customer.view") else None
    if found is None:
        raise NotFound
    return found


def merges(actor: Actor) -> QuerySet[CustomerMerge]:
    """All of them."""
    return CustomerMerge.objects.all() if can(actor, "customer.view") else CustomerMerge.objects.none()


def came_by(customer_id: int, kind: str, value: str) -> int | None:
    """The identity of this handle, when it is this customer's."""
    rows = Identity.objects.filter(customer_id=customer_id, kind=kind, value=value)
    return rows.values_list("pk", flat=True).first()


def handle(actor: Actor, pk: int) -> Identity:
    """One handle of somebody. Raises NotFound."""
    rows = Identity.objects.select_related("customer").filter(pk=pk)
    found = rows.first() if can(actor, "customer.view") else None
    if found is None:
        raise NotFound
    return found


def imports(actor: Actor) -> QuerySet[CustomerImport]:
    """Files of customers, the latest first, for whoever may bring them."""
    rows = CustomerImport.objects.order_by("-id")
    return rows if can(actor, "customer.import") else rows.none()


def customer_import(actor: Actor, pk: int) -> CustomerImport:
    """One of them. Raises NotFound."""
    found = imports(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def portal_session(token: str) -> PortalSession | None:
    """Whose portal cookie this is, in one query; None when nobody's, ended or too old."""
    if not token or len(token) > 100:
        return None
    rows = PortalSession.objects.select_related("customer").defer("customer__search")
    return rows.filter(hash=digest(token), ended_at=None, expires_at__gt=clock.now()).first()


def connector_by_key(kind: str, key: str) -> Connector:
    """The connector whose address this is. Raises NotFound, also for one that is switched off."""
    row = Connector.objects.filter(kind=kind, key=key, is_active=True).first()
    if row is None:
        raise NotFound
    return row


def connectors(actor: Actor) -> QuerySet[Connector]:
    """The shops that are connected, for whoever keeps them."""
    rows = Connector.objects.order_by("id")
    return rows if can(actor, "connector.manage") else rows.none()


def connector(actor: Actor, pk: int) -> Connector:
    """One of them. Raises NotFound."""
    row = connectors(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
