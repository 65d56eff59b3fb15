"""A team's days off: by hand, and by the calendar of Iran."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from helpdesk.accounts import actions
from helpdesk.accounts.models import Holiday, Team, User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.errors import DomainError
from tests.conftest import PASSWORD

Act = Callable[[User], Actor]


def test_the_calendar_of_iran_is_offered_year_by_year(team: Team, admin: User, act: Act) -> None:
    new = actions.add_public_holidays(by=act(admin), team=team, year=1405)
    days = set(team.holidays.values_list("day", flat=True))
    assert new == len(days) >= 20
    # Nowruz, Nature's Day, and Ashura, which moves with the moon.
    assert {date(2026, 3, 21), date(2026, 4, 2), date(2026, 6, 25)} <= days


def test_a_second_time_adds_nothing_and_keeps_what_was_written_by_hand(team: Team, admin: User, act: Act) -> None:
    actions.add_holiday(by=act(admin), team=team, day=date(2026, 3, 21), name="Our own Nowruz")
    actions.add_public_holidays(by=act(admin), team=team, year=1405)
    assert actions.add_public_holidays(by=act(admin), team=team, year=1405) == 0
    assert team.holidays.get(day=date(2026, 3, 21)).name == "Our own Nowruz"


def test_an_agent_adds_no_days_off(team: Team, agent: User, act: Act) -> None:
    with pytest.raises(DomainError):
        actions.add_public_holidays(by=act(agent), team=team, year=1405)
    assert not Holiday.objects.exists()


def test_the_button_of_a_year_adds_its_days(client: Client, team: Team, admin: User) -> None:
    client.post("/sign-in/", {"email": admin.email, "password": PASSWORD})
    page = client.post(f"/settings/teams/{team.pk}/public-holidays/", {"year": "no year"}, follow=True)
    assert page.status_code == 200
    assert b"days off are added" in page.content
    assert team.holidays.count() >= 20
