"""The whole way over real sockets: a mail is fetched, answered, delivered; the customer's answer joins its ticket."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.accounts import actions as account_actions
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.models import OutboxEvent
from tests.conftest import CUSTOMER, STRANGER, Post
from tests.support import fakeimap, fakesmtp
from tests.support.fakeimap import Mailbox
from tests.support.fakesmtp import Sink
from tickets.actions import account_mail, inboxes, replies
from tickets.channels.email import imap
from tickets.channels.email.parse import ParsedMail, parse
from tickets.models import Inbox, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
Work = Callable[[], dict[str, int]]


@pytest.fixture
def world(inbox: Inbox, settings: Any) -> Iterator[tuple[Inbox, Mailbox, Sink]]:
    """An inbox connected to a mailbox to fetch from and a sink to send to."""
    with fakeimap.serving() as box, fakesmtp.serving() as sink:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{box.port}", f"127.0.0.1:{sink.port}")
        given = {
            "imap_host": "127.0.0.1", "imap_port": str(box.port), "imap_tls": "none", "imap_password": box.password,
            "smtp_host": "127.0.0.1", "smtp_port": str(sink.port), "smtp_tls": "none",
        }  # fmt: skip
        yield inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given), box, sink


def arrive(world: tuple[Inbox, Mailbox, Sink], work: Work, data: bytes) -> None:
    inbox, box, _ = world
    box.append(data)
    assert imap.fetch(inbox) == 1
    work()


def answered(world: tuple[Inbox, Mailbox, Sink], work: Work, post: Post, by: Actor) -> tuple[Ticket, ParsedMail]:
    """A ticket that came by mail, and our answer as the customer got it."""
    arrive(world, work, post.make("My line is dead."))
    ticket = Ticket.objects.get(subject="Internet is down")
    replies.reply(by=by, ticket=ticket, body="We look into it. سلام")
    with clock.frozen(clock.now() + timedelta(seconds=30)):
        work()
    ((_, recipients, data),) = world[2].kept
    assert recipients == [CUSTOMER]
    return ticket, parse(data)


def test_the_answer_threads_and_comes_back_by_its_token(
    world: tuple[Inbox, Mailbox, Sink], work: Work, post: Post, agent: User, act: Callable[[User], Actor]
) -> None:
    ticket, got = answered(world, work, post, act(agent))
    assert (got.text, got.in_reply_to, got.subject) == (
        "We look into it. سلام",
        "m1@mail.example",
        "Re: Internet is down",
    )
    assert got.reply_to_email is not None
    arrive(world, work, post.make("Thank you!\n\nOn Sun, 22 Nov 2026 Support wrote:\n> We look", to=got.reply_to_email))
    last = Message.objects.order_by("-id")[0]
    assert (last.ticket, last.held_at) == (ticket, None)
    assert last.text[: last.visible_length] == "Thank you!"


def test_the_answer_comes_back_by_its_message_id(
    world: tuple[Inbox, Mailbox, Sink], work: Work, post: Post, agent: User, act: Callable[[User], Actor]
) -> None:
    ticket, got = answered(world, work, post, act(agent))
    arrive(world, work, post.make("Thanks", In_Reply_To=f"<{got.message_id}>"))
    assert Message.objects.order_by("-id")[0].ticket == ticket


def test_a_stranger_with_the_token_is_held_and_with_the_id_alone_is_elsewhere(
    world: tuple[Inbox, Mailbox, Sink], work: Work, post: Post, agent: User, act: Callable[[User], Actor]
) -> None:
    ticket, got = answered(world, work, post, act(agent))
    arrive(world, work, post.make("code 314159", sender=STRANGER, to=str(got.reply_to_email)))
    held = Message.objects.order_by("-id")[0]
    assert (held.ticket == ticket, held.held_at is not None) == (True, True)
    arrive(world, work, post.make("hello", sender=STRANGER, In_Reply_To=f"<{got.message_id}>"))
    assert Message.objects.order_by("-id")[0].ticket != ticket


def test_an_invitation_that_is_sent_again_is_the_same_mail_to_the_byte(
    world: tuple[Inbox, Mailbox, Sink], work: Work, admin: User, act: Callable[[User], Actor]
) -> None:
    account_actions.invite(by=act(admin), email="new@desk.example", role="agent")
    world[2].answer = "451 later"
    work()
    assert world[2].kept == []
    world[2].answer = "250 kept"
    with clock.frozen(clock.now() + timedelta(hours=1)):
        work()
        # As after a kill between the server's 250 and our own commit.
        account_mail.send(OutboxEvent.objects.get(name="account.mail").payload)
    (_, first, sent), (_, second, again) = world[2].kept
    assert first == second == ["new@desk.example"]
    assert sent == again
    assert b"/join/" in sent
