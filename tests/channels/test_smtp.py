"""Handing mail over: a real sink, per-recipient answers, classes of refusal."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from helpdesk.accounts.rules.policy import SYSTEM
from tests.channels.test_compose import MESSAGE
from tests.support import fakesmtp
from tests.support.fakesmtp import Sink
from tickets.actions import inboxes
from tickets.channels.email.adapter import EmailAdapter
from tickets.channels.email.compose import compose
from tickets.channels.email.parse import parse
from tickets.models import Inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with fakesmtp.serving() as served:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{served.port}",)
        yield served


@pytest.fixture
def sending(inbox: Inbox, sink: Sink) -> Inbox:
    """The inbox, connected to the sink."""
    given = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_tls": "none"}
    return inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)


def test_one_copy_for_one_recipient(sending: Inbox, sink: Sink) -> None:
    assert EmailAdapter().send(sending, MESSAGE).ok
    ((sender, recipients, data),) = sink.kept
    assert (sender, recipients) == ("help@desk.example", ["ada@shop.example"])
    assert parse(data).text == MESSAGE.text
    assert data.rstrip() == compose(MESSAGE).rstrip()


def test_automatic_mail_has_no_sender_to_answer(sending: Inbox, sink: Sink) -> None:
    assert EmailAdapter().send(sending, dataclasses.replace(MESSAGE, automatic=True)).ok
    assert sink.kept[0][0] == "<>"


@pytest.mark.parametrize(("answer", "permanent"), [("450 4.2.0 greylisted", False), ("550 5.1.1 no such user", True)])
def test_a_refused_recipient(sending: Inbox, sink: Sink, answer: str, permanent: bool) -> None:
    sink.refuse = {"ada@shop.example": answer}
    result = EmailAdapter().send(sending, MESSAGE)
    assert (result.ok, result.permanent, answer[4:] in result.error) == (False, permanent, True)
    assert not sink.kept


@pytest.mark.parametrize(("answer", "permanent"), [("451 try later", False), ("554 5.7.1 spam", True)])
def test_refused_content(sending: Inbox, sink: Sink, answer: str, permanent: bool) -> None:
    sink.answer = answer
    result = EmailAdapter().send(sending, MESSAGE)
    assert (result.ok, result.permanent) == (False, permanent)


def test_a_server_that_is_away_is_tried_again(sending: Inbox, settings: Any) -> None:
    settings.EGRESS_ALLOW = ("127.0.0.1:1",)
    sending.settings = sending.settings | {"smtp_port": 1}
    result = EmailAdapter().send(sending, MESSAGE)
    assert (result.ok, result.permanent) == (False, False)


def test_our_own_network_is_out_of_reach(sending: Inbox, settings: Any, sink: Sink) -> None:
    settings.EGRESS_ALLOW = ()
    assert not EmailAdapter().send(sending, MESSAGE).ok
    assert not sink.kept


def test_an_address_with_a_line_break_never_reaches_the_server(sending: Inbox, sink: Sink) -> None:
    evil = dataclasses.replace(MESSAGE, recipient="ada@shop.example>\r\nRCPT TO:<eve@evil.example")
    result = EmailAdapter().send(sending, evil)
    assert (result.ok, result.permanent, sink.kept) == (False, True, [])


def test_a_demo_keeps_its_mail_at_home(inbox: Inbox) -> None:
    from helpdesk.accounts.models import Workspace

    assert not EmailAdapter().send(inbox, MESSAGE).ok
    Workspace.objects.update_or_create(pk=1, defaults={"is_demo": True})
    assert EmailAdapter().send(inbox, MESSAGE).ok
