"""When a team works."""

from django.db.models import Q

from helpdesk.accounts.models import Holiday, Team
from helpdesk.core.rules.hours import Calendar


def calendar_of(team: Team) -> Calendar:
    """The team's business calendar: its zone, its week, and the days off of its own and of everybody."""
    days = Holiday.objects.filter(Q(team=team) | Q(team=None)).values_list("day", flat=True)
    return Calendar.of(team.timezone, team.hours, frozenset(days))
