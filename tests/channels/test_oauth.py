"""Mailboxes by OAuth 2, against an issuer that takes each refresh token once."""

import html
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import PASSWORD, Post
from tests.support import fakeimap, fakepop, fakesmtp, issuer
from tests.support.fakeimap import Mailbox
from tests.support.fakesmtp import Sink
from tests.support.issuer import Office
from tickets.actions import inboxes, oauthtokens
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import oauth, receiving, smtp
from tickets.models import Inbox, RawInbound
from tickets.rules import issuers
from tickets.rules.issuers import bearer
from tickets.rules.mailproviders import Way

pytestmark = pytest.mark.django_db
BEGIN, BACK = "/settings/inboxes/oauth/google/", "/settings/inboxes/oauth/back/"
DOORS = {"google": "accounts.google.com", "microsoft": "login.microsoftonline.com"}


@dataclass
class World:
    """The provider: who gives tokens, who takes them."""

    office: Office
    box: Mailbox
    sink: Sink

    def believe(self) -> None:
        """The servers take the newest token and no other."""
        self.box.password = self.sink.token = self.office.access


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with issuer.serving() as office, fakeimap.serving() as box, fakesmtp.serving(sign_in="no password") as sink:
        settings.EGRESS_ALLOW = tuple(f"127.0.0.1:{one.port}" for one in (office, box, sink))
        for name in DOORS:
            own = replace(
                issuers.ISSUERS[name],
                token=f"http://127.0.0.1:{office.port}/token",
                imap=Way("127.0.0.1", box.port, "none"),
                smtp=Way("127.0.0.1", sink.port, "none"),
            )
            monkeypatch.setitem(issuers.ISSUERS, name, own)
        box.password = sink.token = "access-1"
        yield World(office, box, sink)


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.login(username=admin.email, password=PASSWORD)
    return client


def door(page: Client, issuer_name: str = "google", **other: str) -> str:
    """The address at the provider to which the page leads."""
    given = {"address": "help@shop.example", "name": "Shop", "client": "our-id", "secret": "our-secret"} | other
    text = page.post(BEGIN.replace("google", issuer_name), given).content.decode()
    leads = re.search(rf'href="(https://{re.escape(DOORS[issuer_name])}[^"]+)"', text)
    return html.unescape(leads[1])  # type: ignore[index]


def connected(page: Client, world: World, issuer_name: str = "google") -> Inbox:
    code, state = world.office.allow(door(page, issuer_name))
    assert page.get(BACK, {"code": code, "state": state}).status_code == 302
    return Inbox.objects.get()


@pytest.mark.parametrize("issuer_name", DOORS)
def test_signing_in_connects_reads_and_sends(page: Client, world: World, issuer_name: str) -> None:
    inbox = connected(page, world, issuer_name)
    world.box.append(Post(inbox).make("hello"))
    assert (receiving.fetch(inbox), RawInbound.objects.count()) == (1, 1)
    assert smtp.send(inbox, inbox.address, "narges@example.com", b"Subject: x\r\n\r\ny").ok
    assert world.office.asked[0]["client_secret"] == "our-secret"


@pytest.mark.parametrize(("old", "taken"), [("", 0), ("leave", 0), ("7", 1), ("take", 2)])
def test_old_mail_is_decided_about_before_anything_is_taken(page: Client, world: World, old: str, taken: int) -> None:
    post = Post(Inbox(address="help@shop.example"))
    world.box.came[world.box.append(post.make("old"))] = (clock.now() - timedelta(days=60)).date()
    world.box.append(post.make("of yesterday"))
    code, state = world.office.allow(door(page, old=old))
    assert page.get(BACK, {"code": code, "state": state}).status_code == 302
    inbox = Inbox.objects.get()
    assert (receiving.fetch(inbox), RawInbound.objects.count()) == (taken, taken)
    world.box.append(post.make("new"))
    assert receiving.fetch(inbox) == 1


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_team_is_chosen_on_the_page(page: Client, world: World, language: str) -> None:
    team = Team.objects.create(name="Second")
    text = page.get(BEGIN, headers={"Accept-Language": language}).content.decode()
    assert 'name="team"' in text and 'value="90"' in text
    code, state = world.office.allow(door(page, team=str(team.pk)))
    page.get(BACK, {"code": code, "state": state})
    assert Inbox.objects.get().team == team


def test_no_secret_lies_open_or_is_shown(page: Client, world: World) -> None:
    inbox = connected(page, world)
    assert not re.search("access-1|refresh-1|our-secret", str(inbox.settings) + inbox.secret_box)
    shown = page.get(f"{BEGIN}?inbox={inbox.pk}").content.decode()
    assert not re.search("access-1|refresh-1|our-secret", shown)


@pytest.mark.parametrize("forged", ["", "x", "other"])
def test_a_state_that_is_not_ours_connects_nothing(page: Client, world: World, forged: str) -> None:
    code, _ = world.office.allow(door(page))
    page.get(BACK, {"code": code, "state": forged})
    assert (Inbox.objects.count(), world.office.asked) == (0, [])


def test_a_state_is_good_once_and_not_for_long(page: Client, world: World) -> None:
    code, state = world.office.allow(door(page))
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        page.get(BACK, {"code": code, "state": state})
    page.get(BACK, {"code": code, "state": state})
    assert (Inbox.objects.count(), world.office.asked) == (0, [])


def test_a_code_that_somebody_else_asked_for_is_refused(page: Client, world: World) -> None:
    mine = door(page)
    _, state = world.office.allow(mine)
    stolen, _ = world.office.allow(mine.replace("code_challenge=", "code_challenge=x"))
    answer = page.get(BACK, {"code": stolen, "state": state})
    assert (answer.status_code, Inbox.objects.count()) == (422, 0)


def test_saying_no_at_the_provider_connects_nothing(page: Client, world: World) -> None:
    _, state = world.office.allow(door(page))
    answer = page.get(BACK, {"error": "access_denied", "state": state})
    assert (answer.status_code, Inbox.objects.count()) == (422, 0)
    assert "access_denied" in answer.content.decode()


def test_a_mailbox_that_takes_no_token_is_not_kept(page: Client, world: World) -> None:
    world.box.password = "something else"
    code, state = world.office.allow(door(page))
    assert page.get(BACK, {"code": code, "state": state}).status_code == 422
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize("issuer_name", DOORS)
def test_tokens_are_renewed_before_they_end_and_rotation_is_kept(page: Client, world: World, issuer_name: str) -> None:
    inbox = connected(page, world, issuer_name)
    for turn in (2, 3):
        with clock.frozen(clock.now() + timedelta(hours=2 * turn)):
            world.box.password = f"access-{turn}"
            receiving.fetch(inbox)
    inbox.refresh_from_db()
    assert (inbox.last_error, secrets_of(inbox)["oauth_refresh"], world.office.count) == ("", "refresh-3", 3)


def test_a_revoked_leave_is_said_and_healed_by_signing_in_again(page: Client, world: World) -> None:
    inbox = connected(page, world)
    world.office.refresh, world.box.password = "", "revoked"
    receiving.fetch(inbox)
    receiving.fetch(Inbox.objects.get())
    inbox.refresh_from_db()
    assert "invalid_grant" in inbox.last_error
    shown = page.get(f"/settings/inboxes/{inbox.pk}/connect/").content.decode()
    assert "The permission to read this mailbox has ended." in shown
    code, state = world.office.allow(door(page, inbox=str(inbox.pk), secret="", client=""))
    world.box.password = world.sink.token = f"access-{world.office.count + 1}"
    assert page.get(BACK, {"code": code, "state": state}).status_code == 302
    inbox.refresh_from_db()
    assert (inbox.last_error, receiving.fetch(inbox), Inbox.objects.count()) == ("", 0, 1)


def test_a_mail_that_leaves_while_the_leave_has_ended_waits(page: Client, world: World) -> None:
    inbox = connected(page, world)
    world.office.refresh = ""
    oauthtokens.spoil(inbox)
    result = smtp.send(inbox, inbox.address, "narges@example.com", b"Subject: x\r\n\r\ny")
    assert (result.ok, result.permanent, result.cause) == (False, False, "sign_in")


def test_typing_a_password_ends_the_use_of_tokens(page: Client, world: World) -> None:
    inbox = connected(page, world)
    url, words = f"/settings/inboxes/{inbox.pk}/connect/", {"name": "Shop", "do": "connect"}
    servers = {"in_host": "127.0.0.1", "in_port": str(world.box.port), "in_tls": "none"}
    servers |= {"smtp_host": "127.0.0.1", "smtp_port": str(world.sink.port), "smtp_tls": "none"}
    assert page.post(url, words | servers).status_code == 302
    inbox.refresh_from_db()
    assert inbox.settings["oauth"] == "google"
    world.box.password = "no password"
    assert page.post(url, words | servers | {"password": "no password"}).status_code == 302
    inbox.refresh_from_db()
    assert (inbox.settings["oauth"], receiving.fetch(inbox), inbox.last_error) == ("", 0, "")


def test_pop_takes_tokens_too(page: Client, world: World, settings: Any) -> None:
    inbox = connected(page, world)
    with fakepop.serving() as drop:
        settings.EGRESS_ALLOW = (*settings.EGRESS_ALLOW, f"127.0.0.1:{drop.port}")
        drop.password = _encoded(bearer(inbox.address, "access-1"))
        drop.append(Post(inbox).make("by pop"))
        given = {"receive": "pop", "pop_host": "127.0.0.1", "pop_port": drop.port, "pop_tls": "none"}
        assert receiving.fetch(inboxes.change_inbox(by=SYSTEM, inbox=inbox, settings=given)) == 1


def _encoded(text: str) -> str:
    return issuer.base64.b64encode(text.encode()).decode()


@pytest.mark.django_db(transaction=True)
def test_eight_workers_renew_once(world: World, inbox: Inbox) -> None:
    world.office.refresh, world.office.slow = "refresh-0", 0.2
    given = {"oauth": "google", "oauth_client": "our-id", "oauth_refresh": "refresh-0"}
    row = inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)
    found: list[str] = []

    def work() -> None:
        try:
            found.append(oauth.token_of(Inbox.objects.get(pk=row.pk)))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert (found, len(world.office.asked)) == (["access-1"] * 8, 1)
