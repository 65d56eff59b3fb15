"""The first run without demo: the first admin, once, and with the code where others can reach the address."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts import actions
from helpdesk.accounts.actions.workspace import set_up_code, set_up_hint
from helpdesk.accounts.models import User, Workspace
from helpdesk.accounts.rules.policy import SYSTEM
from tests.conftest import PASSWORD

GIVEN = {
    "workspace_name": "Acme",
    "language": "fa",
    "timezone": "Asia/Tehran",
    "currency": "IRR",
    "name": "Maryam",
    "email": "maryam@acme.example",
    "password": PASSWORD,
}


@pytest.fixture
def loopback(settings: Any, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    return settings


@pytest.fixture
def reachable(loopback: Any) -> Any:
    loopback.PUBLIC_URL = "https://desk.example"
    return loopback


def test_the_first_visitor_is_led_to_the_set_up_and_becomes_admin(client: Client, db: None, loopback: Any) -> None:
    assert client.get("/sign-in/")["Location"] == "/setup/"
    assert client.get("/setup/").status_code == 200
    assert client.post("/setup/", GIVEN)["Location"] == "/desk/"
    user = User.objects.get()
    assert (user.role, user.language, user.prefs.calendar) == ("admin", "fa", "jalali")
    row = Workspace.objects.get()
    assert row.name == "Acme"
    assert row.set_up_at is not None
    assert client.get("/settings/").status_code == 200


def test_the_set_up_happens_once(client: Client, db: None, loopback: Any) -> None:
    client.post("/setup/", GIVEN)
    again = Client()
    assert again.get("/setup/").status_code == 404
    assert again.post("/setup/", {**GIVEN, "email": "mallory@evil.example"}).status_code == 404
    assert User.objects.count() == 1


def test_a_made_user_closes_the_set_up(client: Client, admin: User, loopback: Any) -> None:
    assert client.post("/setup/", GIVEN).status_code == 404
    assert set_up_hint() == ""


def test_a_reachable_address_asks_for_the_code(client: Client, db: None, reachable: Any) -> None:
    for wrong in ({}, {"code": ""}, {"code": "0" * 16}, {"code": "ی"}):
        assert client.post("/setup/", {**GIVEN, **wrong}).status_code == 422
    assert not User.objects.exists()
    assert set_up_code() in set_up_hint()
    assert client.post("/setup/", {**GIVEN, "code": f" {set_up_code()} "}).status_code == 302


def test_the_code_is_for_the_owners_eyes_only(reachable: Any, db: None, tmp_path: Path) -> None:
    assert set_up_code() == set_up_code()
    assert (tmp_path / "setup_code").stat().st_mode & 0o777 == 0o600


def test_a_bad_field_makes_nobody(client: Client, db: None, loopback: Any) -> None:
    actions.ensure_defaults()
    for wrong in ({"password": "short"}, {"timezone": "Mars/Base"}, {"currency": "XXX"}, {"email": "nobody"}):
        assert client.post("/setup/", {**GIVEN, **wrong}).status_code == 422
    assert not User.objects.exists()
    assert Workspace.objects.get().set_up_at is None


def test_the_commands_user_takes_the_place_of_the_set_up(client: Client, db: None, loopback: Any) -> None:
    actions.create_user(by=SYSTEM, email="a@x.example", name="A", role="admin", password="pw", weak_ok=True)
    assert client.get("/sign-in/").status_code == 200
