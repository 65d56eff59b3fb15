"""Connecting a messenger: made in a minute, its steps and our address on the page, its secret never shown again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.support.standin import Answered, StandIn, standing
from tickets.actions import inboxes
from tickets.actions.inboxes import secrets_of
from tickets.models import Inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def telegram(settings: Any) -> Iterator[tuple[StandIn, Inbox]]:
    with standing(lambda asked: Answered(data={"ok": True, "result": True})) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)
        given = {"token": "1:AAA", "api_url": place.url, "secret": "first-word"}
        yield place, inboxes.create_inbox(by=SYSTEM, kind="telegram", name="Bot", settings=given)


@pytest.fixture
def admins(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_a_bot_is_added_with_a_name_and_its_page_says_what_to_do(admins: Client) -> None:
    assert "Telegram" in admins.get("/settings/inboxes/voices/").content.decode()
    answer = admins.post("/settings/inboxes/voices/telegram/", {"name": "Bot", "token": "7:XYZ"}, follow=True)
    inbox = Inbox.objects.get(kind="telegram")
    text = answer.content.decode()
    assert f"/hooks/telegram/{inbox.key}/" in text and "@BotFather" in text
    assert secrets_of(inbox)["token"] == "7:XYZ" and "7:XYZ" not in text
    assert len(secrets_of(inbox)["secret"]) > 30 and secrets_of(inbox)["secret"] not in text


@pytest.mark.parametrize(("path", "status"), [("nothing", 404), ("email", 404)])
def test_what_we_do_not_support_is_not_offered(admins: Client, path: str, status: int) -> None:
    assert admins.post(f"/settings/inboxes/voices/{path}/", {"name": "Bot"}).status_code == status
    assert not Inbox.objects.exists()


def test_without_a_name_nothing_is_made(admins: Client) -> None:
    answer = admins.post("/settings/inboxes/voices/telegram/", {"name": " ", "token": "7:XYZ"})
    assert answer.status_code == 422 and "Give the inbox a name." in answer.content.decode()
    assert not Inbox.objects.exists()


def test_saving_with_an_empty_secret_keeps_it(admins: Client, telegram: tuple[StandIn, Inbox]) -> None:
    _, inbox = telegram
    admins.post(f"/settings/inboxes/{inbox.pk}/", {"name": "Bots", "token": "", "reopen_days": "9", "is_active": "1"})
    inbox.refresh_from_db()
    assert (inbox.name, inbox.settings["reopen_days"], secrets_of(inbox)["token"]) == ("Bots", "9", "1:AAA")


def test_a_secret_is_rotated_with_two_good_ones_between(admins: Client, telegram: tuple[StandIn, Inbox]) -> None:
    _, inbox = telegram
    text = admins.post(f"/settings/inboxes/{inbox.pk}/voice-secret/new/").content.decode()
    inbox.refresh_from_db()
    kept = secrets_of(inbox)
    assert kept["secret_old"] == "first-word" and kept["secret"] in text
    assert kept["secret"] not in admins.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    admins.post(f"/settings/inboxes/{inbox.pk}/voice-secret/forget/")
    inbox.refresh_from_db()
    assert "secret_old" not in secrets_of(inbox)


def test_connecting_tells_the_network_our_address(admins: Client, telegram: tuple[StandIn, Inbox]) -> None:
    place, inbox = telegram
    text = admins.post(f"/settings/inboxes/{inbox.pk}/voice-connect/", follow=True).content.decode()
    assert "It works" in text
    asked = place.calls("/setWebhook")[0].data
    assert asked["url"].endswith(f"/hooks/telegram/{inbox.key}/") and asked["secret_token"] == "first-word"
    inbox.refresh_from_db()
    assert inbox.last_success_at is not None


def test_a_lost_token_shows_until_it_is_mended(admins: Client, telegram: tuple[StandIn, Inbox]) -> None:
    place, inbox = telegram
    place.answer = lambda asked: Answered(401, {"ok": False, "description": "Unauthorized"})
    admins.post(f"/settings/inboxes/{inbox.pk}/voice-connect/")
    text = admins.get("/desk/q/all/").content.decode()
    assert "Bot is locked out: nothing leaves there." in text and "1:AAA" not in text
    place.answer = lambda asked: Answered(data={"ok": True, "result": True})
    admins.post(f"/settings/inboxes/{inbox.pk}/voice-connect/")
    assert "locked out" not in admins.get("/desk/q/all/").content.decode()


def test_agents_have_no_business_here(client: Client, agent: User, telegram: tuple[StandIn, Inbox]) -> None:
    place, inbox = telegram
    client.force_login(agent)
    for path in ("voices/", "voices/telegram/", f"{inbox.pk}/"):
        assert client.get(f"/settings/inboxes/{path}").status_code == 403
    for path in ("voice-secret/new/", "voice-connect/"):
        assert client.post(f"/settings/inboxes/{inbox.pk}/{path}").status_code == 403
    assert not place.asked and secrets_of(inbox)["secret"] == "first-word"
