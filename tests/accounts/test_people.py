"""People and teams: changes, refusals, and what each leaves in the audit."""

from typing import Any

import pytest

from helpdesk.accounts import actions
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Holiday, Membership, Team, User, Workspace
from helpdesk.accounts.queries import calendar_of
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.errors import Conflict, DomainError, Invalid, NotAllowed
from helpdesk.core.models import AuditEntry, OutboxEvent
from tests.conftest import PASSWORD


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_an_address_is_taken_whatever_its_case(agent: User) -> None:
    with pytest.raises(Conflict) as refusal:
        actions.create_user(by=SYSTEM, email="Sara@Desk.Example", name="S", role="agent", password=PASSWORD)
    assert refusal.value.code == "email_taken"
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "values", [{"role": "owner"}, {"password": "short"}, {"password": "password123"}, {"language": "de"}]
)
def test_odd_people_are_refused(db: None, values: dict[str, str]) -> None:
    given = {"email": "n@desk.example", "name": "N", "role": "agent", "password": PASSWORD, **values}
    with pytest.raises(Invalid):
        actions.create_user(by=SYSTEM, **given)  # type: ignore[arg-type]  # all of them are text
    assert not User.objects.exists()


def test_the_last_admin_stays(admin: User, agent: User) -> None:
    with pytest.raises(Conflict):
        actions.change_role(by=SYSTEM, user=admin, role="agent")
    with pytest.raises(Conflict):
        actions.deactivate(by=SYSTEM, user=admin)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active, admin.session_epoch) == ("admin", True, 1)


def test_nobody_deactivates_himself(admin: User) -> None:
    with pytest.raises(Conflict):
        actions.deactivate(by=actor_of(admin), user=admin)


def test_deactivation_ends_keys_links_and_sessions_and_hands_work_over(
    agent: User, teammate: User, admin: User
) -> None:
    key, _token = actions.create_key(by=actor_of(agent), user=agent, name="k", scopes=["*"])
    actions.deactivate(by=actor_of(admin), user=agent, hand_over_to=teammate)
    agent.refresh_from_db()
    key.refresh_from_db()
    assert not agent.is_active
    assert agent.session_epoch == 2
    assert key.revoked_at is not None
    event = OutboxEvent.objects.get(name="user.deactivated")
    assert event.payload == {"user": agent.pk, "to": teammate.pk}
    assert "user.deactivated" in verbs()


def test_work_is_not_handed_to_who_left(agent: User, teammate: User, admin: User) -> None:
    actions.deactivate(by=actor_of(admin), user=teammate)
    teammate.refresh_from_db()
    with pytest.raises(Invalid):
        actions.deactivate(by=actor_of(admin), user=agent, hand_over_to=teammate)
    agent.refresh_from_db()
    assert agent.is_active


def test_leads_and_agents_manage_nobody(agent: User, lead: User, teammate: User, team: Team) -> None:
    attempts: list[Any] = [
        lambda by: actions.change_role(by=by, user=teammate, role="admin"),
        lambda by: actions.set_teams(by=by, user=teammate, teams=[]),
        lambda by: actions.set_password(by=by, user=teammate, password="another-long-one"),
        lambda by: actions.deactivate(by=by, user=teammate),
        lambda by: actions.create_team(by=by, name="X"),
        lambda by: actions.change_team(by=by, team=team, name="X"),
        lambda by: actions.change_workspace(by=by, name="X"),
        lambda by: actions.create_key(by=by, user=teammate, name="k", scopes=["*"]),
        lambda by: actions.change_preferences(by=by, user=teammate, theme="dark"),
        lambda by: actions.change_preferences(by=by, user=agent, role="admin"),
    ]
    entries = AuditEntry.objects.count()
    for attempt in attempts:
        for person in (agent, lead):
            with pytest.raises(NotAllowed):
                attempt(actor_of(person))
    assert AuditEntry.objects.count() == entries


def test_teams_are_set_exactly(admin: User, agent: User, team: Team, other_team: Team) -> None:
    actions.set_teams(by=actor_of(admin), user=agent, teams=[other_team])
    assert actor_of(agent).team_ids == {other_team.pk}
    assert Membership.objects.filter(user=agent).count() == 1


def test_preferences_are_ones_own(agent: User) -> None:
    actions.change_preferences(
        by=actor_of(agent), user=agent, calendar="jalali", theme="dark", timezone="Europe/Berlin"
    )
    agent.refresh_from_db()
    assert (agent.calendar, agent.theme, agent.timezone) == ("jalali", "dark", "Europe/Berlin")
    with pytest.raises(Invalid):
        actions.change_preferences(by=actor_of(agent), user=agent, timezone="Mars/Base")


def test_a_default_team_and_a_workspace_are_there_from_the_start(db: None) -> None:
    Team.objects.all().delete()
    Workspace.objects.all().delete()
    actions.ensure_defaults()
    actions.ensure_defaults()
    assert Team.objects.filter(is_default=True).count() == Workspace.objects.count() == 1


def test_the_default_team_stays_in_use(db: None) -> None:
    team = actions.ensure_default_team()
    with pytest.raises(Conflict):
        actions.change_team(by=SYSTEM, team=team, is_active=False)


def test_two_teams_cannot_share_a_name(team: Team) -> None:
    with pytest.raises(Conflict):
        actions.create_team(by=SYSTEM, name="CARE")


@pytest.mark.parametrize(
    "week",
    [
        {"sat": [["17:00", "09:00"]]},
        {"xyz": []},
        {"sat": [["9", "10"]]},
        {"sat": [["09:00", "12:00"], ["11:00", "13:00"]]},
        {"sat": [["25:00", "26:00"]]},
        {"sat": [["09:00"]]},
        {"sat": [["09:00", "09:00"]]},
        "always",
    ],
)
def test_an_impossible_week_is_refused_and_changes_nothing(week: Any, team: Team) -> None:
    kept, told = team.hours, verbs()
    with pytest.raises(Invalid) as refusal:
        actions.change_team(by=SYSTEM, team=team, hours=week)
    assert list(refusal.value.errors) == ["hours"]
    team.refresh_from_db()
    assert (team.hours, verbs()) == (kept, told)


def test_a_week_is_kept_as_the_calendar_reads_it(team: Team) -> None:
    week = {"fri": [["00:00", "24:00"]], "sat": [["۹:۰۰", "12:00"], ["12:00", "13.30"]], "mon": []}
    row = actions.change_team(by=SYSTEM, team=team, hours=week)
    assert row.hours == {"sat": [["09:00", "13:30"]], "fri": [["00:00", "24:00"]]}
    assert calendar_of(row).week == {0: ((540, 810),), 6: ((0, 1440),)}


def test_a_day_off_is_said_once(admin: User, team: Team) -> None:
    from datetime import date

    for name in ("Nowruz", "Nowruz again"):
        actions.add_holiday(by=actor_of(admin), team=team, day=date(2027, 3, 21), name=name)
    assert Holiday.objects.get().name == "Nowruz again"


def test_only_a_picture_becomes_a_logo(admin: User) -> None:
    actions.ensure_defaults()
    for data in (b"<svg onload=alert(1)>", b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"x" * 600_000):
        try:
            actions.change_workspace(by=actor_of(admin), logo=data)
        except DomainError as error:
            assert isinstance(error, Invalid)
    assert Workspace.objects.get().logo is None
    actions.change_workspace(by=actor_of(admin), logo=b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    assert Workspace.objects.get().logo is not None
