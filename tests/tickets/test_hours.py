"""A team's business calendar from its rows."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from helpdesk.accounts import actions
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.queries import calendar_of
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.rules.hours import next_open

TEHRAN = ZoneInfo("Asia/Tehran")


def test_own_and_common_days_off_close_the_team(
    team: Team, other_team: Team, admin: User, act: Callable[[User], Actor]
) -> None:
    by = act(admin)
    actions.add_holiday(by=by, team=team, day=date(2026, 11, 21), name="Our day")
    actions.add_holiday(by=by, team=None, day=date(2026, 11, 22), name="Everybody's day")
    actions.add_holiday(by=by, team=other_team, day=date(2026, 11, 23), name="Their day")
    friday = datetime(2026, 11, 20, 10, tzinfo=TEHRAN)
    assert next_open(calendar_of(team), friday) == datetime(2026, 11, 23, 9, tzinfo=TEHRAN)
    assert next_open(calendar_of(other_team), friday) == datetime(2026, 11, 21, 9, tzinfo=TEHRAN)
