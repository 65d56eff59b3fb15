"""Who looked at somebody: leads read names; the person reads role and team, names where the workspace says so."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Look
from customers.queries.contact import policy
from helpdesk.accounts.models import Team, User

SHOWN = 100
WHAT: dict[str, Promise | str] = {
    "page": _("your page"),
    "history": _("your history, to print"),
    "export": _("your history, as a file"),
    "memory": _("what we remember"),
    "api": _("by a program"),
    "ticket": _("a conversation with you"),
}
ROLES: dict[str, Promise | str] = {
    "agent": _("somebody who answers"),
    "lead": _("a team lead"),
    "admin": _("an administrator"),
}


@dataclass(frozen=True)
class Seen:
    """One hour in which somebody looked: who, by role and teams, or also by name; and at what."""

    hour: datetime
    what: str | Promise
    role: str | Promise
    teams: list[Team]
    name: str


def every(customer_id: int) -> QuerySet[Look]:
    """All of them, to be read in pages."""
    return Look.objects.filter(customer_id=customer_id)


def looks(customer_id: int, *, by_name: bool | None = None, limit: int = SHOWN) -> list[Seen]:
    """The newest looks; three queries. `by_name`: as the workspace has set it, unless given."""
    named = policy().shows_names if by_name is None else by_name
    rows = list(Look.objects.filter(customer_id=customer_id).order_by("-hour", "-id")[:limit])
    teams = Team.objects.in_bulk({pk for row in rows for pk in row.team_ids})
    names = dict(User.objects.filter(pk__in={row.user_id for row in rows}).values_list("pk", "name")) if named else {}
    return [
        Seen(
            row.hour,
            WHAT.get(row.what, row.what),
            ROLES.get(row.role, row.role),
            [teams[pk] for pk in row.team_ids if pk in teams],
            names.get(row.user_id, ""),
        )
        for row in rows
    ]
