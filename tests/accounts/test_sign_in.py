"""Signing in and out, the throttle, and sessions that end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import Client

from helpdesk.accounts import actions
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.actions.sessions import PER_ACCOUNT
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import PASSWORD

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WRONG = "The e-mail address or the password is not right."


def enter(client: Client, email: str, password: str = PASSWORD, onto: str = "/desk/me/", **extra: Any) -> Any:
    return client.post("/sign-in/", {"email": email, "password": password, "next": onto}, **extra)


def test_the_right_password_opens_the_desk(client: Client, agent: User) -> None:
    answer = enter(client, "SARA@desk.example")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/me/")
    assert client.get("/desk/me/").status_code == 200


def test_wrong_and_unknown_look_the_same(client: Client, agent: User) -> None:
    wrong, unknown = enter(client, agent.email, "no"), enter(client, "nobody@desk.example", "no")
    assert wrong.status_code == unknown.status_code == 422
    assert WRONG in wrong.content.decode()
    assert WRONG in unknown.content.decode()
    assert SESSION_KEY not in client.session


def test_a_deactivated_person_stays_outside(client: Client, agent: User, admin: User) -> None:
    actions.deactivate(by=actor_of(admin), user=agent)
    assert enter(client, agent.email).status_code == 422


@pytest.mark.parametrize(
    "onto",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "///e.example",
        "http:evil.example",
        "/%0d%0aSet-Cookie:a=b\r\nX: y",
        "evil.example",
        "/\tevil",
        "//evil.example\\@desk",
        " /x",
    ],
)
def test_sign_in_leads_only_to_our_own_pages(client: Client, agent: User, onto: str) -> None:
    assert enter(client, agent.email, onto=onto)["Location"] == "/desk/"


def test_a_page_that_needs_somebody_leads_to_sign_in_and_back(client: Client, agent: User) -> None:
    answer = client.get("/desk/me/?a=1")
    assert answer["Location"] == "/sign-in/?next=%2Fdesk%2Fme%2F%3Fa%3D1"


def test_a_fragment_request_is_sent_to_sign_in_as_a_whole_page(client: Client, db: None) -> None:
    answer = client.get("/desk/me/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/q/all/"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fdesk%2Fq%2Fall%2F"


def test_the_session_id_changes_at_sign_in(client: Client, agent: User) -> None:
    client.session["before"] = 1
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    enter(client, agent.email)
    assert client.cookies["sessionid"].value != session.session_key


def test_too_many_failures_lock_the_account_for_a_while(client: Client, agent: User) -> None:
    with clock.frozen(NOON):
        for _ in range(PER_ACCOUNT):
            assert enter(client, agent.email, "no").status_code == 422
        cache.clear()
        assert enter(client, agent.email).status_code == 429
        assert SESSION_KEY not in client.session
    with clock.frozen(NOON + timedelta(minutes=16)):
        assert enter(client, agent.email).status_code == 302


def test_the_lock_does_not_tell_who_exists(client: Client, agent: User) -> None:
    known = [enter(client, agent.email, "no").status_code for _ in range(PER_ACCOUNT + 2)]
    unknown = [enter(client, "nobody@desk.example", "no").status_code for _ in range(PER_ACCOUNT + 2)]
    assert known == unknown


def test_one_address_cannot_try_many_accounts(client: Client, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.accounts.actions.sessions.PER_IP", 5)
    for number in range(5):
        enter(client, f"n{number}@desk.example", "no")
    assert enter(client, agent.email).status_code == 429
    assert enter(client, agent.email, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_success_is_not_counted(client: Client, agent: User) -> None:
    for _ in range(PER_ACCOUNT + 3):
        assert enter(Client(), agent.email).status_code == 302


def test_a_new_role_or_password_ends_open_sessions(client: Client, agent: User, admin: User) -> None:
    enter(client, agent.email)
    actions.change_role(by=actor_of(admin), user=agent, role="lead")
    assert client.get("/desk/me/").status_code == 302
    enter(client, agent.email)
    actions.set_password(by=SYSTEM, user=agent, password="another-long-one")
    assert client.get("/desk/me/").status_code == 302


def test_changing_my_password_keeps_me_here_and_ends_the_others(client: Client, agent: User) -> None:
    elsewhere = Client()
    enter(client, agent.email)
    enter(elsewhere, agent.email)
    answer = client.post("/desk/me/password/", {"current": PASSWORD, "password": "another-long-one"})
    assert answer.status_code == 302
    assert client.get("/desk/me/").status_code == 200
    assert elsewhere.get("/desk/me/").status_code == 302


def test_a_wrong_present_password_changes_nothing(client: Client, agent: User) -> None:
    enter(client, agent.email)
    answer = client.post("/desk/me/password/", {"current": "no", "password": "another-long-one"})
    assert answer.status_code == 422
    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)


def test_sign_out_ends_the_session_and_only_by_post(client: Client, agent: User) -> None:
    enter(client, agent.email)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/desk/me/").status_code == 302


@pytest.mark.parametrize(
    "header", ["Remote-User", "X-Remote-User", "X-Forwarded-User", "X-Auth-Request-Email", "SSO-User"]
)
def test_no_header_signs_anybody_in(client: Client, admin: User, header: str) -> None:
    assert client.get("/settings/users/", headers={header: admin.email}).status_code == 302


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-out/", "/language/", "/desk/me/", "/settings/users/invite/"])
def test_posts_need_the_csrf_token(agent: User, path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, {"email": agent.email})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()
