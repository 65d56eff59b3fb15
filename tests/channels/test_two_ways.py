"""The same mail comes into one inbox by two ways: fetched, and handed over by a mail server or a provider."""

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.accounts.rules.policy import SYSTEM
from tests.conftest import CUSTOMER, Post
from tests.support import fakeimap
from tickets.actions import inboxes, raw
from tickets.channels.email import imap
from tickets.channels.email.listener import keep
from tickets.channels.email.stamp import stamped
from tickets.models import Inbox, Message, RawInbound

pytestmark = pytest.mark.django_db(transaction=True)


def fetched(inbox: Inbox, data: bytes, settings: Any) -> None:
    with fakeimap.serving() as box:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{box.port}",)
        given = {"imap_host": "127.0.0.1", "imap_port": box.port, "imap_tls": "none", "imap_password": box.password}
        box.append(b"Received: from mx.example\r\n" + data)
        assert imap.fetch(inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)) == 1


def by_server(inbox: Inbox, data: bytes, settings: Any) -> None:
    keep(CUSTOMER, [inbox.address], data)


def by_provider(inbox: Inbox, data: bytes, settings: Any) -> None:
    assert raw.take_in(inbox, stamped("", [inbox.address], data), source="hook mailgun") is not None


@pytest.mark.parametrize("ways", [(fetched, by_server), (by_server, fetched), (fetched, by_provider)])
def test_one_mail_by_two_ways_is_one_message(
    ways: tuple[Callable[..., None], ...], inbox: Inbox, post: Post, settings: Any, work: Callable[[], Any]
) -> None:
    data = post.make("It came twice.", message_id="<once@example.com>")
    for way in ways:
        way(inbox, data, settings)
    work()
    message = Message.objects.get()
    kept = RawInbound.objects.filter(inbox=inbox, state="accepted", message=message)
    assert kept.values("sha256").distinct().count() == 2


def test_other_words_under_the_same_id_are_a_message_of_their_own(
    inbox: Inbox, post: Post, settings: Any, work: Callable[[], Any]
) -> None:
    fetched(inbox, post.make("Your parcel left.", message_id="<dhl@example.com>"), settings)
    by_server(inbox, post.make("Your parcel is here.", message_id="<dhl@example.com>"), settings)
    work()
    assert sorted(text.strip() for text in Message.objects.values_list("text", flat=True)) == [
        "Your parcel is here.",
        "Your parcel left.",
    ]


def test_the_same_words_sent_twice_by_one_way_are_two_messages(
    inbox: Inbox, post: Post, settings: Any, work: Callable[[], Any]
) -> None:
    data = post.make("Any news?", message_id="<lazy@example.com>")
    for hop in (b"one", b"two"):
        by_server(inbox, b"X-Sent: " + hop + b"\r\n" + data, settings)
    work()
    assert Message.objects.count() == 2
