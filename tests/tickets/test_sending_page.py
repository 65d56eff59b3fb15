"""The page that says how an inbox sends: a way is tried before it is kept, and its key is never shown."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.conftest import PASSWORD
from tests.support import fakeapi
from tests.support.fakeapi import TAKEN, Api
from tickets.actions import inboxes
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import apisend
from tickets.models import Inbox
from tickets.rules import senders

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with fakeapi.serving() as served:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{served.port}",)
        monkeypatch.setattr(apisend, "APIS", {key: senders.Api(key, key, served.url) for key in senders.APIS})
        yield served


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.login(username=admin.email, password=PASSWORD)
    return client


def of(inbox: Inbox) -> str:
    return f"/settings/inboxes/{inbox.pk}/sending/"


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_way_that_works_is_kept_and_its_key_never_shown(
    page: Client, inbox: Inbox, api: Api, admin: User, language: str
) -> None:
    api.answer = TAKEN["resend"]
    given = {"send_by": "resend", "send_key": "re_secret"}
    text = page.post(of(inbox), given, headers={"Accept-Language": language}, follow=True).content.decode()
    inbox.refresh_from_db()
    assert inbox.settings["send_by"] == "resend"
    assert secrets_of(inbox)["send_key"] == "re_secret"
    assert "re_secret" not in text and "Resend" in text
    ((_, _, body),) = api.asked
    assert admin.email in str(body["to"])


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_wrong_key_is_said_in_words_and_nothing_is_kept(page: Client, inbox: Inbox, api: Api, language: str) -> None:
    api.answer = (401, {}, {"message": "API key is invalid"})
    before = inbox.settings
    answer = page.post(of(inbox), {"send_by": "resend", "send_key": "re_bad"}, headers={"Accept-Language": language})
    inbox.refresh_from_db()
    assert (answer.status_code, inbox.settings, secrets_of(inbox).get("send_key")) == (422, before, None)
    text = answer.content.decode()
    assert "API key is invalid" in text and "re_bad" not in text


@pytest.mark.parametrize(
    "bad",
    [
        {"send_by": "resend"},
        {"send_by": "pigeon", "send_key": "x"},
        {"send_by": "mailjet", "send_key": "half"},
        {"send_by": "postal", "send_key": "x", "send_url": "ftp://x"},
    ],
)
def test_what_cannot_be_used_is_said_and_asks_nobody(page: Client, inbox: Inbox, bad: dict[str, str]) -> None:
    before = inbox.settings
    assert page.post(of(inbox), bad).status_code == 422
    inbox.refresh_from_db()
    assert (inbox.settings, secrets_of(inbox).get("send_key")) == (before, None)


def test_a_kept_key_does_not_go_to_another_provider(page: Client, inbox: Inbox, api: Api) -> None:
    kept = {"send_by": "resend", "send_key": "re_secret"}
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=kept)
    assert page.post(of(inbox), {"send_by": "brevo"}).status_code == 422
    assert api.asked == []
    api.answer = TAKEN["resend"]
    assert page.post(of(inbox), {"send_by": "resend", "send_key": ""}).status_code == 302


def test_back_to_smtp_forgets_the_key(page: Client, inbox: Inbox) -> None:
    kept = {"send_by": "resend", "send_key": "re_secret"}
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=kept)
    assert page.post(of(inbox), {"send_by": ""}).status_code == 302
    inbox.refresh_from_db()
    assert (inbox.settings["send_by"], secrets_of(inbox).get("send_key")) == ("", None)
