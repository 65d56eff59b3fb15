"""Reads for the settings pages."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from helpdesk import wiring
from helpdesk.accounts.access import teams
from helpdesk.accounts.auditwords import WORDS
from helpdesk.accounts.models import Holiday, Team, User
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core.errors import NotFound
from helpdesk.core.models import AuditEntry
from helpdesk.core.rules.hours import Calendar

PAGE = 50
BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class AuditRow:
    """One entry as it is shown: with the name of who acted, and in words what they did."""

    entry: AuditEntry
    who: str
    what: str
    facts: list[tuple[str, str]]
    address: str


@dataclass(frozen=True)
class AuditPage:
    """Entries newest first; `older` continues."""

    entries: list[AuditRow]
    older: int | None


def audit_page(actor: Actor, before: int | None = None) -> AuditPage:
    """Fifty entries before this one, for who may see the audit."""
    if not can(actor, "audit.view"):
        raise NotFound
    rows = AuditEntry.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=min(before, BIGGEST))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    names, places = _names(shown), _places({entry.subject for entry in shown})
    return AuditPage(
        [_row(entry, names.get(_user_id(entry)), places.get(entry.subject, "")) for entry in shown],
        shown[-1].pk if len(found) > PAGE else None,
    )


def _row(entry: AuditEntry, name: str | None, address: str) -> AuditRow:
    return AuditRow(entry, name or _other(entry.actor), str(WORDS.get(entry.verb, entry.verb)), _told(entry), address)


def _places(subjects: set[str]) -> dict[str, str]:
    """Where what these subjects name can be looked at; one query for each kind."""
    keys: dict[str, list[int]] = {}
    for subject in subjects:
        kind, _sep, key = subject.partition(":")
        if kind in wiring.PLACES and key.isascii() and key.isdigit() and len(key) < 18:
            keys.setdefault(kind, []).append(int(key))
    found = {kind: import_string(wiring.PLACES[kind])(wanted) for kind, wanted in keys.items()}
    return {f"{kind}:{key}": address for kind, places in found.items() for key, address in places.items()}


def user_places(keys: Collection[int]) -> dict[int, str]:
    """Addresses of these people's pages."""
    return {
        pk: reverse("accounts:user", args=[pk]) for pk in User.objects.filter(pk__in=keys).values_list("pk", flat=True)
    }


def team_places(keys: Collection[int]) -> dict[int, str]:
    """Addresses of these teams' pages."""
    return {
        pk: reverse("accounts:team", args=[pk]) for pk in Team.objects.filter(pk__in=keys).values_list("pk", flat=True)
    }


def _told(entry: AuditEntry) -> list[tuple[str, str]]:
    facts = sorted(entry.facts.items())
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for name, value in facts]


def _other(actor: str) -> str:
    return {"system": gettext("The system"), "nobody": gettext("Nobody")}.get(actor, actor)


def _user_id(entry: AuditEntry) -> int | None:
    kind, _sep, rest = entry.actor.partition(":")
    number = rest.partition("/")[0]
    return int(number) if kind == "user" and number.isdigit() else None


def _names(entries: list[AuditEntry]) -> dict[int | None, str]:
    wanted = {pk for pk in map(_user_id, entries) if pk is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=wanted)}


def teams_with_people(actor: Actor) -> QuerySet[Team]:
    """The teams and how many people work in each."""
    return teams(actor).annotate(size=Count("people", filter=Q(people__is_active=True)))


def holidays(actor: Actor, team: Team) -> QuerySet[Holiday]:
    """The team's days off, those of all teams included, in order."""
    rows = Holiday.objects.filter(Q(team=team) | Q(team=None)).order_by("day")
    return rows if can(actor, "team.manage") else rows.none()


def holiday(actor: Actor, team: Team, pk: int) -> Holiday:
    """One of them. Raises NotFound."""
    found = holidays(actor, team).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def calendar_of(team: Team) -> Calendar:
    """The team's business calendar: its zone, its week, and the days off of its own and of everybody."""
    days = Holiday.objects.filter(Q(team=team) | Q(team=None)).values_list("day", flat=True)
    return Calendar.of(team.timezone, team.hours, frozenset(days))
