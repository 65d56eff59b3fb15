"""The settings pages: they work without JavaScript, in both languages, and say what is wrong beside the field."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts import actions
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import ApiKey, Holiday, Team, User, Workspace
from helpdesk.core.models import AuditEntry

PAGES = [
    "/desk/me/",
    "/settings/",
    "/settings/workspace/",
    "/settings/users/",
    "/settings/users/invite/",
    "/settings/teams/",
    "/settings/teams/new/",
    "/settings/keys/",
    "/settings/audit/",
]


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    """A browser in which the admin is signed in."""
    client.force_login(admin)
    return client


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_show_in_both_languages_with_few_queries(
    page: Client, admin: User, agent: User, path: str, language: str, django_assert_max_num_queries: Any
) -> None:
    User.objects.filter(pk=admin.pk).update(language=language)
    with django_assert_max_num_queries(8):
        answer = page.get(path)
    text = answer.content.decode()
    assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"' in text
    assert len(re.findall(r"<h1", text)) == 1
    assert not re.search(r"<script(?![^>]*src=)|style=|onclick=", text)


def test_an_empty_form_says_what_is_wrong_beside_each_field(page: Client) -> None:
    for path in (
        "/settings/users/invite/",
        "/settings/teams/new/",
        "/settings/workspace/",
        "/settings/keys/",
        "/desk/me/",
    ):
        answer = page.post(path, {})
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "<title>Error:" in text
        assert "error-summary" in text
        for target in re.findall(r"error-summary.*?</ul>", text, re.S)[0].split('href="#')[1:]:
            assert f'id="{target.partition(chr(34))[0]}"' in text


def test_the_language_switch_works_for_anybody_and_stays_here(client: Client, agent: User) -> None:
    answer = client.post("/language/", {"language": "fa", "next": "//evil.example/"})
    assert answer["Location"] == "/"
    assert 'lang="fa"' in client.get("/sign-in/").content.decode()
    client.force_login(agent)
    client.post("/language/", {"language": "fa", "next": "/desk/me/"})
    agent.refresh_from_db()
    assert agent.language == "fa"
    assert client.post("/language/", {"language": "de"}).status_code == 302
    agent.refresh_from_db()
    assert agent.language == "fa"


def test_the_head_menu_changes_one_thing(client: Client, agent: User) -> None:
    client.force_login(agent)
    answer = client.post("/desk/me/preferences/", {"theme": "dark", "next": "/desk/me/", "role": "admin"})
    assert answer["Location"] == "/desk/me/"
    agent.refresh_from_db()
    assert (agent.theme, agent.role, agent.shortcuts) == ("dark", "agent", True)


def test_roles_and_teams_are_changed_on_one_page(page: Client, agent: User, other_team: Team) -> None:
    page.post(f"/settings/users/{agent.pk}/", {"name": "Sara A.", "role": "lead", "teams": [other_team.pk]})
    agent.refresh_from_db()
    assert (agent.name, agent.role, agent.session_epoch) == ("Sara A.", "lead", 2)
    assert list(agent.teams.all()) == [other_team]


def test_the_page_of_the_last_admin_says_why_not(page: Client, admin: User) -> None:
    answer = page.post(f"/settings/users/{admin.pk}/", {"name": "Admin", "role": "agent"})
    assert answer.status_code == 409
    admin.refresh_from_db()
    assert admin.role == "admin"


def test_a_person_is_deactivated_and_let_in_again(page: Client, agent: User, teammate: User) -> None:
    page.post(f"/settings/users/{agent.pk}/deactivate/", {"hand_over_to": teammate.pk})
    agent.refresh_from_db()
    assert not agent.is_active
    page.post(f"/settings/users/{agent.pk}/reactivate/")
    agent.refresh_from_db()
    assert agent.is_active


def test_a_teams_hours_and_days_off(page: Client, team: Team) -> None:
    given = {"name": "Care", "timezone": "Asia/Tehran", "is_active": "on", "sat_from": "08:00", "sat_to": "16:30"}
    assert page.post(f"/settings/teams/{team.pk}/", given).status_code == 302
    team.refresh_from_db()
    assert team.hours == {"sat": [["08:00", "16:30"]]}
    for odd in (
        {"sun_from": "08:00"},
        {"sat_from": "17:00"},
        {"sat_from": "8"},
        {"sat_to": "25:00"},
        {"sat_to": "16:60"},
    ):
        assert page.post(f"/settings/teams/{team.pk}/", {**given, **odd}).status_code == 422
    assert page.post(f"/settings/teams/{team.pk}/", {**given, "sat_from": "۸:۰۰", "sat_to": "24:00"}).status_code == 302
    team.refresh_from_db()
    assert team.hours == {"sat": [["08:00", "24:00"]]}
    User.objects.update(language="fa")
    assert 'value="۲۴:۰۰"' in page.get(f"/settings/teams/{team.pk}/").content.decode()
    User.objects.update(language="en")
    days = f"/settings/teams/{team.pk}/holidays/"
    for written in ("۱۴۰۶/۰۱/۱۳", "1406-1-13", "2027-04-02"):
        assert page.post(days, {"day": written, "title": "Nature"}).status_code == 302
    assert Holiday.objects.get().day == date(2027, 4, 2)
    for written in ("1406/13/01", "tomorrow", "", "1406/1", "9999999/1/1", "0/0/0"):
        assert page.post(days, {"day": written, "title": "x"}).status_code == 422
    page.post(f"{days}{Holiday.objects.get().pk}/remove/")
    assert not Holiday.objects.exists()


def test_a_new_keys_token_is_on_that_page_only(page: Client, agent: User) -> None:
    answer = page.post("/settings/keys/", {"label": "robot", "user": agent.pk, "scopes": ["tickets:read"]})
    assert re.search(r"hd_[\w-]{43}", answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    assert not re.search(r"hd_[\w-]{43}", page.get("/settings/keys/").content.decode())
    page.post(f"/settings/keys/{ApiKey.objects.get().pk}/revoke/")
    assert ApiKey.objects.get().revoked_at is not None


def test_nobody_revokes_a_colleagues_key(client: Client, agent: User, teammate: User) -> None:
    key, _token = actions.create_key(by=actor_of(teammate), user=teammate, name="a", scopes=["*"])
    client.force_login(agent)
    assert client.post(f"/desk/me/keys/{key.pk}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


def test_the_workspaces_name_shows_on_every_page(page: Client) -> None:
    row = actions.ensure_defaults()
    given = {"language": "fa", "timezone": row.timezone, "currency": "IRR"}
    page.post("/settings/workspace/", {**given, "name": "Acme <b>&"})
    assert "Acme &lt;b&gt;&amp;" in page.get("/desk/me/").content.decode()
    assert "Acme &lt;b&gt;&amp;" in Client().get("/sign-in/").content.decode()


def test_only_the_logo_in_use_is_served(page: Client, admin: User) -> None:
    actions.change_workspace(by=actor_of(admin), logo=b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    logo = Workspace.objects.select_related("logo").get().logo
    assert logo
    answer = Client().get(f"/logo/{logo.token}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Client().get("/logo/other").status_code == 404


def test_the_audit_goes_back_page_by_page(page: Client, admin: User, agent: User) -> None:
    for number in range(60):
        actions.change_user(by=actor_of(admin), user=agent, name=f"Sara {number}")
    first = page.get("/settings/audit/").content.decode()
    assert first.count("user.renamed") == 50
    cursor = re.search(r"before=(\d+)", first)
    assert cursor
    older = page.get(f"/settings/audit/?before={cursor[1]}").content.decode()
    assert older.count("user.renamed") == 10
    for odd in ("x", "-1", "9" * 40, "۵"):
        assert page.get("/settings/audit/", {"before": odd}).status_code == 200
    assert AuditEntry.objects.filter(verb="user.renamed").count() == 60


def test_the_calendar_goes_with_the_language_until_somebody_chooses_their_own(client: Client, agent: User) -> None:
    client.force_login(agent)

    def chosen(**given: str) -> tuple[str, str]:
        client.post("/desk/me/preferences/", given)
        agent.refresh_from_db()
        return agent.prefs.language, agent.prefs.calendar

    assert chosen(language="fa") == ("fa", "jalali")
    assert chosen(calendar="jalali") == ("fa", "jalali")
    assert chosen(language="en") == ("en", "jalali")
    assert chosen(calendar="gregorian") == ("en", "gregorian")
    assert chosen(language="fa") == ("fa", "gregorian")
    assert chosen(calendar="") == ("fa", "jalali")
    assert chosen(language="en") == ("en", "gregorian")
