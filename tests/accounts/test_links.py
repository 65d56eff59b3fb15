"""Invitations and password resets: single use, expiring, mailed only to the stored address."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from helpdesk.accounts import access, actions
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import AccountToken, Team, User
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, NotAllowed, NotFound
from helpdesk.core.logs import HidesSecretLinks
from helpdesk.core.secrets import unseal
from tests.conftest import PASSWORD

NEW = "a-new-long-password"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.accounts.actions.links.ANSWER_SECONDS", 0.0)


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be mailed."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("helpdesk.accounts.actions.links.emit", lambda name, payload: sent.append(payload))
    return sent


def token_in(mail: dict[str, Any]) -> str:
    found = re.search(r"/(?:join|reset)/([\w-]{43})/", unseal(mail["sealed_body"]))
    assert found
    return found[1]


def test_a_reset_goes_to_the_stored_address_in_the_persons_language(
    client: Client, teammate: User, mails: list[dict[str, Any]]
) -> None:
    client.post("/reset/", {"email": "ALI@desk.example"})
    assert [mail["to"] for mail in mails] == ["ali@desk.example"]
    assert mails[0]["language"] == "fa"


def test_known_and_unknown_get_the_same_answer(client: Client, agent: User, mails: list[dict[str, Any]]) -> None:
    known = client.post("/reset/", {"email": agent.email})
    unknown = client.post("/reset/", {"email": "nobody@desk.example"})
    assert known.status_code == unknown.status_code == 200
    strip = re.compile(rb"\b[A-Za-z0-9]{64}\b")  # the CSRF tokens
    assert strip.sub(b"", known.content) == strip.sub(b"", unknown.content)
    assert len(mails) == 1


@pytest.mark.parametrize(
    "email",
    [
        "sara@desk.example,mallory@evil.example",
        "sara@desk.example\r\nBcc: mallory@evil.example",
        "sara@desk.example%0amallory@evil.example",
        "sara@desk.example mallory@evil.example",
        "sara@desk.example;mallory@evil.example",
        "sara@desk.example\x00",
        "<sara@desk.example>",
        "{'email': 'x'}",
        "[]",
        "",
        " ",
    ],
)
def test_no_second_address_slips_into_a_reset(
    client: Client, agent: User, mails: list[dict[str, Any]], email: str
) -> None:
    client.post("/reset/", {"email": email})
    assert {mail["to"] for mail in mails} <= {agent.email}


def test_two_addresses_in_one_request_reach_at_most_one_stored_one(
    client: Client, agent: User, mails: list[dict[str, Any]]
) -> None:
    client.post("/reset/", {"email": [agent.email, "mallory@evil.example"]})
    client.post("/reset/", '{"email": ["sara@desk.example", "m@evil.example"]}', content_type="application/json")
    assert {mail["to"] for mail in mails} <= {agent.email}


def test_a_reset_link_works_once_and_ends_sessions(client: Client, agent: User, mails: list[dict[str, Any]]) -> None:
    actions.ask_reset(email=agent.email, ip="local")
    path = f"/reset/{token_in(mails[0])}/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"password": NEW}).status_code == 302
    agent.refresh_from_db()
    assert agent.check_password(NEW)
    assert agent.session_epoch == 2
    assert Client().post(path, {"password": "yet-another-one"}).status_code == 200
    agent.refresh_from_db()
    assert agent.check_password(NEW)


def test_a_weak_password_does_not_use_the_link_up(client: Client, agent: User, mails: list[dict[str, Any]]) -> None:
    actions.ask_reset(email=agent.email, ip="local")
    path = f"/reset/{token_in(mails[0])}/"
    assert client.post(path, {"password": "short"}).status_code == 422
    assert client.post(path, {"password": NEW}).status_code == 302


def test_a_link_is_not_written_into_the_log() -> None:
    filtered = HidesSecretLinks()
    token = "A" * 43
    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Odd", f"/reset/{token}/?a=1"), None)
    assert filtered.filter(record)
    assert record.getMessage() == "Odd: /reset/…/?a=1"
    assert "links" in settings.LOGGING["handlers"]["console"]["filters"]


def test_a_newer_link_replaces_the_older(agent: User, mails: list[dict[str, Any]]) -> None:
    actions.ask_reset(email=agent.email, ip="local")
    actions.ask_reset(email=agent.email, ip="local")
    with pytest.raises(NotFound):
        actions.reset_password(token=token_in(mails[0]), password=NEW)
    assert actions.reset_password(token=token_in(mails[1]), password=NEW) == agent


def test_a_reset_link_lasts_one_hour(agent: User, mails: list[dict[str, Any]]) -> None:
    actions.ask_reset(email=agent.email, ip="local")
    with clock.frozen(clock.now() + timedelta(minutes=61)), pytest.raises(NotFound):
        actions.reset_password(token=token_in(mails[0]), password=NEW)
    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)


def test_resets_are_throttled(client: Client, agent: User, mails: list[dict[str, Any]]) -> None:
    answers = [client.post("/reset/", {"email": agent.email}).status_code for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert len(mails) == 5


def test_only_the_hash_of_a_link_is_kept(agent: User, mails: list[dict[str, Any]]) -> None:
    actions.ask_reset(email=agent.email, ip="local")
    row = AccountToken.objects.get()
    assert token_in(mails[0]) not in str(mails[0])
    assert row.hash == access.digest(token_in(mails[0])) != token_in(mails[0])


SHAPES = [
    "",
    " ",
    "%00",
    "null",
    "None",
    "[]",
    "{}",
    "0",
    "-1",
    "true",
    "undefined",
    "../",
    "%20",
    "%",
    "*",
    "'",
    "\x00",
]


@pytest.mark.parametrize("kind", ["invite", "reset"])
@pytest.mark.parametrize("token", [*SHAPES, "a" * 43, "a" * 5000, "ی" * 43, "hd_" + "a" * 43])
def test_no_other_shape_of_a_token_matches(agent: User, kind: str, token: str) -> None:
    AccountToken.objects.create(
        kind=kind, email="x@desk.example", hash="", created_at=clock.now(), expires_at=clock.now() + timedelta(hours=1)
    )
    assert access.open_token(kind, token) is None


@pytest.mark.parametrize("path", ["/reset/%20/", "/reset/%00/", "/join/%20/", "/join/null/", "/join/[]/", "/reset/''/"])
def test_odd_tokens_in_the_address_only_get_the_plain_page(client: Client, agent: User, path: str) -> None:
    users = User.objects.count()
    assert client.get(path).status_code == 200
    assert client.post(path, {"name": "M", "password": NEW}).status_code == 200
    assert User.objects.count() == users


def test_a_link_of_one_kind_is_none_of_the_other(agent: User, admin: User, mails: list[dict[str, Any]]) -> None:
    actions.ask_reset(email=agent.email, ip="local")
    with pytest.raises(NotFound):
        actions.accept_invitation(token=token_in(mails[0]), name="M", password=NEW)


def test_an_invitation_makes_the_person_that_was_meant(
    client: Client, admin: User, team: Team, mails: list[dict[str, Any]]
) -> None:
    token = actions.invite(by=actor_of(admin), email="new@desk.example", role="lead", team=team, language="fa")
    assert token == token_in(mails[0])
    answer = client.post(
        f"/join/{token}/", {"name": "Nima", "password": NEW, "role": "admin", "email": "m@evil.example"}
    )
    assert answer.status_code == 302
    made = User.objects.get(email="new@desk.example")
    assert (made.name, made.role, list(made.teams.all())) == ("Nima", "lead", [team])
    with pytest.raises(NotFound):
        actions.accept_invitation(token=token, name="Again", password=NEW)


def test_who_is_here_is_not_invited_again(admin: User, agent: User, mails: list[dict[str, Any]]) -> None:
    with pytest.raises(Conflict):
        actions.invite(by=actor_of(admin), email="SARA@desk.example", role="agent")
    assert not mails


def test_only_admins_invite(lead: User, mails: list[dict[str, Any]]) -> None:
    with pytest.raises(NotAllowed):
        actions.invite(by=actor_of(lead), email="new@desk.example", role="agent")
    assert not AccountToken.objects.exists()


def test_a_withdrawn_invitation_is_dead(client: Client, admin: User, mails: list[dict[str, Any]]) -> None:
    token = actions.invite(by=actor_of(admin), email="new@desk.example", role="agent")
    client.force_login(admin)
    row = AccountToken.objects.get()
    actions.withdraw_invitation(by=actor_of(admin), invitation=row)
    assert access.open_token("invite", token) is None
