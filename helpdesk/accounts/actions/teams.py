"""Teams, their hours and their days off."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.actions.common import allow, check_timezone
from helpdesk.accounts.models import Holiday, Team, User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import audit
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.holidays import iran_holidays
from helpdesk.core.hours import Hours, read_hours

# Saturday to Wednesday; Thursday and Friday are the Iranian weekend.
OFFICE_HOURS: Hours = {day: [["09:00", "17:00"]] for day in ("sat", "sun", "mon", "tue", "wed")}
FIELDS = frozenset({"name", "name_fa", "timezone", "hours", "is_active"})


def ensure_default_team() -> Team:
    """The team that a fresh product starts with; made if nobody made one."""
    team = Team.objects.filter(is_default=True).first()
    if team is not None:
        return team
    return Team.objects.create(name="Support", name_fa="پشتیبانی", is_default=True, hours=OFFICE_HOURS)


@transaction.atomic
def create_team(
    *, by: Actor, name: str, name_fa: str = "", timezone: str = "Asia/Tehran", hours: Hours | None = None
) -> Team:
    """A new team. Raises Conflict(name_taken)."""
    allow(by, "team.manage")
    team = Team(
        name=_named(name),
        name_fa=name_fa.strip()[:80],
        timezone=check_timezone(timezone),
        hours=read_hours(OFFICE_HOURS if hours is None else hours),
    )
    _save(team)
    audit.record(by, "team.created", f"team:{team.pk}", {"name": team.name})
    return team


@transaction.atomic
def change_team(*, by: Actor, team: Team, **values: Any) -> Team:
    """Other name, time zone, hours, or in use or not. The default team stays in use."""
    allow(by, "team.manage")
    row = Team.objects.select_for_update().get(pk=team.pk)
    values = {name: CLEAN[name](value) if name in CLEAN else value for name, value in values.items() if name in FIELDS}
    if row.is_default and values.get("is_active") is False:
        raise Conflict("default_team", _("The default team stays: tickets without a team land there."))
    changed = {name: [getattr(row, name), new] for name, new in values.items() if getattr(row, name) != new}
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        _save(row)
        audit.record(by, "team.changed", f"team:{row.pk}", changed)
    return row


@transaction.atomic
def add_holiday(*, by: Actor, team: Team | None, day: date, name: str) -> Holiday:
    """A day off for one team, or for all. Saying it twice changes its name."""
    allow(by, "team.manage")
    row, _made = Holiday.objects.update_or_create(team=team, day=day, defaults={"name": name.strip()[:120]})
    audit.record(by, "holiday.added", f"holiday:{row.pk}", {"team": team.pk if team else None, "day": str(day)})
    return row


@transaction.atomic
def add_public_holidays(*, by: Actor, team: Team | None, year: int) -> int:
    """Iran's days off of one Jalali year; a day that is already kept stays as it is. Says how many are new."""
    allow(by, "team.manage")
    kept = set(Holiday.objects.filter(team=team).values_list("day", flat=True))
    persian = get_language() == "fa"
    fresh = [
        Holiday(team=team, day=each.day, name=(each.name_fa if persian else each.name)[:120])
        for each in iran_holidays(year)
        if each.day not in kept
    ]
    Holiday.objects.bulk_create(fresh, ignore_conflicts=True)
    audit.record(by, "holiday.imported", f"team:{team.pk if team else 'all'}", {"year": year, "days": len(fresh)})
    return len(fresh)


@transaction.atomic
def remove_holiday(*, by: Actor, holiday: Holiday) -> None:
    """A working day again."""
    allow(by, "team.manage")
    audit.record(by, "holiday.removed", f"holiday:{holiday.pk}", {"day": str(holiday.day)})
    holiday.delete()


def people_of(team: Team) -> list[User]:
    """Who works in the team now."""
    return list(team.people.filter(is_active=True).order_by("name"))


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid({"name": _("Write a name.")})
    return name.strip()[:80]


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        raise Conflict("name_taken", _("There is already a team of this name.")) from error


CLEAN: dict[str, Callable[[Any], Any]] = {"name": _named, "timezone": check_timezone, "hours": read_hours}
