"""The forwarding check: what is sent to the address comes in, with and without a plus, and leaves no work behind."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers.models import Customer
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import PASSWORD
from tests.support import fakesmtp
from tests.support.fakesmtp import Sink
from tickets.actions import inboxes, raw
from tickets.models import Inbox, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any, inbox: Inbox) -> Iterator[Sink]:
    """The inbox's own server, which keeps what it is given."""
    with fakesmtp.serving() as served:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{served.port}",)
        given = {"smtp_host": "127.0.0.1", "smtp_port": served.port, "smtp_tls": "none"}
        inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)
        yield served


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.login(username=admin.email, password=PASSWORD)
    return client


def come_in(inbox: Inbox, *mails: tuple[str, list[str], bytes]) -> None:
    for _, _, data in mails:
        row = raw.take_in(inbox, data)
        assert row is not None
        raw.process(row.pk)


def look(page: Client, inbox: Inbox) -> str:
    text = page.post(f"/settings/inboxes/{inbox.pk}/check/", {"do": "look"}).content.decode()
    inbox.refresh_from_db()
    return text


def send(page: Client, inbox: Inbox) -> None:
    assert page.post(f"/settings/inboxes/{inbox.pk}/check/", {"do": "send"}).status_code == 302


def test_both_mails_come_in(page: Client, inbox: Inbox, sink: Sink) -> None:
    send(page, inbox)
    plain, plus = sink.kept
    assert plain[1] == ["support@desk.example"]
    assert plus[1][0].startswith("support+check-")
    come_in(inbox, plain, plus)
    assert "Addresses with a plus come in" in look(page, inbox)
    assert inbox.settings["plus_addressing"] is True
    assert not Ticket.objects.exists() and not Customer.objects.exists()


def test_the_mails_of_a_check_are_nobodys_ticket_even_at_another_inbox_of_ours(
    page: Client, inbox: Inbox, sink: Sink
) -> None:
    send(page, inbox)
    other = {"address": "other@desk.example"}
    elsewhere = inboxes.create_inbox(by=SYSTEM, kind="email", name="Other", settings=other)
    come_in(elsewhere, *sink.kept)
    assert "has not come in yet" in look(page, inbox)
    assert not Ticket.objects.exists()


def test_a_mail_that_only_looks_like_a_check_is_a_ticket(page: Client, inbox: Inbox, sink: Sink) -> None:
    send(page, inbox)
    forged = b"From: ada@shop.example\r\nMessage-ID: <check-%s-a@desk.example>\r\n\r\nHelp!\r\n" % (b"0" * 16)
    come_in(inbox, ("", [], forged))
    assert Ticket.objects.count() == 1


def test_a_plus_that_does_not_survive_is_no_longer_used(page: Client, inbox: Inbox, sink: Sink) -> None:
    send(page, inbox)
    come_in(inbox, sink.kept[0])
    assert "Mail to this address comes in." in look(page, inbox)
    assert "plus_addressing" not in inbox.settings
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        assert "do not come in" in look(page, inbox)
    assert inbox.settings["plus_addressing"] is False


def test_nothing_that_came_changes_nothing(page: Client, inbox: Inbox, sink: Sink) -> None:
    send(page, inbox)
    with clock.frozen(clock.now() + timedelta(minutes=30)):
        assert "has not come in yet" in look(page, inbox)
    assert "plus_addressing" not in inbox.settings


def test_looking_at_the_page_changes_nothing(page: Client, inbox: Inbox, sink: Sink) -> None:
    send(page, inbox)
    come_in(inbox, *sink.kept)
    page.get(f"/settings/inboxes/{inbox.pk}/check/")
    inbox.refresh_from_db()
    assert "plus_addressing" not in inbox.settings


def test_an_inbox_without_a_server_is_told_what_to_do(page: Client, inbox: Inbox, sink: Sink) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(settings={})
    answer = page.post(f"/settings/inboxes/{inbox.pk}/check/", {"do": "send"})
    assert (answer.status_code, "No server is set for this inbox." in answer.content.decode()) == (422, True)
    assert sink.kept == []


def test_a_server_that_refuses_is_told_in_its_words(page: Client, inbox: Inbox, sink: Sink) -> None:
    sink.answer = "554 5.7.1 no"
    answer = page.post(f"/settings/inboxes/{inbox.pk}/check/", {"do": "send"})
    assert (answer.status_code, "554 5.7.1 no" in answer.content.decode(), sink.kept) == (422, True, [])
