"""From what a body names (an id, a name, a handle) to rows that the actor may use."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers import access as customer_access
from customers import actions as customers
from customers.models import Customer
from customers.rules.identity import Handle
from helpdesk.accounts import access as accounts
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.errors import Invalid, NotFound
from tickets import access
from tickets.models import Reason, Ticket


def ticket(actor: Actor, pk: int, verb: str) -> Ticket:
    """The ticket with this public id."""
    return access.get(actor, pk, verb)


def customer(actor: Actor, who: dict[str, Any]) -> Customer:
    """The customer that `who` names; a handle that nobody has makes a new one."""
    if "id" in who:
        try:
            return customer_access.get(actor, who["id"])
        except NotFound:
            raise NotFound("not_found", _("There is no customer with this id.")) from None
    kind = next(kind for kind in ("email", "phone", "external_id") if kind in who)
    try:
        return customers.resolve(handle=Handle(kind, who[kind]), name=who.get("name", ""))
    except Invalid as error:
        raise Invalid({f"customer/{kind}": error.errors["handles"]}) from error


def team(value: int | str | None) -> Team | None:
    """A team in use, by id or name."""
    if value is None:
        return None
    rows = accounts.team_list()
    found = rows.filter(pk=value).first() if isinstance(value, int) else rows.filter(name__iexact=value).first()
    if found is None:
        raise Invalid({"team": _("There is no such team in use.")})
    return found


def person(value: int | str | None) -> User | None:
    """Somebody who works here, by id or e-mail address."""
    if value is None:
        return None
    found = _colleague(value)
    if found is None:
        raise Invalid({"assignee": _("Nobody with this id or address works here.")})
    return found


def people(field: str, values: Iterable[int | str]) -> list[User]:
    """These people, all of whom work here."""
    found = [_colleague(value) for value in values]
    if None in found:
        raise Invalid({field: _("Nobody with this id or address works here.")})
    return [person for person in found if person is not None]


def _colleague(value: int | str) -> User | None:
    rows = accounts.colleagues()
    return rows.filter(pk=value).first() if isinstance(value, int) else rows.filter(email__iexact=value).first()


def reason(value: int | str | None) -> Reason | None:
    """A contact reason in use, by id or name."""
    if value is None:
        return None
    found = access.reason(value)
    if found is None:
        raise Invalid({"reason": _("There is no such reason in use.")})
    return found
