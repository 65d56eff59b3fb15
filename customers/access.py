"""Which customers an actor may see. Staff see every customer; what they see of a history is filtered by its team."""

from django.db.models import QuerySet

from customers.models import Customer, PortalSession
from helpdesk.accounts.access import digest
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import clock
from helpdesk.core.errors import NotFound


def visible(actor: Actor) -> QuerySet[Customer]:
    """The customers that `actor` may see."""
    return Customer.objects.all() if can(actor, "customer.view") else Customer.objects.none()


def get(actor: Actor, pk: int) -> Customer:
    """One of them. Raises NotFound, also for what may not be seen."""
    found = visible(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def locked(actor: Actor, pk: int) -> Customer:
    """One of them, locked for a change within the present transaction."""
    found = visible(actor).select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def portal_session(token: str) -> PortalSession | None:
    """Whose portal cookie this is, in one query; None when nobody's, ended or too old."""
    if not token or len(token) > 100:
        return None
    rows = PortalSession.objects.select_related("customer").defer("customer__search")
    return rows.filter(hash=digest(token), ended_at=None, expires_at__gt=clock.now()).first()
